"""What follows from events for partners outside: what they are told of a ticket, and by whom.

A partner that has work done here is told instead of the requester, who is that partner. Each
message says how the ticket stands and counts on, so that the reader knows which is newer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from msgspec.structs import replace

from chassis.decisions import Context
from contracts.envelope import ContentRef, Event
from contracts.notify import NotificationQueued, Particulars
from contracts.routing import (
    ENDED,
    StateEvent,
    TicketAnswered,
    TicketDeclined,
    TicketFinished,
    TicketPartnerHeard,
    TicketPartnerWritten,
    TicketSentOut,
    TicketTakenBack,
    TicketTakenIn,
    TicketWaiting,
)
from services.notify.domain.counterparts import (
    ACCEPTED,
    RECALLED,
    RECIPIENT,
    REQUESTED,
    RETURNED,
    Counterpart,
)
from services.notify.domain.deliveries import REQUESTER, Ledger
from services.notify.domain.ladders import Grounds
from services.notify.domain.notices import EMAIL, PARTNER, RESPONSIBLE, Notice, owe

Decide = Callable[[Ledger, Any, Context, Grounds], list[Event]]

_HANDOFF = "handoff_"
#: What our own people are told of, of all that a partner says.
_WORTH_A_LETTER = frozenset({"asked", "answered"})


class Word(NamedTuple):
    """What a partner that has work done here is told: the message's name, the state, a text."""

    said: str
    state: str | None = None
    text: ContentRef | None = None


def hand_over(
    ledger: Ledger, event: TicketSentOut, context: Context, _grounds: Grounds
) -> list[Event]:
    """Ask the partner to do the work."""
    channel = EMAIL if event.kind == "email" else PARTNER
    to = Counterpart(partner=event.partner, handoff=event.handoff, channel=channel)
    asked = _notice(ledger, to, REQUESTED, text=event.reason)
    particulars = replace(
        asked.particulars, words=event.note or {}, generation=event.generation or None
    )
    return owe(ledger, context, asked._replace(particulars=particulars))


def write_to_partner(
    ledger: Ledger, event: TicketPartnerWritten, context: Context, _grounds: Grounds
) -> list[Event]:
    """Bring what we write to the partner that has the work."""
    channel = EMAIL if event.kind == "email" else PARTNER
    to = Counterpart(partner=event.partner, handoff=event.handoff, channel=channel)
    return owe(ledger, context, _notice(ledger, to, "handoff_written", text=event.text))


def take_back(
    ledger: Ledger, event: TicketTakenBack, context: Context, _grounds: Grounds
) -> list[Event]:
    """Tell the partner that we have called the work back; or our people, that it has come back."""
    if event.outcome == "recalled":
        return owe(ledger, context, *_recalled(ledger, event.proposal))
    particulars = Particulars(
        handoff=event.handoff,
        state=event.outcome,
        text=event.proposal.id if event.proposal else None,
    )
    return owe(ledger, context, Notice(RETURNED, RESPONSIBLE, (EMAIL,), particulars))


def pass_on(
    ledger: Ledger, event: TicketPartnerHeard, context: Context, _grounds: Grounds
) -> list[Event]:
    """Tell our people what the partner asks or answers."""
    if event.said not in _WORTH_A_LETTER or event.text is None:
        return []
    particulars = Particulars(text=event.text.id, state=event.said)
    return owe(ledger, context, Notice("partner_wrote", RESPONSIBLE, (EMAIL,), particulars))


def accept(
    ledger: Ledger, event: TicketTakenIn, context: Context, _grounds: Grounds
) -> list[Event]:
    """Tell the partner that its hand-off is a ticket here."""
    to = Counterpart(
        partner=event.partner,
        handoff=event.handoff,
        channel=PARTNER,
        reference=event.reference,
    )
    return owe(ledger, context, _notice(ledger, to, ACCEPTED, state="new"))


def nothing(_ledger: Ledger, _event: Event, _context: Context, _grounds: Grounds) -> list[Event]:
    """Tell nobody but partners."""
    return []


def beside(decide: Decide) -> Decide:
    """Give a decision that tells partners, too, where a ticket has any."""

    def tell(ledger: Ledger, event: Any, context: Context, grounds: Grounds) -> list[Event]:
        events = decide(ledger, event, context, grounds)
        if ledger.client is not None:
            events = [each for each in events if not _is_to_requester(each)]
            events += owe(ledger, context, *_to_client(ledger, ledger.client, event))
        if ledger.outside is not None and _ends_here(event):
            events += owe(ledger, context, *_recalled(ledger, None))
        return events

    return tell


def _to_client(ledger: Ledger, client: Counterpart, event: Event) -> list[Notice]:
    word = _word(event)
    if word is None:
        return []
    if word.said == "progressed" and word.state == _told_state(ledger, client):
        return []
    return [_notice(ledger, client, _HANDOFF + word.said, state=word.state, text=word.text)]


def _word(event: Event) -> Word | None:
    """Give what an event means to who has the work done here."""
    if isinstance(event, TicketWaiting) and event.waiting_for == "requester":
        return Word("asked", event.state, event.question)
    if isinstance(event, TicketAnswered):
        return Word("answered", None, event.answer)
    if isinstance(event, TicketFinished):
        return Word("closed", event.state)
    if isinstance(event, TicketDeclined):
        return Word("rejected", event.state, event.reason)
    if isinstance(event, StateEvent):
        return Word("rejected" if event.state in ENDED else "progressed", event.state)
    return None


def _notice(
    ledger: Ledger,
    to: Counterpart,
    template: str,
    *,
    state: str | None = None,
    text: ContentRef | None = None,
) -> Notice:
    particulars = Particulars(
        handoff=to.handoff,
        your_ticket=to.reference,
        state=state or _told_state(ledger, to),
        number=1 + _count(ledger),
        text=text.id if text else None,
    )
    return Notice(template, RECIPIENT + to.partner, (to.channel,), particulars)


def _recalled(ledger: Ledger, reason: ContentRef | None) -> list[Notice]:
    if ledger.outside is None:
        return []
    return [_notice(ledger, ledger.outside, RECALLED, text=reason)]


def _ends_here(event: Event) -> bool:
    """Tell whether the ticket is over, and nobody goes on with it outside."""
    return isinstance(event, StateEvent) and event.state in ENDED - {"handed_off"}


def _is_to_requester(event: Event) -> bool:
    return isinstance(event, NotificationQueued) and event.recipient.startswith(REQUESTER)


def _count(ledger: Ledger) -> int:
    return sum(each.recipient.startswith(RECIPIENT) for each in ledger.deliveries.values())


def _told_state(ledger: Ledger, to: Counterpart) -> str | None:
    """Give the state that a partner was told last."""
    told = [
        each.particulars.state
        for each in ledger.deliveries.values()
        if each.recipient == RECIPIENT + to.partner
    ]
    return told[-1] if told else None
