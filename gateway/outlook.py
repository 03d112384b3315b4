"""When open tickets are expected to end, as sla said a moment ago.

A page is read more often than its ticket changes. What sla expects follows from what routing told
it, so an answer holds as long as routing has the ticket in the same version, and the instant lies
ahead; a minute at most, for what an alarm or another unit's load may change. Who asks at the same
moment is answered by one question: it is the gateway's, which has seen each one's proof.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from chassis.errors import Unavailable
from chassis.gather_aio import Gathered
from chassis.recent import Recent
from contracts.calls.routing import TicketView
from contracts.calls.sla import ExpectedView

_KEPT: Final = timedelta(minutes=1)
#: Younger than this, sla may not have heard of a change.
_SETTLED: Final = timedelta(seconds=5)
_REMEMBERED: Final = 5_000
#: Tickets of one question.
_MOST: Final = 100

#: Asks sla about tickets; gives what it says of each, in their order. Raises Unavailable.
Ask = Callable[[Sequence[str]], Awaitable[Sequence[ExpectedView | None]]]


class Said(NamedTuple):
    """What sla said of a ticket, absent where it expects nothing; and until when it holds."""

    expected: ExpectedView | None
    version: int
    until: datetime


class Outlook:
    """The answers of late, by tracking code."""

    def __init__(self, ask: Ask) -> None:
        self._asks: Gathered[str, ExpectedView | None] = Gathered(ask, most=_MOST)
        self._said: Recent[str, Said] = Recent(_REMEMBERED)

    async def of(self, view: TicketView) -> ExpectedView | None:
        """Give what is expected of the ticket as it stands; None where sla does not say."""
        said = self._said.get(view.code)
        if said is not None and said.version == view.version and said.until > _now():
            return said.expected
        try:
            expected = await self._asks.one(view.code)
        except Unavailable:
            return None
        self.keep(view, expected)
        return expected

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
