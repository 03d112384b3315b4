"""What becomes of an event that is posted: taken, tried again by a schedule over days, given up."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import NamedTuple

import msgspec

from contracts.calls.webhooks import PostState
from services.notify.domain.webhooks import spread

#: A pause is longer or shorter by this part of it at most, so that many do not come back at once.
JITTER = 0.05
#: Whoever asks for more time than this gets this.
_LONGEST_WISH = timedelta(days=1)
_OK, _REDIRECTED, _REFUSED = 200, 300, 400
_BUSY = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
TAKEN = "taken"
GONE = "gone"


class Answered(NamedTuple):
    """What came of one attempt."""

    #: `taken`, or why not: one of a small set.
    outcome: str
    status: int | None = None
    #: Seconds for which the receiver asks to be let alone.
    retry_after: float = 0.0
    body: bytes = b""


class Waiting(msgspec.Struct):
    """A message that is to be posted, as far as its turn depends on it."""

    id: str
    message: str
    #: What its order is kept within: the ticket.
    stream: str
    #: Counts what a subscription has taken over.
    order: int
    next_at: datetime
    attempts: int = 0
    first_at: datetime | None = None


class Settled(NamedTuple):
    """Where an attempt leaves its message."""

    state: PostState
    next_at: datetime | None = None


def outcome_of(status: int) -> str:
    """Give what an answer's status means."""
    if _OK <= status < _REDIRECTED:
        return TAKEN
    if status == HTTPStatus.GONE:
        return GONE
    if status in _BUSY:
        return "busy"
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return "failing"
    return "redirected" if status < _REFUSED else "refused"


def settle(waiting: Waiting, answered: Answered, pauses: Sequence[float], now: datetime) -> Settled:
    """Tell what follows from an attempt: nothing more, or the next one by the schedule.

    A receiver that asks for more time than the schedule gives has it; the attempt counts all the
    same. One that is gone is asked no more.
    """
    if answered.outcome == TAKEN:
        return Settled("delivered")
    if answered.outcome == GONE or waiting.attempts >= len(pauses):
        return Settled("failed")
    jitter = 1 + JITTER * spread(waiting.message, waiting.attempts)
    pause = timedelta(seconds=pauses[waiting.attempts] * jitter)
    wish = min(timedelta(seconds=answered.retry_after), _LONGEST_WISH)
    return Settled("waiting", now + max(pause, wish))


def is_hopeless(first_at: datetime | None, delivered_at: datetime | None) -> bool:
    """Tell whether a receiver has taken nothing at all since the first attempt of one given up."""
    return first_at is not None and (delivered_at is None or delivered_at < first_at)


def due(
    queue: Iterable[Waiting],
    in_hand: Collection[str],
    *,
    now: datetime,
    ordered: bool,
    room: int,
) -> list[Waiting]:
    """Give what is to be posted now, in the order in which it was taken over.

    With `ordered` only the first of each stream can have its turn.
    """
    found: list[Waiting] = []
    met: set[str] = set()
    for item in queue:
        if len(found) >= room:
            break
        if ordered and item.stream in met:
            continue
        met.add(item.stream)
        if item.next_at <= now and item.id not in in_hand:
            found.append(item)
    return found


def appetite(queue: Collection[Waiting], *, failing: bool) -> int:
    """Give how many more events to take over: the log keeps what is not wanted yet.

    A receiver that is failing is offered a few new ones at a time, in case it is about the old.
    """
    fresh = sum(1 for item in queue if not item.attempts)
    most, at_once = (_MOST_FAILING, _FEW) if failing else (_MOST, _MANY)
    return max(0, min(most - len(queue), at_once - fresh))


_MOST, _MANY = 10_000, 500
_MOST_FAILING, _FEW = 1_000, 10


def keeper(name: str, members: Iterable[str]) -> str | None:
    """Give which of the processes that post has a subscription: the same one for who asks.

    One process more or less moves only its own part.
    """
    return max(members, key=lambda member: spread(f"{name}:{member}", 0), default=None)
