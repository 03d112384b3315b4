"""Recording another system's log: what can be counted from the events afterwards."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from chassis.errors import Forbidden, Invalid
from contracts.envelope import Event
from contracts.routing import StateEvent, TicketAssigned, TicketReopened, TicketWaiting
from tests.unit.routing.world import CODE, IMPORTER, NOON, World

LOG = Path(__file__).parents[4] / "shared" / "data" / "volvo-problems.csv"
_OPENING = {"ticket.opened", "ticket.prioritised"}
Row = dict[str, str]


def a_world(*rows: tuple[str, str, str]) -> World:
    """A ticket with rows of (step, person, unit) recorded."""
    world = World()
    world.register(workflow="replay", imported=True)
    for step, person, unit in rows:
        world.do("record", IMPORTER, at=NOON, step=step, person=person, unit=unit)
    return world


def told(world: World) -> list[tuple[str, str]]:
    """What was recorded after the opening: types without `ticket.`, and steps."""
    events = [event for event, _at in world.events[CODE] if event.type not in _OPENING]
    return [(event.type.removeprefix("ticket."), getattr(event, "step", "")) for event in events]


def test_a_row_in_progress_is_an_assignment() -> None:
    world = a_world(
        ("Accepted-In Progress", "Åsa", "J11 2nd"), ("Accepted-In Progress", "Åsa", "J11 2nd")
    )

    assert told(world) == [("assigned", "Accepted-In Progress")] * 2


def test_a_change_of_person_on_another_row_is_an_assignment_before_it() -> None:
    world = a_world(
        ("Accepted-Wait", "Åsa", "J11"),
        ("Accepted-Wait", "Pär", "J11"),
        ("Accepted-Wait", "Pär", "J11"),
    )

    assert told(world) == [
        ("assigned", "Registered"),
        ("waiting", "Accepted-Wait"),
        ("assigned", "Accepted-Wait"),
        ("waiting", "Accepted-Wait"),
        ("waiting", "Accepted-Wait"),
    ]


def test_a_queued_row_remembers_its_person_for_the_next_row() -> None:
    world = a_world(
        ("Queued-Awaiting Assignment", "Åsa", "J11"), ("Accepted-Assigned", "Åsa", "J11")
    )

    assert told(world) == [
        ("assigned", "Registered"),
        ("queued", "Queued-Awaiting Assignment"),
        ("assigned", "Accepted-Assigned"),
    ]
    assert world.last(TicketAssigned).from_assignee == "Åsa"


def test_leaving_a_wait_for_work_is_a_resumption() -> None:
    world = a_world(("Accepted-Wait", "Åsa", "J11"), ("Accepted-In Progress", "Åsa", "J11"))

    assert told(world)[-1] == ("resumed", "Accepted-In Progress")


def test_a_row_after_a_close_is_a_reopening_first() -> None:
    world = a_world(
        ("Completed-Closed", "Åsa", "J11"),
        ("Accepted-In Progress", "Pär", "J11"),
        ("Completed-Cancelled", "Pär", "J11"),
        ("Accepted-In Progress", "Pär", "J11"),
    )

    assert told(world)[2:] == [
        ("reopened", "Reopened"),
        ("assigned", "Accepted-In Progress"),
        ("withdrawn", "Completed-Cancelled"),
        ("reopened", "Reopened"),
        ("assigned", "Accepted-In Progress"),
    ]
    assert world.last(TicketReopened).from_state == "withdrawn"
    assert world.ticket().reopened == 2


def test_an_unknown_step_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        a_world(("Closed", "Åsa", "J11"))

    assert refused.value.fields[0].pointer == "/step"


def test_only_importers_record() -> None:
    world = a_world()

    with pytest.raises(Forbidden):
        world.do("record", "supervisor", step="Accepted-Wait", person="Åsa", unit="J11")


@pytest.mark.skipif(not LOG.exists(), reason="the real log is not here")
def test_the_figures_of_a_real_log_can_be_counted_from_the_events() -> None:
    with LOG.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))

    world = replayed(rows)

    changes = runs = reopenings = 0
    teams: set[tuple[str, str]] = set()
    for code, history in world.events.items():
        events = [event for event, _at in history]
        teams |= {(code, event.unit) for event in events if isinstance(event, TicketAssigned)}
        changes += sum(_changes_person(event) for event in events)
        runs += sum(_starts_waiting(events))
        reopenings += sum(
            isinstance(event, TicketReopened) and event.from_state == "finished" for event in events
        )
    assert (len(teams), changes, runs, reopenings) == (1909, 1771, 507, 78)
    assert {ticket.state for ticket in world.tickets.values()} == {"finished"}
    assert _main_steps(world) == [(row["Case ID"], row["Activity"]) for row in rows]


def replayed(rows: list[Row]) -> World:
    world = World()
    for row in rows:
        if row["Case ID"] not in world.tickets:
            world.register(row["Case ID"], workflow="replay", imported=True)
        world.do(
            "record",
            IMPORTER,
            row["Case ID"],
            at=datetime.fromisoformat(row["Complete Timestamp"]).replace(tzinfo=UTC),
            step=row["Activity"],
            person=row["Resource"],
            unit=row["organization involved"],
        )
    return world


def _changes_person(event: Event) -> bool:
    return isinstance(event, TicketAssigned) and event.from_assignee not in (None, event.assignee)


def _starts_waiting(events: list[Event]) -> Iterator[bool]:
    """Look at each event that tells a state: a wait begins where the state before was another."""
    telling = [event for event in events if isinstance(event, StateEvent)]
    for before, event in pairwise(telling):
        yield isinstance(event, TicketWaiting) and before.state != "waiting"


def _main_steps(world: World) -> list[tuple[str, str]]:
    """The last event of each row, in the order of the log."""
    steps = []
    for code, history in world.events.items():
        by_time = {at: event for event, at in history if isinstance(event, StateEvent)}
        steps += [(code, event.step) for event in list(by_time.values())[1:]]
    return steps
