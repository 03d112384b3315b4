"""The time that everything agrees on: the database server's.

A replica whose own clock jumps must neither fire alarms early nor number commits out of order, so
`now` is the database's clock at the last look plus what the monotonic clock has counted since.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from chassis.errors import Invalid

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Seconds an answer may take; half of it is the error we accept.
_LONGEST_LOOK = 0.25
#: How far the clock of who tells of the past may go before ours.
_AHEAD = timedelta(minutes=1)


def to_milliseconds(instant: datetime) -> datetime:
    """Cut an instant to what the database keeps."""
    rest = instant.microsecond % 1000
    return instant.replace(microsecond=instant.microsecond - rest) if rest else instant


def instant_of(seconds: float) -> datetime:
    """Give the instant so many seconds after the beginning of 1970, in whole milliseconds."""
    return _EPOCH + timedelta(milliseconds=int(seconds * 1000))


def as_utc(instant: datetime) -> datetime:
    """Give an instant in UTC, where one without a zone already is; raises Invalid.

    A zone can push the first and the last hours there are over the edge of the calendar.
    """
    try:
        return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
    except OverflowError:
        raise Invalid("instant_invalid") from None


class ServerClock:
    """Tells the database's time without asking it each time."""

    def __init__(self) -> None:
        self._offset = time.time() - time.monotonic()
        self._asked = False

    def look(self, ask: Callable[[], datetime]) -> None:
        """Ask for the server's time; an answer that took long is worth less than an earlier one."""
        before = time.monotonic()
        answer = ask()
        after = time.monotonic()
        if not self._asked or after - before < _LONGEST_LOOK:
            self._asked = True
            self._offset = answer.timestamp() - (before + after) / 2

    def timestamp(self) -> float:
        """Give the seconds since 1970."""
        return time.monotonic() + self._offset

    def now(self) -> datetime:
        """Give the instant, in whole milliseconds."""
        return instant_of(self.timestamp())


def read_past(text: str, now: datetime) -> datetime:
    """Read the instant of what has happened, ISO 8601 with a zone; raises Invalid.

    Whoever tells of it may have a clock that goes a little before ours.
    """
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid("instant_invalid") from None
    if instant.tzinfo is None:
        raise Invalid("instant_invalid")
    past = to_milliseconds(as_utc(instant))
    if not _EPOCH <= past <= now + _AHEAD:
        raise Invalid("instant_not_past")
    return past
