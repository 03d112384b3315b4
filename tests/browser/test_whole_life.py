"""The whole life of a request through the pages alone, as each of those it meets sees it.

Every look has a small house of its own: a unit with a desk, a second tier and a supervisor.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from deploy.local.installation import Installation
from tests.browser.conftest import LOCALES
from tests.browser.gallery import SIZES
from tests.system.client import Api, wait_for

PASSWORD = "a password of eight words"
MOBILE, PROOF = "09121234455", "4455"
#: What a page, and what news from somebody else may take on a busy machine, in milliseconds.
PATIENCE, NEWS = 20_000, 40_000
#: What reports may be behind, in seconds.
REPORTED = 60
NOBODY_ON_SHIFT: dict[str, dict[str, str]] = {"week": {}}

WORDS = {
    "fa": {
        "title": "درِ بایگانی باز نمی‌شود",
        "description": "از صبح قفل درِ بایگانی گیر کرده است.",
        "requester": "رضا کریمی",
        "why": "لطفاً قفل را ببینید.",
        "proposal": "قفل را باید عوض کرد؛ فردا پیش از ظهر.",
        "question": "کدام در؟ شماره‌اش را بنویسید.",
        "reply": "درِ ۱۲، کنار پله.",
        "answer": "قفلِ درِ ۱۲ عوض شد.",
        "thanks": "دست شما درد نکند.",
    },
    "en": {
        "title": "The door of the archive is stuck",
        "description": "Its lock has been stuck since the morning.",
        "requester": "Mary Miller",
        "why": "Please look at the lock.",
        "proposal": "The lock has to be changed: tomorrow before noon.",
        "question": "Which door is it? Please give its number.",
        "reply": "Door 12, beside the stairs.",
        "answer": "The lock of door 12 has been changed.",
        "thanks": "That was quick.",
    },
}


class Look(NamedTuple):
    """A language, and a size of window."""

    language: str
    size: str


class House(NamedTuple):
    """Who is met on the way: accounts by part, and what the request is about."""

    subject: str
    unit: str
    people: dict[str, str]


@pytest.fixture(params=[Look("fa", "phone"), Look("en", "desk")], ids="-".join)
def look(request: pytest.FixtureRequest) -> Look:
    return request.param


@pytest.fixture
def house(admin: Api, look: Look) -> House:
    name = "-".join(("house", *look))
    title = {"fa": f"خانهٔ {look.size}", "en": f"House of the {look.size}"}
    people = {
        "desk": {"role": "agent", "tier": 1, "shift": NOBODY_ON_SHIFT},
        "expert": {"role": "expert", "tier": 2},
        "supervisor": {"role": "supervisor", "tier": 3},
    }
    admin.put(f"/admin/units/{name}", {"title": title, "parent": "hq", "desk": True}).expect(200)
    for part, person in people.items():
        given = {"name": f"{part} {name}", "unit": name, "password": PASSWORD, **person}
        admin.put(f"/admin/people/{name}-{part}", given).expect(200)
    admin.put(f"/admin/subjects/{name}", {"title": title, "kind": "request"}).expect(200)
    rule = {"order": -20, "subject": name, "unit": name, "tier": 1}
    admin.put(f"/admin/rules/{name}", rule).expect(200)
    return House(name, title[look.language], {part: f"{name}-{part}" for part in people})


@pytest.fixture
def opened(
    browser: Browser, installation: Installation, look: Look
) -> Iterator[Callable[[], Page]]:
    """Open a window for somebody; what a browser complains of fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def a_window() -> Page:
        width, height = SIZES[look.size]
        context = browser.new_context(
            base_url=installation.addresses.gateway,
            locale=LOCALES[look.language],
            viewport={"width": width, "height": height},
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: complaints.append(message.text) if message.type == "error" else None,
        )
        return page

    yield a_window
    for context in contexts:
        context.close()
    assert [each for each in complaints if "Failed to load resource" not in each] == []


def sign_in(page: Page, name: str, password: str, place: str) -> Page:
    """Come in by the door, and go where one wanted to; a machine too busy is asked once more."""
    page.goto(f"/sign-in?next={place}")
    places = page.locator("nav.places")
    for _ in range(2):
        page.fill("#username", name)
        page.fill("#password", password)
        page.keyboard.press("Enter")
        expect(places.or_(page.get_by_role("alert")).first).to_be_attached(timeout=PATIENCE)
        if places.count():
            break
    expect(places).to_be_attached()
    return page


def register(page: Page, house: House, words: dict[str, str]) -> str:
    """Find what it is about by words, and ask for it; gives the code and stays on its page."""
    page.goto("/")
    page.click("a.choice[href='/new']")
    page.fill("#q", house.unit)
    page.click(f".pick[href$='subject={house.subject}']")
    page.fill("#title", words["title"])
    page.fill("#description", words["description"])
    page.fill("#name", words["requester"])
    page.fill("#mobile", MOBILE)
    page.click("main form > button.button")
    code = page.locator(".code").inner_text().replace("-", "")
    page.click("main a.button")
    expect(page.locator(".timeline")).to_be_visible()
    return code


