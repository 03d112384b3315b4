"""What a ticket shows of its own workflow: titles, tasks, seats; and who is asked for which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from contracts.calls.routing import SeatView, TaskView
from services.routing.domain.organisation import Organisation
from services.routing.domain.parts import Task
from services.routing.domain.permission import Asker, absentees, asker_of_person
from services.routing.domain.ticket import Ticket
from services.routing.domain.workflow import Step, Workflow


class Parts(TypedDict, total=False):
    """Those fields of a view that only some workflows fill."""

    step_title: dict[str, str]
    action_titles: dict[str, dict[str, str]]
    forms: dict[str, str]
    tasks: list[TaskView]
    seats: list[SeatView]
    seats_needed: int


def parts_of(ticket: Ticket, workflow: Workflow, actions: Sequence[str]) -> Parts:
    """Give what the ticket's workflow adds to its view."""
    parts: Parts = {}
    step = workflow.steps[ticket.step]
    if step.title is not None:
        parts["step_title"] = step.title
    if workflow.actions:
        known = workflow.actions
        parts["action_titles"] = {a: known[a].title for a in actions if a in known}
    if workflow.has_forms:
        parts["forms"] = workflow.forms_at(ticket.step, actions)
    if ticket.tasks:
        parts["tasks"] = [_shown(task, step) for task in ticket.tasks]
    if ticket.consent is not None:
        said = {verdict.seat: verdict for verdict in ticket.consent.verdicts}
        parts["seats_needed"] = ticket.consent.needs
        parts["seats"] = [
            SeatView(
                who=who,
                by=said[number].by if number in said else None,
                approved=said[number].approved if number in said else None,
            )
            for number, who in enumerate(ticket.consent.seats)
        ]
    return parts


def _shown(task: Task, step: Step) -> TaskView:
    defined = step.tasks.get(task.id)
    return TaskView(
        id=task.id,
        title=defined.title if defined else {},
        unit=task.unit,
        tier=task.tier,
        assignee=task.assignee,
        outcome=task.outcome,
        form=defined.form if defined else None,
    )


def asked_as(asker: Asker, organisation: Organisation) -> list[str]:
    """Give the names under which somebody is asked for tasks and consent."""
    absent = absentees(asker.person, organisation)
    return [
        name
        for each in (asker, *map(asker_of_person, absent))
        for name in _names(each, organisation)
    ]


def _names(asker: Asker, organisation: Organisation) -> list[str]:
    names = [f"person:{asker.person}", f"role:{asker.role}"]
    if asker.unit is not None:
        names += [f"unit:{asker.unit}", f"unit:{asker.unit}/{asker.role}"]
    if asker.role == "supervisor":
        names += (f"supervisor@{unit}" for unit in organisation.subtree(asker.unit))
    return names
