"""Takes what is owed, sends it, and has the outcome recorded.

Run by the one process that holds the lease, which is looked at right before each message. What is
in the courier's hands when the process dies is sent again, with the same ids; nothing else is.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

import eventlet

from chassis.metrics import metric
from services.notify.channels.base import IN_DOUBT, Channel, NotTaken, Outgoing
from services.notify.channels.gate import Gate
from services.notify.domain.attempts import Accepted, Pointless, Refused, Result
from services.notify.domain.deliveries import Ledger
from services.notify.sending.addressing import Addressed, Asks, Owed, Unaddressed, address
from services.notify.sending.bookkeeping import Books, Records
from services.notify.sending.rendering import NotRenderable, Renderer

#: Tickets in hand at a time: more would only wait for a connection.
_MOST_IN_HAND = 400
_BATCH = 100
#: How long a ticket rests about which something could not be found out.
_SET_ASIDE_SECONDS = 2.0
_MOST_SET_ASIDE = 2000


class Holds(Protocol):
    """A lease."""

    def held(self) -> bool:
        """Tell whether it is ours, by a local look."""
        ...


class Due(Records, Protocol):
    """Where what is owed is found, and what became of it recorded."""

    def now(self) -> datetime: ...
    def due(self, channel: str, passing_over: set[str], most: int) -> list[str]: ...
    def fresh(self, codes: Sequence[str]) -> dict[str, Ledger]: ...


class Courier:
    """The sender of one process."""

    def __init__(
        self, ledgers: Due, asks: Asks, renderer: Renderer, channels: Mapping[str, Channel]
    ) -> None:
        self._ledgers = ledgers
        self._asks = asks
        self._renderer = renderer
        self._channels = channels
        self._gates = {name: Gate() for name in channels}
        self._books = Books(ledgers, self._release)
        self._in_hand: set[str] = set()
        self._aside: dict[str, float] = {}
        self._pool = eventlet.GreenPool(4 * sum(channel.width for channel in channels.values()))

    def turn(self, lease: Holds) -> int:
        """Take what is owed now as far as hands are free; gives how many tickets were taken."""
        self._forget_aside()
        taken: list[str] = []
        for channel in self._open_channels():
            room = _MOST_IN_HAND - len(self._in_hand)
            if room <= 0 or len(self._aside) >= _MOST_SET_ASIDE:
                break
            codes = self._ledgers.due(channel, self._in_hand | self._aside.keys(), room)
            self._in_hand.update(codes)
            taken += codes
        for start in range(0, len(taken), _BATCH):
            eventlet.spawn_n(self._carry, taken[start : start + _BATCH], lease)
        return len(taken)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is in hand."""
        return not self._in_hand

    def _carry(self, codes: list[str], lease: Holds) -> None:
        """Address a batch and send it, each ticket's messages in order."""
        left = set(codes)
        try:
            now, channels = self._ledgers.now(), self._open_channels()
            owed = [
                Owed(code, delivery)
                for code, ledger in self._ledgers.fresh(codes).items()
                for delivery in ledger.owed(now, channels)
            ]
            ready = address(owed, self._asks, now)
            for code, items in itertools.groupby(ready, key=lambda item: item.owed.code):
                left.discard(code)
                self._pool.spawn_n(self._deliver, code, list(items), now, lease)
        finally:
            for code in left:
                self._set_aside(code)

    def _deliver(
        self, code: str, items: list[Addressed | Unaddressed], now: datetime, lease: Holds
    ) -> None:
        results: list[Result] = []
        try:
            for item in items:
                if isinstance(item, Addressed):
                    results += self._attempt(item, now, lease)
                elif item.result is None:
                    self._aside[code] = time.monotonic() + _SET_ASIDE_SECONDS
                else:
                    results.append(item.result)
                    _count(item.owed, "suppressed")
        finally:
            if results:
                self._books.add(code, results)
            else:
                self._release(code)

    def _attempt(self, item: Addressed, now: datetime, lease: Holds) -> Sequence[Result]:
        """Send one message; nothing to record when it was not tried after all."""
        delivery = item.owed.delivery
        gate = self._gates[delivery.channel]
        try:
            outgoing = self._outgoing(item, now)
            if not gate.is_open or not lease.held():
                return []
            taken = self._channels[delivery.channel].send(outgoing)
        except NotRenderable:
            _count(item.owed, "refused")
            return [Refused(delivery=delivery.id, code="not_renderable", lasting=True)]
        except NotTaken as error:
            if error.closed:
                gate.failed()
            _count(item.owed, "refused" if error.lasting else "failed")
            refused = Refused(delivery=delivery.id, code=error.code, lasting=error.lasting)
            return [refused, *item.results]
        gate.worked()
        _count(item.owed, "sent")
        metric("peygir_delivery_seconds", delivery.channel).observe(
            max(0.0, (self._ledgers.now() - delivery.queued_at).total_seconds())
        )
        accepted = Accepted(
            delivery=delivery.id, provider=taken.provider, reference=taken.reference, to=item.to
        )
        return [*item.results, accepted]

    def _outgoing(self, item: Addressed, now: datetime) -> Outgoing:
        delivery = item.owed.delivery
        message = self._renderer.render(
            delivery.template, delivery.channel, item.language, item.values, now
        )
        return Outgoing(
            id=delivery.id,
            address=item.address,
            name=item.name,
            language=item.language,
            text=message.text,
            subject=message.subject,
            html=message.html,
            in_doubt=delivery.reason in IN_DOUBT,
        )

    def _open_channels(self) -> frozenset[str]:
        return frozenset(name for name, gate in self._gates.items() if gate.is_open)

    def _set_aside(self, code: str) -> None:
        self._aside[code] = time.monotonic() + _SET_ASIDE_SECONDS
        self._release(code)

    def _release(self, code: str) -> None:
        self._in_hand.discard(code)

    def _forget_aside(self) -> None:
        now = time.monotonic()
        for code in [code for code, until in self._aside.items() if until <= now]:
            del self._aside[code]


def _count(owed: Owed, outcome: str) -> None:
    metric("peygir_deliveries_total", owed.delivery.channel, outcome).inc()
