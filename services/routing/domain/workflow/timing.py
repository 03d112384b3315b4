"""What a workflow does by itself after a time must be something that can then be done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from chassis.errors import FieldFault
from contracts.routing import ENDED
from services.routing.domain.workflow.effects import Later
from services.routing.domain.workflow.faults import fault
from services.routing.domain.workflow.language import Transition, Workflow

#: Nobody means more by it, and an instant has to be found for it.
_LONGEST = timedelta(days=366)


def unknown(workflow: Workflow) -> Iterator[FieldFault]:
    """Give the timers whose action the workflow does not have of its own."""
    for at, later in _every(workflow):
        if later.action not in workflow.actions:
            yield fault(f"{at}/action", "action_unknown", later.action)


def faults(workflow: Workflow) -> Iterator[FieldFault]:
    """Give the timers that can never do anything."""
    for at, later in _every(workflow):
        if not timedelta(0) < later.after <= _LONGEST:
            yield fault(f"{at}/after", "not_ahead", later.action)
    for name, step in workflow.steps.items():
        for number, later in enumerate(step.timers):
            at = f"steps/{name}/timers/{number}"
            if step.kind in ENDED:
                yield fault(at, "timer_at_end", name)
            else:
                ways = workflow.leaving(name, later.action)
                yield from _in_vain(workflow, ways, later, f"{at}/action")
    for at, transition, effects in workflow.effects:
        if effects.schedule and _ends(workflow, transition):
            yield fault(f"{at}/schedule", "timer_at_end", transition.action)
        for place, later in enumerate(effects.schedule):
            ways = [way for way in workflow.transitions if way.action == later.action]
            yield from _in_vain(workflow, ways, later, f"{at}/schedule/{place}/action")


def _in_vain(
    workflow: Workflow, ways: Sequence[Transition], later: Later, at: str
) -> Iterator[FieldFault]:
    """Nobody is there to fill in a form, or to give the reason that a requester is told."""
    if not ways:
        yield fault(at, "timer_in_vain", later.action)
    elif ways[0].form is not None:
        yield fault(at, "timer_with_form", later.action)
    elif all(way.to and workflow.steps[way.to].kind == "declined" for way in ways):
        yield fault(at, "timer_declines", later.action)


def _ends(workflow: Workflow, transition: Transition) -> bool:
    return transition.to in workflow.steps and workflow.steps[str(transition.to)].kind in ENDED


def _every(workflow: Workflow) -> Iterator[tuple[str, Later]]:
    """Give every timer with its place in the definition."""
    for name, step in workflow.steps.items():
        for number, later in enumerate(step.timers):
            yield f"steps/{name}/timers/{number}", later
    for at, _way, effects in workflow.effects:
        for place, later in enumerate(effects.schedule):
            yield f"{at}/schedule/{place}", later
