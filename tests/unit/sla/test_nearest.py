"""Which clock a list of tickets shows, and how near it says that is."""

from __future__ import annotations

from services.sla.domain.nearest import nearest
from tests.unit.sla.test_handlers import a_ticket, only_first_response
from tests.unit.sla.world import World, answered, registered, waiting, withdrawn


def test_the_clock_that_is_due_first_is_shown_until_it_is_met():
    world = a_ticket()
    first = nearest(world.state, world.book, world.at(10))
    world.receive(answered(), 20)
    second = nearest(world.state, world.book, world.at(21))

    assert first is not None
    assert (first.clock, first.state, first.left_seconds) == ("first_response", "fine", 3000)
    assert first.due_at == world.at(60)
    assert second is not None
    assert second.clock == "resolution"


def test_a_target_is_near_with_a_quarter_of_its_time_left_and_then_late():
    world = a_ticket()
    fine, near, late = (
        nearest(world.state, world.book, world.at(minute)) for minute in (44, 45, 60)
    )

    assert fine is not None
    assert near is not None
    assert late is not None
    assert (fine.state, fine.near_at) == ("fine", world.at(45))
    assert (near.state, near.near_at) == ("near", None)
    assert (late.state, late.left_seconds) == ("late", 0)


def test_a_clock_that_stands_still_says_with_whom():
    world = World(only_first_response(pauses_on=["requester"]))
    world.receive(registered(), 0)
    world.receive(waiting(), 15)

    found = nearest(world.state, world.book, world.at(600))

    assert found is not None
    assert (found.state, found.held_by, found.left_seconds) == ("paused", "requester", 2700)
    assert found.due_at is None


def test_a_ticket_that_has_ended_has_none():
    world = a_ticket()
    world.receive(withdrawn(), 5)

    assert nearest(world.state, world.book, world.at(6)) is None
