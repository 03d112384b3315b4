"""What requesters see and do, in a real browser against a whole installation."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from deploy.local.installation import Installation
from tests.browser.faults import assert_accessible
from tests.system.client import Api, wait_for

MOBILE, PROOF = "09121230099", "0099"
SEND = "main form > button.button"
CODE = re.compile(r"\d{4}-\d{4}-\d{4}")


def fill_in(page: Page, **changes: str) -> None:
    """Fill the form of a new request, and send it."""
    page.goto(f"/new?subject={changes.get('subject', 'it.network')}")
    page.fill("#title", "شبکهٔ طبقهٔ سوم قطع است")
    page.fill("#description", "از صبح هیچ رایانه‌ای وصل نمی‌شود.")
    page.fill("#name", changes.get("name", "مریم احمدی"))
    page.fill("#mobile", changes.get("mobile", "۰۹۱۲۱۲۳۰۰۹۹"))
    page.click(SEND)


def registered_by_desk(desk: Api) -> str:
    """Register a request by phone, so that the desk owns it; wait until it is being worked on."""
    code = desk.register(
        subject="it.network",
        title="تلفن",
        description="کار نمی‌کند.",
        channel="phone",
        requester={"name": "مریم احمدی", "mobile": MOBILE},
    )
    wait_for(
        lambda: desk.get(f"/tickets/{code}").json.get("state") == "in_progress",
        deadline=30,
        what="the assignment",
    )
    return code


def follow(page: Page, code: str) -> None:
    """Show code and proof."""
    page.goto("/track")
    page.fill("#code", code)
    page.fill("#proof", PROOF)
    page.click("main button")


def test_a_request_is_registered_and_followed_with_its_code(page: Page, language: str) -> None:
    fill_in(page)

    code = page.locator(".code").inner_text()
    assert CODE.fullmatch(code)
    page.click("main a.button")
    expect(page.locator("h1")).not_to_be_empty()
    expect(page.locator(".small-code")).to_have_text(code)
    assert page.locator("html").get_attribute("dir") == ("rtl" if language == "fa" else "ltr")


def test_times_are_of_the_readers_calendar(page: Page, language: str) -> None:
    fill_in(page)
    page.click("main a.button")

    shown = page.locator(".timeline time").first.inner_text()

    assert ("ساعت" in shown) == (language == "fa")
    assert bool(re.search("[۰-۹]", shown)) == (language == "fa")


def test_a_forgotten_field_is_marked_and_nothing_typed_is_lost(page: Page) -> None:
    fill_in(page, name=" ")

    expect(page.locator("#name-fault")).to_be_visible()
    expect(page.locator("#title")).to_have_value("شبکهٔ طبقهٔ سوم قطع است")
    expect(page.locator("input[name=subject]")).to_have_value("it.network")
    page.click(".notice a")
    expect(page.locator("#name")).to_be_focused()


def test_a_question_is_answered_and_the_result_rated(
    page: Page, desk: Api, supervisor: Api
) -> None:
    code = registered_by_desk(desk)
    desk.post(f"/tickets/{code}/actions/ask", {"question": "کدام اتاق؟"}).expect(200)

    follow(page, code)
    expect(page.locator(".asking blockquote")).to_have_text("کدام اتاق؟")
    assert_accessible(page)
    page.fill("#text", "اتاق ۱۲")
    page.click(".asking button")
    expect(page.locator(".notice.good")).to_be_visible()
    wait_for(
        lambda: desk.get(f"/tickets/{code}").json["state"] == "in_progress",
        deadline=30,
        what="the answer",
    )

    supervisor.post(f"/tickets/{code}/actions/done", {}).expect(200)
    page.reload()
    page.check("input[name=score][value='4']")
    page.click("form:has(input[name=score]) button")
    expect(page.locator(".notice.good")).to_be_visible()
    assert supervisor.get(f"/tickets/{code}").json["rating"] == 4


def test_a_wrong_proof_says_nothing_of_the_code(page: Page) -> None:
    page.goto("/track")
    page.fill("#code", "481920374654")
    page.fill("#proof", "0000")
    page.click("main button")

    expect(page.locator(".notice")).to_be_visible()
    expect(page.locator("#proof")).to_have_value("0000")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/new",
        "/new?q=net",
        "/new?subject=it.network",
        "/track",
        "/mine",
        "/nothing-here",
        "/docs",
        "/agreements",
        "/agreements/email",
    ],
)
def test_no_page_has_a_serious_fault_for_assistive_technology(page: Page, path: str) -> None:
    page.goto(path)

    assert_accessible(page)


def test_the_faults_of_a_form_are_accessible_too(page: Page) -> None:
    page.goto("/new?subject=it.network")
    page.click(SEND)

    expect(page.locator(".notice.wrong")).to_be_visible()
    assert_accessible(page)


def test_no_page_is_wider_than_a_small_phone(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    for path in ("/", "/new", "/new?subject=it.network", "/track", "/mine", "/docs"):
        page.goto(path)

        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path


def test_the_first_thing_the_keyboard_reaches_leads_to_the_content(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")

    expect(page.locator(".skip")).to_be_focused()
    expect(page.locator(".skip")).to_be_in_viewport()


def test_everything_works_without_a_script(browser: Browser, installation: Installation) -> None:
    context = browser.new_context(
        base_url=installation.addresses.gateway, java_script_enabled=False, locale="fa-IR"
    )
    page = context.new_page()

    fill_in(page)

    expect(page.locator(".code")).to_have_text(CODE)
    context.close()


def test_what_is_promised_is_found_from_the_first_page(page: Page, language: str) -> None:
    page.goto("/")
    page.click("footer a[href='/agreements']")
    page.click("a[href='/agreements/email']")

    expect(page.locator(".within").first).to_contain_text("2" if language == "en" else "۲")
    expect(page.locator(".week tbody tr")).to_have_count(7)
    assert page.locator(".days dt").count() > 20
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"]


def test_an_edited_list_of_holidays_is_on_the_page(page: Page, admin: Api, language: str) -> None:
    official = admin.get("/admin/holidays/ir-official").expect(200).json["definition"]
    titles = {"fa": "روز آزمایش", "en": "Day of the trial"}
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    days = {**official["days"], tomorrow: titles}
    admin.put("/admin/holidays/ir-official", {"definition": {"days": days}}).expect(200)

    page.goto("/agreements/ticket")

    expect(page.locator(".days").first).to_contain_text(titles[language])
