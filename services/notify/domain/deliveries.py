"""The ledger of one ticket: every message that was owed about it, and what became of each.

It remembers of other services' events only what is needed to owe the next message: who asked, and
whether nobody is to be told. Who owns or works on the ticket is asked for when a message is sent.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from chassis.decisions import Evolution
from contracts.notify import (
    NotificationAcknowledged,
    NotificationDelivered,
    NotificationFailed,
    NotificationFollowing,
    NotificationGathered,
    NotificationLadderEnded,
    NotificationQueued,
    NotificationSent,
    NotificationSuppressed,
    OnLadder,
    Particulars,
)
from contracts.sla import Rung
from services.notify.domain.counterparts import Counterpart, Counterparts, after

DeliveryState = Literal["queued", "gathered", "sent", "delivered", "failed", "suppressed"]
#: Nothing is going to be sent any more, and nothing was.
_CAME_TO_NOTHING = frozenset({"failed", "suppressed"})
#: Why nothing is told about a ticket that an importer brought.
IMPORTED = "imported"
REQUESTER = "requester:"
PERSON = "person:"
ROLE = "role:"
#: A digest that was never told, whatever befell it, keeps nothing back for longer.
_LONGEST_GATHERED = timedelta(days=2)


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
    #: Which of those who hold the role is told; absent: all.
    holder: int | None = None
    #: The role because of which a person is told, where several hold it.
    held_role: str | None = None
    #: The ladder that it is a step of, and which step.
    ladder: str | None = None
    step: int = 0
    #: The digest that tells it, or has told it.
    digest: str | None = None
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None

    @property
    def role(self) -> str | None:
        """The role because of which somebody is told."""
        if self.recipient.startswith(ROLE):
            return self.recipient.removeprefix(ROLE)
        return self.held_role

    @property
    def reader(self) -> str | None:
        """The person it is for, where that is known: `person:{id}`."""
        return self.to or (self.recipient if self.recipient.startswith(PERSON) else None)


class Ladder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A notice that goes on to the next channel or person until somebody acknowledges it."""

    id: str
    template: str
    particulars: Particulars
    #: The step that was told last, and those that are still to come.
    step: int
    then: list[Rung] = []
    #: When the next step follows.
    next_at: datetime | None = None
    urgent: bool = False


class Ledger(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of one ticket: oldest delivery first."""

    requester: str | None = None
    #: When the requester's first message was owed: when he asked.
    asked_at: datetime | None = None
    imported: bool = False
    deliveries: dict[str, Delivery] = {}
    #: Those that nobody has acknowledged yet.
    ladders: dict[str, Ladder] = {}
    #: Partners outside: who has the work, and who has it done here.
    outside: Counterpart | None = None
    client: Counterpart | None = None
    #: What colleagues who follow the ticket are told of.
    followers: dict[str, list[str]] = {}

    def on(self, ladder: str) -> list[Delivery]:
        """Give the messages of a ladder's steps."""
        return [each for each in self.deliveries.values() if each.ladder == ladder]

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
            next_attempt_at=max(at, event.not_before or at),
            holder=event.holder,
            held_role=event.role,
            ladder=event.on_ladder.ladder if event.on_ladder else None,
            step=event.on_ladder.step if event.on_ladder else 0,
        )
        ledger = _climbed(ledger, event, event.on_ladder) if event.on_ladder else ledger
        ledger = _beside(ledger, event) if event.particulars.handoff else ledger
        ledger = _without_codes(ledger) if event.particulars.one_time else ledger
    else:
        delivery = replace(known, state="queued", reason=None, updated_at=at, next_attempt_at=at)
    return _with(_knowing(ledger, event.recipient, at), delivery)


@LEDGER.on(NotificationSuppressed)
def suppressed(ledger: Ledger, event: NotificationSuppressed, at: datetime) -> Ledger:
    """Note that a message is not sent, whether it was on the list or not."""
    delivery = ledger.deliveries.get(event.delivery) or Delivery(
        id=event.delivery,
        template=event.template,
        channel=event.channel,
        recipient=event.recipient,
        state="suppressed",
        queued_at=at,
        updated_at=at,
    )
    delivery = replace(
        delivery, state="suppressed", reason=event.reason, updated_at=at, next_attempt_at=None
    )
    knowing = _knowing(ledger, event.recipient, at)
    knowing = replace(knowing, imported=ledger.imported or event.reason == IMPORTED)
    return _hastened(_with(knowing, delivery), delivery, at)


@LEDGER.on(NotificationGathered)
def gathered(ledger: Ledger, event: NotificationGathered, at: datetime) -> Ledger:
    """Take a message off the list: a digest tells it."""
    return _changed(
        ledger,
        event.delivery,
        state="gathered",
        updated_at=at,
        next_attempt_at=event.at + _LONGEST_GATHERED,
        digest=event.digest,
        to=event.to,
    )


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
        digest=event.digest,
    )


