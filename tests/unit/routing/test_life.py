"""The way of a ticket through the default workflow."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chassis.errors import Conflict, Forbidden, Invalid
from contracts.routing import (
    TicketAnswered,
    TicketAssigned,
    TicketEscalated,
    TicketFinished,
    TicketQueued,
    TicketReferred,
    TicketReopened,
    TicketResumed,
    TicketReturned,
    TicketWorkLogged,
)
from tests.unit.routing.world import (
    IMPORTER,
    NOON,
    REQUESTER,
    World,
    a_person,
    identity_of,
    with_people,
)


def a_world() -> World:
    """A ticket of `it`, owned by `desk`, worked on by `expert`."""
    world = World()
    world.register(subject="it.software")
    return world


# -- the desk speaks, the tiers work


def test_only_the_owner_writes_to_the_requester() -> None:
    world = a_world()

    with pytest.raises(Forbidden):
        world.do("ask", "supervisor", question="?")
    with pytest.raises(Forbidden) as refused:
        world.do("answer", "expert", text="Restart it.")
    world.do("answer", "desk", text="Restart it.")
    world.do("answer", "desk", text="And wait.")

    assert refused.value.code == "action_not_yours"
    answers = [e for e, _ in world.events["100000000009"] if isinstance(e, TicketAnswered)]
    assert [(answer.by, answer.first) for answer in answers] == [("desk", True), ("desk", False)]


def test_texts_are_in_events_by_reference_only() -> None:
    world = a_world()

    world.do("note", "expert", text="A secret about the caller.")

    assert "secret" not in repr(world.events)


def test_asking_waits_for_the_requester_and_his_message_resumes() -> None:
    world = a_world()

    waiting = world.do("ask", "desk", question="Which version?")
    world.pass_time(hours=2)
    working = world.message()

    assert (waiting.state, waiting.waiting_for) == ("waiting", "requester")
    assert (working.state, working.waiting_for, working.assignee) == ("in_progress", None, "expert")
    resumed = world.last(TicketResumed)
    assert (resumed.by, resumed.waited_seconds) == ("requester:r1", 7200)


def test_a_message_while_nothing_waits_changes_nothing() -> None:
    world = a_world()
    before = world.ticket()

    assert world.message() == before


# -- work


def test_a_work_log_stamps_person_unit_tier_and_cost_by_itself() -> None:
    world = a_world()

    ticket = world.do("log-work", "expert", work_group="software_fault", duration="PT1M30S")
    world.do("log-work", "desk", work_group="user_error", duration=60)

    log = next(e for e, _ in world.events["100000000009"] if isinstance(e, TicketWorkLogged))
    assert (log.person, log.unit, log.tier, log.touch_seconds) == ("expert", "it", 1, 90)
    assert log.cost == 90_000
    assert ticket.cost == 90_000
    assert world.ticket().touch_seconds == 150


@pytest.mark.parametrize("duration", ["PT0S", 0, -5, "P8D", "soon", 1.5])
def test_a_senseless_duration_is_refused(duration: object) -> None:
    world = a_world()

    with pytest.raises(Invalid) as refused:
        world.do("log-work", "expert", work_group="other", duration=duration)

    assert refused.value.code == "arguments_invalid"


def test_an_unknown_work_group_is_refused_with_its_place() -> None:
    world = a_world()

    with pytest.raises(Invalid) as refused:
        world.do("log-work", "expert", work_group="gardening", duration=60)

    assert refused.value.fields[0].pointer == "/work_group"


# -- referral


def test_a_referral_moves_the_work_not_the_owner_and_comes_back_to_who_referred() -> None:
    world = a_world()

    out = world.do("refer", "expert", unit="finance", reason="It is about an invoice.")
    world.pass_time(minutes=30)
    back = world.do("return", "clerk", proposal="Pay it again.")

    assert (out.assignee, out.unit, out.owner, len(out.referrals)) == (
        "clerk",
        "finance",
        "desk",
        1,
    )
    assert (back.assignee, back.unit, back.owner, back.referrals) == ("expert", "it", "desk", ())
    assert world.last(TicketReturned).held_seconds == 1800


def test_referrals_come_back_in_the_order_of_a_stack() -> None:
    world = a_world()
    world.do("refer", "expert", unit="finance")
    world.do("refer", "clerk", unit="hq", person="desk2")

    first = world.do("return", "desk2")
    second = world.do("return", "clerk")

    assert (first.assignee, len(first.referrals)) == ("clerk", 1)
    assert (second.assignee, len(second.referrals)) == ("expert", 0)


def test_work_that_is_out_cannot_be_done_before_it_has_come_back() -> None:
    world = a_world()
    world.do("refer", "expert", unit="finance")

    with pytest.raises(Conflict) as refused:
        world.do("done", "clerk")

    assert refused.value.params["reason"] == "nothing_out"


def test_an_escalation_is_a_referral_to_the_next_higher_tier() -> None:
    world = a_world()

    ticket = world.do("escalate", "expert", reason="Beyond me.")

    escalated = world.last(TicketEscalated)
    assert (escalated.from_tier, escalated.to_tier, escalated.to_unit) == (1, 2, "it")
    assert (ticket.assignee, ticket.tier, ticket.owner) == ("senior", 2, "desk")
    assert [token.by for token in ticket.referrals] == ["expert"]


def test_there_is_no_tier_above_the_highest() -> None:
    world = World()
    world.register(subject="finance", kind="complaint")

    with pytest.raises(Conflict) as refused:
        world.do("escalate", "clerk")

    assert refused.value.code == "no_higher_tier"


def test_who_referred_and_is_full_by_now_gets_the_work_back_as_soon_as_he_is_free() -> None:
    world = a_world()
    world.do("refer", "expert", unit="finance")
    for number in range(5):
        world.register(f"{number:012}")
    assert world.loads()["expert"] == 3

    queued = world.do("return", "clerk")
    world.do("done", "expert", next(c for c, t in world.tickets.items() if t.holder == "expert"))
    given = world.hand_out()

    assert (queued.assignee, queued.for_person, queued.referrals) == (None, "expert", ())
    assert given.assignee == "expert"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"unit": "nowhere"}, "unit_unknown"),
        ({"unit": "finance", "person": "nobody"}, "person_unknown"),
        ({"unit": "finance", "person": "expert2"}, "person_not_in_unit"),
        ({"unit": "it", "person": "expert"}, "referral_leads_nowhere"),
        ({"unit": "it", "tier": 1}, "referral_leads_nowhere"),
        ({"unit": "it", "person": "supervisor"}, "person_takes_no_work"),
    ],
)
def test_a_referral_to_nobody_is_refused(arguments: dict[str, Any], code: str) -> None:
    world = a_world()

    with pytest.raises(Invalid) as refused:
        world.do("refer", "expert", **arguments)

    assert refused.value.code == code


def test_who_is_named_and_full_is_a_conflict() -> None:
    world = a_world()
    for number in range(2):
        world.register(f"{number:012}", subject="finance", kind="complaint")

    with pytest.raises(Conflict) as refused:
        world.do("refer", "expert", unit="finance", person="clerk")

    assert refused.value.code == "person_at_capacity"


# -- taking and giving work


def a_queued_world() -> World:
    """A ticket that waits for the full `first` while `late` has joined the team."""
    world = World(with_people(a_person("first", "it", capacity=1), a_person("desk", "hq", "agent")))
    world.register("000000000001")
    world.register()
    world.organisation = with_people(
        a_person("first", "it", capacity=1),
        a_person("late", "it", capacity=1),
        a_person("desk", "hq", "agent"),
        a_person("clerk", "finance", capacity=1),
    )
    return world


def test_queued_work_can_be_claimed_once() -> None:
    world = a_queued_world()
    late = identity_of("expert")
    mine = type(late)(subject="person:late", role="expert", unit="it")

    claimed = world.do("claim", mine)
    with pytest.raises(Conflict) as refused:
        world.do("claim", type(late)(subject="person:first", role="expert", unit="it"))

    assert claimed.assignee == "late"
    assert refused.value.code == "action_not_allowed_now"
    assert refused.value.params["assignee"] == "late"


def test_a_claim_that_loses_to_a_referral_is_told_where_the_work_is() -> None:
    world = a_queued_world()
    desk = identity_of("desk")
    late = type(desk)(subject="person:late", role="expert", unit="it")

    world.do("refer", desk, unit="finance")
    with pytest.raises(Conflict) as refused:
        world.do("claim", late)

    assert refused.value.params | {"unit": "finance", "assignee": "clerk"} == refused.value.params


def test_a_referral_that_loses_to_a_claim_is_refused() -> None:
    world = a_queued_world()
    desk = identity_of("desk")

    world.do("claim", type(desk)(subject="person:late", role="expert", unit="it"))
    with pytest.raises(Conflict) as refused:
        world.do("refer", desk, unit="finance")

    assert refused.value.params["reason"] == "held_by_me_or_nobody"


def test_giving_the_work_to_who_has_it_changes_nothing() -> None:
    world = a_world()
    before = world.recorded()

    world.do("assign", "supervisor", person="expert")

    assert world.recorded() == before


def test_a_supervisor_gives_work_to_people_of_his_unit_only() -> None:
    world = a_world()

    ticket = world.do("assign", "supervisor", person="expert2")
    with pytest.raises(Forbidden) as refused:
        world.do("assign", "supervisor", person="clerk")

    assert (ticket.assignee, world.last(TicketAssigned).from_assignee) == ("expert2", "expert")
    assert refused.value.code == "person_out_of_reach"


# -- the end


def test_the_end_has_two_steps() -> None:
    world = a_world()

    done = world.do("done", "expert", result="solved")
    finished = world.do("approve", "supervisor")

    assert (done.state, done.holder, finished.state) == ("done", None, "finished")
    assert world.last(TicketFinished).result == "solved"
    assert finished.finished_at == NOON


def test_nobody_approves_his_own_work() -> None:
    organisation = with_people(
        a_person("boss", "it", "supervisor", capacity=2), a_person("desk", "hq", "agent")
    )
    world = World(organisation)
    world.register()
    boss = type(REQUESTER)(subject="person:boss", role="supervisor", unit="it")
    world.do("done", boss)

    with pytest.raises(Conflict) as refused:
        world.do("approve", boss)

    assert refused.value.params["reason"] == "not_by_doer"


def test_work_sent_back_goes_on_with_who_did_it() -> None:
    world = a_world()
    world.do("done", "expert")

    ticket = world.do("send-back", "supervisor", reason="Not yet.")

    assert (ticket.state, ticket.assignee) == ("in_progress", "expert")


def test_an_answer_with_done_is_the_owners_alone() -> None:
    world = a_world()

    with pytest.raises(Forbidden) as refused:
        world.do("done", "expert", answer="It works.")
    ticket = world.do("done", "desk", answer="It works.")

    assert refused.value.code == "owner_only"
    assert (ticket.state, ticket.answered) == ("done", True)


def test_the_requester_reopens_within_a_week_and_the_work_goes_to_the_owner() -> None:
    world = a_world()
    world.do("done", "expert")
    world.do("approve", "supervisor")
    world.pass_time(days=7)

    ticket = world.do("reopen", REQUESTER, reason="It broke again.")

    assert (ticket.state, ticket.assignee, ticket.reopened) == ("in_progress", "desk", 1)
    assert world.last(TicketReopened).from_state == "finished"


def test_after_a_week_only_a_supervisor_reopens() -> None:
    world = a_world()
    world.do("done", "expert")
    world.do("approve", "supervisor")
    world.pass_time(days=7, seconds=1)

    with pytest.raises(Conflict) as refused:
        world.do("reopen", REQUESTER)
    ticket = world.do("reopen", "supervisor")

    assert refused.value.params["reason"] == "too_late"
    assert ticket.state == "in_progress"


def test_the_requester_rates_once() -> None:
    world = a_world()
    world.do("done", "expert")

    rated = world.do("rate", REQUESTER, score=4, comment="Thanks.")
    with pytest.raises(Conflict):
        world.do("rate", REQUESTER, score=1)

    assert rated.rating == 4


def test_the_requester_withdraws_his_own_request_only() -> None:
    world = a_world()

    with pytest.raises(Forbidden):
        world.do("withdraw", type(REQUESTER)(subject="requester:other", role="requester"))
    ticket = world.do("withdraw", REQUESTER)

    assert (ticket.state, ticket.holder) == ("withdrawn", None)


def test_an_end_closes_open_referrals() -> None:
    world = a_world()
    world.do("refer", "expert", unit="finance")

    ticket = world.do("withdraw", REQUESTER)

    assert ticket.referrals == ()


def test_a_ticket_is_merged_into_a_living_one_only() -> None:
    world = a_world()
    world.register("000000000001")
    world.do("withdraw", REQUESTER, "000000000001")
    world.register("000000000002")

    for into, kind in (
        ("100000000009", Invalid),
        ("999999999999", Invalid),
        ("000000000001", Conflict),
    ):
        with pytest.raises(kind):
            world.do("merge", "desk", into=into)
    ticket = world.do("merge", "desk", into="000000000002")

    assert ticket.state == "merged"


def test_an_action_that_the_state_forbids_says_how_the_ticket_stands() -> None:
    world = a_world()

    with pytest.raises(Conflict) as refused:
        world.do("approve", "supervisor")

    assert refused.value.code == "action_not_allowed_now"
    assert refused.value.params["state"] == "in_progress"


def test_an_unknown_action_is_invalid() -> None:
    with pytest.raises(Invalid):
        a_world().do("explode", "expert")


# -- what importers do


def test_an_importer_acts_at_its_own_times_for_people_without_asking_who_may() -> None:
    world = World()
    world.register(imported=True)
    for number in range(9):
        world.register(f"{number:012}")

    world.do("assign", IMPORTER, at=NOON - timedelta(days=9), person="expert")
    world.do("answer", IMPORTER, at=NOON - timedelta(days=8), behalf="desk", text="Yes.")
    world.do("log-work", IMPORTER, at=NOON - timedelta(days=8), work_group="other", duration=3600)
    done = world.do("done", IMPORTER, at=NOON - timedelta(days=7))
    finished = world.do("approve", IMPORTER, at=NOON - timedelta(days=6), behalf="supervisor")

    assert (done.done_by, finished.finished_at) == ("expert", NOON - timedelta(days=6))
    assert world.last(TicketAnswered).by == "desk"
    assert world.last(TicketWorkLogged).cost == 3_600_000


def test_only_importers_act_on_behalf() -> None:
    world = a_world()

    with pytest.raises(Invalid) as refused:
        world.do("note", "expert", text="x", behalf="desk")

    assert refused.value.code == "behalf_is_for_importers"


def test_referring_within_a_full_team_waits_in_its_queue() -> None:
    world = a_world()
    for number in range(2):
        world.register(f"{number:012}", subject="finance", kind="complaint")

    ticket = world.do("refer", "expert", unit="finance")

    assert (ticket.is_queued, len(ticket.referrals)) == (True, 1)
    assert world.last(TicketReferred).to_unit == world.last(TicketQueued).unit == "finance"
