"""Who stands beside a ticket at a partner outside: the one that works on it, the one that asked.

Learnt from what was owed to them: the messages that open a hand-off and those that close it.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from contracts.notify import NotificationQueued

RECIPIENT = "partner:"
#: Templates of messages that open and close what a ledger remembers of partners.
REQUESTED, RECALLED, RETURNED = "handoff_requested", "handoff_recalled", "partner_returned"
ACCEPTED = "handoff_accepted"
#: What our people are told when a partner could not be asked.
UNREACHED = "partner_unreached"


class Counterpart(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A partner, by the hand-off that it and we speak of."""

    partner: str
    handoff: str
    #: By which channel it is told.
    channel: str
    #: How it calls its ticket.
    reference: str | None = None


class Counterparts(NamedTuple):
    """The partner that works on the ticket, and the one that has it done here."""

    outside: Counterpart | None
    client: Counterpart | None


def after(before: Counterparts, event: NotificationQueued) -> Counterparts:
    """Give who stands beside the ticket once this is owed."""
    template, particulars = event.template, event.particulars
    if template in (RECALLED, RETURNED):
        return before._replace(outside=None)
    if template not in (REQUESTED, ACCEPTED) or particulars.handoff is None:
        return before
    found = Counterpart(
        partner=event.recipient.removeprefix(RECIPIENT),
        handoff=particulars.handoff,
        channel=event.channel,
        reference=particulars.your_ticket,
    )
    return (
        before._replace(outside=found) if template == REQUESTED else before._replace(client=found)
    )
