"""A workflow as data: steps, and the transitions between them; read, checked and asked here.

A transition names relations, rights and guards by name; what these mean is in `permission.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import cached_property
from typing import Any, Literal

import msgspec

from chassis.errors import FieldFault, Invalid
from contracts.rights import RIGHTS
from contracts.routing import ENDED, State

#: How the caller may stand to the ticket, beside holding a right that covers it.
RELATIONS = frozenset({"owner", "assignee", "team", "desk", "requester", "staff", "importer"})
#: What else must hold.
GUARDS = frozenset(
    {
        "in_my_queue",
        "held_by_me_or_nobody",
        "is_out",
        "nothing_out",
        "not_by_doer",
        "not_rated",
        "is_outside",
    }
)
#: The target of a transition whose arguments name the step.
ANY = "*"
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
    "claim": {"in_progress"},
    "resume": {"in_progress"},
    "refer": {"in_progress"},
    "escalate": {"in_progress"},
    "return": {"in_progress"},
    "send-back": {"in_progress"},
    "reopen": {"in_progress"},
    "record": {"new", "in_progress", "waiting", "done", "finished", "withdrawn"},
}


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A place where a ticket can stand, of a kind that every workflow shares."""

    kind: State
    #: The work lies in a team's queue here; only recorded logs tell so by a step.
    queue: bool = False
    waiting_for: Literal["requester", "supplier", "unit"] = "requester"


class Transition(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"leaves": "from"}
):
    """An action, where it may be done, where it leads, and who may do it."""

    action: str
    #: Steps, or kinds of steps.
    leaves: list[str]
    #: A step; absent: the ticket stays where it is.
    to: str | None = None
    #: Relations or rights, one of which is enough.
    who: list[str]
    guards: list[str] = []
    #: Only so long after the ticket ended.
    within: timedelta | None = None


class Workflow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, dict=True):
    """One version of a workflow."""

    id: str
    version: int = 1
    start: str
    #: Where an ended ticket stands when a free choice of steps brings it back to life.
    resumes_at: str | None = None
    steps: dict[str, Step]
    transitions: list[Transition]

    def leaving(self, step: str, action: str | None = None) -> Sequence[Transition]:
        """Give the transitions that leave a step, by one action or by all."""
        return self._leaving.get((step, action), ())

    @cached_property
    def _leaving(self) -> dict[tuple[str, str | None], list[Transition]]:
        """By step and action, and by step alone: the order is that of the definition."""
        table: dict[tuple[str, str | None], list[Transition]] = {}
        for step, known in self.steps.items():
            for transition in self.transitions:
                leaves = transition.leaves
                if step in leaves or (known.kind in leaves and known.kind not in self.steps):
                    table.setdefault((step, transition.action), []).append(transition)
                    table.setdefault((step, None), []).append(transition)
        return table

    def target(self, step: str, transition: Transition) -> str:
        """Give the step a transition leads to from a step, where no argument names it."""
        return step if transition.to in (None, ANY) else str(transition.to)


def read(definition: Mapping[str, Any], actions: Collection[str]) -> Workflow:
    """Make a workflow of its data; raises Invalid naming every fault."""
    try:
        workflow = msgspec.convert(definition, Workflow)
    except msgspec.ValidationError as error:
        fault = FieldFault(pointer="/definition", code="malformed", params={"why": str(error)})
        raise Invalid("workflow_invalid", fields=[fault]) from error
    faults = [*_unknown_names(workflow, actions)] or [*_bad_ways(workflow)]
    if faults:
        raise Invalid("workflow_invalid", fields=faults)
    return workflow


def _unknown_names(workflow: Workflow, actions: Collection[str]) -> Iterator[FieldFault]:
    """Give every name that stands for nothing."""
    known = {*workflow.steps, *(step.kind for step in workflow.steps.values())}
    if workflow.start not in workflow.steps:
        yield _fault("start", "step_unknown", workflow.start)
    if workflow.resumes_at is not None and workflow.resumes_at not in workflow.steps:
        yield _fault("resumes_at", "step_unknown", workflow.resumes_at)
    for number, transition in enumerate(workflow.transitions):
        at = f"transitions/{number}"
        if transition.action not in actions:
            yield _fault(f"{at}/action", "action_unknown", transition.action)
        if transition.to is not None and transition.to not in {*workflow.steps, ANY}:
            yield _fault(f"{at}/to", "step_unknown", transition.to)
        for name in set(transition.leaves) - known:
            yield _fault(f"{at}/from", "step_unknown", name)
        for name in set(transition.who) - RELATIONS - set(RIGHTS):
            yield _fault(f"{at}/who", "relation_unknown", name)
        for name in set(transition.guards) - GUARDS:
            yield _fault(f"{at}/guards", "guard_unknown", name)


def _bad_ways(workflow: Workflow) -> Iterator[FieldFault]:
    """Give what nobody can do, where nobody can get, and where nobody gets away from."""
    for number, transition in enumerate(workflow.transitions):
        at = f"transitions/{number}"
        if not transition.who:
            yield _fault(f"{at}/who", "nobody_may", transition.action)
        kinds = LEADS_TO.get(transition.action)
        if kinds and _kinds_reached(workflow, transition) - set(kinds):
            yield _fault(f"{at}/to", "leads_to_wrong_kind", transition.action)
    onward = {step: _next_steps(workflow, step) for step in workflow.steps}
    for step in sorted(set(workflow.steps) - _closure(onward, workflow.start)):
        yield _fault(f"steps/{step}", "unreachable", step)
    for step in sorted(workflow.steps):
        ends = {s for s in _closure(onward, step) if workflow.steps[s].kind in ENDED}
        if not ends:
            yield _fault(f"steps/{step}", "dead_end", step)


def _kinds_reached(workflow: Workflow, transition: Transition) -> set[State]:
    if transition.to == ANY:
        return {step.kind for step in workflow.steps.values()}
    if transition.to is not None:
        return {workflow.steps[transition.to].kind}
    left = (s for s in workflow.steps if transition in workflow.leaving(s, transition.action))
    return {workflow.steps[step].kind for step in left}


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


def _fault(path: str, code: str, name: str) -> FieldFault:
    return FieldFault(pointer=f"/definition/{path}", code=code, params={"name": name})
