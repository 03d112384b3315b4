"""A service goes away while somebody is at it: nothing typed is lost, and pages come back."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from deploy.local.installation import Installation
from tests.browser.test_portal import CODE, SEND, assert_accessible

_BACK_MS = 60_000


def test_a_request_that_could_not_be_taken_is_taken_later_and_a_page_comes_back(
    browser: Browser, installation: Installation
) -> None:
    context = browser.new_context(base_url=installation.addresses.gateway, locale="fa-IR")
    page = context.new_page()
    page.goto("/new?subject=it.network")
    page.fill("#title", "شبکه قطع است")
    page.fill("#description", "از صبح.")
    page.fill("#name", "رضا کریمی")
    page.fill("#mobile", "09121230033")
    installation.stop_process("intake")
    try:
        page.click(SEND)
        expect(page.locator(".notice.calm")).to_contain_text("دوباره می‌فرستیم")
        expect(page.locator("#title")).to_have_value("شبکه قطع است")
        expect(page.locator("#mobile")).to_have_value("09121230033")
        assert_accessible(page)
    finally:
        installation.start_process("intake")
    expect(page.locator(".code")).to_have_text(CODE, timeout=_BACK_MS)

    installation.stop_process("intake")
    try:
        page.click("main a.button")
        expect(page.locator("[data-back]")).to_be_visible()
        assert_accessible(page)
    finally:
        installation.start_process("intake")
    expect(page.locator(".timeline")).to_be_visible(timeout=_BACK_MS)
    context.close()
