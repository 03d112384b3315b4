"""Tickets that belong together: links, an incident with children, merging, what is passed on."""

from __future__ import annotations

import pytest

from chassis.errors import Conflict, Forbidden, Invalid
from contracts.routing import (
    TicketAnswered,
    TicketDone,
    TicketFinished,
    TicketHeard,
    TicketJoined,
    TicketPassageEnded,
)
from tests.unit.routing.world import REQUESTER, World

PARENT, FIRST, SECOND, LAST = ("100000000001", "100000000002", "100000000003", "100000000004")


def an_incident() -> World:
    """A parent with two children of other requesters; `expert` and `expert2` work on them."""
    world = World()
    for code in (PARENT, FIRST, SECOND):
        world.register(code, requester=f"r{code[-1]}")
    for code in (FIRST, SECOND):
        world.do("attach", "supervisor", code, parent=PARENT)
    return world


def answers(world: World, code: str) -> list[TicketAnswered]:
    return [event for event, _ in world.events[code] if isinstance(event, TicketAnswered)]


def test_one_answer_is_told_to_the_requester_of_each_child_by_its_own_owner() -> None:
    world = an_incident()
    owner = world.ticket(PARENT).owner or ""
    world.do("answer", owner, PARENT, text="The line is repaired.")

    refused = world.carry(PARENT)

    own = answers(world, PARENT)[0]
    assert refused == {}
    for code in (FIRST, SECOND):
        (told,) = answers(world, code)
        assert (told.answer, told.via, told.first) == (own.answer, PARENT, True)
        assert told.by == world.ticket(code).owner
    assert world.ticket(PARENT).ties.passages == ()
    assert world.last(TicketPassageEnded, PARENT).reached == 2


def test_an_answer_of_a_ticket_by_itself_is_passed_on_to_nobody() -> None:
    world = World()
    world.register()

    world.do("answer", world.ticket().owner or "", text="Restart it.")

    assert world.ticket().ties.passages == ()
    assert world.recorded()[-1] == "ticket.answered"


def test_children_end_with_their_parent_only_where_that_is_wanted() -> None:
    world = an_incident()
    world.do("done", "supervisor", PARENT)
    assert world.ticket(PARENT).ties.passages == ()
    world.do("send-back", "manager", PARENT)

    world.do("done", "supervisor", PARENT, children=True, result="workaround")
    world.carry(PARENT)
    world.do("approve", "manager", PARENT, children=True)
    world.carry(PARENT)

    for code in (FIRST, SECOND):
        assert world.ticket(code).state == "finished"
        assert world.last(TicketDone, code).by == "supervisor"
        assert world.last(TicketFinished, code).result == "workaround"


def test_children_end_even_where_nobody_has_said_that_they_are_done() -> None:
    world = an_incident()
    world.do("done", "supervisor", PARENT)

    world.do("approve", "manager", PARENT, children=True)
    world.carry(PARENT)

    assert world.recorded(FIRST)[-2:] == ["ticket.done", "ticket.finished"]
    assert world.loads()["expert"] == 0


def test_a_child_whose_work_is_out_is_left_and_its_reason_told() -> None:
    world = an_incident()
    world.do("refer", world.ticket(FIRST).assignee or "", FIRST, unit="finance")

    world.do("done", "supervisor", PARENT, children=True)

    assert world.carry(PARENT) == {FIRST: "action_not_allowed_now"}
    assert (world.ticket(FIRST).state, world.ticket(SECOND).state) == ("in_progress", "done")


def test_a_child_that_ended_or_went_its_own_way_is_told_nothing() -> None:
    world = an_incident()
    world.do("withdraw", "desk", FIRST)
    world.do("detach", "supervisor", SECOND)

    world.do("answer", world.ticket(PARENT).owner or "", PARENT, text="Repaired.")

    assert world.carry(PARENT) == {FIRST: "child_ended", SECOND: "not_attached"}
    assert answers(world, FIRST) == answers(world, SECOND) == []


def test_an_incident_has_no_incident_above_it() -> None:
    world = an_incident()
    world.register(LAST)

    with pytest.raises(Conflict, match="parent_is_child"):
        world.do("attach", "supervisor", LAST, parent=FIRST)
    with pytest.raises(Conflict, match="child_is_parent"):
        world.do("attach", "supervisor", PARENT, parent=LAST)
    with pytest.raises(Invalid, match="parent_of_itself"):
        world.do("attach", "supervisor", LAST, parent=LAST)
    with pytest.raises(Conflict, match="action_not_allowed_now"):
        world.do("attach", "supervisor", FIRST, parent=LAST)


