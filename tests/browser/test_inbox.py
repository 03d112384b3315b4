"""The inbox, lists and search in a real browser: by keyboard, live, in both languages."""

from __future__ import annotations

from functools import partial

import pytest
from playwright.sync_api import Page, expect

from deploy.local.installation import Installation
from tests.browser.conftest import take_seat
from tests.browser.faults import serious_faults
from tests.system.client import Api, wait_for


@pytest.fixture
def inbox(office: Page, desk: Api, installation: Installation, language: str) -> Page:
    """The desk agent's inbox."""
    take_seat(office, desk, installation.addresses.gateway)
    office.goto(f"/desk?lang={language}")
    expect(office.locator("#inbox")).to_be_visible()
    return office


def register(desk: Api, title: str) -> str:
    requester = {"name": "مریم احمدی", "mobile": "09121230077"}
    return desk.register(
        title=title,
        requester=requester,
        subject="it.network",
        description="قطع است.",
        channel="phone",
    )


def faults(page: Page) -> list[str]:
    wider = page.evaluate("document.documentElement.scrollWidth > innerWidth + 1")
    return [*serious_faults(page), *(["wider"] if wider else [])]


def test_new_work_comes_by_itself_and_is_put_off_and_brought_back_by_keyboard(
    inbox: Page, desk: Api
) -> None:
    code = register(desk, "چاپگر روشن نمی‌شود")
    row = inbox.locator(f".ticket[data-code='{code}']")
    expect(row).to_be_visible(timeout=20_000)

    row.locator(".title").focus()
    inbox.keyboard.press("x")
    expect(inbox.locator(".bulk")).to_be_visible()
    inbox.keyboard.press("s")
    expect(inbox.locator("#undo")).to_be_visible()
    expect(row).to_have_count(0)
    inbox.keyboard.press("z")

    expect(row).to_be_visible()


def _gone(page: Page) -> bool:
    """Press the keys that lead to the list, unless one is there."""
    if not page.url.endswith("/desk/tickets"):
        page.keyboard.press("g")
        page.keyboard.press("t")
        page.wait_for_timeout(500)
    return page.url.endswith("/desk/tickets")


def test_everything_is_found_from_everywhere(inbox: Page, desk: Api) -> None:
    code = register(desk, "اسکنر پیدا نمی‌شود")

    inbox.keyboard.press("Control+k")
    inbox.keyboard.type(code)
    expect(inbox.locator(f".found a[href='/desk/tickets/{code}']")).to_be_visible()
    assert faults(inbox) == []
    inbox.keyboard.press("Escape")
    expect(inbox.locator("#palette")).to_be_hidden()
    wait_for(partial(_gone, inbox), 20, "the list of requests")

    expect(inbox.locator(f".ticket[data-code='{code}']")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_lists_have_no_serious_fault_on_a_desk_or_a_phone(
    inbox: Page, language: str, theme: str
) -> None:
    for path in ("/desk", "/desk/tickets"):
        inbox.goto(f"{path}?lang={language}&theme={theme}")
        for width in (1366, 390):
            inbox.set_viewport_size({"width": width, "height": 844})
            assert (path, width, faults(inbox)) == (path, width, [])
