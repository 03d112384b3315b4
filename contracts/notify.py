"""What notify tells: the ledger of what was said to whom by which channel, and whether it arrived.

A delivery's id is the same however often it is tried; recipients are `requester:{id}` or
`person:{id}`, never an address.
"""

from contracts.envelope import Event, event


class DeliveryEvent(Event):
    """Base of the events about one delivery."""

    delivery: str
    #: `sms` or `email`.
    channel: str


@event("notification.queued", by="notify")
class NotificationQueued(DeliveryEvent):
    """A message is owed and will be sent."""

    template: str
    recipient: str


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
