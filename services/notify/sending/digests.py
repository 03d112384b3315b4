"""Tells digests whose time has come: one message instead of the many that are part of it.

The messages stay in their tickets' ledgers, each recorded as sent within the digest. What is no
longer so by then is left out. What joins a digest that has been told already, because the database
was away meanwhile, is told by a second one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol

from msgspec.structs import replace

from chassis.errors import DomainError
from chassis.logging import get_logger
from services.notify.channels.base import NotTaken, Outgoing, Taken
from services.notify.domain.attempts import Accepted, Pointless, Refused, Result
from services.notify.domain.deliveries import PERSON, Delivery, Ledger
from services.notify.domain.ladders import BREACH, OUTDATED, is_outdated
from services.notify.repository import Digest
from services.notify.sending.addressing import where
from services.notify.sending.answers import Asks
from services.notify.sending.rendering import NotRenderable, Renderer
from services.notify.sending.sparing import after

log = get_logger()

#: Tickets whose messages one digest tells; more are told by a second one.
MOST = 20_000
#: A window has ended for longer than a result that belongs to it takes to be stored.
GRACE = timedelta(seconds=1)
#: How long a digest rests whose channel rests.
_REST = timedelta(seconds=5)
#: Results that are stored together.
_BATCH = 500
_SHOWN = 10


class Kept(Protocol):
    """Where digests are kept."""

    def due(self, now: datetime) -> list[Digest]: ...
    def change(self, digest: Digest) -> None: ...
    def close(self, digests: Sequence[str]) -> None: ...


class Ledgers(Protocol):
    """Where the messages of a digest are found, and what became of them recorded."""

    def now(self) -> datetime: ...
    def gathered(self, digest: str, most: int) -> dict[str, Ledger]: ...
    def record(self, results: Mapping[str, Sequence[Result]]) -> set[str]: ...


class Hand(Protocol):
    """Hands one message over by a channel; raises NotTaken, None when it was not tried."""

    def __call__(self, channel: str, outgoing: Outgoing) -> Taken | None: ...


class Line(NamedTuple):
    """One ticket of a digest, as templates show it."""

    code: str
    clock: str
    due_at: datetime
    late: bool


class Teller:
    """Tells digests, one after the other."""

    def __init__(
        self,
        kept: Kept,
        ledgers: Ledgers,
        asks: Asks,
        renderer: Renderer,
        pauses: tuple[float, ...],
    ) -> None:
        self._kept = kept
        self._ledgers = ledgers
        self._asks = asks
        self._renderer = renderer
        self._pauses = pauses

    def tell(self, hand: Hand) -> None:
        """Tell what is due; what fails is tried again later, and keeps nobody else waiting."""
        now = self._ledgers.now()
        for digest in self._kept.due(now - GRACE):
            try:
                self._tell(digest, hand)
            except DomainError as error:
                log.warning("digest_waits", digest=digest.id, error=error.code)

    def _tell(self, digest: Digest, hand: Hand) -> None:
        members = self._members(digest)
        if digest.is_sent:
            told = _of(members, digest.items)
            self._record(digest, told, _accepted(digest))
            members = {code: left for code, left in _besides(members, told).items() if left}
            self._renew(digest, members)
            return
        if not members:
            self._kept.close([digest.id])
            return
        current, outdated = self._sifted(members)
        self._record(digest, outdated, lambda each: Pointless(delivery=each.id, reason=OUTDATED))
        if digest.items:
            current = _of(current, digest.items) or current
        if not current:
            self._kept.close([digest.id])
            return
        self._send(digest, current, hand)

    def _send(self, digest: Digest, members: Mapping[str, list[Delivery]], hand: Hand) -> None:
        items = [(code, each.id) for code, found in members.items() for each in found]
        digest = replace(digest, items=items, attempts=digest.attempts + 1)
        try:
            outgoing = self._outgoing(digest, members)
            self._kept.change(digest)
            taken = hand(digest.channel, outgoing)
        except NotTaken as error:
            self._failed(digest, members, error.code, lasting=error.lasting)
            return
        except NotRenderable:
            self._failed(digest, members, "not_renderable", lasting=True)
            return
        if taken is None:
            later = self._ledgers.now() + _REST
            self._kept.change(replace(digest, attempts=digest.attempts - 1, at=later))
            return
        now = self._ledgers.now()
        digest = replace(digest, provider=taken.provider, reference=taken.reference, at=now)
        self._kept.change(digest)
        self._record(digest, members, _accepted(digest))

    def _failed(
        self, digest: Digest, members: Mapping[str, list[Delivery]], code: str, *, lasting: bool
    ) -> None:
        again = None if lasting else after(self._ledgers.now(), digest.attempts, self._pauses)
        if again is not None:
            self._kept.change(replace(digest, at=again))
            return
        self._record(
            digest, members, lambda each: Refused(delivery=each.id, code=code, lasting=True)
        )
        self._kept.close([digest.id])

    def _renew(self, digest: Digest, left: Mapping[str, list[Delivery]]) -> None:
        """Have what came too late told by one more digest; else forget this one."""
        if not left:
            self._kept.close([digest.id])
            return
        now = self._ledgers.now()
        self._kept.change(
            replace(digest, items=[], attempts=0, provider=None, reference=None, at=now)
        )

    def _members(self, digest: Digest) -> dict[str, list[Delivery]]:
        """Give the messages that are part of it and were not told yet, by ticket."""
        members = {}
        for code, ledger in self._ledgers.gathered(digest.id, MOST).items():
            found = [
                each
                for each in ledger.deliveries.values()
                if each.digest == digest.id and each.state == "gathered"
            ]
            if found:
                members[code] = found
        return members

    def _sifted(
        self, members: Mapping[str, list[Delivery]]
    ) -> tuple[dict[str, list[Delivery]], dict[str, list[Delivery]]]:
        """Part what is still so from what is not; while sla is away everything is."""
        try:
            clocks = self._asks.clocks(members)
        except DomainError:
            clocks = {}
        current: dict[str, list[Delivery]] = {}
        outdated: dict[str, list[Delivery]] = {}
        for code, found in members.items():
            for each in found:
                over = is_outdated(each, clocks.get(code))
                (outdated if over else current).setdefault(code, []).append(each)
        return current, outdated

    def _outgoing(self, digest: Digest, members: Mapping[str, list[Delivery]]) -> Outgoing:
        person = digest.person.removeprefix(PERSON)
        reader = self._asks.staff([person], []).persons.get(person)
        address = where(reader, digest.channel) if reader is not None else ""
        if reader is None or not address:
            raise NotTaken("no_address", lasting=True)
        message = self._renderer.render(
            "digest", digest.channel, reader.language, {"name": reader.name, **said(members)}
        )
        return Outgoing(
            id=_message_id(digest),
            address=address,
            name=reader.name,
            language=reader.language,
            text=message.text,
            subject=message.subject,
            html=message.html,
            in_doubt=digest.attempts > 1,
            link=self._renderer.list,
        )

    def _record(
        self,
        digest: Digest,
        members: Mapping[str, list[Delivery]],
        result: Any,
    ) -> None:
        """Record one result for each message; what is not stored now is met again."""
        codes = list(members)
        for start in range(0, len(codes), _BATCH):
            part = codes[start : start + _BATCH]
            unstored = self._ledgers.record(
                {code: [result(each) for each in members[code]] for code in part}
            )
            if unstored:
                log.warning("outcomes_wait", digest=digest.id, tickets=len(unstored))


def said(members: Mapping[str, list[Delivery]]) -> dict[str, Any]:
    """Give what a digest says: how many are late, how many nearly, and the worst by name."""
    lines: dict[str, Line] = {}
    for code, found in members.items():
        for each in found:
            line = Line(
                code,
                each.particulars.clock or "",
                each.particulars.due_at or each.queued_at,
                each.template == BREACH,
            )
            lines[code] = min(lines.get(code, line), line, key=_urgency)
    worst = sorted(lines.values(), key=_urgency)
    late = sum(line.late for line in worst)
    return {"late": late, "near": len(worst) - late, "worst": worst[:_SHOWN]}


def _urgency(line: Line) -> tuple[bool, datetime]:
    return not line.late, line.due_at


def _accepted(digest: Digest) -> Any:
    return lambda each: Accepted(
        delivery=each.id,
        provider=digest.provider or "",
        to=digest.person,
        digest=digest.id,
    )


def _of(
    members: Mapping[str, list[Delivery]], items: Sequence[tuple[str, str]]
) -> dict[str, list[Delivery]]:
    wanted = {delivery for _code, delivery in items}
    kept = {code: [each for each in found if each.id in wanted] for code, found in members.items()}
    return {code: found for code, found in kept.items() if found}


def _besides(
    members: Mapping[str, list[Delivery]], told: Mapping[str, list[Delivery]]
) -> dict[str, list[Delivery]]:
    ids = {each.id for found in told.values() for each in found}
    return {code: [each for each in found if each.id not in ids] for code, found in members.items()}


def _message_id(digest: Digest) -> str:
    """Give the message's id: another one where the same digest tells a second time."""
    first = min(delivery for _code, delivery in digest.items)
    return hashlib.blake2b(f"{digest.id}\0{first}".encode(), digest_size=8).hexdigest()
