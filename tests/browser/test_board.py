"""The board, reports, agreements and calendars in a real browser."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from deploy.local.installation import Installation
from tests.system.client import Api, wait_for

#: Every page of these areas.
PAGES = (
    "/board",
    "/board/tickets?state=in_progress",
    "/board/clocks/coming",
    "/reports",
    "/reports/sla_attainment?by=unit",
    "/reports/first_contact_resolution?by=day",
    "/admin/agreements",
    "/admin/agreements/ticket",
    "/admin/agreements/ticket/edit",
    "/admin/agreements/new",
    "/admin/trials",
    "/admin/calendars",
    "/admin/calendars/tehran-office?month=1405-01&day=2026-04-02",
    "/admin/calendars/tehran-office/week",
    "/stuck",
    "/audit",
)
#: Those that stand for the others in dark colours.
DARK = (
    "/board",
    "/reports/sla_attainment?by=unit",
    "/admin/agreements/ticket/edit",
    "/admin/calendars/tehran-office?month=1405-01&day=2026-04-02",
    "/stuck",
)
#: The stream of hints, or the board's own look every half minute.
_BY_ITSELF = 45_000


def sign_in(page: Page, installation: Installation, name: str, language: str) -> None:
    page.goto(f"/sign-in?lang={language}&theme=light")
    page.fill("#username", name)
    page.fill("#password", installation.environment["PEYGIR_DEMO_PASSWORD"])
    page.click("main button")
    expect(page.locator(".side")).to_be_visible()


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


@pytest.mark.parametrize(("theme", "paths"), [("light", PAGES), ("dark", DARK)])
def test_no_page_has_a_serious_fault_or_is_wider_than_a_phone(
    browser: Browser, installation: Installation, language: str, theme: str, paths: tuple[str, ...]
) -> None:
    context = browser.new_context(
        base_url=installation.addresses.gateway, viewport={"width": 390, "height": 844}
    )
    page = context.new_page()
    sign_in(page, installation, "admin", language)
    found = {}
    for path in paths:
        page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}&theme={theme}")
        expect(page.locator("h1")).to_be_visible()
        violations = Axe().run(page).response["violations"]
        faults = [each["id"] for each in violations if each["impact"] in {"serious", "critical"}]
        wider = page.evaluate("document.documentElement.scrollWidth > innerWidth + 1")
        if faults or wider:
            found[path] = [*faults, *(["wider"] if wider else [])]
    context.close()

    assert found == {}


def test_the_board_shows_new_work_by_itself_and_leads_to_it(
    office: Page, installation: Installation, language: str, desk: Api
) -> None:
    sign_in(office, installation, "supervisor", language)
    office.goto("/board")
    figure = office.locator(".tiles a[href^='/board/tickets'] .tile-figure").first
    before = figure.inner_text()

    code = registered(desk, "تابلو زنده است")
    expect(figure).not_to_have_text(before, timeout=_BY_ITSELF)

    office.locator(".ages tfoot a").first.click()
    expect(office.locator(f"a[href='/desk/tickets/{code}']")).to_be_visible()


def test_an_agreement_built_in_the_browser_is_that_of_the_next_request(
    office: Page, installation: Installation, language: str, desk: Api
) -> None:
    name = f"phone-{language}"
    sign_in(office, installation, "admin", language)
    office.goto("/admin/agreements/new")
    office.fill("#id", name)
    office.fill("[id='title.fa']", "تلفنی‌ها")
    office.locator("details.boxes").nth(0).locator("summary").click()
    office.check("input[name='match.channel[]'][value='phone']")
    office.locator("details.boxes").nth(2).locator("summary").click()
    subject = "it.software" if language == "fa" else "it.hardware"
    office.check(f"input[name='match.subject[]'][value='{subject}']")
    office.fill("[id='targets.0.within']", "0")
    office.click(".bar-of-actions button[value='check']")
    expect(office.locator(".notice.wrong a[href='#targets.0.within']")).to_be_visible()

    office.fill("[id='targets.0.within']", "۴۵" if language == "fa" else "45")
    office.select_option("select[name='targets.0.within.unit']", "minutes")
    office.click("button[value='add:targets.0.marks']")
    office.fill("[id='targets.0.marks.1.percent']", "100")
    office.click("button[value='add:targets.0.marks.1.notices']")
    office.select_option("[id='targets.0.marks.1.notices.0.role']", "service_manager")
    office.click(".bar-of-actions button[value='publish']")
    expect(office).to_have_url(re.compile(rf"/admin/agreements/{name}\?published=1"))

    code = registered(desk, "با توافق‌نامهٔ تازه", subject=subject)
    clocks = wait_for(
        lambda: desk.get(f"/tickets/{code}/clocks").json, deadline=30, what="the clocks"
    )
    assert [(each["agreement"], each["target_seconds"]) for each in clocks] == [(name, 45 * 60.0)]


def test_a_day_is_closed_by_a_click_and_opened_again(
    office: Page, installation: Installation, language: str
) -> None:
    month, day = ("1405-12", "2027-03-06") if language == "fa" else ("2027-03", "2027-03-02")
    sign_in(office, installation, "admin", language)
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
