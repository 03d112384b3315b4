"""The ledger of one ticket: every message that was owed about it, and what became of each.

It remembers of other services' events only what is needed to owe the next message: who asked, and
whether nobody is to be told. Who owns or works on the ticket is asked for when a message is sent.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from chassis.decisions import Evolution
from contracts.notify import (
    NotificationDelivered,
    NotificationFailed,
    NotificationQueued,
    NotificationSent,
    NotificationSuppressed,
    Particulars,
)

DeliveryState = Literal["queued", "sent", "delivered", "failed", "suppressed"]
#: Why nothing is told about a ticket that an importer brought.
IMPORTED = "imported"
REQUESTER = "requester:"


class Delivery(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One message that was owed to somebody."""

    id: str
    template: str
    channel: str
    recipient: str
    state: DeliveryState
    queued_at: datetime
    updated_at: datetime
    particulars: Particulars = Particulars()
    attempts: int = 0
    #: When it is to be tried next; absent unless it is queued.
    next_attempt_at: datetime | None = None
    #: Why it failed or was suppressed.
    reason: str | None = None
    provider: str | None = None
    reference: str | None = None
    #: Who it went to, where the recipient is a role.
    to: str | None = None


class Ledger(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of one ticket: oldest delivery first."""

    requester: str | None = None
    #: When the requester's first message was owed: when he asked.
    asked_at: datetime | None = None
    imported: bool = False
    deliveries: dict[str, Delivery] = {}

    def owed(self, now: datetime, channels: frozenset[str]) -> list[Delivery]:
        """Give what is to be sent now by one of the channels."""
        return [
            delivery
            for delivery in self.deliveries.values()
            if delivery.channel in channels
            and delivery.next_attempt_at is not None
            and delivery.next_attempt_at <= now
        ]

    def awaiting_receipt(self, provider: str | None = None) -> list[Delivery]:
        """Give what a provider, or that one, has taken and not yet told the fate of."""
        return [
            delivery
            for delivery in self.deliveries.values()
            if delivery.state == "sent"
            and delivery.reference is not None
            and provider in (None, delivery.provider)
        ]

    def was_owed(self, template: str) -> bool:
        """Tell whether a message of this kind was ever owed."""
        return any(delivery.template == template for delivery in self.deliveries.values())


LEDGER = Evolution(Ledger)


@LEDGER.on(NotificationQueued)
def queued(ledger: Ledger, event: NotificationQueued, at: datetime) -> Ledger:
    """Put a message on the list, or back on it when an operator wants it tried again."""
    known = ledger.deliveries.get(event.delivery)
    if known is None:
        delivery = Delivery(
            id=event.delivery,
            template=event.template,
            channel=event.channel,
            recipient=event.recipient,
            state="queued",
            particulars=event.particulars,
            queued_at=at,
            updated_at=at,
            next_attempt_at=at,
        )
    else:
        delivery = replace(known, state="queued", reason=None, updated_at=at, next_attempt_at=at)
    return _with(_knowing(ledger, event.recipient, at), delivery)


@LEDGER.on(NotificationSuppressed)
def suppressed(ledger: Ledger, event: NotificationSuppressed, at: datetime) -> Ledger:
    """Note that a message is not sent, whether it was on the list or not."""
    known = ledger.deliveries.get(event.delivery)
    delivery = Delivery(
        id=event.delivery,
        template=event.template,
        channel=event.channel,
        recipient=event.recipient,
        state="suppressed",
        reason=event.reason,
        queued_at=known.queued_at if known else at,
        updated_at=at,
        attempts=known.attempts if known else 0,
    )
    knowing = _knowing(ledger, event.recipient, at)
    return _with(replace(knowing, imported=ledger.imported or event.reason == IMPORTED), delivery)


@LEDGER.on(NotificationSent)
def sent(ledger: Ledger, event: NotificationSent, at: datetime) -> Ledger:
    """Take a message off the list."""
    return _changed(
        ledger,
        event.delivery,
        state="sent",
        updated_at=at,
        attempts=event.attempt,
        next_attempt_at=None,
        reason=None,
        provider=event.provider,
        reference=event.provider_reference,
        to=event.to,
    )


@LEDGER.on(NotificationDelivered)
def delivered(ledger: Ledger, event: NotificationDelivered, at: datetime) -> Ledger:
    """Note that a message arrived."""
    return _changed(ledger, event.delivery, state="delivered", updated_at=at)


@LEDGER.on(NotificationFailed)
def failed(ledger: Ledger, event: NotificationFailed, at: datetime) -> Ledger:
    """Note a failed attempt; the message stays on the list unless it was the last."""
    return _changed(
        ledger,
        event.delivery,
        state="failed" if event.final else "queued",
        updated_at=at,
        attempts=event.attempt,
        next_attempt_at=event.next_attempt_at,
        reason=event.code,
    )


def index(ledger: Ledger) -> dict[str, Any]:
    """Give what a ticket's ledger is found by: what is due next, and which receipts are open.

    `next_attempt_at` has one time per channel, so that a channel that is down hides nothing.
    """
    due: dict[str, datetime] = {}
    for delivery in ledger.deliveries.values():
        if delivery.next_attempt_at is not None:
            known = due.get(delivery.channel, delivery.next_attempt_at)
            due[delivery.channel] = min(known, delivery.next_attempt_at)
    open_receipts = [
        {
            "reference": receipt_key(delivery.provider, delivery.reference or ""),
            "sent_at": delivery.updated_at,
        }
        for delivery in ledger.awaiting_receipt()
    ]
    fields: dict[str, Any] = {}
    if due:
        fields["next_attempt_at"] = due
    if open_receipts:
        fields["open_receipts"] = open_receipts
    return fields


def receipt_key(provider: str | None, reference: str) -> str:
    """Give what a provider's report about a message is found by."""
    return f"{provider}:{reference}"


def _knowing(ledger: Ledger, recipient: str, at: datetime) -> Ledger:
    if ledger.requester is not None or not recipient.startswith(REQUESTER):
        return ledger
    return replace(ledger, requester=recipient.removeprefix(REQUESTER), asked_at=at)


def _changed(ledger: Ledger, delivery: str, **changes: Any) -> Ledger:
    known = ledger.deliveries.get(delivery)
    return ledger if known is None else _with(ledger, replace(known, **changes))


def _with(ledger: Ledger, delivery: Delivery) -> Ledger:
    return replace(ledger, deliveries={**ledger.deliveries, delivery.id: delivery})
