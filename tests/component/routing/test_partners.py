"""What partners outside send, on real servers: once each, proved, and in whatever order."""

from __future__ import annotations

import json
import secrets
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from chassis import webhooks
from chassis.identity import ANONYMOUS, Identity
from tests.component.routing.world import FIRST, REPLICAS, RoutingWorld, person
from tests.component.waiting import eventually
from tests.http import Answer

SUPERVISOR = person("supervisor", "supervisor", tier=3)
DOOR = Identity(subject="system:partners", role="service")
OURS, THEIRS, NEXT = ("whsec_" + text * 5 for text in ("T3VycwAA", "VGhlaXJz", "TmV4dAAA"))


@pytest.fixture(scope="module", autouse=True)
def telecom(world: RoutingWorld) -> None:
    define(world)


def define(world: RoutingWorld, **changes: Any) -> dict[str, Any]:
    usual = {
        "id": "telecom",
        "title": {"fa": "مخابرات", "en": "Telecom"},
        "kind": "webhook",
        "address": "https://telecom.example.com/hook",
        "unit": "it",
        "sending_secret": OURS,
        "receiving_secret": THEIRS,
    }
    view: dict[str, Any] = world.get("define_partner", usual | changes)
    return view


def with_telecom(world: RoutingWorld) -> str:
    """A ticket whose work the telecom has."""
    code = world.register()
    eventually(lambda: world.ticket(code))
    arguments = {"to": "telecom", "reason": "It is their line."}
    deed = {"code": code, "action": "hand-off", "arguments": arguments}
    assert world.get("act", deed, SUPERVISOR)["outside"]["open"]
    return code


def message(said: str, **data: Any) -> bytes:
    told = {"type": f"handoff.{said}", "timestamp": "2026-11-22T08:00:00Z", "data": data}
    return json.dumps(told).encode()


def send(
    world: RoutingWorld,
    body: bytes,
    *,
    id_: str | None = None,
    secret: str = THEIRS,
    ago: float = 0.0,
    partner: str = "telecom",
    to: str = FIRST,
    method: str = "hear_partner",
) -> Answer:
    name = id_ or secrets.token_hex(8)
    now = datetime.fromtimestamp(time.time(), UTC) - timedelta(seconds=ago)
    signed = webhooks.signed(webhooks.headers([secret], name, body, now=now), body)
    request = signed._asdict() | {"partner": partner, "body": body.decode()}
    return world.call(to, method, request, by=DOOR)


def test_a_partners_messages_move_the_ticket_and_come_back_as_a_proposal(
    world: RoutingWorld,
) -> None:
    code = with_telecom(world)

    send(world, message("accepted", your_ticket=code, ticket="INC-1", number=1)).expect(200)
    send(world, message("closed", your_ticket=code, number=2, text="Replaced.")).expect(200)

    ticket = world.ticket(code)
    assert ticket["state"] == "in_progress"
    assert (ticket["outside"]["reference"], ticket["outside"]["outcome"]) == ("INC-1", "closed")
    steps = world.get("timeline", {"code": code})
    back = next(step for step in steps if step["type"] == "ticket.taken_back")
    assert back["texts"] == {"proposal": "Replaced."}
    assert back["actor"] == "partner:telecom"


def test_a_message_sent_many_times_counts_once_whichever_replica_takes_it(
    world: RoutingWorld,
) -> None:
    code = with_telecom(world)
    body = message("answered", your_ticket=code, text="Wait an hour.")
    tries = [
        partial(send, world, body, id_="the same", to=to, ago=ago)
        for to in REPLICAS
        for ago in (0.0, 1.0, 2.0, 3.0)
    ]

    answers = world.together(tries)

    assert {answer.status for answer in answers} == {200}
    assert len({answer.json["version"] for answer in answers}) == 1
    steps = world.get("timeline", {"code": code})
    assert [step["type"] for step in steps].count("ticket.partner_heard") == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"secret": OURS},
        {"secret": NEXT},
        {"partner": "nobody"},
        {"ago": 400.0},
        {"ago": -400.0},
    ],
    ids=str,
)
def test_whatever_is_not_proved_gets_one_and_the_same_refusal(
    world: RoutingWorld, wrong: dict[str, Any]
) -> None:
    code = with_telecom(world)

    answer = send(world, message("closed", your_ticket=code), **wrong)

    assert (answer.status, answer.json["code"]) == (401, "partner_refused")
    assert world.ticket(code)["outside"]["open"]


