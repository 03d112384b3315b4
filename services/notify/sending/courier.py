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
from eventlet.semaphore import Semaphore
from msgspec.structs import replace

from chassis.errors import DomainError
from chassis.logging import get_logger
from chassis.metrics import metric, watch
from services.notify.channels.base import IN_DOUBT, Channel, NotTaken, Outgoing, Taken
from services.notify.channels.gate import Gate
from services.notify.domain.attempts import Accepted, Gathered, Refused, Result
from services.notify.domain.deliveries import Ledger
from services.notify.sending.addressing import Addressed, Unaddressed, address
from services.notify.sending.answers import Asks, Owed
from services.notify.sending.bookkeeping import Books, Records
from services.notify.sending.digests import Hand
from services.notify.sending.rendering import NotRenderable, Renderer

log = get_logger()

#: Tickets in hand at a time: more would only wait for a connection.
_MOST_IN_HAND = 400
_BATCH = 100
#: How long a ticket rests about which something could not be found out.
_SET_ASIDE_SECONDS = 2.0
_MOST_SET_ASIDE = 2000
_LOOK_SECONDS = 0.01
_DIGEST_SECONDS = 0.5
_OUTCOMES = ("sent", "failed", "refused", "suppressed", "gathered")


class Holds(Protocol):
    """A lease."""

    @property
    def term(self) -> int:
        """The same number as long as it was ours all the time."""
        ...

    def acquire(self) -> bool:
        """Take or renew it."""
        ...

    def held(self) -> bool:
        """Tell whether it is ours, by a local look."""
        ...


class Due(Records, Protocol):
    """Where what is owed is found, and what became of it recorded."""

    @property
    def draining(self) -> bool: ...
    def now(self) -> datetime: ...
    def begin(self) -> None: ...
    def due(self, channel: str, passing_over: set[str], most: int) -> list[str]: ...
    def fresh(self, codes: Sequence[str]) -> dict[str, Ledger]: ...


class ToAcknowledge(Protocol):
    """Makes the links by which readers say that they have taken note."""

    def to(self, code: str, delivery: str) -> str: ...


class Gathering(Protocol):
    """Spares people who have been told enough."""

    def begin(self) -> None:
        """Start as a new sender."""
        ...

    def take(self, item: Addressed) -> Gathered | None:
        """Make a message part of a digest; None where it is told by itself. Raises Unavailable."""
        ...

    def tell(self, hand: Hand) -> None:
        """Tell the digests that are due; raises Unavailable."""
        ...


