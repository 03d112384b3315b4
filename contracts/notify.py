"""What notify tells: the ledger of what was said to whom by which channel, and whether it arrived.

A delivery's id is the same however often it is tried; recipients are `requester:{id}`,
`person:{id}`, `partner:{id}` or `role:{role}` (found out when it is sent), never an address.
"""

from datetime import datetime

import msgspec

from contracts.envelope import Event, event
from contracts.sla import Rung


class Particulars(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a message says beside the code: ids, numbers, times; never what people wrote."""

    #: Id of the text to quote; routing holds it.
    text: str | None = None
    #: A sentence of the ticket's workflow, by language.
    words: dict[str, str] = {}
    clock: str | None = None
    #: When the alarm rang, how much of the target was left then, and when the target ends.
    alarm_at: datetime | None = None
    left_seconds: float | None = None
    due_at: datetime | None = None
    #: Of a message to a partner: the hand-off it is about, how the partner calls its ticket, the
    #: state of ours, and how many messages about it there have been.
    handoff: str | None = None
    your_ticket: str | None = None
    state: str | None = None
    number: int | None = None
    #: How many tickets came of one another by themselves before the one that a partner is to make.
    generation: int | None = None
    #: When the ticket is expected to end now.
    expected_at: datetime | None = None
    #: Id of the one-time code that it brings; intake knows the code and where it goes.
    one_time: str | None = None


class OnLadder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a message stands on a ladder, and what follows unless somebody acknowledges."""

    #: Id of the ladder: the same on all its steps.
    ladder: str
    #: 1 is the first.
    step: int
    #: When the next step follows; absent: only when this one reaches nobody.
    next_at: datetime | None = None
    #: The steps that are still to come.
    then: list[Rung] = []
    #: Told in quiet hours too.
    urgent: bool = False


class ToDevice(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a pushed message at one device."""

    device: str
    #: `taken`, `gone` (the device was forgotten), or why it was not taken: `timeout`, ...
    outcome: str


class DeliveryEvent(Event, omit_defaults=True):
    """Base of the events about one delivery."""

    delivery: str
    #: `sms`, `email`, `push` or `partner`.
    channel: str


@event("notification.queued", by="notify")
class NotificationQueued(DeliveryEvent):
    """A message is owed and will be sent; again for one that an operator wants tried again."""

    template: str
    recipient: str
    particulars: Particulars = Particulars()
    #: The first, second, ... step of a ladder; absent for a message that nothing follows.
    on_ladder: OnLadder | None = None
    #: Which of those who hold the role is told; absent: all.
    holder: int | None = None
    #: The role because of which a person is told, where several hold it.
    role: str | None = None
    #: Not told earlier: it waits for the end of quiet hours.
    not_before: datetime | None = None


@event("notification.gathered", by="notify")
class NotificationGathered(DeliveryEvent):
    """A message is not told singly: it is part of a digest that tells of many at once."""

    digest: str
    to: str
    #: When the digest is told.
    at: datetime


@event("notification.suppressed", by="notify")
class NotificationSuppressed(DeliveryEvent):
    """A message that would have been owed is not sent, and why: `imported`, `no_address`, ..."""

    template: str
    recipient: str
    reason: str


@event("notification.sent", by="notify")
class NotificationSent(DeliveryEvent):
    """The provider or mail server took the message."""

    attempt: int
    provider: str
    provider_reference: str | None = None
    #: Who it went to, where the recipient is a role.
    to: str | None = None
    #: The digest that told it.
    digest: str | None = None
    #: What each device did with a pushed message.
    devices: list[ToDevice] = []


@event("notification.acknowledged", by="notify")
class NotificationAcknowledged(DeliveryEvent):
    """Somebody says that he has taken note; the ladder that the message is a step of ends."""

    #: `person:{id}`.
    by: str
    #: `link` (of the message; whoever has it is taken for whom it was sent to) or `api`.
    how: str


@event("notification.ladder_ended", by="notify")
class NotificationLadderEnded(Event):
    """No further step is told, though nobody has acknowledged."""

    ladder: str
    #: `met`, `paused`, `cancelled`, `breach_withdrawn` or `replanned`: the reason of the ladder is
    #: gone; `climbed`: the last step had its time.
    reason: str


@event("notification.delivered", by="notify")
class NotificationDelivered(DeliveryEvent):
    """The provider says that it arrived."""


@event("notification.failed", by="notify")
class NotificationFailed(DeliveryEvent):
    """An attempt failed; `final` when no other follows."""

    attempt: int
    final: bool
    #: A short code: `refused`, `unreachable`, `timeout`, `no_address`, ...
    code: str
    next_attempt_at: datetime | None = None


@event("notification.following", by="notify")
class NotificationFollowing(Event):
    """A colleague wants to be told of news of the ticket; of nothing more, with an empty list."""

    person: str
    news: list[str]
