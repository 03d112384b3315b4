"""What a provider's report says of a message that was sent."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from chassis.decisions import Context
from contracts.envelope import Event
from contracts.notify import NotificationDelivered, NotificationFailed
from services.notify.domain.deliveries import Ledger


class Reported(msgspec.Struct, frozen=True, kw_only=True):
    """A provider's last word on one of its messages; `failure` is absent when it arrived."""

    provider: str
    reference: str
    failure: str | None = None


def take_receipt(
    ledger: Ledger, report: Reported, _context: Context, _reference: None
) -> list[Event]:
    """Record what became of a message; a report about one whose fate is known changes nothing."""
    return list(_recorded(ledger, report))


def _recorded(ledger: Ledger, report: Reported) -> Iterator[Event]:
    for delivery in ledger.awaiting_receipt(report.provider):
        if delivery.reference != report.reference:
            continue
        if report.failure is None:
            yield NotificationDelivered(delivery=delivery.id, channel=delivery.channel)
        else:
            yield NotificationFailed(
                delivery=delivery.id,
                channel=delivery.channel,
                attempt=delivery.attempts,
                final=True,
                code=report.failure,
            )
