"""How a ticket ends, and how an ended one comes back to life."""

from __future__ import annotations

from collections.abc import Mapping

from chassis.errors import Conflict, Forbidden, Invalid
from contracts.envelope import Event
from contracts.routing import (
    ENDED,
    Passed,
    TicketDeclined,
    TicketDone,
    TicketFinished,
    TicketHandedOff,
    TicketMerged,
    TicketRated,
    TicketReopened,
    TicketSentBack,
    TicketWithdrawn,
)
from services.routing.handlers.case import Action, Case, Wish
from services.routing.handlers.conversation import answering
from services.routing.handlers.joining import expect, passing
from services.routing.handlers.placing import given_or_queued
from services.routing.handlers.referral import back_to


def done(case: Case) -> list[Event]:
    """The work is done; an answer with it is the owner's alone."""
    text = case.text("answer")
    if text is not None and not case.asker.importing and case.asker.person != case.ticket.owner:
        raise Forbidden("owner_only", action="answer")
    said = answering(case, text) if text is not None else []
    result = case.arguments.result
    return [
        *said,
        TicketDone(**case.stand, by=case.by, result=result),
        *_and_children(case, "done"),
    ]


def approve(case: Case) -> list[Event]:
    """Be content with what was done: the end."""
    result = case.ticket.result or "solved"
    finished = TicketFinished(**case.stand, by=case.by, result=result)
    return [finished, *_and_children(case, "finish")]


def finish(case: Case) -> list[Event]:
    """End where the workflow asks for no approval."""
    finished = TicketFinished(**case.stand, by=case.by, result=case.arguments.result)
    return [finished, *_and_children(case, "finish")]


def _and_children(case: Case, what: Passed) -> list[Event]:
    """Pass the end on where that is wanted."""
    if not case.arguments.children:
        return []
    result = getattr(case.arguments, "result", None) or case.ticket.result
    return passing(case, what, result=result)


def send_back(case: Case) -> list[Event]:
    """Not be content: the work goes on with who did it."""
    sent_back = TicketSentBack(**case.stand, by=case.by, reason=case.text("reason"))
    wish = wish_for_send_back(case)
    return [sent_back, given_or_queued(case, wish)] if wish else [sent_back]


def wish_for_send_back(case: Case) -> Wish | None:
    """Give who did the work; if he has left, the owner; if he has too, the team."""
    ticket = case.ticket
    return back_to(case, ticket.done_by, ticket.assignee, ticket.owner) or _team(case)


def decline(case: Case) -> list[Event]:
    """Find the request not admissible; the requester is told why."""
    return [TicketDeclined(**case.stand, by=case.by, reason=case.deed.texts["reason"])]


def withdraw(case: Case) -> list[Event]:
    """Take the request back."""
    return [TicketWithdrawn(**case.stand, by=case.by, reason=case.text("reason"))]


def rate(case: Case) -> list[Event]:
    """Say how good the result was."""
    return [TicketRated(score=case.arguments.score, comment=case.text("comment"))]


def reopen(case: Case) -> list[Event]:
    """Bring an ended ticket back to life; the work goes back to its owner."""
    reopened = TicketReopened(
        **case.stand,
        by=case.by,
        from_state=case.ticket.state,
        times=case.ticket.reopened + 1,
        reason=case.text("reason"),
    )
    wish = wish_for_reopen(case)
    return [reopened, given_or_queued(case, wish)] if wish else [reopened]


def wish_for_reopen(case: Case) -> Wish | None:
    """Give the owner; if he has left, who had the work last; if he has too, the team."""
    return back_to(case, case.ticket.owner, case.ticket.last_assignee) or _team(case)


def merge(case: Case) -> list[Event]:
    """End as a part of another ticket, which must be alive."""
    into = case.arguments.into
    if into == case.context.stream:
        raise Invalid("merge_into_itself")
    other = case.grounds.others.get(into)
    if other is None:
        raise Invalid("merge_target_unknown", into=into)
    if other.state in ENDED:
        raise Conflict("merge_target_ended", into=into, state=other.state)
    if into in case.ticket.ties.merged:
        raise Conflict("merged_into_each_other", into=into)
    expect(case, into, "merged")
    return [TicketMerged(**case.stand, by=case.by, into=into)]


def hand_off(case: Case) -> list[Event]:
    """Give the ticket to another system, under a reference there."""
    to, reference = case.arguments.to, case.arguments.reference
    return [TicketHandedOff(**case.stand, by=case.by, to=to, reference=reference)]


def _team(case: Case) -> Wish | None:
    ticket = case.ticket
    return Wish(unit=ticket.unit, tier=ticket.tier or 1) if ticket.unit else None


#: By name.
ACTIONS: Mapping[str, Action] = {
    "done": Action(done),
    "approve": Action(approve),
    "finish": Action(finish),
    "send-back": Action(send_back, wish=wish_for_send_back),
    "decline": Action(decline),
    "withdraw": Action(withdraw),
    "rate": Action(rate),
    "reopen": Action(reopen, wish=wish_for_reopen),
    "merge": Action(merge),
    "hand-off": Action(hand_off),
}
