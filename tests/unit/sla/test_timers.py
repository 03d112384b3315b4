"""Timers of workflows: when they come in business time, once, and not after the step is left."""

from __future__ import annotations

from datetime import datetime

from contracts.routing import TicketMoved, TicketTimerEnded, TicketTimerSet
from contracts.sla import SlaBreached, SlaDemanded, SlaTimerEnded, SlaTimerSet
from services.sla import handlers
from services.sla.domain.book import Book
from services.sla.domain.clocks import CLOCKS
from services.sla.domain.finding import index
from services.sla.domain.views import timers_of
from tests.unit.sla.world import (
    World,
    a_calendar,
    every_day,
    finished,
    local,
    registered,
)

OFFICE = {"zone": "Asia/Tehran", "week": every_day("08:00-16:00"), "default": True}
LONGER = {"zone": "Asia/Tehran", "week": every_day("08:00-20:00"), "default": True}
#: Three hours before the office closes.
ONE = local("2026-11-22 13:00")


def a_world() -> World:
    return World(Book({}, {("office", 1): a_calendar(**OFFICE)}), start=ONE)


def a_timer(name: str = "t1", hours: float = 4, step: str | None = "asking") -> TicketTimerSet:
    return TicketTimerSet(
        timer=name,
        action="too-late",
        title={"fa": "دیر", "en": "Late"},
        seconds=hours * 3600,
        since=ONE,
        step=step,
    )


def moved(step: str) -> TicketMoved:
    return TicketMoved(
        state="in_progress", step=step, action="ask", by="desk", from_step="new", title=None
    )


def waiting() -> World:
    world = a_world()
    world.receive(registered(), 0)
    world.receive(moved("asking"), 0)
    world.receive(a_timer(), 0)
    return world


def due_at(world: World) -> datetime | None:
    return index(world.state)["due_at"]


def test_a_timer_comes_in_business_time() -> None:
    world = waiting()

    (planned,) = world.found(SlaTimerSet)
    assert planned.at == local("2026-11-23 09:00")
    assert (planned.calendar, planned.calendar_version) == ("office", 1)
    assert due_at(world) == planned.at
    assert index(world.state)["goes_by"] == ["office@1"]
    assert [view.at for view in timers_of(world.state)] == [planned.at]


def test_it_comes_once_and_is_no_breach() -> None:
    world = waiting()

    world.ring(20 * 60)
    world.ring(30 * 60)

    (demanded,) = world.found(SlaDemanded)
    assert (demanded.timer, demanded.actions[0].action) == ("t1", "too-late")
    assert demanded.alarm_at == local("2026-11-23 09:00")
    assert world.found(SlaBreached) == []
    assert (world.state.timers, due_at(world)) == ((), None)


def test_leaving_the_step_ends_it() -> None:
    world = waiting()

    world.receive(moved("ordering"), 60)

    assert (world.state.timers, world.ring(20 * 60)) == ((), [])


def test_one_bound_to_no_step_stays_until_the_end() -> None:
    world = waiting()
    world.receive(a_timer("t2", 40, step=None), 0)
    world.receive(moved("ordering"), 60)
    assert [timer.timer for timer in world.state.timers] == ["t2"]

    world.receive(finished(), 90)

    assert world.state.timers == ()


def test_the_same_timer_is_set_once_and_ended_once() -> None:
    world = waiting()

    assert world.receive(a_timer(), 1) == []
    ended = world.receive(TicketTimerEnded(timer="t1", why="migrated"), 2)
    assert ended == [SlaTimerEnded(timer="t1")]
    assert world.receive(TicketTimerEnded(timer="t1", why="migrated"), 3) == []


def test_a_new_version_of_the_calendar_counts_from_its_publication_on() -> None:
    world = waiting()
    # One hour of the four is over when the office begins to stay open until eight.
    world.book = Book(
        {},
        {("office", 1): a_calendar(**OFFICE), ("office", 2): a_calendar(**LONGER)},
        published_at={("office", 2): local("2026-11-22 14:00")},
    )

    world._decide(handlers.follow_calendars, None, world.at(90), world.at(90))

    (timer,) = world.state.timers
    assert (timer.at, timer.left_seconds) == (local("2026-11-22 17:00"), 3 * 3600)
    assert (timer.since, timer.calendar_version) == (local("2026-11-22 14:00"), 2)
    assert timer.target_seconds == 4 * 3600
    world._decide(handlers.follow_calendars, None, world.at(91), world.at(91))
    assert len(world.found(SlaTimerSet)) == 2


def test_without_any_calendar_every_hour_counts() -> None:
    world = World(Book(), start=ONE)
    world.receive(registered(), 0)
    world.receive(moved("asking"), 0)

    world.receive(a_timer(), 0)

    assert due_at(world) == local("2026-11-22 17:00")


def test_the_record_alone_gives_the_same_timers() -> None:
    world = waiting()
    world.receive(a_timer("t2", 40, step=None), 0)
    world.ring(20 * 60)

    assert CLOCKS.fold((event, at) for event, at in world.history) == world.state
    assert [timer.timer for timer in world.state.timers] == ["t2"]
