"""Two installations hand a ticket over and back, each killed once meanwhile."""

import signal
from collections import Counter
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from deploy.local.installation import Installation
from tests.servers import servers_of, started_installation
from tests.system.client import Api, wait_for
from tests.system.conftest import ACCOUNTS

PROOF = "4567"
#: What one signs with is what the other checks with.
THERE, BACK = "whsec_" + "VGhlcmU1" * 5, "whsec_" + "QmFjazEy" * 5
#: What a ticket's way there and back goes through.
PROCESSES = ("intake", "routing", "sla", "notify", "gateway")
_SOON = 40.0

#: Most of it is two installations that start.
pytestmark = pytest.mark.timeout(400)


class House:
    """One of the two: its installation and its people."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.anyone = Api(installation.addresses.gateway)
        password = installation.environment["PEYGIR_DEMO_PASSWORD"]
        self.staff = SimpleNamespace(
            **{name: self.anyone.sign_in(name, password) for name in ACCOUNTS}
        )

    def act(self, who: str, code: str, action: str, **arguments: Any) -> Any:
        client: Api = getattr(self.staff, who)
        return client.post(f"/tickets/{code}/actions/{action}", arguments).expect(200).json

    def ticket(self, code: str) -> dict[str, Any]:
        found: dict[str, Any] = self.staff.admin.get(f"/tickets/{code}").expect(200).json
        return found

    def wait(self, code: str, holds: Callable[[dict[str, Any]], Any], what: str) -> dict[str, Any]:
        """Wait until something is so of a ticket; gives it."""

        def look() -> dict[str, Any] | None:
            answer = self.staff.admin.get(f"/tickets/{code}")
            return answer.json if answer.status == HTTPStatus.OK and holds(answer.json) else None

        return wait_for(look, _SOON, what)

    def steps(self, code: str) -> list[dict[str, Any]]:
        told: list[dict[str, Any]] = self.staff.admin.get(f"/tickets/{code}/timeline").json["steps"]
        return told

    def sent(self, code: str) -> list[str]:
        """Give what partners have been sent about a ticket."""
        deliveries = self.ticket(code)["deliveries"]
        return [each["template"] for each in deliveries if each["channel"] == "partner"]

    def die(self) -> None:
        """Lose every process of ours as in a power cut; the supervisor starts them again."""
        for name in PROCESSES:
            self.installation.kill(name, signal.SIGKILL)

    def come_back(self) -> None:
        self.installation.wait_ready(90, names=PROCESSES)


@pytest.fixture(scope="module")
def ministry(installation: Installation) -> House:
    return House(installation)


@pytest.fixture(scope="module")
def telecom(
    installation: Installation, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """A second installation: the same servers, nothing else in common."""
    servers = servers_of(installation)
    folder: Path = tmp_path_factory.mktemp("telecom")
    with servers.new_vhost() as amqp_uri:
        environment = {
            "MONGO_URI": servers.mongo_uri,
            "AMQP_URI": amqp_uri,
            "REDIS_URL": servers.redis_url.rpartition("/")[0] + "/9",
            "PEYGIR_DATABASE_PREFIX": "telecom_",
        }
        with started_installation(folder, demo=True, environment=environment) as started:
            started.start_processes(PROCESSES)
            started.wait_ready(90, names=PROCESSES)
            yield House(started)


@pytest.fixture(scope="module", autouse=True)
def partners(ministry: House, telecom: House) -> None:
    """Each knows the other as a partner; only the ministry has work done elsewhere."""
    door = "{}/api/v1/partners/{}/events"
    at_telecom = {
        "title": {"fa": "مخابرات", "en": "Telecom"},
        "kind": "peygir",
        "address": door.format(telecom.installation.addresses.gateway, "ministry"),
        "sending_secret": THERE,
        "receiving_secret": BACK,
    }
    at_ministry = {
        "title": {"fa": "وزارتخانه", "en": "Ministry"},
        "kind": "peygir",
        "address": door.format(ministry.installation.addresses.gateway, "telecom"),
        "email": "requests@ministry.example",
        "subject": "it.network",
        "sending_secret": BACK,
        "receiving_secret": THERE,
    }
    shown = ministry.staff.admin.put("/admin/partners/telecom", at_telecom).expect(200)
    telecom.staff.admin.put("/admin/partners/ministry", at_ministry).expect(200)
    assert THERE not in shown.text
    assert len(shown.json["sending_keys"]) == 1


def test_a_ticket_goes_there_and_comes_back_while_each_is_killed_once(
    ministry: House, telecom: House
) -> None:
    code = ministry.staff.desk.register(
        subject="it.network",
        title="خط شعبه قطع است",
        description="از صبح ارتباط شعبهٔ مرکزی قطع است.",
        channel="phone",
        requester={"name": "رضا احمدی", "mobile": "09121234567"},
    )
    ministry.wait(code, lambda it: it["state"] == "in_progress", "the assignment")
    ministry.act("supervisor", code, "assign", person="expert")

    telecom.die()
    out = ministry.act("expert", code, "hand-off", to="telecom", reason="خط بیرونی است")
    assert (out["state"], out["waiting_for"]) == ("waiting", "supplier")
    telecom.come_back()
    taken = ministry.wait(code, lambda it: it["outside"]["reference"], "the reference there")
    there = taken["outside"]["reference"]
    assert telecom.ticket(there)["client"] == "ministry"
    assert telecom.ticket(there)["title"] == "خط شعبه قطع است"
    nested = ministry.wait(code, lambda it: it["outside"]["due_at"], "the clock there")
    assert nested["outside"]["open"]

    telecom.wait(there, lambda it: it["state"] == "in_progress", "the assignment there")
    telecom.act("supervisor", there, "assign", person="expert")
    telecom.act("desk", there, "ask", question="شمارهٔ خط چیست؟")
    ministry.wait(code, lambda it: it["state"] == "in_progress", "the question")
    ministry.act("expert", code, "tell-partner", text="۴۴۲۱۷")
    telecom.wait(there, lambda it: it["state"] == "in_progress", "the answer to the question")

    ministry.die()
    telecom.act("desk", there, "answer", text="کابل تعویض شد.")
    telecom.act("expert", there, "done")
    telecom.act("supervisor", there, "approve")
    ministry.come_back()
    back = ministry.wait(code, lambda it: not it["outside"]["open"], "the work to come back")
    assert (back["state"], back["outside"]["outcome"]) == ("in_progress", "closed")
    returned = [step for step in ministry.steps(code) if step["type"] == "ticket.taken_back"]
    assert [step["texts"] for step in returned] == [{"proposal": "کابل تعویض شد."}]

    ministry.act("desk", code, "answer", text="خط وصل شد.")
    ministry.act("expert", code, "done")
    ministry.act("supervisor", code, "approve")

    followed = ministry.anyone.track(code, PROOF).expect(200)
    types = [step["type"] for step in followed.json["timeline"]]
    assert followed.json["state"] == "finished"
    assert types[0] == "ticket.registered"
    assert types[-1] == "ticket.finished"
    assert "ticket.handed_off" not in types
    assert not any(word in followed.text for word in ("telecom", "مخابرات", "کابل", there))
    assert Counter(types)["ticket.answered"] == 1

    heard = Counter(
        step["data"]["said"]
        for step in ministry.steps(code)
        if step["type"] == "ticket.partner_heard"
    )
    assert (heard["accepted"], heard["asked"], heard["answered"], heard["closed"]) == (1, 1, 1, 1)
    assert ministry.sent(code) == ["handoff_requested", "handoff_written"]
    theirs = telecom.staff.admin.get("/tickets?limit=200").json["items"]
    assert [it["code"] for it in theirs if it["client"] == "ministry"] == [there]


def test_work_that_is_called_back_is_withdrawn_there(ministry: House, telecom: House) -> None:
    code = ministry.staff.desk.register(
        subject="it.network",
        title="Line down",
        description="The line is down.",
        channel="phone",
        requester={"name": "A", "mobile": "09351112233"},
    )
    ministry.wait(code, lambda it: it["state"] == "in_progress", "the assignment")
    ministry.act("supervisor", code, "hand-off", to="telecom")
    taken = ministry.wait(code, lambda it: it["outside"]["reference"], "the reference there")
    there = taken["outside"]["reference"]

    back = ministry.act("supervisor", code, "recall", reason="It was our own cable.")

    assert (back["state"], back["outside"]["outcome"]) == ("in_progress", "recalled")
    telecom.wait(there, lambda it: it["state"] == "withdrawn", "the end there")


def words(english: str) -> dict[str, str]:
    return {"fa": f"«{english}»", "en": english}


@pytest.fixture
def lines(ministry: House) -> str:
    """A workflow whose work goes to the telecom when it has lain for two seconds, at any hour."""
    admin: Api = ministry.staff.admin
    days = ("saturday", "sunday", "monday", "tuesday", "wednesday", "thursday", "friday")
    hours = {"zone": "UTC", "week": {day: ["00:00-24:00"] for day in days}, "units": ["lines"]}
    person = {"name": "L", "role": "expert", "unit": "lines", "tier": 1, "capacity": 50}
    admin.put("/admin/units/lines", {"title": words("Lines"), "parent": "hq"}).expect(200)
    admin.put("/admin/people/l.expert", person).expect(200)
    admin.put("/admin/calendars/lines-hours", {"definition": hours}).expect(200)
    given = {"hand_off": {"partner": "telecom", "note": words("It is your line.")}}
    definition = {
        "start": "lying",
        "actions": {"lies": {"title": words("It lies")}},
        "steps": {
            "lying": {
                "kind": "in_progress",
                "unit": "lines",
                "timers": [{"after": "PT2S", "action": "lies"}],
            },
            "back": {"kind": "in_progress", "unit": "lines"},
            "there": {"kind": "waiting", "waiting_for": "supplier"},
            "over": {"kind": "finished"},
        },
        "transitions": [
            {"action": "lies", "from": ["lying"], "to": "back", "effects": given},
            {"action": "hand-off", "from": ["back"], "to": "there", "who": ["assignee"]},
            {"action": "resume", "from": ["there"], "to": "back", "who": ["assignee"]},
            {"action": "finish", "from": ["back"], "to": "over", "who": ["assignee"]},
        ],
    }
    admin.put("/admin/workflows/lines", {"definition": definition}).expect(200)
    unknown = given["hand_off"] | {"partner": "nobody"}
    definition["transitions"][0]["effects"] = {"hand_off": unknown}
    refused = admin.put("/admin/workflows/lines", {"definition": definition}).expect(422).json
    assert [error["code"] for error in refused["errors"]] == ["partner_unknown"]
    return "lines"


def test_work_that_lies_goes_there_by_itself_once_while_each_is_killed(
    ministry: House, telecom: House, lines: str
) -> None:
    codes = [
        ministry.staff.admin.register(
            subject="it.network",
            title=f"Line {number}",
            description="It is dead.",
            requester={"name": "R", "mobile": "09121230000"},
            workflow=lines,
        )
        for number in range(5)
    ]
    ministry.die()
    telecom.die()
    ministry.come_back()
    telecom.come_back()

    theirs = {}
    for code in codes:
        out = ministry.wait(
            code, lambda it: (it.get("outside") or {}).get("reference"), "the reference there"
        )
        assert (out["step"], out["outside"]["by"]) == ("there", "system:routing")
        assert ministry.sent(code) == ["handoff_requested"]
        theirs[out["outside"]["reference"]] = code

    assert len(theirs) == len(codes)
    listed = telecom.staff.admin.get("/tickets?limit=200").json["items"]
    named = [it["code"] for it in listed if it["title"].startswith("Line ") and it["client"]]
    assert sorted(set(named) & theirs.keys()) == sorted(theirs)
    numbered = Counter(it["title"] for it in listed if it["title"][5:].isdecimal())
    assert set(numbered.values()) == {1}
    there, code = theirs.popitem()
    telecom.wait(there, lambda it: it["state"] == "in_progress", "the assignment there")
    telecom.act("supervisor", there, "decline", reason="Not our line.")
    back = ministry.wait(code, lambda it: not it["outside"]["open"], "the work to come back")
    assert (back["step"], back["outside"]["outcome"]) == ("back", "rejected")


def test_who_has_not_the_secret_learns_nothing(ministry: House) -> None:
    answers = []
    for partner in ("telecom", "nobody"):
        answer = ministry.anyone.post(
            f"/partners/{partner}/events",
            {"type": "handoff.closed", "timestamp": "2026-11-22T08:00:00Z", "data": {}},
            headers={
                "webhook-id": "m1",
                "webhook-timestamp": "1",
                "webhook-signature": "v1,AAAA",
            },
        ).expect(401)
        answers.append({k: v for k, v in answer.json.items() if k not in ("instance", "trace_id")})

    assert answers[0] == answers[1]
    assert answers[0]["code"] == "partner_refused"
