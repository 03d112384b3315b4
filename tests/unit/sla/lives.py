"""Twenty complicated lives of tickets, whose due times have to be explained."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from services.sla.domain.book import Book
from services.sla.domain.holidays import DayName
from tests.unit.sla.world import (
    World,
    a_calendar,
    an_agreement,
    answered,
    asked,
    assigned,
    done,
    every_day,
    finished,
    local,
    prioritised,
    queued,
    registered,
    reopened,
    resumed,
    sent_back,
    waiting,
    withdrawn,
)

OFFICE = {"sunday": ["08:00-12:00", "13:00-16:00"], "thursday": ["08:00-12:00"]} | {
    day: ["08:00-16:00"] for day in ("saturday", "monday", "tuesday", "wednesday")
}
NOWRUZ = DayName(fa="نوروز", en="Nowruz")
#: The first days of 1406.
HOLIDAYS = {datetime(2027, 3, day).date(): NOWRUZ for day in (21, 22, 23, 24)}  # noqa: DTZ001


def _calendars() -> dict[tuple[str, int], Any]:
    return {
        ("office", 1): a_calendar(week=OFFICE, exceptions={"2026-11-24": []}),
        ("always", 1): a_calendar(zone="UTC", week=every_day("00:00-24:00")),
        ("nights", 1): a_calendar(week=every_day("22:00-06:00")),
        ("holidays", 1): with_holidays(),
    }


def with_holidays() -> Any:
    calendar = a_calendar(week=OFFICE, holidays=["nowruz"])
    return type(calendar)(calendar.terms, frozenset(HOLIDAYS))


def _target(clock: str, within: str, calendar: str = "office", **more: Any) -> dict[str, Any]:
    return {"clock": clock, "within": within, "calendar": calendar, **more}


GENERAL = {
    "targets": [
        _target("first_response", "PT2H"),
        _target("next_response", "PT3H"),
        _target("resolution", "PT16H"),
        _target("network", "PT6H", kind="ola", units=["network"]),
        _target("carrier", "PT8H", "always", kind="contract"),
        _target("watch", "PT10H", "nights", kind="stage", states=["in_progress"]),
        _target("long", "PT40H", "holidays", kind="resolution"),
    ]
}
URGENT = {
    "extends": "general",
    "match": {"priority": [1]},
    "targets": [_target("resolution", "PT4H", "always"), _target("first_response", "PT1H")],
}


def a_book() -> Book:
    return Book(
        {
            ("general", 1): an_agreement("general", **GENERAL),
            ("urgent", 1): an_agreement("urgent", **URGENT),
        },
        _calendars(),
        holidays={"nowruz": HOLIDAYS},
    )


def with_longer_hours(world: World, minutes: float) -> None:
    """Publish another version of the office's calendar: until six o'clock, and Thursdays whole."""
    book = world.book
    longer = {day: ["08:00-18:00"] for day in (*OFFICE, "thursday")}
    world.book = Book(
        book.agreements,
        {**book.calendars, ("office", 2): a_calendar(week=longer)},
        holidays=book.holidays,
        published_at={("office", 2): world.at(minutes)},
    )


class Life(NamedTuple):
    """What happened to a ticket, which clock is asked about, and when."""

    name: str
    clock: str
    start: str
    #: Minutes after the start, and what happened then.
    events: list[tuple[float, Any]]
    asked_after: float

    def lived(self) -> tuple[World, datetime]:
        """Live it, with every alarm at its time; gives the world, and when it is asked."""
        world = World(a_book(), start=local(self.start))
        world.receive(registered(), 0)
        for minutes, event in self.events:
            ring_until(world, minutes)
            if isinstance(event, Publish):
                event.publish(world, minutes)
            else:
                world.receive(event, minutes)
        ring_until(world, self.asked_after)
        return world, world.at(self.asked_after)


class Publish(NamedTuple):
    """A calendar is published."""

    publish: Callable[[World, float], None]


def ring_until(world: World, minutes: float) -> None:
    """Ring as alarms do, each at its instant."""
    limit = world.at(minutes)
    while True:
        alarms = [a.at for clock in world.state.running() for a in clock.alarms if a.at < limit]
        if not alarms:
            return
        world.ring((min(alarms) - world.start) / timedelta(minutes=1))


LONGER = Publish(with_longer_hours)
HOUR, DAY = 60, 1440

LIVES = [
    Life("a morning's ticket, due the next day", "resolution", "2026-11-22 08:00", [], HOUR),
    Life("registered in the night", "first_response", "2026-11-22 23:30", [], HOUR),
    Life("over the half Thursday and the weekend", "resolution", "2026-11-26 10:00", [], HOUR),
    Life("over a day closed by exception", "resolution", "2026-11-23 15:00", [], HOUR),
    Life(
        "waited for the requester over night",
        "resolution",
        "2026-11-22 09:00",
        [(0, assigned()), (90, waiting()), (DAY, resumed())],
        DAY + HOUR,
    ),
    Life(
        "waited for requester, then supplier, then another unit",
        "resolution",
        "2026-11-22 09:00",
        [
            (10, queued("desk")),
            (60, waiting("requester")),
            (120, waiting("supplier")),
            (180, waiting("unit")),
            (200, resumed()),
        ],
        210,
    ),
    Life(
        "stands still now",
        "resolution",
        "2026-11-22 09:00",
        [(60, assigned()), (120, waiting("supplier"))],
        DAY,
    ),
    Life(
        "raised in priority at noon",
        "resolution",
        "2026-11-22 09:00",
        [(0, assigned()), (180, prioritised(1))],
        200,
    ),
    Life(
        "raised in priority after more than the new target had been used",
        "resolution",
        "2026-11-22 09:00",
        [(0, assigned()), (2 * DAY, prioritised(1))],
        2 * DAY + 5,
    ),
    Life(
        "raised and lowered again",
        "resolution",
        "2026-11-22 09:00",
        [(0, assigned()), (60, prioritised(1)), (120, prioritised(4))],
        130,
    ),
    Life(
        "a calendar published while it ran",
        "resolution",
        "2026-11-22 09:00",
        [(0, assigned()), (DAY + 60, LONGER), (DAY + 120, assigned("desk"))],
        DAY + 180,
    ),
    Life(
        "a calendar published while it waited",
        "resolution",
        "2026-11-22 09:00",
        [(30, waiting()), (100, LONGER), (200, assigned("desk")), (300, resumed())],
        310,
    ),
    Life(
        "answered late",
        "first_response",
        "2026-11-22 14:30",
        [(0, assigned()), (DAY, answered())],
        DAY + 10,
    ),
    Life(
        "done, sent back and done again before it was approved",
        "resolution",
        "2026-11-22 09:00",
        [(0, assigned()), (120, done()), (200, sent_back()), (260, done()), (DAY, finished())],
        2 * DAY,
    ),
    Life(
        "finished and reopened two days later",
        "resolution",
        "2026-11-21 09:00",
        [(0, assigned()), (120, finished()), (2 * DAY, reopened())],
        2 * DAY + 30,
    ),
    Life(
        "withdrawn",
        "resolution",
        "2026-11-22 09:00",
        [(0, assigned()), (45, withdrawn())],
        HOUR,
    ),
    Life(
        "a second question of the requester",
        "next_response",
        "2026-11-22 09:00",
        [(0, assigned()), (30, answered()), (400, asked()), (420, asked())],
        430,
    ),
    Life(
        "a unit that had the work twice",
        "network",
        "2026-11-22 09:00",
        [(0, assigned("network", 1)), (60, assigned("desk", 1)), (120, assigned("network", 2))],
        130,
    ),
    Life(
        "a supplier who was waited for twice",
        "carrier",
        "2026-11-22 09:00",
        [(30, waiting("supplier")), (150, resumed()), (300, waiting("supplier"))],
        310,
    ),
    Life(
        "five working days over Nowruz",
        "long",
        "2027-03-18 09:00",
        [(0, assigned()), (60, waiting("unit")), (120, resumed())],
        130,
    ),
]
