"""Walking from step to step: what is recorded of it, and where the work goes that enters one."""

from __future__ import annotations

from chassis.decisions import Context
from chassis.errors import FieldFault, Invalid
from contracts.envelope import ContentRef, Event
from contracts.routing import (
    TicketDeclined,
    TicketDone,
    TicketFinished,
    TicketMoved,
    TicketSentBack,
    TicketWaiting,
)
from services.routing.domain.organisation import Organisation
from services.routing.domain.ticket import AT_WORK, Ticket
from services.routing.domain.workflow import Step, Transition, Workflow
from services.routing.handlers.case import Stand, Wish, stand_at
from services.routing.handlers.conversation import resumed


def walked(
    ticket: Ticket,
    workflow: Workflow,
    transition: Transition,
    context: Context,
    *,
    by: str,
    comment: ContentRef | None = None,
    result: str = "solved",
) -> list[Event]:
    """Give the events of a transition that no built-in action stands for."""
    target = workflow.target(ticket.step, transition)
    step, stand = workflow.steps[target], stand_at(workflow, target)
    told: list[Event] = []
    if target != ticket.step:
        told = _told(ticket, step, stand, context, by, comment, result)
    here: Stand = {"state": ticket.state, "step": ticket.step}
    moved = TicketMoved(
        **(here if told else stand),
        action=transition.action,
        by=by,
        from_step=ticket.step,
        title=own.title if (own := workflow.actions.get(transition.action)) else None,
        comment=comment,
        tells=step.tells if step.tells and target != ticket.step else None,
    )
    return [moved, *told]


def place_of(step: Step, ticket: Ticket, organisation: Organisation) -> Wish | None:
    """Give where the work of a step belongs; None where it stays with who has it.

    Of a ticket that was done or ended nobody has the work: it comes back to who had it, if he has
    room for it again.
    """
    if step.kind not in AT_WORK:
        return None
    if step.unit is None:
        return _back(ticket) if ticket.state not in AT_WORK else None
    is_there = ticket.unit == step.unit and step.tier in (None, ticket.tier)
    if is_there and ticket.holder is not None:
        return None
    tier = step.tier or organisation.lowest_tier(step.unit)
    return Wish(unit=step.unit, tier=tier, skill=step.skill)


def _back(ticket: Ticket) -> Wish | None:
    if ticket.unit is None or ticket.assignee is None:
        return None
    return Wish(unit=ticket.unit, tier=ticket.tier or 1, person=ticket.assignee)


def _told(
    ticket: Ticket,
    step: Step,
    stand: Stand,
    context: Context,
    by: str,
    comment: ContentRef | None,
    result: str,
) -> list[Event]:
    """Give the event that others know the new state by; none where only the step is another."""
    if step.kind == "waiting":
        return [TicketWaiting(**stand, waiting_for=step.waiting_for, by=by)]
    if step.kind == "done":
        return [TicketDone(**stand, by=by, result=result)]
    if step.kind == "finished":
        return [TicketFinished(**stand, by=by, result=ticket.result or result)]
    if step.kind == "declined":
        if comment is None:
            wrong = FieldFault(pointer="/comment", code="required")
            raise Invalid("arguments_invalid", fields=[wrong])
        return [TicketDeclined(**stand, by=by, reason=comment)]
    if ticket.state == "waiting":
        return [resumed(ticket, stand, by, context)]
    back = ticket.state == "done"
    return [TicketSentBack(**stand, by=by, reason=comment)] if back else []
