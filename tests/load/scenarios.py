"""What is measured: each scenario says who sends what, and how fast."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, NamedTuple

from tests.load.driver import Measured, at_rate, by_callers
from tests.load.people import People

Run = Coroutine[Any, Any, Measured]


class Scenario(NamedTuple):
    """A measurement; `plan` is given the people and how many seconds it should last."""

    title: str
    plan: Callable[[People, float], Run]


def _registering(people: People) -> Any:
    return lambda http, _number: people.register(http)


def _count(per_second: float, seconds: float) -> int:
    return max(20, int(per_second * seconds))


#: By name. Counts are what two cores do in about the time that is asked for.
SCENARIOS = {
    # First, while the people who work on tickets have room.
    "life_8_callers": Scenario(
        "a whole life of 11 commands, 8 at a time",
        lambda people, seconds: by_callers(people.live, callers=8, count=_count(8, seconds)),
    ),
    "register_alone": Scenario(
        "register, one caller",
        lambda people, seconds: by_callers(
            _registering(people), callers=1, count=_count(20, seconds)
        ),
    ),
    "register_at_rate": Scenario(
        "register, 100 a second",
        lambda people, seconds: at_rate(_registering(people), rate=100, seconds=seconds),
    ),
    "register_32_callers": Scenario(
        "register, 32 callers",
        lambda people, seconds: by_callers(
            _registering(people), callers=32, count=_count(200, seconds)
        ),
    ),
    "follow_at_rate": Scenario(
        "follow, 100 a second",
        lambda people, seconds: at_rate(people.follow, rate=100, seconds=seconds / 2),
    ),
    "follow_32_callers": Scenario(
        "follow, 32 callers",
        lambda people, seconds: by_callers(people.follow, callers=32, count=_count(300, seconds)),
    ),
    "inbox_8_callers": Scenario(
        "read an inbox, 8 callers",
        lambda people, seconds: by_callers(people.look_in, callers=8, count=_count(30, seconds)),
    ),
    "event_feed": Scenario(
        "a thousand events of the log, one reader",
        lambda people, seconds: by_callers(people.read_on, callers=1, count=_count(5, seconds)),
    ),
    "report": Scenario(
        "a report over everything, 4 callers",
        lambda people, seconds: by_callers(people.report, callers=4, count=_count(20, seconds)),
    ),
}
