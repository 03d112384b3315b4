"""Taking note: who says so, of which message, and what ends with it."""

from __future__ import annotations

import msgspec

from chassis.decisions import Context
from chassis.errors import Conflict, NotFound
from contracts.envelope import Event
from contracts.notify import NotificationAcknowledged
from services.notify.domain import ladders
from services.notify.domain.deliveries import REQUESTER, Delivery, Ledger


class Acknowledge(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody says that he has taken note of a message."""

    delivery: str
    #: `link` or `api`.
    how: str
    #: `person:{id}`; absent: whom the message was sent to.
    by: str | None = None


def acknowledge(
    ledger: Ledger, request: Acknowledge, _context: Context, _grounds: object
) -> list[Event]:
    """Record it once, and end the message's ladder; raises NotFound or Conflict."""
    delivery = of_staff(ledger, request.delivery)
    if delivery.acknowledged_at is not None:
        return []
    by = request.by or delivery.reader or delivery.recipient
    taken = NotificationAcknowledged(
        delivery=delivery.id, channel=delivery.channel, by=by, how=request.how
    )
    rest = ladders.stopped(ledger, delivery.ladder, ladders.ACKNOWLEDGED) if delivery.ladder else ()
    return [taken, *rest]


def of_staff(ledger: Ledger, delivery: str) -> Delivery:
    """Give a message to a staff member; raises NotFound or Conflict."""
    known = ledger.deliveries.get(delivery)
    if known is None:
        raise NotFound("delivery_not_found")
    if known.recipient.startswith(REQUESTER):
        raise Conflict("delivery_not_to_staff")
    return known
