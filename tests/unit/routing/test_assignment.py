"""Who is given work: those who are there, in turn, and the next one when it is let lie."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from chassis.errors import Conflict
from contracts.calls.routing import Rate, Shift
from contracts.hours import Week
from contracts.routing import (
    TicketAssigned,
    TicketOwned,
    TicketQueued,
    TicketReturned,
    TicketWorkLogged,
)
from services.routing.domain.attendance import Times
from services.routing.domain.organisation import Organisation
from tests.unit.routing.world import (
    CODE,
    IMPORTER,
    NOON,
    ORGANISATION,
    World,
    a_rule,
    a_unit,
    with_people,
)

HALF_HOUR = timedelta(minutes=30)


def without(*people: str, **fields: Any) -> Organisation:
    """The organisation while some are away."""
    off = dict.fromkeys(people, "away")
    return msgspec.structs.replace(ORGANISATION, **{"off": off, **fields})


def with_it(**fields: Any) -> Organisation:
    units = {**ORGANISATION.units, "it": msgspec.structs.replace(a_unit("it", "hq"), **fields)}
    return msgspec.structs.replace(ORGANISATION, units=units)


REACTS = with_it(react_within=HALF_HOUR)


def test_who_is_away_is_given_nothing() -> None:
    world = World(without("expert"))

    assert world.register().assignee == "expert2"


def test_while_nobody_is_there_work_waits_and_whoever_comes_gets_it() -> None:
    world = World(without("expert", "expert2"))
    assert world.register().is_queued

    world.organisation = without("expert2")

    assert world.hand_out().assignee == "expert"


def test_who_is_away_is_not_given_work_by_hand_unless_it_is_meant() -> None:
    world = World(without("expert2"))
    world.register()

    with pytest.raises(Conflict) as refused:
        world.do("assign", "supervisor", person="expert2")
    assert refused.value.code == "person_not_there"
    assert refused.value.params["absence"] == "away"
    assert world.do("assign", "supervisor", person="expert2", force=True).assignee == "expert2"


def test_nothing_is_forced_on_who_is_full() -> None:
    world = World()
    for number in range(6):
        world.register(f"00000000000{number}")
    code = next(code for code in world.tickets if world.ticket(code).assignee == "expert2")

    with pytest.raises(Conflict) as refused:
        world.do("assign", "supervisor", code, person="expert", force=True)
    assert refused.value.code == "person_at_capacity"


def test_who_claims_is_there_whatever_his_shift_says() -> None:
    world = World(without("expert", "expert2"))
    world.register()

    assert world.do("claim", "expert").assignee == "expert"


def test_an_owner_is_found_among_those_who_are_there_and_at_any_hour() -> None:
    assert World(without("desk")).register().owner == "desk2"
    assert World(without("desk", "desk2")).register().owner == "desk"


def test_suppliers_are_referred_to_and_given_nothing() -> None:
    world = World(with_it(kind="outside"))
    world.register(subject="finance", kind="complaint")

    referred = world.do("refer", "clerk", unit="it")

    assert referred.is_queued
    assert referred.unit == "it"
    assert world.hand_out().assignee is None


def test_what_comes_back_to_who_is_on_leave_goes_to_who_stands_in() -> None:
    world = World()
    world.register()
    world.do("refer", "expert", unit="finance")
    world.organisation = without(
        "expert", off={"expert": "on_leave"}, stand_ins={"expert": "expert2"}
    )

    assert world.do("return", "clerk").assignee == "expert2"
    returned = world.last(TicketReturned)
    assert (returned.to, returned.instead_of) == ("expert2", "expert")


def test_what_comes_back_to_who_is_out_for_an_hour_waits_for_him() -> None:
    world = World()
    world.register()
    world.do("refer", "expert", unit="finance")
    world.organisation = without("expert")

    assert world.do("return", "clerk").for_person == "expert"


def test_a_weight_is_the_rules_and_stays_with_the_ticket() -> None:
    heavy = a_rule("it", 2, subject="it", unit="it", weight=2)
    world = World(msgspec.structs.replace(ORGANISATION, rules=(heavy,)))
    first, second, third = (world.register(f"00000000000{number}") for number in range(3))

    assert (first.weight, world.loads()["expert"]) == (2, 2)
    assert {first.assignee, second.assignee} == {"expert", "expert2"}
    # One point is left with each, and the ticket takes two.
    assert third.is_queued
    assert third.weight == 2


def test_first_segments_first() -> None:
    served = with_it(serves_first=["vip", "dealer"])
    world = World(msgspec.structs.replace(served, off=dict.fromkeys(("expert", "expert2"), "away")))

    ranks = [
        world.register(f"00000000000{n}", segment=segment).rank
        for n, segment in enumerate(("public", "dealer", "vip"))
    ]

    assert ranks == [None, 1, 2]


def test_work_that_lies_goes_to_the_next_and_the_record_says_from_whom() -> None:
    world = World(REACTS)
    before = world.register()
    assert before.react_by == NOON + HALF_HOUR

    world.pass_time(minutes=30)
    after = world.fall_due()

    assert (before.assignee, after.assignee) == ("expert", "expert2")
    told = world.last(TicketAssigned)
    assert (told.from_assignee, told.because) == ("expert", "unreacted")
    assert after.react_by == NOON + 2 * HALF_HOUR


def test_work_that_lies_waits_in_the_queue_while_nobody_else_is_there() -> None:
    world = World(msgspec.structs.replace(REACTS, off={"expert2": "away"}))
    world.register()
    world.pass_time(minutes=30)

    assert world.fall_due().is_queued
    assert world.last(TicketQueued).because == "unreacted"
    # Never back to the same person at once.
    assert world.hand_out().assignee is None

    world.organisation = REACTS
    assert world.hand_out().assignee == "expert2"


def test_it_goes_round_once_and_then_waits_for_a_claim() -> None:
    world = World(REACTS)
    world.register()
    for _ in range(2):
        world.pass_time(minutes=30)
        world.fall_due()

    assert world.ticket().is_queued
    assert world.hand_out().is_queued
    claimed = world.do("claim", "expert")
    # Who takes it himself has nothing more to say.
    assert (claimed.assignee, claimed.react_by) == ("expert", None)


@pytest.mark.parametrize(
    ("action", "arguments"),
    [("log-work", {"work_group": "other", "duration": "PT5M"}), ("note", {"text": "."})],
)
def test_whoever_does_something_keeps_it(action: str, arguments: dict[str, Any]) -> None:
    world = World(REACTS)
    world.register()
    world.do(action, "expert", **arguments)
    world.pass_time(hours=5)

    assert world.fall_due().assignee == "expert"


def test_what_others_do_is_not_his_doing() -> None:
    world = World(REACTS)
    world.register()
    world.do("note", "supervisor", text="Where is it?")

    assert world.ticket().react_by is not None


def test_only_his_working_time_counts() -> None:
    mornings = Shift(week=Week(monday=["08:00-12:00"]), zone="UTC")
    times = dict.fromkeys(("expert", "expert2"), Times(shift=mornings))
    world = World(msgspec.structs.replace(REACTS, times=times))

    # Noon of a Sunday.
    assert world.register().react_by == NOON + timedelta(hours=20) + HALF_HOUR


def test_what_somebody_leaves_behind_goes_to_his_team_and_his_tickets_to_the_desk() -> None:
    world = World()
    world.register()
    world.organisation = without("expert", "desk")

    assert world.leaves("expert").assignee == "expert2"
    assert world.leaves("desk").owner == "desk2"
    assert world.last(TicketAssigned).because == "left"
    assert world.last(TicketOwned).from_owner == "desk"


def test_tickets_of_who_is_on_leave_go_to_who_stands_in_if_he_may_speak() -> None:
    world = World()
    world.register()
    world.organisation = without(off={"desk": "on_leave"}, stand_ins={"desk": "expert"})

    assert world.leaves("desk").owner == "expert"
    assert world.last(TicketOwned).instead_of == "desk"


def test_what_he_has_no_more_stays_where_it_is() -> None:
    world = World()
    before = world.register()

    assert world.leaves("expert2", CODE) == before


def test_an_hour_costs_what_it_did_on_the_day_of_the_log() -> None:
    rates = (
        Rate(since="1405-09-01", hourly_rate=7_200_000),
        Rate(since="2026-12-01", hourly_rate=36_000_000),
    )
    dear = msgspec.structs.replace(ORGANISATION.people["expert"], rates=rates)
    others = [person for person in ORGANISATION.people.values() if person.id != dear.id]
    world = World(with_people(*others, dear))
    world.register()

    def cost(**when: int) -> int:
        at = NOON + timedelta(**when) if when else None
        by = IMPORTER if when else "expert"
        world.do("log-work", by, at=at, work_group="other", duration="PT1H")
        return int(world.last(TicketWorkLogged).cost)

    assert cost() == 7_200_000
    assert cost(days=-30) == 3_600_000
    assert cost(days=30) == 36_000_000


def test_a_limit_is_his_own_else_his_tiers_in_the_nearest_unit() -> None:
    units = {
        **ORGANISATION.units,
        "hq": a_unit("hq", authority={"1": {"refund": 5}, "2": {"refund": 50}}),
        "it": a_unit("it", "hq", authority={"2": {"discount": 9}}),
    }
    trusted = msgspec.structs.replace(ORGANISATION.people["expert"], authority={"refund": 500})
    organisation = msgspec.structs.replace(ORGANISATION, units=units)

    assert organisation.limit_of(trusted, "refund") == 500
    assert organisation.limit_of(ORGANISATION.people["expert2"], "refund") == 5
    assert organisation.limit_of(ORGANISATION.people["senior"], "refund") == 50
    assert organisation.limit_of(ORGANISATION.people["clerk"], "discount") == 0