def test_two_that_are_attached_to_each_other_at_once_are_refused_to_one_at_least() -> None:
    world = World()
    world.register(FIRST)
    world.register(SECOND)
    world.do("attach", "supervisor", FIRST, parent=SECOND)

    with pytest.raises(Conflict, match="parent_is_child"):
        world.do("attach", "supervisor", SECOND, parent=FIRST)


def test_who_may_not_see_the_incident_attaches_nothing_to_it() -> None:
    world = World()
    world.register(PARENT, subject="it.software")
    world.register(FIRST, kind="complaint", subject="finance")

    with pytest.raises(Forbidden, match="ticket_not_yours"):
        world.do("attach", "clerk", FIRST, parent=PARENT)

    assert not any(isinstance(event, TicketJoined) for event, _ in world.events[PARENT])


def test_the_requester_of_a_merged_ticket_is_answered_too_and_the_same_one_once() -> None:
    world = World()
    world.register(PARENT, requester="r1")
    world.register(FIRST, requester="r1")
    world.register(SECOND, requester="r2")
    for code in (FIRST, SECOND):
        world.do("merge", "supervisor", code, into=PARENT)

    world.do("answer", world.ticket(PARENT).owner or "", PARENT, text="Repaired.")
    refused = world.carry(PARENT)

    assert refused == {}
    assert answers(world, FIRST) == []
    assert [told.via for told in answers(world, SECOND)] == [PARENT]
    assert world.ticket(SECOND).state == "merged"


def test_what_is_written_to_a_merged_ticket_reaches_the_one_that_goes_on() -> None:
    world = World()
    world.register(PARENT, requester="r1")
    world.register(FIRST, requester="r1")
    world.do("merge", "supervisor", FIRST, into=PARENT)
    world.do("ask", world.ticket(PARENT).owner or "", PARENT, question="Which version?")

    world.message(FIRST)
    world.carry(FIRST)

    assert world.last(TicketHeard, PARENT).ticket == FIRST
    assert world.ticket(PARENT).state == "in_progress"
    assert world.ticket(FIRST).state == "merged"


def test_somebody_elses_message_is_heard_but_answers_no_question() -> None:
    world = World()
    world.register(PARENT, requester="r1")
    world.register(FIRST, requester="r2")
    world.do("merge", "supervisor", FIRST, into=PARENT)
    world.do("ask", world.ticket(PARENT).owner or "", PARENT, question="Which version?")

    world.message(FIRST)
    world.carry(FIRST)

    assert world.last(TicketHeard, PARENT).ticket == FIRST
    assert world.ticket(PARENT).state == "waiting"


def test_a_chain_of_merged_tickets_passes_answers_and_messages_on() -> None:
    world = World()
    for code in (FIRST, SECOND, LAST):
        world.register(code, requester=f"r{code[-1]}")
    world.do("merge", "supervisor", FIRST, into=SECOND)
    world.do("merge", "supervisor", SECOND, into=LAST)

    world.do("answer", world.ticket(LAST).owner or "", LAST, text="Repaired.")
    world.carry(LAST)
    world.carry(SECOND)
    world.message(FIRST)
    world.carry(FIRST)
    world.carry(SECOND)

    assert len(answers(world, FIRST)) == len(answers(world, SECOND)) == 1
    assert world.last(TicketHeard, LAST).ticket == SECOND


def test_a_part_that_was_split_off_and_the_whole_know_each_other() -> None:
    world = World()
    world.register(PARENT)
    world.register(FIRST, split_from=PARENT, registered_by="desk")

    world.carry(FIRST)

    assert world.ticket(FIRST).ties.links == {PARENT: "split_from"}
    assert world.ticket(PARENT).ties.links == {FIRST: "split_into"}
    assert world.ticket(FIRST).owner == "desk"


def test_a_link_is_made_once_and_taken_back() -> None:
    world = World()
    world.register(FIRST)
    world.register(SECOND)

    world.do("link", "supervisor", FIRST, to=SECOND, relation="caused_by")
    world.do("link", "supervisor", FIRST, to=SECOND, relation="caused_by")
    assert world.recorded(FIRST).count("ticket.linked") == 1
    assert world.ticket(FIRST).ties.links == {SECOND: "caused_by"}

    world.do("unlink", "supervisor", FIRST, to=SECOND)
    assert world.ticket(FIRST).ties.links == {}
    with pytest.raises(Invalid, match="link_to_itself"):
        world.do("link", "supervisor", FIRST, to=FIRST)
    with pytest.raises(Forbidden):
        world.do("link", REQUESTER, FIRST, to=SECOND)
