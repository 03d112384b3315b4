"""What notify's events say of a ticket: each message owed about it, and how far it came."""

from __future__ import annotations

from datetime import datetime

import msgspec

from chassis.decisions import Evolution
from contracts.notify import (
    DeliveryEvent,
    NotificationDelivered,
    NotificationFailed,
    NotificationQueued,
    NotificationSent,
    NotificationSuppressed,
)


class Delivery(msgspec.Struct, frozen=True, array_like=True):
    """One message by its channel: `queued`, `sent`, `delivered`, `failed` or `suppressed`."""

    channel: str
    state: str


class Deliveries(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Every message by its id."""

    by_id: dict[str, Delivery] = {}


DELIVERIES = Evolution(Deliveries)


def _now(deliveries: Deliveries, event: DeliveryEvent, state: str) -> Deliveries:
    return Deliveries(by_id=deliveries.by_id | {event.delivery: Delivery(event.channel, state)})


@DELIVERIES.on(NotificationQueued)
def queued(deliveries: Deliveries, event: NotificationQueued, _at: datetime) -> Deliveries:
    return _now(deliveries, event, "queued")


@DELIVERIES.on(NotificationSuppressed)
def suppressed(deliveries: Deliveries, event: NotificationSuppressed, _at: datetime) -> Deliveries:
    return _now(deliveries, event, "suppressed")


@DELIVERIES.on(NotificationSent)
def sent(deliveries: Deliveries, event: NotificationSent, _at: datetime) -> Deliveries:
    return _now(deliveries, event, "sent")


@DELIVERIES.on(NotificationDelivered)
def delivered(deliveries: Deliveries, event: NotificationDelivered, _at: datetime) -> Deliveries:
    return _now(deliveries, event, "delivered")


@DELIVERIES.on(NotificationFailed)
def failed(deliveries: Deliveries, event: NotificationFailed, _at: datetime) -> Deliveries:
    return _now(deliveries, event, "failed") if event.final else deliveries
