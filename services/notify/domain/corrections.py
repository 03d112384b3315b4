"""An expected date that was told and is no longer so: corrected, but at nobody's night.

sla says when it is worth telling. A correction that still waits for the morning is taken off the
list when a newer one comes, or when there is nothing left to wait for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from chassis.decisions import Context
from contracts.envelope import Event
from contracts.notify import NotificationSuppressed, Particulars
from contracts.sla import SlaForetold
from services.notify.domain.deliveries import Ledger
from services.notify.domain.ladders import OUTDATED, Grounds
from services.notify.domain.notices import EMAIL, SMS, owe, to_requester
from services.notify.domain.policy import REQUESTER_ROLE

CORRECTION = "expected"

Decide = Callable[[Ledger, Any, Context, Grounds], list[Event]]


def correct(ledger: Ledger, event: SlaForetold, context: Context, grounds: Grounds) -> list[Event]:
    """Tell the requester when his request is expected to be done now."""
    particulars = Particulars(expected_at=event.expected_at)
    notices = [
        to_requester(ledger, CORRECTION, particulars, (channel,))._replace(
            not_before=grounds.policy.not_before(REQUESTER_ROLE, channel, context.now)
        )
        for channel in (SMS, EMAIL)
    ]
    return [*_overtaken(ledger), *owe(ledger, context, *notices)]


def ending(decide: Decide) -> Decide:
    """Give a decision after which no correction is owed any more."""

    def end(ledger: Ledger, event: Any, context: Context, grounds: Grounds) -> list[Event]:
        return [*_overtaken(ledger), *decide(ledger, event, context, grounds)]

    return end


def _overtaken(ledger: Ledger) -> Iterator[Event]:
    for delivery in ledger.deliveries.values():
        if delivery.template == CORRECTION and delivery.state == "queued":
            yield NotificationSuppressed(
                delivery=delivery.id,
                channel=delivery.channel,
                template=delivery.template,
                recipient=delivery.recipient,
                reason=OUTDATED,
            )
