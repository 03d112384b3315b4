"""What belongs to another unit or to another requester is neither read nor changed."""

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from tests.attacks.clients import Session, Stranger
from tests.attacks.routes import Route
from tests.system.client import wait_for

_HIDDEN = {403, 404}
MINE, THEIRS = "09121110001", "09121110002"


class Work(NamedTuple):
    """A ticket of the unit `it`, with words that nobody else may see."""

    code: str
    title: str
    name: str

    def is_told_by(self, text: str) -> bool:
        return any(word in text for word in (self.code, self.title, self.name))


@pytest.fixture(scope="module")
def work(registered: Callable[..., str], admin: Session) -> Work:
    title, name = "رازِ سامانه", "خانم نهانی"
    code = registered(title=title, requester={"name": name, "mobile": THEIRS})
    wait_for(
        lambda: admin.get(f"/api/v1/tickets/{code}").json["unit"] == "it",
        deadline=30,
        what="the work to be with its unit",
    )
    return Work(code, title, name)


@pytest.fixture(scope="module", params=["expert", "supervisor", "agent"])
def outsider(request, employ: Callable[..., Session]) -> Session:
    """Somebody of each role whose rights end with the unit, in a unit that has no part in it."""
    unit = "isfahan" if request.param == "agent" else "finance"
    return employ(f"some-outside-{request.param}", role=request.param, unit=unit)


def snapshot(admin: Session, code: str) -> tuple[Any, ...]:
    """Everything that a change would change."""
    ticket = admin.get(f"/api/v1/tickets/{code}").expect(200).json
    steps = admin.get(f"/api/v1/tickets/{code}/timeline").expect(200).json["steps"]
    return ticket["version"], ticket["messages"], ticket["rating"], steps


def with_code(routes: list[Route], prefix: str) -> list[Route]:
    found = [route for route in routes if route.path.startswith(prefix) and "{code}" in route.path]
    assert found
    return found


def actions_of(route: Route) -> list[str]:
    """The actions that the document names, where the route takes one."""
    for parameter in route.parameters("path"):
        if parameter["name"] == "action":
            named = parameter["schema"].get("enum") or re.findall(
                r"`([a-z-]+)`", parameter["description"]
            )
            return [name for name in named if name != "actions"]
    return [""]


def tries(routes: list[Route], code: str) -> Iterator[tuple[Route, str]]:
    """Every route with the code in it, and every action by its name."""
    for route in routes:
        for action in actions_of(route):
            yield route, route.filled(code=code, action=action)


#: Forgetting what oneself has drafted, or looking away, tells nothing of the ticket.
_OWN = {("DELETE", "draft"), ("DELETE", "viewers")}
_ARGUMENTS = {
    "assign": {"person": "expert"},
    "log-work": {"work_group": "other", "duration": "PT15M"},
    "refer": {"unit": "finance"},
    "ask": {"question": "؟"},
    "answer": {"text": "نه"},
    "note": {"text": "نه"},
    "decline": {"reason": "نه"},
    "prioritise": {"priority": 1},
    "reason": {"reason": "staff-short"},
    "exception": {"reason": "staff-short"},
    "decision": {"approved": True},
    "draft": {"text": "نه"},
    "split": {"subject": "it.network", "title": "نه", "description": "نه"},
}


def test_no_route_shows_or_changes_the_work_of_another_unit(routes, work, outsider, admin):
    before = snapshot(admin, work.code)

    for route, path in tries(with_code(routes, "/api/v1/tickets/"), work.code):
        body = _ARGUMENTS.get(path.rpartition("/")[2], {}) if route.takes_json else None
        answer = outsider.request(route.method, path, body)
        is_own = (route.method, path.rpartition("/")[2]) in _OWN
        hidden = {204} if is_own else _HIDDEN
        assert answer.status in hidden, f"{route.method} {path}: {answer.status} {answer.text}"
        assert not work.is_told_by(answer.text.replace(path, "")), path

    assert snapshot(admin, work.code) == before


def test_no_list_shows_the_work_of_another_unit(work, outsider):
    for query in (
        "",
        "?limit=200",
        "?unit=it",
        f"?q={work.code}",
        "?q=%D8%B1%D8%A7%D8%B2%D9%90",
        "?assignee=expert",
        "?unit[$ne]=finance",
        "?unit=it&unit=finance",
    ):
        found = outsider.get(f"/api/v1/tickets{query}")

        assert found.status == 200, query
        assert not work.is_told_by(found.text), query
    assert not work.is_told_by(outsider.get("/api/v1/inbox").expect(200).text)


@pytest.mark.parametrize(
    ("role", "unit"), [("expert", "it"), ("supervisor", "it"), ("agent", "hq")]
)
def test_who_belongs_there_reads_it(role, unit, work, employ):
    insider = employ(f"some-inside-{role}", role=role, unit=unit)

    assert insider.get(f"/api/v1/tickets/{work.code}").expect(200).json["title"] == work.title
    assert work.is_told_by(insider.get(f"/api/v1/tickets?q={work.code}").text)


@pytest.fixture(scope="module")
def mine(registered: Callable[..., str]) -> str:
    return registered(requester={"name": "من", "mobile": MINE})


def test_ones_own_proof_opens_no_other_requesters_ticket(routes, work, mine, url, admin):
    before = snapshot(admin, work.code)
    proof = {"Peygir-Proof": MINE[-4:]}
    bodies = {"messages": {"text": "x"}, "feedback": {"score": 1}}
    assert Stranger(url).get(f"/api/v1/track/{mine}", headers=proof).status == 200

    for route, path in tries(with_code(routes, "/api/v1/track/"), work.code):
        body = bodies.get(path.rpartition("/")[2], {}) if route.takes_json else None
        answer = Stranger(url).request(route.method, path, body, headers=proof)
        assert (answer.status, answer.json["code"]) == (404, "tracking_refused"), path

    assert snapshot(admin, work.code) == before


def test_the_pass_of_ones_own_page_opens_no_other_page(work, mine, stranger, admin):
    before = snapshot(admin, work.code)
    shown = stranger.post("/track", form={"code": mine, "proof": MINE[-4:]}).expect(303)
    stranger.headers["Cookie"] = shown.headers["Set-Cookie"].partition(";")[0]
    stranger.get(f"/track/{mine}").expect(200)

    page = stranger.get(f"/track/{work.code}").expect(200)
    for path, form in (
        ("messages", {"text": "x"}),
        ("feedback", {"score": "1"}),
        ("actions/withdraw", {"reason": "x"}),
    ):
        answer = stranger.post(f"/track/{work.code}/{path}", form=form)
        assert (answer.status, answer.headers["Location"]) == (303, f"/track/{work.code}")

    assert not any(word in page.text for word in (work.title, work.name))
    assert snapshot(admin, work.code) == before


def test_a_signed_in_member_of_staff_follows_no_ticket_without_a_proof(work, outsider):
    answer = outsider.get(f"/api/v1/track/{work.code}", headers={"Peygir-Proof": "0000"})

    assert answer.status == 404
