"""What supervisors are told of how full their units are: in ledgers of the units themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chassis.decisions import Context
from contracts.envelope import Event
from contracts.notify import NotificationSuppressed, Particulars
from contracts.routing import UnitOvercommitted, UnitRelieved
from services.notify.domain.deliveries import PERSON, Ledger
from services.notify.domain.ladders import OUTDATED, Grounds
from services.notify.domain.notices import EMAIL, Notice, owe

WARNING, END = "overcommitted", "relieved"


def warn(
    ledger: Ledger, event: UnitOvercommitted, context: Context, _grounds: Grounds
) -> list[Event]:
    """Tell a unit's supervisors that promises cannot be kept, or could not with one more ticket."""
    particulars = Particulars(
        words=event.title, state=event.level, number=event.number, expected_at=event.done_at
    )
    return [*_overtaken(ledger), *_owed(ledger, WARNING, event.told, particulars, context)]


def ease(ledger: Ledger, event: UnitRelieved, context: Context, _grounds: Grounds) -> list[Event]:
    """Take back what was told: at once what is still to be sent, by a message what was."""
    waiting = list(_overtaken(ledger))
    unsent = {each.recipient for each in waiting}
    told = [person for person in event.told if PERSON + person not in unsent]
    particulars = Particulars(words=event.title, number=event.room)
    return [*waiting, *_owed(ledger, END, told, particulars, context)]


def _owed(
    ledger: Ledger, template: str, told: Sequence[str], said: Particulars, context: Context
) -> list[Event]:
    notices = (Notice(template, PERSON + person, (EMAIL,), said) for person in told)
    return owe(ledger, context, *notices)


def _overtaken(ledger: Ledger) -> Iterator[NotificationSuppressed]:
    """Give what is taken off the list: it waits, and is no longer so."""
    for delivery in ledger.deliveries.values():
        if delivery.template in (WARNING, END) and delivery.state == "queued":
            yield NotificationSuppressed(
                delivery=delivery.id,
                channel=delivery.channel,
                template=delivery.template,
                recipient=delivery.recipient,
                reason=OUTDATED,
            )
