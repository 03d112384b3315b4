"""Tasks beside the ticket's own work: taken, given, done, refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from chassis.decisions import Context
from chassis.errors import Conflict, FieldFault, Forbidden, Invalid
from contracts.envelope import Event
from contracts.routing import TicketTaskAssigned, TicketTaskDone, TicketTaskOpened
from services.routing.domain.parts import Task
from services.routing.domain.permission import Standing
from services.routing.domain.ticket import Ticket
from services.routing.handlers.case import Action, Case, Grounds, Wish
from services.routing.handlers.placing import is_there, known_person


class AssignTask(msgspec.Struct, frozen=True):
    """Somebody may be free for a task: give it to him if it still waits."""

    task: str


def assign_task(
    state: Ticket, message: AssignTask, context: Context, grounds: Grounds
) -> list[Event]:
    """Give a waiting task to whom a place was reserved with; nothing when either is gone."""
    task = state.task(message.task)
    assignee = grounds.place(context).assignee
    if task is None or not task.is_open or task.assignee is not None or assignee is None:
        return []
    return [_assigned(task, assignee)]


def wish_for_task(state: Ticket, message: AssignTask) -> Wish | None:
    """Give the team that a waiting task is for."""
    task = state.task(message.task)
    if task is None or not task.is_open or task.assignee is not None:
        return None
    return Wish(unit=task.unit, tier=task.tier, skill=task.skill, task=task.id)


def take(case: Case) -> list[Event]:
    """Take a task from the team's queue."""
    return _given(case, wish_for_take(case))


def wish_for_take(case: Case) -> Wish:
    """Give who takes it; raises Conflict or Forbidden."""
    task, standing = _open_task(case), _standing(case)
    if task not in standing.open_tasks:
        raise Forbidden("task_not_yours", task=task.id)
    return Wish(unit=task.unit, tier=task.tier, person=case.by, anyway=True, task=task.id)


def give(case: Case) -> list[Event]:
    """Give a task to a person; nothing when he has it already."""
    wish = wish_for_give(case)
    return [] if wish.person == _open_task(case).assignee else _given(case, wish)


def wish_for_give(case: Case) -> Wish:
    """Give the person named; raises Invalid, Conflict or Forbidden."""
    task, standing = _open_task(case), _standing(case)
    there = Standing(Ticket(unit=task.unit), case.asker, case.grounds.organisation)
    if not standing.supervises(task.unit) and not there.has_right("ticket.assign"):
        raise Forbidden("task_not_yours", task=task.id)
    person = known_person(case, case.arguments.person, task.unit)
    is_there(case, person)
    return Wish(unit=task.unit, tier=person.tier, person=person.id, task=task.id)


def finish(case: Case) -> list[Event]:
    """Say that a task is done."""
    return _settled(case, "done", "comment")


def refuse(case: Case) -> list[Event]:
    """Say that a task cannot be done, or that its outcome is a no."""
    return _settled(case, "refused", "reason")


def given_back(state: Ticket, person: str, grounds: Grounds) -> list[Event]:
    """Bring the open tasks of somebody who has left back to their teams."""
    steps = grounds.workflow_of(state).steps
    return [
        TicketTaskOpened(
            task=task.id,
            step=state.step,
            unit=task.unit,
            tier=task.tier,
            title=steps[state.step].tasks[task.id].title,
            skill=task.skill,
            from_assignee=person,
        )
        for task in state.tasks
        if task.is_open and task.assignee == person
    ]


def _settled(case: Case, outcome: Literal["done", "refused"], text: str) -> list[Event]:
    task = _open_task(case)
    if task not in _standing(case).own_tasks and not case.asker.importing:
        raise Forbidden("task_not_yours", task=task.id)
    return [TicketTaskDone(task=task.id, by=case.by, outcome=outcome, comment=case.text(text))]


def _given(case: Case, wish: Wish) -> list[Event]:
    person = wish.person if case.asker.importing else case.grounds.place(case.context).assignee
    if person is None:
        raise Conflict("person_at_capacity", person=wish.person)
    task = _open_task(case)
    return [_assigned(task, person, wish.tier)]


def _assigned(task: Task, person: str, tier: int | None = None) -> TicketTaskAssigned:
    return TicketTaskAssigned(
        task=task.id,
        assignee=person,
        unit=task.unit,
        tier=tier or task.tier,
        from_assignee=task.assignee,
    )


def _open_task(case: Case) -> Task:
    """Give the task named; raises Invalid when the step has none such, Conflict when settled."""
    task = case.ticket.task(case.arguments.task)
    if task is None:
        raise Invalid("task_unknown", fields=[FieldFault(pointer="/task", code="task_unknown")])
    if not task.is_open:
        raise Conflict("task_settled", task=task.id, outcome=task.outcome)
    return task


def _standing(case: Case) -> Standing:
    return Standing(case.ticket, case.asker, case.grounds.organisation)


#: By name.
ACTIONS: Mapping[str, Action] = {
    "take-task": Action(take, wish=wish_for_take),
    "give-task": Action(give, wish=wish_for_give),
    "finish-task": Action(finish),
    "refuse-task": Action(refuse),
}
