"""Reading a definition: what it says by itself, without the organisation, must be sound."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import msgspec

from chassis.errors import FieldFault, Invalid
from contracts.routing import ENDED, State
from services.routing.domain.workflow import checks, handing, timing, wording
from services.routing.domain.workflow.faults import fault
from services.routing.domain.workflow.language import (
    ANY,
    AUTOMATIC,
    IMPLIED,
    PASSED,
    Transition,
    Workflow,
)
from services.routing.domain.workflow.who import GUARDS, is_known, is_seat

#: The kinds of step to which an action may lead; any other action may lead anywhere.
LEADS_TO: Mapping[str, Collection[State]] = {
    "ask": {"waiting"},
    "done": {"done"},
    "approve": {"finished"},
    "finish": {"finished"},
    "decline": {"declined"},
    "withdraw": {"withdrawn"},
    "merge": {"merged"},
    "hand-off": {"handed_off", "waiting"},
    "tell-partner": {"waiting"},
    "recall": {"in_progress"},
    "assign": {"new", "in_progress", "waiting"},
    "claim": {"new", "in_progress", "waiting"},
    "resume": {"new", "in_progress"},
    "refer": {"in_progress"},
    "escalate": {"in_progress"},
    "return": {"in_progress"},
    "send-back": {"in_progress"},
    "reopen": {"in_progress"},
    "record": {"new", "in_progress", "waiting", "done", "finished", "withdrawn"},
}
#: What these do moves no ticket.
STAYING = frozenset({"log-work", "note", "prioritise", "answer", "rate"})
#: Where a workflow's own actions and what the ticket does by itself may lead. Whoever has been
#: declined is told a reason, and consent gives none.
_MOVES_TO: frozenset[State] = frozenset(
    {"new", "in_progress", "waiting", "done", "finished", "declined"}
)


def load(definition: Mapping[str, Any]) -> Workflow:
    """Make a workflow of data that were found sound when they were published."""
    return msgspec.convert(definition, Workflow)


def read(definition: Mapping[str, Any], actions: Collection[str]) -> Workflow:
    """Make a workflow of its data; raises Invalid naming every fault."""
    workflow, faults = examined(definition, actions)
    if workflow is None or faults:
        raise Invalid("workflow_invalid", fields=faults)
    return workflow


def examined(
    definition: Mapping[str, Any], actions: Collection[str]
) -> tuple[Workflow | None, list[FieldFault]]:
    """Give a workflow, unless its data have no such shape, with every fault of it."""
    try:
        workflow = load(definition)
    except msgspec.ValidationError as error:
        broken = FieldFault(pointer="/definition", code="malformed", params={"why": str(error)})
        return None, [broken]
    faults = [
        *_unknown_names(workflow, actions),
        *timing.unknown(workflow),
        *wording.faults(workflow, actions),
    ]
    # Ways can be judged once every name in them means something.
    if not any(each.code.endswith("_unknown") for each in faults):
        faults += [*_bad_ways(workflow), *checks.faults(workflow)]
        faults += [*timing.faults(workflow), *handing.faults(workflow)]
    return workflow, faults


def _unknown_names(workflow: Workflow, actions: Collection[str]) -> Iterator[FieldFault]:
    """Give every name that stands for nothing."""
    if workflow.start not in workflow.steps:
        yield fault("start", "step_unknown", workflow.start)
    if workflow.resumes_at is not None and workflow.resumes_at not in workflow.steps:
        yield fault("resumes_at", "step_unknown", workflow.resumes_at)
    for number, transition in enumerate(workflow.transitions):
        if transition.action not in {*actions, *workflow.actions, *AUTOMATIC}:
            yield fault(f"transitions/{number}/action", "action_unknown", transition.action)
        if transition.action in IMPLIED:
            yield fault(f"transitions/{number}/action", "comes_by_itself", transition.action)
        yield from _unknown_in(workflow, transition, f"transitions/{number}")
    for name, step in workflow.steps.items():
        for number, who in enumerate(step.approvals.by if step.approvals else ()):
            if not is_seat(who):
                yield fault(f"steps/{name}/approvals/by/{number}", "relation_unknown", who)


def _unknown_in(workflow: Workflow, transition: Transition, at: str) -> Iterator[FieldFault]:
    known = {*workflow.steps, *(step.kind for step in workflow.steps.values())}
    if transition.to is not None and transition.to not in {*workflow.steps, ANY}:
        yield fault(f"{at}/to", "step_unknown", transition.to)
    for name in sorted(set(transition.leaves) - known):
        yield fault(f"{at}/from", "step_unknown", name)
    for name in transition.who:
        if not is_known(name):
            yield fault(f"{at}/who", "relation_unknown", name)
    for name in sorted(set(transition.guards) - GUARDS):
        yield fault(f"{at}/guards", "guard_unknown", name)


def _bad_ways(workflow: Workflow) -> Iterator[FieldFault]:
    """Give what nobody can do, where nobody can get, and where nobody gets away from."""
    for number, transition in enumerate(workflow.transitions):
        at, action = f"transitions/{number}", transition.action
        if not transition.who and action not in AUTOMATIC | workflow.timed:
            yield fault(f"{at}/who", "nobody_may", action)
        if _names_a_step_in_vain(transition):
            yield fault(f"{at}/to", "names_a_step_in_vain", action)
        kinds = _may_reach(workflow, action)
        if kinds is not None and _kinds_reached(workflow, transition) - set(kinds):
            yield fault(f"{at}/to", "leads_to_wrong_kind", action)
        if action in workflow.actions and _kinds_left(workflow, transition) & ENDED:
            yield fault(f"{at}/from", "leaves_an_end", action)
    onward = {step: _next_steps(workflow, step) for step in workflow.steps}
    for step in sorted(set(workflow.steps) - _closure(onward, workflow.start)):
        yield fault(f"steps/{step}", "unreachable", step)
    for step in sorted(workflow.steps):
        ends = {s for s in _closure(onward, step) if workflow.steps[s].kind in ENDED}
        if not ends:
            yield fault(f"steps/{step}", "dead_end", step)


def _names_a_step_in_vain(transition: Transition) -> bool:
    """Tell whether it names a step to which the action would not lead."""
    if transition.action == "record":
        # Its arguments name the step.
        return transition.to != ANY
    return transition.to is not None and transition.action in STAYING


def _may_reach(workflow: Workflow, action: str) -> Collection[State] | None:
    if action == PASSED:
        return _MOVES_TO - {"declined"}
    if action in AUTOMATIC or action in workflow.actions:
        return _MOVES_TO
    return LEADS_TO.get(action)


def _kinds_left(workflow: Workflow, transition: Transition) -> set[State]:
    return {workflow.steps[step].kind for step in workflow.left_by(transition)}


def _kinds_reached(workflow: Workflow, transition: Transition) -> set[State]:
    if transition.to == ANY:
        return {step.kind for step in workflow.steps.values()}
    if transition.to is not None:
        return {workflow.steps[transition.to].kind}
    return _kinds_left(workflow, transition)


def _next_steps(workflow: Workflow, step: str) -> set[str]:
    following: set[str] = set()
    for transition in workflow.leaving(step):
        if transition.to == ANY:
            return set(workflow.steps)
        following.add(workflow.target(step, transition))
    return following


def _closure(onward: Mapping[str, set[str]], start: str) -> set[str]:
    reached, ahead = {start}, [start]
    while ahead:
        for step in onward[ahead.pop()] - reached:
            reached.add(step)
            ahead.append(step)
    return reached