class Courier:
    """The sender of one process."""

    def __init__(
        self,
        ledgers: Due,
        asks: Asks,
        renderer: Renderer,
        channels: Mapping[str, Channel],
        *,
        links: ToAcknowledge,
        digests: Gathering,
    ) -> None:
        self._ledgers = ledgers
        self._asks = asks
        self._renderer = renderer
        self._channels = channels
        self._links = links
        self._digests = digests
        self._gates = {name: Gate() for name in channels}
        #: Whoever has his turn finds a free connection: nothing waits between look and send.
        self._turns = {name: Semaphore(channel.width) for name, channel in channels.items()}
        for name, turns in self._turns.items():
            _show(name, self._channels[name].width, turns)
        self._in_hand: set[str] = set()
        self._books = Books(ledgers, self._in_hand.discard)
        self._aside: dict[str, float] = {}
        self._term = 0
        self._telling = False
        self._told_at = float("-inf")
        self._pool = eventlet.GreenPool(4 * sum(channel.width for channel in channels.values()))

    def run(self, lease: Holds, pause: float = 0.1) -> None:
        """Send what is owed until nothing is left; ends early when the lease is lost.

        When the process is to stop it begins nothing more, and ends once all in hand is
        recorded: so the lease is given up with empty hands.
        """
        while lease.acquire():
            if lease.term != self._term:
                self._ledgers.begin()
                self._digests.begin()
                self._term = lease.term
            if not self._ledgers.draining:
                self._take(lease)
                self._look_at_digests(lease)
            if not self._in_hand:
                return
            eventlet.sleep(pause)

    def put_down(self) -> None:
        """Wait until nothing is in hand."""
        while self._in_hand:
            eventlet.sleep(_LOOK_SECONDS)

    def _take(self, lease: Holds) -> None:
        """Take what is owed now, as far as hands are free."""
        self._forget_aside()
        for channel in self._open_channels():
            room = _MOST_IN_HAND - len(self._in_hand)
            if room <= 0 or len(self._aside) >= _MOST_SET_ASIDE:
                return
            codes = self._ledgers.due(channel, self._in_hand | self._aside.keys(), room)
            self._in_hand.update(codes)
            for start in range(0, len(codes), _BATCH):
                eventlet.spawn_n(self._carry, codes[start : start + _BATCH], lease)

    def _look_at_digests(self, lease: Holds) -> None:
        """Tell what is due beside everything else: a digest of thousands takes its time."""
        if self._telling or time.monotonic() - self._told_at < _DIGEST_SECONDS:
            return
        self._telling = True
        self._told_at = time.monotonic()
        eventlet.spawn_n(self._tell_digests, lease)

    def _tell_digests(self, lease: Holds) -> None:
        try:
            self._digests.tell(lambda channel, outgoing: self._hand_over(channel, outgoing, lease))
        except DomainError as error:
            log.warning("digests_wait", error=error.code)
        except Exception:
            log.exception("digests_failed")
        finally:
            self._telling = False

    def _carry(self, codes: list[str], lease: Holds) -> None:
        """Address a batch and send it, each ticket's messages in order."""
        left = set(codes)
        try:
            for code, items in itertools.groupby(self._addressed(codes), key=_code):
                left.discard(code)
                self._pool.spawn_n(self._deliver, code, list(items), lease)
        except DomainError as error:
            log.warning("batch_waits", tickets=len(left), error=type(error).__name__)
        finally:
            for code in left:
                self._set_aside(code)
                self._in_hand.discard(code)

    def _addressed(self, codes: list[str]) -> list[Addressed | Unaddressed]:
        now, channels = self._ledgers.now(), self._open_channels()
        owed = [
            Owed(code, delivery)
            for code, ledger in self._ledgers.fresh(codes).items()
            for delivery in ledger.owed(now, channels)
        ]
        return address(owed, self._asks, now)

    def _deliver(self, code: str, items: list[Addressed | Unaddressed], lease: Holds) -> None:
        results: list[Result] = []
        for item in items:
            if isinstance(item, Addressed):
                results += self._attempt(item, lease)
            elif item.result is None:
                self._set_aside(code)
            else:
                results.append(item.result)
                _count(item.owed, "suppressed")
        if results:
            self._books.add(code, results)
        else:
            self._in_hand.discard(code)

    def _attempt(self, item: Addressed, lease: Holds) -> Sequence[Result]:
        """Send one message; nothing to record when it was not tried after all."""
        delivery = item.owed.delivery
        try:
            if (gathered := self._digests.take(item)) is not None:
                _count(item.owed, "gathered")
                return [*item.results, gathered]
            taken = self._hand_over(delivery.channel, self._outgoing(item), lease)
        except DomainError:
            return []
        except NotTaken as error:
            refused = _refused(item.owed, error.code, lasting=error.lasting)
            return [*item.results, replace(refused, retry_after=error.retry_after)]
        except NotRenderable:
            return [*item.results, _refused(item.owed, "not_renderable", lasting=True)]
        except Exception:
            # Whatever it was, the message must neither vanish nor be tried in a hot loop.
            log.exception("attempt_failed", stream=item.owed.code, delivery=delivery.id)
            return [*item.results, _refused(item.owed, "internal_fault", lasting=False)]
        return [*item.results, self._accepted(item, taken)] if taken else []

    def _hand_over(self, channel: str, outgoing: Outgoing, lease: Holds) -> Taken | None:
        """Send by a channel; None when it was not tried after all. Raises NotTaken."""
        gate = self._gates[channel]
        with self._turns[channel]:
            if self._ledgers.draining or not gate.is_open or not lease.held():
                return None
            try:
                taken = self._channels[channel].send(outgoing)
            except NotTaken as error:
                if error.closed:
                    gate.failed()
                raise
        gate.worked()
        return taken

    def _accepted(self, item: Addressed, taken: Taken) -> Accepted:
        delivery = item.owed.delivery
        _count(item.owed, "sent")
        waited = (self._ledgers.now() - delivery.queued_at).total_seconds()
        metric("peygir_delivery_seconds", delivery.channel).observe(max(0.0, waited))
        return Accepted(
            delivery=delivery.id,
            provider=taken.provider,
            reference=taken.reference,
            to=item.to,
            devices=list(taken.devices),
        )

    def _outgoing(self, item: Addressed) -> Outgoing:
        delivery = item.owed.delivery
        link = self._links.to(item.owed.code, delivery.id) if delivery.ladder else ""
        message = self._renderer.render(
            delivery.template, delivery.channel, item.language, item.values | {"acknowledge": link}
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
            link=link,
        )

    def _open_channels(self) -> frozenset[str]:
        return frozenset(name for name, gate in self._gates.items() if gate.is_open)

    def _set_aside(self, code: str) -> None:
        self._aside[code] = time.monotonic() + _SET_ASIDE_SECONDS

    def _forget_aside(self) -> None:
        now = time.monotonic()
        for code in [code for code, until in self._aside.items() if until <= now]:
            del self._aside[code]


def _show(channel: str, width: int, turns: Semaphore) -> None:
    """Show a channel from the start: a rise from nothing is none that a rate could tell."""
    watch(lambda: width - turns.balance, "peygir_pool_in_use", channel)
    metric("peygir_pool_most", channel).set(width)
    metric("peygir_delivery_seconds", channel)
    for outcome in _OUTCOMES:
        metric("peygir_deliveries_total", channel, outcome)


def _refused(owed: Owed, code: str, *, lasting: bool) -> Refused:
    _count(owed, "refused" if lasting else "failed")
    return Refused(delivery=owed.delivery.id, code=code, lasting=lasting)


def _count(owed: Owed, outcome: str) -> None:
    metric("peygir_deliveries_total", owed.delivery.channel, outcome).inc()


def _code(item: Addressed | Unaddressed) -> str:
    return item.owed.code
