"""Routing on real servers: what only shows with several processes and a database."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import cycle
from typing import Any

import pytest

from chassis.identity import ANONYMOUS, Identity
from tests.component.routing.world import FIRST, IMPORTER, PASSWORD, REPLICAS, RoutingWorld, person
from tests.component.waiting import eventually, eventually_equal
from tests.http import Answer

Deed = tuple[str, Identity, dict[str, Any]]
REQUESTER = Identity(subject="requester:r1", role="requester")
DESK = person("desk", "agent", "hq")
SUPERVISOR = person("supervisor", "supervisor", tier=3)


def registered(world: RoutingWorld, **fields: Any) -> dict[str, Any]:
    """A ticket that has reached routing."""
    code = world.register(**fields)
    eventually(lambda: world.ticket(code))
    return world.ticket(code)


def queued(world: RoutingWorld) -> str:
    """A ticket that waits in the queue of the unit without people."""
    code: str = registered(world, subject="finance")["code"]
    assert world.ticket(code)["assignee"] is None
    return code


def statuses(answers: list[Answer]) -> Counter[int]:
    return Counter(answer.status for answer in answers)


def types_of(steps: list[dict[str, Any]]) -> list[str]:
    return [step["type"] for step in steps]


def test_a_registered_request_reaches_an_inbox(world: RoutingWorld) -> None:
    ticket = registered(world)

    assert (ticket["state"], ticket["owner"], ticket["unit"]) == ("in_progress", "desk", "it")
    assert (ticket["tier"], ticket["priority"]) == (1, 2)
    inbox = world.get("inbox", {}, person(ticket["assignee"]))
    assert ticket["code"] in [item["code"] for item in inbox["work"]]
    out = world.get("inbox", {}, DESK)["out"]
    assert ticket["code"] in [item["code"] for item in out]


def test_a_command_may_come_before_the_event(world: RoutingWorld) -> None:
    code = world.register()

    answer = world.act(code, "note", SUPERVISOR, text="Already here.")

    assert answer.status == 200, answer


def test_an_unknown_ticket_is_not_found_and_leaves_no_text(world: RoutingWorld) -> None:
    answer = world.act("999999999999", "note", SUPERVISOR, text="Nowhere.")

    assert (answer.status, answer.json["code"]) == (404, "ticket_not_found")


def test_a_whole_life_is_in_the_timeline_and_only_its_public_part_is_the_requesters(
    world: RoutingWorld,
) -> None:
    ticket = registered(world)
    code, expert = ticket["code"], person(ticket["assignee"])
    first: list[Deed] = [
        ("log-work", expert, {"work_group": "training", "duration": "PT10M", "note": "Shown how."}),
        ("note", expert, {"text": "Knows little."}),
        ("ask", DESK, {"question": "Which version?"}),
    ]
    for action, by, arguments in first:
        assert world.act(code, action, by, **arguments).status == 200
    world.message(code)
    eventually_equal(lambda: world.ticket(code)["state"], "in_progress")
    then: list[Deed] = [
        ("escalate", expert, {"reason": "Beyond me."}),
        ("return", person("senior", tier=2), {"proposal": "Reinstall."}),
        ("done", DESK, {"answer": "Please reinstall it."}),
        ("approve", SUPERVISOR, {}),
        ("rate", REQUESTER, {"score": 5, "comment": "Thanks."}),
    ]
    for action, by, arguments in then:
        answer = world.act(code, action, by, **arguments)
        assert answer.status == 200, (action, answer)

    full = world.get("timeline", {"code": code})
    public = world.get("timeline", {"code": code}, REQUESTER)

    assert types_of(full) == [
        "ticket.registered",
        "ticket.prioritised",
        "ticket.owned",
        "ticket.assigned",
        "ticket.work_logged",
        "ticket.noted",
        "ticket.waiting",
        "ticket.resumed",
        "ticket.escalated",
        "ticket.assigned",
        "ticket.returned",
        "ticket.assigned",
        "ticket.answered",
        "ticket.done",
        "ticket.finished",
        "ticket.rated",
    ]
    assert [step["texts"] for step in full if step["texts"]] == [
        {"note": "Shown how."},
        {"note": "Knows little."},
        {"question": "Which version?"},
        {"reason": "Beyond me."},
        {"proposal": "Reinstall."},
        {"answer": "Please reinstall it."},
        {"comment": "Thanks."},
    ]
    assert types_of(public) == [
        kind
        for kind in types_of(full)
        if kind
        not in ("ticket.prioritised", "ticket.work_logged", "ticket.noted", "ticket.returned")
    ]
    said = repr(public)
    for secret in (ticket["assignee"], "senior", "Knows little", "Reinstall.", "Beyond"):
        assert secret not in said
    assert "Name of desk" in said


def test_fifty_claims_at_once_have_one_winner(world: RoutingWorld) -> None:
    code = queued(world)
    people = [person(f"v{n}", unit="vault", tier=2) for n in range(50)]

    answers = world.together(
        partial(world.act, code, "claim", who, to=to)
        for who, to in zip(people, cycle(REPLICAS), strict=False)
    )

    assert statuses(answers) == {200: 1, 409: 49}
    winner = next(answer.json["assignee"] for answer in answers if answer.status == 200)
    losers = [answer.json for answer in answers if answer.status == 409]
    assert {body["code"] for body in losers} == {"action_not_allowed_now"}
    assert {body["params"]["assignee"] for body in losers} == {winner}
    assert types_of(world.get("timeline", {"code": code})).count("ticket.assigned") == 1


def test_a_claim_and_a_referral_at_once_have_one_winner(world: RoutingWorld) -> None:
    for number in range(10):
        code = queued(world)
        vault = person(f"v{number}", unit="vault", tier=2)

        answers = world.together(
            (
                partial(world.act, code, "claim", vault, to="routing-1"),
                partial(world.act, code, "refer", DESK, to="routing-2", unit="it"),
            )
        )

        assert statuses(answers) == {200: 1, 409: 1}, answers


def test_a_repeated_command_is_done_once_and_another_body_is_refused(world: RoutingWorld) -> None:
    code = registered(world)["code"]

    first = world.act(code, "note", SUPERVISOR, key="k1", text="Once.")
    again = world.act(code, "note", SUPERVISOR, key="k1", to="routing-2", text="Once.")
    other = world.act(code, "note", SUPERVISOR, key="k1", text="Twice.")

    assert (first.json["version"], again.json["version"]) == (2, 2)
    assert (other.status, other.json["code"]) == (422, "idempotency_key_reused")
    assert types_of(world.get("timeline", {"code": code})).count("ticket.noted") == 1


def test_nobody_gets_more_than_his_capacity_and_the_next_one_comes_at_once(
    world: RoutingWorld,
) -> None:
    places = 20 * 3
    register = partial(world.register, subject="it.network")
    codes = world.together([register] * (places + 20))

    def crowd() -> Counter[str]:
        tickets = [world.ticket(code) for code in codes]
        held = (t["assignee"] for t in tickets if t.get("state") == "in_progress")
        return Counter(name for name in held if name)

    eventually(lambda: all(world.ticket(code) for code in codes))
    eventually_equal(lambda: crowd().total(), places)
    assert set(crowd().values()) == {3}

    working = [code for code in codes if world.ticket(code)["assignee"]]
    answers = world.together(
        partial(
            world.act, code, "done", person(world.ticket(code)["assignee"], unit="crowd"), to=to
        )
        for code, to in zip(working[:30], cycle(REPLICAS), strict=False)
    )

    assert statuses(answers) == {200: 30}
    eventually_equal(lambda: [c for c in codes if not world.ticket(c)["assignee"]], [])
    assert crowd().total() == places - 10
    assert max(crowd().values()) <= 3


def test_a_full_person_is_given_nothing_by_hand_either(world: RoutingWorld) -> None:
    world.found(small={"full": {"capacity": 1}})
    codes = [registered(world)["code"] for _number in range(8)]
    manager = person("manager", "manager", "hq")

    answers = world.together(
        partial(world.act, code, "assign", manager, to=to, person="full")
        for code, to in zip(codes, cycle(REPLICAS), strict=False)
    )

    assert statuses(answers) == {200: 1, 409: 7}
    assert {a.json["code"] for a in answers if a.status == 409} == {"person_at_capacity"}


@pytest.mark.slow
def test_the_sweep_frees_places_that_no_ticket_holds(world: RoutingWorld) -> None:
    world.found(swept={"sole": {"capacity": 1}})
    code = registered(world)["code"]
    manager = person("manager", "manager", "hq")
    taken = world.act(code, "assign", manager, person="sole")
    assert taken.status == 200
    world.database("routing")["loads"].update_one(
        {"_id": "sole"},
        {
            "$set": {"held": {"999": {"cause": "gone", "at": datetime.now(UTC)}}},
        },
    )

    def held() -> set[str]:
        load = world.database("routing")["loads"].find_one({"_id": "sole"})
        return set(load["held"]) if load else set()

    eventually_equal(held, {code}, seconds=100)


def test_an_importer_replays_at_its_own_times(world: RoutingWorld) -> None:
    then = datetime(2012, 3, 15, 21, 23, 52, tzinfo=UTC)
    code = world.register(at=then - timedelta(days=1), workflow="replay", imported=True)
    rows = [
        ("Queued-Awaiting Assignment", "Åsa", "J11 2nd"),
        ("Accepted-In Progress", "Pär", "J11 2nd"),
        ("Completed-Closed", "Pär", "J11 2nd"),
    ]

    for number, (step, name, unit) in enumerate(rows):
        answer = world.act(
            code,
            "record",
            IMPORTER,
            at=then + timedelta(minutes=number),
            step=step,
            person=name,
            unit=unit,
        )
        assert answer.status == 200, answer
    refused = world.act(code, "record", SUPERVISOR, at=then, step=rows[0][0], person="x", unit="y")

    assert (refused.status, refused.json["code"]) == (403, "right_missing")
    steps = world.get("timeline", {"code": code})
    main = {step["at"]: step["data"]["step"] for step in steps[1:] if "step" in step["data"]}
    assert list(main.values()) == [step for step, _name, _unit in rows]
    assert next(iter(main)).startswith("2012-03-15T21:23:52")


def test_signing_in(world: RoutingWorld) -> None:
    right = {"username": " DESK", "password": PASSWORD, "address": "10.0.0.1"}
    wrong = {"username": "desk", "password": "wrong", "address": "10.0.0.2"}
    nobody = {"username": "nobody", "password": "wrong", "address": "10.0.0.3"}

    good = world.call(FIRST, "authenticate", right, by=ANONYMOUS)
    refusals = [
        world.call(FIRST, "authenticate", request, by=ANONYMOUS) for request in (wrong, nobody)
    ]
    for _attempt in range(4):
        slowed = world.call(FIRST, "authenticate", wrong, by=ANONYMOUS)
    elsewhere = world.call(FIRST, "authenticate", right, by=ANONYMOUS)

    assert (good.json["id"], good.json["role"], good.json["unit"]) == ("desk", "agent", "hq")
    assert refusals[0].json == refusals[1].json
    assert (refusals[0].status, refusals[0].json["code"]) == (401, "wrong_credentials")
    assert (slowed.status, slowed.json["code"]) == (429, "too_many_attempts")
    assert elsewhere.status == 200


def test_a_password_is_kept_nowhere_in_the_open(world: RoutingWorld) -> None:
    database = world.database("routing")

    stored = repr([list(database[name].find()) for name in ("journal", "people")])

    assert PASSWORD not in stored
    assert "Name of desk" not in repr(list(database["journal"].find()))


def test_contacts_by_id_and_by_role(world: RoutingWorld) -> None:
    asked = {"persons": ["e1", "no-such"], "roles": [{"role": "service_manager", "unit": "it"}]}

    found = world.get("staff_contacts", asked)

    assert found["roles"] == [["manager"]]
    assert set(found["persons"]) == {"e1", "manager"}
    assert found["persons"]["manager"]["email"] == "m@example.org"


def test_lists_are_paged_and_show_what_one_may_read(world: RoutingWorld) -> None:
    codes = {registered(world)["code"] for _number in range(5)}
    mine = {"codes": sorted(codes), "limit": 2}

    seen: list[str] = []
    cursor = None
    for _page in range(3):
        page = world.get("tickets", mine | ({"cursor": cursor} if cursor else {}), SUPERVISOR)
        seen += [item["code"] for item in page["items"]]
        cursor = page["next"]
    foreign = world.get("tickets", mine, person("c1", unit="crowd"))
    hidden = world.call(FIRST, "ticket", {"code": seen[0]}, by=person("c1", unit="crowd"))

    assert (sorted(seen), cursor) == (sorted(codes), None)
    assert foreign["items"] == []
    assert (hidden.status, hidden.json["code"]) == (403, "ticket_not_yours")


def test_one_is_told_which_of_many_tickets_and_units_one_may_read(world: RoutingWorld) -> None:
    own, other = registered(world)["code"], queued(world)
    asked = {"codes": [own, other, "999999999999"], "units": ["it", "vault"]}

    assert world.get("readable", asked, person("e1")) == {"codes": [own], "units": ["it"]}
    assert world.get("readable", asked, DESK) == {"codes": [own, other], "units": ["it", "vault"]}
    stranger = Identity(subject="requester:r2", role="requester")
    assert world.get("readable", asked, stranger) == {"codes": [], "units": []}


def test_a_workflow_published_by_api_runs_without_a_restart(world: RoutingWorld) -> None:
    steps = {"new": {"kind": "new"}, "at": {"kind": "in_progress"}, "end": {"kind": "finished"}}
    ways = [
        {"action": "assign", "from": ["new"], "to": "at", "who": ["ticket.assign"]},
        {"action": "finish", "from": ["at"], "to": "end", "who": ["assignee"]},
    ]
    definition = {"start": "new", "steps": steps, "transitions": ways}

    wrong = {"id": "short", "definition": definition | {"start": "x"}}

    bad = world.call(FIRST, "define_workflow", wrong)
    good = world.get("define_workflow", {"id": "short", "definition": definition})
    ticket = registered_under(world, "short")
    ended = world.act(ticket["code"], "finish", person(ticket["assignee"]), result="answered")

    assert (bad.status, bad.json["code"]) == (422, "workflow_invalid")
    assert good["version"] == 1
    assert (ended.status, ended.json["state"], ended.json["step"]) == (200, "finished", "end")


def registered_under(world: RoutingWorld, workflow: str) -> dict[str, Any]:
    """A ticket that follows a workflow which every replica knows by now."""
    found: dict[str, Any] = {}

    def follows() -> bool:
        found.update(registered(world, workflow=workflow))
        return bool(found["workflow"] == workflow)

    eventually(follows)
    return found


@pytest.mark.parametrize(
    ("method", "request_", "code"),
    [
        ("define_unit", {"id": "it", "title": {"en": "x"}, "parent": "it"}, "unit_below_itself"),
        ("define_unit", {"id": "hq", "title": {"en": "x"}, "parent": "it"}, "unit_below_itself"),
        ("define_unit", {"id": "x", "title": {"en": "x"}, "parent": "none"}, "unit_unknown"),
        ("define_person", {"id": "x", "name": "x", "role": "king", "unit": "it"}, "role_unknown"),
        ("define_person", {"id": "x", "name": "x", "role": "expert", "unit": "x"}, "unit_unknown"),
        ("define_rule", {"id": "x", "order": 1, "unit": "x"}, "unit_unknown"),
    ],
)
def test_what_does_not_fit_the_organisation_is_refused(
    world: RoutingWorld, method: str, request_: dict[str, Any], code: str
) -> None:
    answer = world.call(FIRST, method, request_)

    assert (answer.status, answer.json["code"]) == (422, code)


def test_a_user_name_is_one_persons_only(world: RoutingWorld) -> None:
    request = {"id": "thief", "name": "x", "role": "expert", "unit": "it", "username": "Desk"}

    answer = world.call(FIRST, "define_person", request)

    assert (answer.status, answer.json["code"]) == (409, "username_taken")
