"""A requester comes in by a one-time code, sees what is his, and says how he wants to be told."""

from __future__ import annotations

import secrets

import pytest
from playwright.sync_api import Page, expect

from deploy.local.installation import Installation
from tests.browser.faults import assert_accessible, assert_fits_a_phone
from tests.browser.gallery import code_sent_to
from tests.browser.test_portal import SEND, fill_in
from tests.http import Http
from tests.system.client import wait_for

_PATIENCE_SECONDS = 30


@pytest.fixture
def mobile() -> str:
    """A number that no other test has: each gets one code a minute."""
    return f"0912{secrets.randbelow(10**7):07}"


@pytest.fixture
def sms(installation: Installation) -> str:
    return installation.addresses.sms_provider


def come_in(page: Page, mobile: str, sms: str) -> None:
    page.goto("/mine")
    page.click("a[href='/mine/sign-in']")
    page.fill("#contact", mobile)
    page.click("main form button.button")
    give_code(page, mobile, sms)


def give_code(page: Page, contact: str, sms: str) -> None:
    expect(page.locator("#code")).to_be_focused()
    code = wait_for(lambda: code_sent_to(contact, sms), _PATIENCE_SECONDS, "the code")
    page.keyboard.type(code)
    page.keyboard.press("Enter")


def test_who_registered_elsewhere_comes_in_and_opens_his_request(
    page: Page, mobile: str, sms: str
) -> None:
    fill_in(page, mobile=mobile)
    code = page.locator(".code").inner_text()
    page.context.clear_cookies(name="follow")

    come_in(page, mobile, sms)

    expect(page.locator(".pick")).to_have_count(1)
    expect(page.locator(".pick .small-code")).to_have_text(code)
    assert_accessible(page)
    page.click(".pick")
    expect(page.locator(".stages")).to_be_visible()


def test_what_he_says_of_himself_changes_what_he_is_told(
    page: Page, language: str, mobile: str, sms: str, installation: Installation
) -> None:
    fill_in(page, mobile=mobile)
    come_in(page, mobile, sms)
    page.click("a[href='/mine/data']")
    assert_accessible(page)
    assert_fits_a_phone(page)

    other = "en" if language == "fa" else "fa"
    page.fill("#name", "Sara")
    page.check(f"input[name=language][value={other}]")
    page.check("input[name=digits][value=latin]")
    page.click(f"{SEND.replace('main form', 'main form.card')}")

    expect(page.locator(".notice.good")).to_be_visible()
    assert page.locator("html").get_attribute("lang") == other
    fill_in(page, mobile=mobile)
    told = "Tracking code" if other == "en" else "کد پیگیری"
    wait_for(
        lambda: any(told in text for text in texts_to(mobile, installation)),
        _PATIENCE_SECONDS,
        "the message in the language that he wants",
    )


def test_a_wrong_code_is_told_and_another_is_sent_after_a_while(
    page: Page, mobile: str, sms: str
) -> None:
    fill_in(page, mobile=mobile)
    page.goto("/mine/sign-in")
    page.fill("#contact", mobile)
    page.click("main form button.button")

    page.fill("#code", "000000")
    page.keyboard.press("Enter")

    expect(page.locator("#code-fault")).to_be_visible()
    expect(page.locator("button[data-wait]")).to_be_disabled()
    assert_accessible(page)
    give_code(page, mobile, sms)
    expect(page.locator(".pick")).to_have_count(1)


def test_who_leaves_sees_nothing_any_more(page: Page, mobile: str, sms: str) -> None:
    fill_in(page, mobile=mobile)
    page.context.clear_cookies(name="follow")
    come_in(page, mobile, sms)

    page.click("form[action='/mine/sign-out'] button")

    expect(page.locator("a[href='/mine/sign-in']")).to_be_visible()
    expect(page.locator(".pick")).to_have_count(0)


def texts_to(mobile: str, installation: Installation) -> list[str]:
    found = Http(installation.addresses.sms_provider).get("/messages").expect(200).json
    return [each["message"] for each in found if each["receptor"] == mobile]
