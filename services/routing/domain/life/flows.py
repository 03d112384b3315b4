"""How a ticket changes by its own workflow: moves, tasks, approvals, forms."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from contracts.routing import (
    TicketApprovalAsked,
    TicketApprovalGiven,
    TicketFormFilled,
    TicketMigrated,
    TicketMoved,
    TicketTaskAssigned,
    TicketTaskCancelled,
    TicketTaskDone,
    TicketTaskOpened,
)
from services.routing.domain.life.changing import changed, stands
from services.routing.domain.parts import Consent, Task, Verdict
from services.routing.domain.ticket import TICKETS, Ticket


@TICKETS.on(TicketMoved)
def moved(state: Ticket, event: TicketMoved, at: datetime) -> Ticket:
    if event.step == state.step:
        return state
    return stands(state, event, at)


@TICKETS.on(TicketMigrated)
def migrated(state: Ticket, event: TicketMigrated, _at: datetime) -> Ticket:
    return changed(
        state,
        step=event.step,
        workflow=event.workflow,
        workflow_version=event.workflow_version,
        tasks=(),
        consent=None,
        pending=state.pending.at("", ended=False),
    )


@TICKETS.on(TicketFormFilled)
def form_filled(state: Ticket, event: TicketFormFilled, _at: datetime) -> Ticket:
    return changed(state, answers=state.answers | {event.form: event.values})


@TICKETS.on(TicketTaskOpened)
def task_opened(state: Ticket, event: TicketTaskOpened, _at: datetime) -> Ticket:
    task = Task(id=event.task, unit=event.unit, tier=event.tier, skill=event.skill)
    if state.task(event.task) is not None:
        return _with_task(state, event.task, assignee=None)
    return changed(state, tasks=(*state.tasks, task))


@TICKETS.on(TicketTaskAssigned)
def task_assigned(state: Ticket, event: TicketTaskAssigned, _at: datetime) -> Ticket:
    place = {"assignee": event.assignee, "unit": event.unit, "tier": event.tier}
    return _with_task(state, event.task, **place)


@TICKETS.on(TicketTaskDone)
def task_done(state: Ticket, event: TicketTaskDone, _at: datetime) -> Ticket:
    return _with_task(state, event.task, outcome=event.outcome)


@TICKETS.on(TicketTaskCancelled)
def task_cancelled(state: Ticket, event: TicketTaskCancelled, _at: datetime) -> Ticket:
    return changed(state, tasks=tuple(task for task in state.tasks if task.id != event.task))


@TICKETS.on(TicketApprovalAsked)
def approval_asked(state: Ticket, event: TicketApprovalAsked, _at: datetime) -> Ticket:
    consent = Consent(
        seats=tuple(event.seats), needs=event.needs, in_order=event.in_order, doer=event.doer
    )
    return changed(state, consent=consent)


@TICKETS.on(TicketApprovalGiven)
def approval_given(state: Ticket, event: TicketApprovalGiven, _at: datetime) -> Ticket:
    if state.consent is None:
        return state
    verdict = Verdict(
        seat=event.seat,
        by=event.by,
        approved=event.verdict == "approved",
        instead_of=event.instead_of,
    )
    verdicts = (*state.consent.verdicts, verdict)
    return changed(state, consent=msgspec.structs.replace(state.consent, verdicts=verdicts))


def _with_task(state: Ticket, task: str, **fields: Any) -> Ticket:
    tasks = (
        msgspec.structs.replace(each, **fields) if each.id == task else each for each in state.tasks
    )
    return changed(state, tasks=tuple(tasks))
