"""What is shown of questions, proposed answers, followers, and of work that is with others."""

from datetime import datetime
from typing import Any

from contracts.calls.routing import Away, OpenQuestion, ProposedAnswer
from services.routing.domain.attention import WORK
from services.routing.domain.ticket import Ticket


def shown(ticket: Ticket, person: str | None) -> dict[str, Any]:
    """Give the fields of a view that tell of it; none for the ordinary ticket."""
    known = ticket.attention
    fields: dict[str, Any] = {}
    if known.questions:
        fields["questions"] = [
            OpenQuestion(
                id=each.id,
                by=each.by,
                unit=each.unit,
                person=each.person,
                since=each.since,
                **_chased(ticket, each.id),
            )
            for each in known.questions
        ]
    if known.proposals:
        fields["proposals"] = [
            ProposedAnswer(id=each.id, by=each.by, at=each.at) for each in known.proposals
        ]
    if person in known.followers:
        fields["following"] = known.followers[person]
    for snooze in known.snoozes:
        if snooze.by == person:
            fields["snoozed_until"] = snooze.until
    return fields


def away(ticket: Ticket, now: datetime) -> Away:
    """Give with whom the work is: since it was passed on, else since it was taken in."""
    since = ticket.referrals[-1].since if ticket.referrals else ticket.opened_at or now
    return Away(
        unit=ticket.unit,
        person=ticket.assignee,
        since=since,
        seconds=max(0.0, (now - since).total_seconds()),
        **_chased(ticket, WORK),
    )


def _chased(ticket: Ticket, name: str) -> dict[str, Any]:
    chase = ticket.attention.chases.get(name)
    return {"chased": chase.times, "chased_at": chase.at} if chase else {}
