"""What is measured: each scenario says who sends what, and how fast."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from operator import attrgetter
from typing import Any

from tests.load import browsers, feeds, pages
from tests.load.driver import Measured, Send, at_rate, by_callers
from tests.load.people import People

#: Given the people and about how many seconds it should last, gives what runs.
Scenario = Callable[[People, float], Coroutine[Any, Any, Measured]]
_LEAST = 20


def _callers(callers: int, send: Callable[[People], Send], *, expected: float) -> Scenario:
    """Let callers send so many in all as two cores do, of which `expected` go in a second."""
    return lambda people, seconds: by_callers(
        send(people), callers=callers, count=max(_LEAST, int(expected * seconds))
    )


def _registering(people: People) -> Send:
    return lambda http, _number: people.register(http)


_following = attrgetter("follow")

SCENARIOS: dict[str, Scenario] = {
    # First, while the people who work on tickets have room.
    "life_8_callers": _callers(8, attrgetter("live"), expected=8),
    "register_alone": _callers(1, _registering, expected=20),
    # Each finds the system at rest: what is done for the one before has ended.
    "register_idle": lambda people, seconds: at_rate(
        _registering(people), rate=10, seconds=seconds
    ),
    "register_at_rate": lambda people, seconds: at_rate(
        _registering(people), rate=100, seconds=seconds
    ),
    # What is to be kept up for as long as one likes: `--seconds 60`.
    "register_at_200": lambda people, seconds: at_rate(
        _registering(people), rate=200, seconds=seconds
    ),
    "register_32_callers": _callers(32, _registering, expected=200),
    "follow_at_rate": lambda people, seconds: at_rate(
        _following(people), rate=100, seconds=seconds / 2
    ),
    "follow_at_300": lambda people, seconds: at_rate(
        _following(people), rate=300, seconds=seconds / 2
    ),
    "follow_32_callers": _callers(32, _following, expected=300),
    "inbox_8_callers": _callers(8, attrgetter("look_in"), expected=30),
    "page_track": pages.track,
    "page_inbox": pages.inbox,
    # Two hundred pages that are kept live.
    "pages_told": browsers.told,
    "register_at_rate_beside_pages": browsers.beside,
    # A thousand events each.
    "event_feed": _callers(1, attrgetter("read_on"), expected=5),
    "event_stream": feeds.stream,
    "report": _callers(4, attrgetter("report"), expected=20),
}

#: What has to be there before; what follows from it has ended when the scenario begins.
BEFORE: dict[str, Callable[[People], Coroutine[Any, Any, None]]] = {"page_inbox": pages.fill_inbox}
