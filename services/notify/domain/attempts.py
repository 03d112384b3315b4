"""What became of attempts to send, and what follows: done, tried again later, or given up.

The decisions of the sender and of the operator; those about other services' events are in
`handlers.py`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from chassis.decisions import Context
from chassis.errors import Conflict, NotFound
from contracts.calls.notify import RetryDelivery
from contracts.envelope import Event
from contracts.notify import (
    NotificationFailed,
    NotificationGathered,
    NotificationQueued,
    NotificationSent,
    NotificationSuppressed,
    OnLadder,
    Particulars,
    ToDevice,
)
from services.notify.domain.counterparts import REQUESTED, UNREACHED
from services.notify.domain.deliveries import ROLE, Delivery, Ledger
from services.notify.domain.ladders import ACKNOWLEDGED, OUTDATED
from services.notify.domain.notices import EMAIL, RESPONSIBLE, Notice, owe


class Accepted(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The provider took the message."""

    delivery: str
    provider: str
    reference: str | None = None
    to: str | None = None
    #: The digest that told it.
    digest: str | None = None
    devices: list[ToDevice] = []


class Refused(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The attempt failed; `lasting` when another one cannot go better."""

    delivery: str
    code: str
    lasting: bool = False
    #: Seconds for which the other side asks to be let alone.
    retry_after: float = 0.0


class Pointless(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """There is nobody, or no address, to send it to."""

    delivery: str
    reason: str


class Shared(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The role is held by more people than the one this delivery goes to: they are owed it too."""

    delivery: str
    persons: list[str]


class Gathered(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """It is one of many: a digest tells it."""

    delivery: str
    digest: str
    to: str
    at: datetime


Result = Accepted | Refused | Pointless | Shared | Gathered

#: Nobody may ask us to be silent for longer, in seconds.
_LONGEST_REST = 86_400.0
#: It was in the sender's hands when somebody took note: sent is sent.
_OVERTAKEN = frozenset({ACKNOWLEDGED, OUTDATED})


class Attempts(msgspec.Struct, frozen=True, kw_only=True):
    """What the sender did about one ticket."""

    results: list[Result]
    #: Seconds to wait after the first, second, ... failed attempt; then it is given up.
    pauses: tuple[float, ...]
    #: The same by channel, where one has pauses of its own.
    pauses_by: dict[str, tuple[float, ...]] = {}

    def pauses_of(self, channel: str) -> tuple[float, ...]:
        """Give the pauses of a channel."""
        return self.pauses_by.get(channel, self.pauses)


def settle(ledger: Ledger, attempts: Attempts, context: Context, _reference: None) -> list[Event]:
    """Record what the sender did; what another sender has settled meanwhile stays as it is."""
    return list(_recorded(ledger, attempts, context))


def send_again(
    ledger: Ledger, request: RetryDelivery, _context: Context, _reference: None
) -> list[Event]:
    """Put a message that was given up back on the list; raises NotFound or Conflict."""
    delivery = ledger.deliveries.get(request.delivery)
    if delivery is None:
        raise NotFound("delivery_not_found")
    if delivery.state != "failed":
        raise Conflict("delivery_not_failed", state=delivery.state)
    return [_owed(delivery, delivery.id, delivery.recipient)]


def _recorded(ledger: Ledger, attempts: Attempts, context: Context) -> Iterator[Event]:
    for result in attempts.results:
        delivery = ledger.deliveries.get(result.delivery)
        if delivery is None or not _is_open(delivery, result):
            continue
        if isinstance(result, Shared):
            yield from _owed_to_others(ledger, delivery, result)
        else:
            pauses = attempts.pauses_of(delivery.channel)
            outcome = _outcome(delivery, result, pauses, context.now)
            yield outcome
            yield from _not_handed_over(ledger, delivery, outcome, context)


def _is_open(delivery: Delivery, result: Result) -> bool:
    """Tell whether a result is news of a message."""
    is_overtaken = isinstance(result, Accepted) and delivery.reason in _OVERTAKEN
    return delivery.state in ("queued", "gathered") or is_overtaken


def _outcome(
    delivery: Delivery,
    result: Accepted | Refused | Pointless | Gathered,
    pauses: tuple[float, ...],
    now: datetime,
) -> Event:
    attempt = delivery.attempts + 1
    if isinstance(result, Accepted):
        return NotificationSent(
            delivery=delivery.id,
            channel=delivery.channel,
            attempt=attempt,
            provider=result.provider,
            provider_reference=result.reference,
            to=result.to,
            digest=result.digest,
            devices=result.devices,
        )
    if isinstance(result, Gathered):
        return NotificationGathered(
            delivery=delivery.id,
            channel=delivery.channel,
            digest=result.digest,
            to=result.to,
            at=result.at,
        )
    if isinstance(result, Pointless):
        return NotificationSuppressed(
            delivery=delivery.id,
            channel=delivery.channel,
            template=delivery.template,
            recipient=delivery.recipient,
            reason=result.reason,
        )
    final = result.lasting or attempt > len(pauses)
    pause = 0.0 if final else max(pauses[attempt - 1], min(result.retry_after, _LONGEST_REST))
    return NotificationFailed(
        delivery=delivery.id,
        channel=delivery.channel,
        attempt=attempt,
        final=final,
        code=result.code,
        next_attempt_at=None if final else now + timedelta(seconds=pause),
    )


def _not_handed_over(
    ledger: Ledger, delivery: Delivery, outcome: Event, context: Context
) -> list[Event]:
    """Tell our people when no partner will learn of a hand-off: they alone can call it back."""
    if delivery.template != REQUESTED:
        return []
    if isinstance(outcome, NotificationFailed) and outcome.final:
        why = outcome.code
    elif isinstance(outcome, NotificationSuppressed):
        why = outcome.reason
    else:
        return []
    told = Notice(UNREACHED, RESPONSIBLE, (EMAIL,), Particulars(state=why))
    return owe(ledger, context, told)


def _owed_to_others(ledger: Ledger, delivery: Delivery, shared: Shared) -> Iterator[Event]:
    if delivery.ladder is not None and delivery.ladder not in ledger.ladders:
        return
    for person in shared.persons:
        twin = twin_id(delivery.id, person)
        if twin not in ledger.deliveries:
            yield _owed(delivery, twin, person, delivery.recipient.removeprefix(ROLE))


def _owed(
    delivery: Delivery, id_: str, recipient: str, role: str | None = None
) -> NotificationQueued:
    return NotificationQueued(
        delivery=id_,
        channel=delivery.channel,
        template=delivery.template,
        recipient=recipient,
        particulars=delivery.particulars,
        on_ladder=(
            OnLadder(ladder=delivery.ladder, step=delivery.step) if delivery.ladder else None
        ),
        role=role,
    )


def twin_id(delivery: str, person: str) -> str:
    """Give the id of the same message to another person: the same however often it is found."""
    return hashlib.blake2b(f"{delivery}\0{person}".encode(), digest_size=8).hexdigest()
