"""When open tickets are expected to end, as sla said a moment ago.

A page is read more often than its ticket changes. What sla expects follows from what routing told
it, so an answer holds as long as routing has the ticket in the same version, and the instant lies
ahead; a minute at most, for what an alarm or another unit's load may change.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from chassis.recent import Recent
from contracts.calls.routing import TicketView
from contracts.calls.sla import ExpectedView

_KEPT: Final = timedelta(minutes=1)
#: Younger than this, sla may not have heard of a change.
_SETTLED: Final = timedelta(seconds=5)
_REMEMBERED: Final = 5_000


class Said(NamedTuple):
    """What sla said of a ticket, absent where it expects nothing; and until when it holds."""

    expected: ExpectedView | None
    version: int
    until: datetime


class Outlook:
    """The answers of late, by tracking code."""

    def __init__(self) -> None:
        self._said: Recent[str, Said] = Recent(_REMEMBERED)

    def known(self, view: TicketView) -> Said | None:
        """Give what holds for the ticket as it stands; None where sla has to be asked."""
        said = self._said.get(view.code)
        holds = said is not None and said.version == view.version and said.until > _now()
        return said if holds else None

    def keep(self, view: TicketView, expected: ExpectedView | None) -> None:
        """Remember what sla said just now of the ticket as it stands."""
        now = _now()
        if now - view.updated_at < _SETTLED:
            return
        until = now + _KEPT
        if expected is not None:
            until = min(until, expected.expected_at)
        self._said.keep(view.code, Said(expected, view.version, until))


def _now() -> datetime:
    return datetime.now(UTC)
