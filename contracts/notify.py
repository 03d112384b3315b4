"""What notify tells: the ledger of what was said to whom by which channel, and whether it arrived.

A delivery's id is the same however often it is tried; recipients are `requester:{id}`,
`person:{id}` or `role:{role}` (found out when it is sent), never an address.
"""

from datetime import datetime

import msgspec

from contracts.envelope import Event, event


class Particulars(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a message says beside the ticket's code: ids, numbers and times, never a text."""

    #: Id of the text to quote; routing holds it.
    text: str | None = None
    clock: str | None = None
    #: When the alarm rang, how much of the target was left then, and when the target ends.
    alarm_at: datetime | None = None
    left_seconds: float | None = None
    due_at: datetime | None = None


class DeliveryEvent(Event):
    """Base of the events about one delivery."""

    delivery: str
    #: `sms` or `email`.
    channel: str


@event("notification.queued", by="notify")
class NotificationQueued(DeliveryEvent):
    """A message is owed and will be sent; again for one that an operator wants tried again."""

    template: str
    recipient: str
    particulars: Particulars = Particulars()


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
