"""What the owner of a webhook is told when nothing is posted to it any more."""

from __future__ import annotations

from chassis.decisions import Context
from chassis.errors import DomainError
from chassis.journal import Aggregates
from chassis.journal.intents import Intent
from contracts.envelope import Event
from contracts.notify import Particulars
from services.notify.domain.deliveries import PERSON, Ledger
from services.notify.domain.ladders import Grounds
from services.notify.domain.notices import BOTH, Notice, owe
from services.notify.domain.webhooks import Webhook
from services.notify.repository.ledgers import ACTOR

TEMPLATE = "webhook_stopped"
STREAM = "webhook:"


def say_stopped(
    ledger: Ledger, webhook: Webhook, context: Context, _grounds: Grounds
) -> list[Event]:
    """Tell the owner by SMS and e-mail which webhook was stopped, and why."""
    if webhook.owner is None or webhook.stopped is None:
        return []
    particulars = Particulars(words=webhook.title, state=webhook.stopped.reason)
    return owe(ledger, context, Notice(TEMPLATE, PERSON + webhook.owner, BOTH, particulars))


def tell(ledgers: Aggregates[Ledger], webhook: Webhook) -> None:
    """Have the owner told, once however often it is asked; raises Unavailable."""
    if webhook.stopped is None:
        return
    stream, at = STREAM + webhook.id, webhook.stopped.at
    cause = f"stopped:{webhook.version}:{int(at.timestamp() * 1000)}"
    outcomes = ledgers.settle({stream: [Intent(say_stopped, webhook, cause, at, ACTOR)]})
    error: DomainError | None = outcomes[stream].error
    if error is not None:
        raise error
