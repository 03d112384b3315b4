"""When a request will probably be done: from what like ones took, told in both languages."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from deploy.local.installation import Installation
from tests.http import Http
from tests.system.client import Api, wait_for

#: No other test has tickets of it.
SUBJECT = "hr.pension"
REQUESTER = {"name": "P", "mobile": "09125554433"}
PROOF = "4433"
PAST = 12
TOOK = timedelta(days=6)
DAY = timedelta(days=1)


def ticket(client: Api, title: str, at: datetime | None = None) -> str:
    body = {
        "subject": SUBJECT,
        "title": title,
        "description": "x",
        "channel": "api",
        "requester": REQUESTER,
    }
    answer = client.post("/tickets", body, headers=then(at))
    code: str = answer.expect(201).json["code"]
    return code


def then(at: datetime | None, whose: str | None = None) -> dict[str, str]:
    headers = {"Peygir-At": at.isoformat() if at else None, "Peygir-Behalf": whose}
    return {name: value for name, value in headers.items() if value}


@pytest.fixture(scope="module")
def history(staff: SimpleNamespace) -> None:
    """A dozen pension questions of another system, each of which took six days."""
    for number in range(PAST):
        end = datetime.now(UTC) - (number + 1) * DAY
        code = ticket(staff.admin, "Then", end - TOOK)
        wait_for(lambda code=code: "assign" in actions(staff.admin, code), 30, "routing")
        act(staff.admin, code, "assign", end - TOOK, "person:supervisor", {"person": "expert"})
        act(staff.admin, code, "done", end, "person:expert", {"result": "solved"})
        act(staff.admin, code, "approve", end, "person:supervisor")
    wait_for(lambda: figures(staff.supervisor)["tickets"] == PAST, 60, "sla to read them")


def actions(client: Api, code: str) -> list[str]:
    answer = client.get(f"/tickets/{code}")
    return answer.json["actions"] if answer.status == 200 else []


def act(client: Api, code: str, action: str, at: datetime, whose: str, given: Any = None) -> None:
    path = f"/tickets/{code}/actions/{action}"
    client.post(path, given or {}, headers=then(at, whose)).expect(200)


def figures(client: Api) -> dict[str, Any]:
    found = client.get("/expectations").expect(200).json
    return next((each for each in found if each["subject"] == SUBJECT), {"tickets": 0})


@pytest.fixture(scope="module")
def code(staff: SimpleNamespace, history: None) -> str:
    """A new one."""
    return ticket(staff.desk, "Now")


def test_a_new_request_is_expected_when_most_like_it_had_been_done(
    staff: SimpleNamespace, anyone: Api, code: str
) -> None:
    found = wait_for(lambda: anyone.track(code, PROOF).expect(200).json["expected"], 30)
    path = f"/tickets/{code}"
    wait_for(lambda: staff.desk.get(path).status == 200, 30, "the case")
    seen = staff.desk.get(path).expect(200).json["expected"]

    assert found["by"] == "history"
    assert (seen["of"], seen["samples"], seen["quantile"]) == ("subject", PAST, 0.8)
    assert found["at"] == seen["expected_at"]
    ahead = datetime.fromisoformat(found["at"]) - datetime.now(UTC)
    assert TOOK * 0.5 < ahead < TOOK * 2


@pytest.mark.parametrize(
    ("language", "words"), [("fa", "زمان برآوردی انجام"), ("en", "Expected to be done by")]
)
def test_its_page_says_so_in_both_languages(
    installation: Installation, code: str, language: str, words: str
) -> None:
    with Http(installation.addresses.gateway) as browser:
        proved = browser.post("/track", form={"code": code, "proof": PROOF}).expect(303)
        cookie = proved.headers["set-cookie"].partition(";")[0]
        page = browser.get(f"/track/{code}?lang={language}", headers={"Cookie": cookie}).expect(200)

    assert words in page.text


def test_managers_see_how_long_it_takes_and_that_nothing_was_foretold_then(
    staff: SimpleNamespace, history: None
) -> None:
    found = figures(staff.supervisor)

    assert (found["tickets"], found["foretold"], found["held"]) == (PAST, 0, None)
    assert found["half_hours"] == pytest.approx(TOOK / timedelta(hours=1), abs=0.1)
