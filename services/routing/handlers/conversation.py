"""What is said to the requester, and what he says. Only the owner speaks to him."""

from __future__ import annotations

from collections.abc import Mapping

from chassis.decisions import Context
from chassis.errors import Conflict
from contracts.envelope import ContentRef, Event
from contracts.intake import TicketMessageReceived
from contracts.routing import TicketAnswered, TicketPassedOn, TicketResumed, TicketWaiting
from services.routing.domain.ticket import Ticket
from services.routing.handlers.case import Action, Case, Grounds, Stand, stand_at
from services.routing.handlers.joining import passing


def ask(case: Case) -> list[Event]:
    """Ask the requester; the ticket waits for him."""
    step = case.workflow.steps[case.stand["step"]]
    return [
        TicketWaiting(
            **case.stand,
            waiting_for=step.waiting_for,
            by=case.by,
            question=case.text("question"),
        )
    ]


def answer(case: Case) -> list[Event]:
    """Write to the requester, in one's own words or in those that were proposed."""
    name = case.arguments.from_proposal
    if name is None:
        return answering(case, case.deed.texts["text"])
    for proposal in case.ticket.attention.proposals:
        if proposal.id == name:
            return answering(case, proposal.text)
    raise Conflict("proposal_unknown")


def answering(case: Case, text: ContentRef) -> list[Event]:
    """Give the events of an answer; the first one stops the first-response clock."""
    answered = TicketAnswered(by=case.by, answer=text, first=not case.ticket.answered)
    return [answered, *passing(case, "answer", text=text)]


def resume(case: Case) -> list[Event]:
    """Go on without waiting longer."""
    return [resumed(case.ticket, case.stand, case.by, case.context)]


def hear_requester(
    state: Ticket, event: TicketMessageReceived, context: Context, grounds: Grounds
) -> list[Event]:
    """Go on when the requester has written and the ticket waits for him.

    What is written to a ticket that became part of another one is passed on to that one.
    """
    if state.ties.merged_into is not None:
        passage, by = context.new_id("passage:message"), f"requester:{state.requester}"
        return [TicketPassedOn(passage=passage, what="message", by=by, text=event.message)]
    if state.opened_at is None or state.waiting_for != "requester":
        return []
    return gone_on(state, f"requester:{state.requester}", context, grounds)


def gone_on(state: Ticket, by: str, context: Context, grounds: Grounds) -> list[Event]:
    """Give the event of going on because somebody outside has spoken, where a way leads on."""
    workflow = grounds.workflow_of(state)
    for transition in workflow.leaving(state.step, "resume"):
        stand = stand_at(workflow, workflow.target(state.step, transition))
        return [resumed(state, stand, by, context)]
    return []


def resumed(ticket: Ticket, stand: Stand, by: str, context: Context) -> TicketResumed:
    """Give the event of going on, with the time waited."""
    since = ticket.waiting_since or context.at
    return TicketResumed(
        **stand, by=by, waited_seconds=max(0.0, (context.at - since).total_seconds())
    )


#: By name.
ACTIONS: Mapping[str, Action] = {
    "ask": Action(ask),
    "answer": Action(answer),
    "resume": Action(resume),
}