@LEDGER.on(NotificationAcknowledged)
def acknowledged(ledger: Ledger, event: NotificationAcknowledged, at: datetime) -> Ledger:
    """Note who has taken note, and end the ladder that the message is a step of."""
    changes = {"acknowledged_by": event.by, "acknowledged_at": at}
    ledger = _changed(ledger, event.delivery, **changes)
    delivery = ledger.deliveries.get(event.delivery)
    return _without(ledger, delivery.ladder if delivery else None)


@LEDGER.on(NotificationLadderEnded)
def ladder_ended(ledger: Ledger, event: NotificationLadderEnded, _at: datetime) -> Ledger:
    """Tell no further step."""
    return _without(ledger, event.ladder)


@LEDGER.on(NotificationFollowing)
def following(ledger: Ledger, event: NotificationFollowing, _at: datetime) -> Ledger:
    """Remember who is told of what."""
    others = {who: news for who, news in ledger.followers.items() if who != event.person}
    return replace(ledger, followers=others | ({event.person: event.news} if event.news else {}))


@LEDGER.on(NotificationDelivered)
def delivered(ledger: Ledger, event: NotificationDelivered, at: datetime) -> Ledger:
    """Note that a message arrived."""
    return _changed(ledger, event.delivery, state="delivered", updated_at=at)


@LEDGER.on(NotificationFailed)
def failed(ledger: Ledger, event: NotificationFailed, at: datetime) -> Ledger:
    """Note a failed attempt; the message stays on the list unless it was the last."""
    ledger = _changed(
        ledger,
        event.delivery,
        state="failed" if event.final else "queued",
        updated_at=at,
        attempts=event.attempt,
        next_attempt_at=event.next_attempt_at,
        reason=event.code,
    )
    delivery = ledger.deliveries.get(event.delivery)
    return _hastened(ledger, delivery, at) if delivery and event.final else ledger


def index(ledger: Ledger) -> dict[str, Any]:
    """Give what a ticket's ledger is found by: what is due next, and which receipts are open.

    `next_attempt_at` has one time per channel, so that a channel that is down hides nothing.
    `due_at` is when a ladder's next step follows, `digests` those that messages are part of.
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
    steps = [ladder.next_at for ladder in ledger.ladders.values() if ladder.next_at is not None]
    if steps:
        fields["due_at"] = min(steps)
    digests = {each.digest for each in ledger.deliveries.values() if each.state == "gathered"}
    if digests:
        fields["digests"] = sorted(filter(None, digests))
    return fields


def receipt_key(provider: str | None, reference: str) -> str:
    """Give what a provider's report about a message is found by."""
    return f"{provider}:{reference}"


def _knowing(ledger: Ledger, recipient: str, at: datetime) -> Ledger:
    if ledger.requester is not None or not recipient.startswith(REQUESTER):
        return ledger
    return replace(ledger, requester=recipient.removeprefix(REQUESTER), asked_at=at)


def _beside(ledger: Ledger, event: NotificationQueued) -> Ledger:
    outside, client = after(Counterparts(ledger.outside, ledger.client), event)
    return replace(ledger, outside=outside, client=client)


def _without_codes(ledger: Ledger) -> Ledger:
    """Forget codes that were sent before: the ledger of who often comes in stays short."""
    left = {
        id_: each
        for id_, each in ledger.deliveries.items()
        if each.particulars.one_time is None or each.next_attempt_at is not None
    }
    return replace(ledger, deliveries=left)


def _changed(ledger: Ledger, delivery: str, **changes: Any) -> Ledger:
    known = ledger.deliveries.get(delivery)
    return ledger if known is None else _with(ledger, replace(known, **changes))


def _climbed(ledger: Ledger, event: NotificationQueued, on: OnLadder) -> Ledger:
    """Stand on a step; its message to one more person changes nothing, nor does a late one."""
    if any(each.step >= on.step for each in ledger.on(on.ladder)):
        return ledger
    ladder = Ladder(
        id=on.ladder,
        template=event.template,
        particulars=event.particulars,
        step=on.step,
        then=on.then,
        next_at=on.next_at,
        urgent=on.urgent,
    )
    return replace(ledger, ladders={**ledger.ladders, on.ladder: ladder})


def _hastened(ledger: Ledger, delivery: Delivery, at: datetime) -> Ledger:
    """Let the next step follow now, where this one has come to nothing with everybody."""
    ladder = ledger.ladders.get(delivery.ladder or "")
    if ladder is None or any(
        each.state not in _CAME_TO_NOTHING
        for each in ledger.on(ladder.id)
        if each.step == ladder.step
    ):
        return ledger
    now = min(at, ladder.next_at or at)
    return replace(ledger, ladders={**ledger.ladders, ladder.id: replace(ladder, next_at=now)})


def _without(ledger: Ledger, ladder: str | None) -> Ledger:
    if ladder not in ledger.ladders:
        return ledger
    left = {name: each for name, each in ledger.ladders.items() if name != ladder}
    return replace(ledger, ladders=left)


def _with(ledger: Ledger, delivery: Delivery) -> Ledger:
    return replace(ledger, deliveries={**ledger.deliveries, delivery.id: delivery})
