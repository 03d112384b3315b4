"""Asking other units, reminding, mentioning, following, putting off, using what was proposed."""

from __future__ import annotations

from datetime import UTC, timedelta

import pytest

from chassis.errors import Conflict, Forbidden, Invalid
from contracts.routing import (
    TicketAnswered,
    TicketChased,
    TicketMentioned,
    TicketReturned,
    TicketUnitAsked,
    TicketUnitReplied,
)
from contracts.sla import Action
from services.routing.domain.permission import Standing, asker_of
from tests.unit.routing.world import CODE, NOON, ORGANISATION, World, identity_of


def a_world() -> World:
    """A ticket of `it`, owned by `desk`, worked on by `expert`."""
    world = World()
    world.register(subject="it.software")
    return world


def may_read(world: World, person: str) -> bool:
    asker = asker_of(identity_of(person), ORGANISATION)
    return Standing(world.ticket(), asker, ORGANISATION).may_read


# -- questions to other units


def test_a_unit_is_asked_while_the_work_goes_on_and_any_of_its_people_answers() -> None:
    world = a_world()
    asked = world.do("ask-unit", "expert", unit="finance", question="Was it paid?")
    name = world.last(TicketUnitAsked).question

    assert (asked.state, asked.assignee) == ("in_progress", "expert")
    assert may_read(world, "clerk")
    world.pass_time(hours=2)
    answered = world.do("answer-question", "clerk", question=name, answer="Yes.")

    replied = world.last(TicketUnitReplied)
    assert (replied.by, replied.to, replied.open_seconds) == ("clerk", "expert", 7200)
    assert answered.attention.questions == ()
    assert not may_read(world, "clerk")


def test_several_questions_are_open_at_once_each_with_its_own_end() -> None:
    world = a_world()
    world.do("ask-unit", "expert", unit="finance", question="Paid?")
    first = world.last(TicketUnitAsked).question
    world.do("ask-unit", "desk", unit="hq", question="Allowed?", person="manager")
    second = world.last(TicketUnitAsked).question

    with pytest.raises(Forbidden, match="question_to_another_unit"):
        world.do("answer-question", "manager", question=first, answer="No idea.")
    world.do("answer-question", "manager", question=second, answer="Yes.")

    assert [question.id for question in world.ticket().attention.questions] == [first]
    with pytest.raises(Conflict, match="question_not_open"):
        world.do("take-question-back", "desk", question=second)
    world.do("take-question-back", "desk", question=first)
    assert world.last(TicketUnitReplied).withdrawn


def test_who_was_asked_in_person_alone_may_answer() -> None:
    world = a_world()
    world.do("ask-unit", "expert", unit="hq", person="desk2", question="Who signs?")

    assert world.last(TicketUnitAsked).told == ["desk2"]
    name = world.last(TicketUnitAsked).question
    with pytest.raises(Forbidden):
        world.do("answer-question", "manager", question=name, answer="I do.")


def test_nobody_of_another_unit_is_asked_in_its_name() -> None:
    world = a_world()

    with pytest.raises(Invalid) as refused:
        world.do("ask-unit", "expert", unit="finance", person="senior", question="?")

    assert refused.value.fields[0].code == "person_not_in_unit"


def test_a_mark_of_a_clock_asks_a_unit_once_until_it_has_answered() -> None:
    world = a_world()

    world.demand(Action(do="question", unit="finance"))
    world.demand(Action(do="question", unit="finance"))

    assert world.recorded()[-2:] == ["ticket.unit_asked", "ticket.demand_refused"]
    name = world.last(TicketUnitAsked).question
    world.do("answer-question", "clerk", question=name, answer="Soon.")
    assert world.last(TicketUnitReplied).to == "desk"


# -- reminding


