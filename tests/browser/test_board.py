"""The board, reports, agreements and calendars in a real browser."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from deploy.local.installation import Installation
from tests.browser.conftest import take_seat
from tests.system.client import Api, wait_for

#: The stream of hints, or the board's own look every half minute.
_BY_ITSELF = 45_000


def registered(desk: Api, title: str, **changes: str) -> str:
    """Register a request, and wait until somebody has it."""
    requester = {"name": "مریم احمدی", "mobile": "09121230088"}
    request = {"subject": "it.network", "description": "قطع است.", "channel": "phone", **changes}
    code = desk.register(title=title, requester=requester, **request)
    wait_for(
        lambda: desk.get(f"/tickets/{code}").json.get("assignee"),
        deadline=30,
        what="the assignment",
    )
    return code


def test_the_board_shows_new_work_by_itself_and_leads_to_it(
    office: Page, installation: Installation, supervisor: Api, desk: Api
) -> None:
    take_seat(office, supervisor, installation.addresses.gateway)
    office.goto("/board")
    figure = office.locator(".tiles a[href^='/board/tickets'] .tile-figure").first
    before = figure.inner_text()

    code = registered(desk, "تابلو زنده است")
    expect(figure).not_to_have_text(before, timeout=_BY_ITSELF)

    office.locator(".ages tfoot a").first.click()
    expect(office.locator(f"a[href='/desk/tickets/{code}']")).to_be_visible()


def test_a_day_is_closed_by_a_click_and_opened_again(
    office: Page, installation: Installation, language: str, admin: Api
) -> None:
    month, day = ("1405-12", "2027-03-06") if language == "fa" else ("2027-03", "2027-03-02")
    take_seat(office, admin, installation.addresses.gateway)
    office.goto(f"/admin/calendars/tehran-office?month={month}")

    cell = office.locator(f".month a[href*='day={day}']")
    cell.focus()
    cell.press("Enter")
    office.check("input[name='kind'][value='closed']")
    office.click("#day form button >> nth=0")
    expect(office.locator(f"td.day-exception a[href*='day={day}']")).to_be_visible()

    office.click(f".month a[href*='day={day}']")
    office.check("input[name='kind'][value='week']")
    office.click("#day form button >> nth=0")
    expect(office.locator(f"td.day-open a[href*='day={day}']")).to_be_visible()
