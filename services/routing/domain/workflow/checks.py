"""Steps that wait for tasks or approvals must be able to end either way."""

from __future__ import annotations

from collections.abc import Iterator

from chassis.errors import FieldFault
from contracts.routing import ENDED
from services.routing.domain.workflow.faults import fault
from services.routing.domain.workflow.language import (
    AUTOMATIC,
    Step,
    Transition,
    Workflow,
    seats_needed,
)


def faults(workflow: Workflow) -> Iterator[FieldFault]:
    """Give the joins that can never hold, and automatic ways that are none."""
    for name, step in workflow.steps.items():
        if step.is_check:
            yield from _check(workflow, name, step)
    for number, transition in enumerate(workflow.transitions):
        if transition.action in AUTOMATIC:
            yield from _automatic(workflow, transition, f"transitions/{number}")


def _automatic(workflow: Workflow, transition: Transition, at: str) -> Iterator[FieldFault]:
    action = transition.action
    if transition.who:
        yield fault(f"{at}/who", "automatic", action)
    if transition.form is not None:
        yield fault(f"{at}/form", "automatic", action)
    if transition.guards or transition.within is not None:
        yield fault(f"{at}/guards", "automatic", action)
    if transition.to is None:
        yield fault(f"{at}/to", "required", action)
    left = workflow.left_by(transition)
    if transition.to in left:
        yield fault(f"{at}/to", "leads_nowhere", action)
    if not any(workflow.steps[step].is_check for step in left):
        yield fault(f"{at}/from", "nothing_to_settle", action)


def _check(workflow: Workflow, name: str, step: Step) -> Iterator[FieldFault]:
    at = f"steps/{name}"
    if step.tasks and step.approvals is not None:
        yield fault(f"{at}/approvals", "tasks_and_approvals", name)
    if step.kind in ENDED:
        yield fault(f"{at}/kind", "check_at_end", name)
    if step.tasks and seats_needed(step.needs, len(step.tasks)) > len(step.tasks):
        yield fault(f"{at}/needs", "needs_too_many", name, there=len(step.tasks))
    approvals = step.approvals
    if approvals and seats_needed(approvals.needs, len(approvals.by)) > len(approvals.by):
        there = len(approvals.by)
        yield fault(f"{at}/approvals/needs", "needs_too_many", name, there=there)
    for action in sorted(AUTOMATIC):
        ways = workflow.leaving(name, action)
        # The last way must be open whatever the answers say.
        if not ways or ways[-1].when is not None:
            yield fault(at, f"no_way_{action}", name)