def test_who_has_the_work_is_reminded_by_one_click_and_not_too_often() -> None:
    world = a_world()
    world.do("refer", "expert", unit="finance")
    world.pass_time(hours=3)

    world.do("chase", "desk")
    with pytest.raises(Conflict) as refused:
        world.do("chase", "desk")
    world.pass_time(minutes=15)
    world.do("chase", "desk")

    chased = world.last(TicketChased)
    assert (refused.value.code, refused.value.params["minutes"]) == ("chased_lately", 15)
    assert (chased.times, chased.told, chased.open_seconds) == (2, ["clerk"], 11700)


def test_a_question_is_chased_at_who_leads_the_unit_or_works_there() -> None:
    world = a_world()
    world.do("ask-unit", "desk", unit="it", question="When?")
    world.do("chase", "desk", question=world.last(TicketUnitAsked).question)
    assert world.last(TicketChased).told == ["supervisor"]

    world.do("ask-unit", "desk", unit="finance", question="Paid?")
    world.do("chase", "desk", question=world.last(TicketUnitAsked).question)
    assert world.last(TicketChased).told == ["clerk"]


def test_nobody_reminds_himself() -> None:
    world = a_world()
    world.do("assign", "manager", person="desk")

    with pytest.raises(Conflict, match="action_not_allowed_now"):
        world.do("chase", "desk")


# -- proposed answers


def test_a_proposed_answer_is_used_as_it_is() -> None:
    world = a_world()
    world.do("refer", "expert", unit="finance")
    world.do("return", "clerk", proposal="It was paid twice; the rest comes back.")
    (proposal,) = world.ticket().attention.proposals

    world.do("answer", "desk", from_proposal=proposal.id)

    assert world.last(TicketAnswered).answer == world.last(TicketReturned).proposal
    assert (proposal.by, world.last(TicketAnswered).by) == ("clerk", "desk")
    with pytest.raises(Conflict, match="proposal_unknown"):
        world.do("answer", "desk", from_proposal="0" * 16)
    with pytest.raises(Invalid, match="arguments_invalid"):
        world.do("answer", "desk")


# -- mentions and followers


def test_who_is_mentioned_in_a_note_may_read_from_then_on() -> None:
    world = a_world()
    assert not may_read(world, "clerk")

    world.do("note", "expert", text="@clerk. what of a@expert2, @nobody and @expert? See @clerk!")

    assert world.last(TicketMentioned).persons == ["clerk"]
    assert may_read(world, "clerk")
    assert world.last(TicketMentioned).note is not None


def test_a_note_without_names_mentions_nobody() -> None:
    world = a_world()

    world.do("note", "expert", text="Write to a@b.example.")

    assert world.recorded()[-1] == "ticket.noted"


def test_whoever_may_read_follows_by_his_own_choice() -> None:
    world = a_world()
    world.do("follow", "manager", news=["answers"])
    world.do("follow", "manager", news=["answers"])
    world.do("follow", "expert2")

    assert world.recorded().count("ticket.followed") == 2
    assert world.ticket().attention.followers["manager"] == ["answers"]
    with pytest.raises(Forbidden):
        world.do("follow", "clerk")
    world.do("unfollow", "manager")
    assert set(world.ticket().attention.followers) == {"expert2"}


# -- putting off


def test_what_was_put_off_comes_back_at_its_time_to_each_by_himself() -> None:
    world = a_world()
    world.do("snooze", "desk", until=(NOON + timedelta(hours=2)).isoformat())
    world.do("snooze", "expert", until=(NOON + timedelta(days=1)).isoformat())
    world.wake_up()
    assert len(world.ticket().attention.snoozes) == 2

    world.pass_time(hours=2)
    world.wake_up()

    assert [each.by for each in world.ticket().attention.snoozes] == ["expert"]
    world.do("wake", "expert")
    assert world.ticket().attention.snoozes == ()


@pytest.mark.parametrize("until", [NOON, NOON - timedelta(1), NOON + timedelta(days=400)])
def test_nothing_is_put_off_to_the_past_or_for_ever(until) -> None:
    world = a_world()

    with pytest.raises(Invalid):
        world.do("snooze", "desk", until=until.astimezone(UTC).isoformat())

    assert CODE in world.tickets
