"""Work that a workflow hands to a partner by itself must have a way to go there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chassis.errors import FieldFault
from contracts.routing import State
from services.routing.domain.workflow.faults import fault
from services.routing.domain.workflow.language import Transition, Workflow

#: By which the ticket goes on from where the transition leads.
HAND_OFF = "hand-off"


def kinds_of(workflow: Workflow, step: str, ways: Iterable[Transition]) -> set[State]:
    """Give how ways of handing over leave a ticket: waiting for a supplier, or over."""
    ends = [workflow.steps[workflow.target(step, way)] for way in ways]
    return {
        end.kind
        for end in ends
        if end.kind == "handed_off" or (end.kind == "waiting" and end.waiting_for == "supplier")
    }


def kinds_after(workflow: Workflow, transition: Transition) -> Iterator[tuple[str, set[State]]]:
    """Give each step to which a transition leads, with how a ticket can be handed over there."""
    for step in sorted({workflow.target(s, transition) for s in workflow.left_by(transition)}):
        yield step, kinds_of(workflow, step, workflow.leaving(step, HAND_OFF))


def faults(workflow: Workflow) -> Iterator[FieldFault]:
    """Give the hand-offs that can never be, and those that would pass by tasks or approvals."""
    for at, transition, _asked in workflow.handed_over:
        for step, kinds in kinds_after(workflow, transition):
            if workflow.steps[step].is_check:
                yield fault(at, "hand_off_at_check", step)
            elif not kinds:
                yield fault(at, "hand_off_in_vain", step)
