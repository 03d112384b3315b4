"""A service goes away while somebody is at it: nothing typed is lost, and pages come back."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from deploy.local.installation import Installation
from tests.browser.conftest import take_seat
from tests.browser.faults import assert_accessible
from tests.browser.test_portal import CODE, SEND
from tests.browser.test_ticket import called
from tests.system.client import Api

#: Until services have come back on a busy machine, in milliseconds.
_BACK_MS = 120_000
ANSWER = "تا ساعت ۱۳ باز است."


@contextlib.contextmanager
def without(installation: Installation, *services: str) -> Iterator[None]:
    """Have services stand still for a while."""
    for service in services:
        installation.stop_process(service)
    try:
        yield
    finally:
        for service in services:
            installation.start_process(service)


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
    with without(installation, "intake"):
        page.click(SEND)
        expect(page.locator(".notice.calm")).to_contain_text("دوباره می‌فرستیم")
        expect(page.locator("#title")).to_have_value("شبکه قطع است")
        expect(page.locator("#mobile")).to_have_value("09121230033")
        assert_accessible(page)
    expect(page.locator(".code")).to_have_text(CODE, timeout=_BACK_MS)

    with without(installation, "intake"):
        page.click("main a.button")
        expect(page.locator("[data-back]")).to_be_visible()
        assert_accessible(page)
    expect(page.locator(".timeline")).to_be_visible(timeout=_BACK_MS)
    context.close()


@pytest.mark.timeout(300)
def test_staff_see_what_is_there_and_the_rest_comes_by_itself(
    browser: Browser, installation: Installation, desk: Api, supervisor: Api
) -> None:
    code = called(desk, "09121237711")
    url = installation.addresses.gateway

    def seat(api: Api, path: str) -> Page:
        page = browser.new_context(base_url=url, locale="fa-IR").new_page()
        take_seat(page, api, url)
        page.goto(path)
        return page

    ticket, manager = seat(desk, f"/desk/tickets/{code}"), seat(supervisor, "/reports")
    ticket.fill('[data-form="answer"] textarea', ANSWER)
    with without(installation, "routing", "reporting", "sla"):
        # The text that could not be sent is still there, to be sent again.
        ticket.click(".dock-foot .button")
        expect(ticket.locator(".notice.calm").first).to_be_visible()
        expect(ticket.locator("textarea")).to_have_value(ANSWER)
        assert_accessible(ticket)
        inbox = seat(desk, "/desk")
        expect(inbox.locator("[data-back]")).to_be_visible()
        expect(inbox.locator("nav.places a").first).to_be_visible()
        assert_accessible(inbox)
        manager.goto("/reports/handovers")
        expect(manager.locator("[data-back]")).to_be_visible()
    expect(inbox.locator("#inbox")).to_be_visible(timeout=_BACK_MS)
    expect(manager.locator(".report-form")).to_be_visible(timeout=_BACK_MS)
    ticket.click(".dock-foot .button")
    expect(ticket.locator(".entry.ours")).to_contain_text(ANSWER, timeout=_BACK_MS)

    with without(installation, "sla", "intake"):
        # Lists and pages are there without deadlines and texts, say so, and complete themselves.
        ticket.goto(f"/desk/tickets/{code}")
        expect(ticket.locator("[data-away]")).to_be_visible()
        inbox.goto("/desk")
        expect(inbox.locator("[data-away]")).to_be_visible()
        expect(inbox.locator(f".ticket[data-code='{code}']").first).to_be_visible()
        assert_accessible(inbox)
    for page in (ticket, inbox):
        expect(page.locator("[data-away]")).to_have_count(0, timeout=_BACK_MS)
    for page in (ticket, inbox, manager):
        page.context.close()