def test_a_partner_speaks_of_its_own_work_alone(world: RoutingWorld) -> None:
    code = world.register()
    eventually(lambda: world.ticket(code))

    for ticket in (code, "999999999999", "not-a-code", None):
        body = message("closed", **({"your_ticket": ticket} if ticket else {}))
        answer = send(world, body)
        assert (answer.status, answer.json["code"]) in (
            (404, "handoff_unknown"),
            (404, "ticket_not_found"),
        )


@pytest.mark.parametrize("body", [b"{}", b"[]", b'{"type":"handoff.sung"}', b"\xd8\xa7"])
def test_what_cannot_be_read_is_refused_after_it_was_proved(
    world: RoutingWorld, body: bytes
) -> None:
    assert send(world, body).status == 422
    assert send(world, body, secret=NEXT).status == 401


def test_secrets_rotate_and_are_never_shown(world: RoutingWorld) -> None:
    code = with_telecom(world)
    view = define(world, receiving_secret=NEXT, sending_secret=NEXT)
    try:
        for secret in (THEIRS, NEXT):
            body = message("progressed", your_ticket=code)
            send(world, body, secret=secret).expect(200)
        links = world.ask(FIRST, "partner_links", {"ids": ["telecom"]}, by=DOOR)
        assert links["telecom"]["secrets"] == [NEXT, OURS]
        assert world.call(FIRST, "partner_links", {"ids": ["telecom"]}).status == 403
        listed = json.dumps(world.get("partners", {}))
        assert not any(secret[6:] in listed for secret in (OURS, THEIRS, NEXT))
        ends = [key["until"] for key in view["receiving_keys"]]
        assert ends[0] is None
        assert ends[1] is not None
        journal = world.database("routing")["journal"].find({"stream": "partner:telecom"})
        assert not any(secret[6:] in str(item) for item in journal for secret in (OURS, NEXT))
    finally:
        define(world)


def test_staff_choose_among_the_partners_in_use_and_see_no_more_of_them(
    world: RoutingWorld,
) -> None:
    telecom = {"id": "telecom", "title": {"fa": "مخابرات", "en": "Telecom"}, "kind": "webhook"}

    assert telecom in world.get("partner_names", {}, SUPERVISOR)
    define(world, active=False)
    try:
        assert telecom not in world.get("partner_names", {}, SUPERVISOR)
        assert world.call(FIRST, "partner_names", {}, by=ANONYMOUS).status == 403
    finally:
        define(world)


def test_a_partner_that_was_switched_off_is_not_heard(world: RoutingWorld) -> None:
    code = with_telecom(world)
    define(world, active=False)
    try:
        assert send(world, message("closed", your_ticket=code)).status == 401
    finally:
        define(world)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"unit": "nowhere"}, "/unit"),
        ({"id": "fresh", "sending_secret": None}, "/sending_secret"),
        ({"id": "fresh", "address": None}, "/address"),
        ({"id": "fresh", "kind": "email"}, "/email"),
        ({"subject": "it.network"}, "/email"),
    ],
)
def test_a_wrong_definition_names_its_fault(
    world: RoutingWorld, changes: dict[str, Any], pointer: str
) -> None:
    usual = {
        "id": "telecom",
        "title": {"en": "Telecom"},
        "kind": "webhook",
        "address": "https://telecom.example.com/hook",
        "sending_secret": OURS,
    }

    answer = world.call(FIRST, "define_partner", usual | changes)

    assert answer.status == 422
    assert [fault["pointer"] for fault in answer.json["fields"]] == [pointer]


def test_a_hand_off_of_theirs_is_taken_in_once(world: RoutingWorld) -> None:
    define(world, subject="it.network", email="desk@telecom.example.com")
    code = world.register()
    eventually(lambda: world.ticket(code))
    body = message("requested", handoff="h-77", ticket="INC-77", title="Line", text="Soon")

    first = send(world, body, method="partner_request").expect(200).json
    taken = {"code": code, "handoff": "h-77", "reference": "INC-77"}
    itself = Identity(subject="partner:telecom", role="partner")
    world.call(FIRST, "take_in", taken, by=itself, key="m1").expect(200)
    world.call(FIRST, "take_in", taken, by=itself, key="m1").expect(200)
    again = send(world, body, method="partner_request").expect(200).json

    assert (first["code"], first["title"], first["description"]) == (None, "Line", "Soon")
    assert again["code"] == code
    assert world.ticket(code)["client"] == "telecom"
    assert world.call(FIRST, "take_in", taken, by=ANONYMOUS).status == 403
    unknown = message("recalled", handoff="h-78", ticket="INC-78")
    assert send(world, unknown, method="partner_request").status == 404
