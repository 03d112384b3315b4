"""Tickets from before courses were recorded: their clocks go on as they did."""

import msgspec
import pytest

from chassis.journal.commit import stored
from contracts.sla import SlaMet, SlaObserved, SlaPaused
from services.sla.domain.clocks import CLOCKS, Clocks
from tests.unit.sla.world import (
    World,
    answered,
    assigned,
    done,
    finished,
    prioritised,
    registered,
    reopened,
    resumed,
    waiting,
)


@pytest.fixture
def world() -> World:
    """A ticket of which sla has recorded its clocks and nothing else."""
    written = World()
    written.receive(registered(), 0)
    old = World()
    for event in written.recorded:
        old.state = CLOCKS.apply(old.state, event, old.at(0))
    assert old.state.course == []
    return old


def test_its_clocks_stand_still_go_on_and_stop(world):
    world.receive(waiting("supplier"), 20)
    assert world.clock().held_by == "supplier"
    world.receive(resumed(), 50)
    world.receive(answered(), 60)
    world.receive(done(), 70)
    world.receive(finished(), 80)

    met = {event.clock: event for event in world.found(SlaMet)}
    assert met["first_response"].elapsed_seconds == 30 * 60
    assert met["resolution"].stopped_at == world.at(70)


def test_nothing_but_its_clocks_is_recorded_of_it(world):
    world.receive(assigned(), 5)
    world.receive(prioritised(1), 6)
    world.receive(waiting(), 7)

    assert [type(event) for event, _ in world.history] == [SlaPaused, SlaPaused]
    assert not any(isinstance(event, SlaObserved) for event, _ in world.history)


def test_work_that_waits_goes_on_waiting_when_somebody_else_gets_it(world):
    world.receive(waiting("requester"), 10)

    assert world.receive(prioritised(2), 20) == []
    assert world.clock().held_by == "requester"


def test_it_can_be_reopened(world):
    world.receive(finished(), 10)

    world.receive(reopened(), 100)

    assert world.clock("resolution").running


def test_a_snapshot_from_then_is_read(world):
    document = stored(world.state)
    for field in ("course", "situation", "agreement", "published"):
        del document[field]
    for clock in document["clocks"].values():
        for field in ("breach_reason", "exception", "exception_by"):
            del clock[field]

    assert msgspec.convert(document, Clocks) == msgspec.convert(stored(world.state), Clocks)
