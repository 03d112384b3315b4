"""Choosing a subject, the page of a new request, and following while the page stays open."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.faults import assert_accessible
from tests.browser.test_portal import fill_in, follow, registered_by_desk
from tests.system.client import Api


def test_a_subject_is_found_while_it_is_typed(page: Page, language: str) -> None:
    page.goto("/new")
    page.locator("#q").press_sequentially("سخت" if language == "fa" else "hard")

    expect(page.locator("#found a.pick")).to_have_count(1)
    page.click("#found a.pick")
    expect(page.locator(".chosen-title")).to_have_text(
        "سخت‌افزار" if language == "fa" else "Hardware"
    )


def test_the_code_is_sent_copied_and_found_again(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    fill_in(page)

    code = page.locator(".code").inner_text()
    expect(page.locator(".qr")).to_be_visible()
    assert_accessible(page)
    page.click("[data-copy]")
    assert page.evaluate("navigator.clipboard.readText()") == code
    expect(page.locator("#sent .done")).to_be_visible(timeout=30_000)
    page.click("header nav a[href='/mine']")
    expect(page.locator(".pick .small-code")).to_contain_text(code)
    assert_accessible(page)
    page.click(".forget button")
    expect(page.locator(".pick")).to_have_count(0)


def test_news_comes_to_an_open_page_and_takes_nothing_that_was_typed(page: Page, desk: Api) -> None:
    code = registered_by_desk(desk)
    follow(page, code)
    page.click("#more-write summary")
    page.fill("#text", "راستی، طبقهٔ سوم")
    desk.post(f"/tickets/{code}/actions/ask", {"question": "کدام اتاق؟"}).expect(200)

    expect(page.locator(".asking blockquote")).to_have_text("کدام اتاق؟", timeout=30_000)
    expect(page.locator("#text")).to_have_value("راستی، طبقهٔ سوم")
    expect(page.locator("#text")).to_be_focused()
