"""What is owed: to whom a notice goes and by which channels, and the events that record it.

A role is looked up when the message is sent, so that it reaches who holds the work by then:
`role:assignee`, `role:owner`, `role:responsible` (both of them), `role:service_manager`.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from chassis.decisions import Context
from chassis.errors import NotFound
from contracts.envelope import Event
from contracts.notify import NotificationQueued, NotificationSuppressed, OnLadder, Particulars
from services.notify.domain.deliveries import IMPORTED, REQUESTER, Ledger

SMS = "sms"
EMAIL = "email"
PUSH = "push"
#: Signed messages to a partner outside.
PARTNER = "partner"
CHANNELS = frozenset({SMS, EMAIL, PUSH, PARTNER})
BOTH = (SMS, EMAIL)

#: Brings a requester his one-time code, to the contact that he wants to prove.
ONE_TIME = "one_time_code"

ASSIGNEE = "role:assignee"
RESPONSIBLE = "role:responsible"

NOTHING = Particulars()


class Notice(NamedTuple):
    """Something that somebody is to be told."""

    template: str
    recipient: str
    channels: tuple[str, ...]
    particulars: Particulars = NOTHING
    #: Which of those who hold the role; None: all.
    holder: int | None = None
    on_ladder: OnLadder | None = None
    not_before: datetime | None = None

    def id_on(self, channel: str, context: Context) -> str:
        """Give the id of the message: the same whenever the decision is made again."""
        who = f"{self.recipient}:{self.holder}" if self.holder else self.recipient
        return context.new_id(f"{self.template}:{who}:{channel}")


def to_requester(
    ledger: Ledger,
    template: str,
    particulars: Particulars = NOTHING,
    channels: tuple[str, ...] = BOTH,
) -> Notice:
    """Give a notice to who asked; raises NotFound where nothing is known of the ticket."""
    if ledger.requester is None:
        raise NotFound("ticket_not_found")
    return Notice(template, REQUESTER + ledger.requester, channels, particulars)


def owe(ledger: Ledger, context: Context, *notices: Notice) -> list[Event]:
    """Give the events that record the notices: one per channel, each with an id of its own.

    The id is the same whenever the decision is made again. Of an imported ticket nobody is told.
    """
    events: dict[str, Event] = {}
    for notice in notices:
        for channel in notice.channels:
            delivery = notice.id_on(channel, context)
            if delivery not in ledger.deliveries:
                hushed = ledger.imported or context.imported
                events[delivery] = event_of(notice, channel, delivery, hushed=hushed)
    return list(events.values())


def event_of(notice: Notice, channel: str, delivery: str, *, hushed: bool) -> Event:
    """Give the event that records one message."""
    if hushed:
        return NotificationSuppressed(
            delivery=delivery,
            channel=channel,
            template=notice.template,
            recipient=notice.recipient,
            reason=IMPORTED,
        )
    return NotificationQueued(
        delivery=delivery,
        channel=channel,
        template=notice.template,
        recipient=notice.recipient,
        particulars=notice.particulars,
        holder=notice.holder,
        on_ladder=notice.on_ladder,
        not_before=notice.not_before,
    )