def open_from_inbox(page: Page, code: str) -> None:
    """Open a request from the list, to which it comes by itself."""
    page.locator(f".ticket[data-code='{code}'] a.title").first.click(timeout=NEWS)
    expect(page.locator("#dock")).to_be_visible()


def begin(page: Page, action: str) -> Locator:
    """Open the form of an action, from its tab, its large button or the menu; gives the form."""
    offered = page.locator(f"#dock [data-open='{action}']")
    if not offered.first.is_visible():
        page.click("#more > summary")
    offered.first.click()
    form = page.locator(f"form[data-form='{action}']")
    expect(form).to_be_visible()
    return form


def finish(page: Page, form: Locator) -> None:
    """Send a form, and see that it was done."""
    form.locator(".dock-foot button[type='submit']").click()
    expect(page.locator(".did")).to_be_visible()


def take_and_refer(desk: Page, code: str, expert: str, words: dict[str, str]) -> None:
    """The desk takes the request from its queue, and asks the second tier."""
    open_from_inbox(desk, code)
    expect(desk.locator(".entry.theirs")).to_contain_text(words["description"])
    desk.click(".dock-bar > form[action$='/actions/claim'] button")
    expect(desk.locator(".did")).to_be_visible()
    form = begin(desk, "refer")
    form.locator("[name='person']").select_option(expert)
    form.locator("[name='reason']").fill(words["why"])
    finish(desk, form)
    expect(desk.locator("#out-heading")).to_be_visible()


def propose(expert: Page, code: str, words: dict[str, str]) -> None:
    """The second tier proposes an answer; the request is the desk's again."""
    open_from_inbox(expert, code)
    expect(expert.locator(".entries")).to_contain_text(words["why"])
    form = begin(expert, "return")
    form.locator("textarea").fill(words["proposal"])
    finish(expert, form)


def ask(desk: Page, requester: Page, code: str, words: dict[str, str]) -> None:
    """The desk asks, and the requester answers on his own page."""
    form = begin(desk, "ask")
    form.locator("textarea").fill(words["question"])
    finish(desk, form)
    requester.goto(f"/track/{code}")
    expect(requester.locator(".asking blockquote")).to_have_text(words["question"])
    requester.fill("#text", words["reply"])
    requester.click(".asking button")
    expect(requester.locator(".notice.good")).to_be_visible()
    replied = desk.locator(".entry.theirs", has_text=words["reply"])
    expect(replied).to_be_visible(timeout=NEWS)


def rate(requester: Page, code: str, words: dict[str, str]) -> None:
    """The requester reads the answer, and says how it was."""
    requester.goto(f"/track/{code}")
    expect(requester.locator(".timeline")).to_contain_text(words["answer"])
    requester.check("input[name='score'][value='5']")
    requester.fill("#comment", words["thanks"])
    requester.click("form:has(input[name='score']) button")
    expect(requester.locator(".notice.good")).to_be_visible()


def find_in_report(manager: Page, unit: str) -> Locator:
    """Choose a report by unit; gives the row of a unit, which may come a moment later."""
    manager.click("a[href='/reports/handovers']")
    manager.select_option("#by", "unit")
    manager.click(".report-form button")
    expect(manager).to_have_url(re.compile("by=unit"))
    row = manager.locator(".report-table tr", has_text=unit)

    def is_there() -> bool:
        manager.reload()
        return row.count() == 1

    wait_for(is_there, REPORTED, "the report", pause=1)
    return row


@pytest.mark.timeout(300)
def test_a_request_is_asked_for_worked_on_answered_rated_and_counted(
    opened: Callable[[], Page], house: House, look: Look, installation: Installation
) -> None:
    words, people = WORDS[look.language], house.people
    requester = opened()
    code = register(requester, house, words)
    desk = sign_in(opened(), people["desk"], PASSWORD, "/desk")
    take_and_refer(desk, code, people["expert"], words)

    supervisor = sign_in(opened(), people["supervisor"], PASSWORD, f"/board?unit={house.subject}")
    expect(supervisor.locator(f"section:has(#away) a[href='/desk/tickets/{code}']")).to_be_visible()
    ended = supervisor.locator(".tiles .tile-figure").last
    ended_before = ended.inner_text()

    propose(sign_in(opened(), people["expert"], PASSWORD, "/desk"), code, words)
    expect(desk.locator(".proposals")).to_contain_text(words["proposal"], timeout=NEWS)
    ask(desk, requester, code, words)
    form = begin(desk, "done")
    form.locator("[name='answer']").fill(words["answer"])
    finish(desk, form)
    rate(requester, code, words)

    supervisor.goto(f"/desk/tickets/{code}")
    expect(supervisor.locator(".entries")).to_contain_text(words["thanks"])
    supervisor.click(".dock-bar > [data-open='approve']")
    finish(supervisor, supervisor.locator("form[data-form='approve']"))
    supervisor.goto(f"/board?unit={house.subject}")
    expect(ended).not_to_have_text(ended_before, timeout=NEWS)

    password = installation.environment["PEYGIR_DEMO_PASSWORD"]
    row = find_in_report(sign_in(opened(), "manager", password, "/reports"), house.unit)
    expect(row.locator("td").first).not_to_contain_text(re.compile("^[0۰]"))
