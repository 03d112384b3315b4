"""What a workflow is made of: steps, and the transitions between them.

A transition names relations, rights and guards by name; what these mean is in `permission.py`.
"""

# msgspec hands `frozen` down to subclasses, which mypy's view of dataclasses does not.
# mypy: disable-error-code="misc"

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import cached_property
from typing import Annotated, Any, Literal

from msgspec import Meta

from chassis.logic import Logic
from contracts.calls.base import Slug
from contracts.routing import State
from services.routing.domain.workflow.data import Data, Name, Needs, Tier, Words
from services.routing.domain.workflow.effects import Effects, HandOffAsked, Later, StartAsked

#: The target of a transition whose arguments name the step.
ANY = "*"
#: What the ticket does by itself once a step's tasks or approvals are settled.
PASSED, FAILED = "passed", "failed"
AUTOMATIC = frozenset({PASSED, FAILED})

#: What comes with a step's tasks and approvals, and with nothing else.
IMPLIED = frozenset({"take-task", "give-task", "finish-task", "refuse-task", "refuse"})


class SubTask(Data, kw_only=True):
    """A piece of a step's work that somebody else does meanwhile."""

    title: Words
    unit: Slug
    #: Absent: the lowest of the unit.
    tier: Tier | None = None
    skill: Slug | None = None
    #: The form to fill in when it is done.
    form: Slug | None = None


class Approvals(Data, kw_only=True):
    """Whose consent a step waits for."""

    #: A seat each; somebody may take one of them, once.
    by: Annotated[list[str], Meta(min_length=1, max_length=20)]
    needs: Needs = "all"
    #: One after the other, in the order of `by`.
    in_order: bool = False


class Step(Data, kw_only=True):
    """A place where a ticket can stand, of a kind that every workflow shares."""

    kind: State
    #: The work lies in a team's queue here; only recorded logs tell so by a step.
    queue: bool = False
    waiting_for: Literal["requester", "supplier", "unit"] = "requester"
    title: Words | None = None
    #: What the requester is told when the ticket comes here; absent: nothing.
    tells: Words | None = None
    #: Where the work goes that enters here; absent: it stays with who has it.
    unit: Slug | None = None
    #: Absent: the lowest of the unit.
    tier: Tier | None = None
    skill: Slug | None = None
    tasks: Annotated[dict[Name, SubTask], Meta(max_length=20)] = {}
    #: How many of the tasks must be done.
    needs: Needs = "all"
    approvals: Approvals | None = None
    #: What is done when the ticket has stood here for so long.
    timers: Annotated[list[Later], Meta(max_length=5)] = []

    @property
    def is_check(self) -> bool:
        """Whether it is left by itself, when its tasks or approvals are settled."""
        return bool(self.tasks) or self.approvals is not None


class OwnAction(Data, kw_only=True):
    """An action that the workflow has beside those that every workflow knows."""

    title: Words


class Transition(Data, kw_only=True, rename={"leaves": "from"}, dict=True):
    """An action, where it may be done, where it leads, and who may do it."""

    action: str
    #: Steps, or kinds of steps.
    leaves: list[str]
    #: A step; absent: the ticket stays where it is.
    to: str | None = None
    #: Names of `who.py`, one of which is enough; none for what the ticket does by itself.
    who: list[str] = []
    guards: list[str] = []
    #: JSONLogic over `ticket` and `answers`.
    when: Any = None
    #: Only so long after the ticket ended.
    within: timedelta | None = None
    #: The form to fill in.
    form: Slug | None = None
    effects: Effects | None = None

    @cached_property
    def condition(self) -> Logic | None:
        """What `when` says, made ready once."""
        return None if self.when is None else Logic(self.when)


class Implied(Transition):
    """A transition that a step's tasks or approvals bring with them."""


class Workflow(Data, kw_only=True, dict=True):
    """One version of a workflow."""

    id: str
    version: int = 1
    title: Words | None = None
    start: str
    #: Where an ended ticket stands when a free choice of steps brings it back to life.
    resumes_at: str | None = None
    actions: dict[str, OwnAction] = {}
    steps: dict[str, Step]
    transitions: list[Transition]

    def leaving(self, step: str, action: str | None = None) -> Sequence[Transition]:
        """Give the transitions that leave a step, by one action or by all."""
        return self._leaving.get((step, action), ())

    def left_by(self, transition: Transition) -> list[str]:
        """Give the steps that a transition leaves."""
        return [step for step in self.steps if transition in self.leaving(step, transition.action)]

    @cached_property
    def _leaving(self) -> dict[tuple[str, str | None], list[Transition]]:
        """By step and action, and by step alone: the order is that of the definition."""
        table: dict[tuple[str, str | None], list[Transition]] = {}
        for step, known in self.steps.items():
            for transition in [*_implied(step, known), *self.transitions]:
                leaves = transition.leaves
                if step in leaves or (known.kind in leaves and known.kind not in self.steps):
                    table.setdefault((step, transition.action), []).append(transition)
                    table.setdefault((step, None), []).append(transition)
        return table

    @cached_property
    def remembered(self) -> dict[Any, Any]:
        """What was worked out from this version, by keys of who did."""
        return {}

    @cached_property
    def names(self) -> frozenset[str]:
        """The actions that the definition names."""
        return frozenset(transition.action for transition in self.transitions)

    def target(self, step: str, transition: Transition) -> str:
        """Give the step a transition leads to from a step, where no argument names it."""
        return step if transition.to in (None, ANY) else str(transition.to)

    @cached_property
    def has_forms(self) -> bool:
        """Whether anything is to be filled in on the way."""
        asked = any(task.form for step in self.steps.values() for task in step.tasks.values())
        return asked or any(transition.form for transition in self.transitions)

    def forms_at(self, step: str, actions: Sequence[str]) -> dict[str, str]:
        """Give the forms that go with actions at a step."""
        ways = ((action, self.leaving(step, action)) for action in actions)
        return {action: way[0].form for action, way in ways if way and way[0].form}

    @cached_property
    def is_plain(self) -> bool:
        """Whether nothing follows from entering or leaving a step."""
        return not any(step.is_check or step.timers for step in self.steps.values())

    @cached_property
    def effects(self) -> list[tuple[str, Transition, Effects]]:
        """What its transitions do beside leading on, each with its place in the definition."""
        return [
            (f"transitions/{number}/effects", way, way.effects)
            for number, way in enumerate(self.transitions)
            if way.effects is not None
        ]

    @cached_property
    def started(self) -> list[tuple[str, StartAsked]]:
        """The tickets that its transitions start, each with its place in the definition."""
        return [
            (f"{at}/start/{place}", asked)
            for at, _way, effects in self.effects
            for place, asked in enumerate(effects.start)
        ]

    @cached_property
    def handed_over(self) -> list[tuple[str, Transition, HandOffAsked]]:
        """The hand-offs that its transitions bring with them, with place and transition."""
        return [
            (f"{at}/hand_off", way, effects.hand_off)
            for at, way, effects in self.effects
            if effects.hand_off is not None
        ]

    @cached_property
    def partners(self) -> frozenset[str]:
        """The partners to whom it gives work by itself."""
        return frozenset(asked.partner for _at, _way, asked in self.handed_over)

    @cached_property
    def timed(self) -> frozenset[str]:
        """The actions that come by themselves after a time."""
        stays = (later for step in self.steps.values() for later in step.timers)
        planned = (later for _at, _way, effects in self.effects for later in effects.schedule)
        return frozenset(later.action for later in (*stays, *planned))


def seats_needed(needs: Needs, of: int) -> int:
    """Give how many of a number of tasks or approvals are needed."""
    return of if needs == "all" else needs


def _implied(name: str, step: Step) -> list[Transition]:
    ways: list[Transition] = []
    if step.tasks:
        ways += [
            Implied(action="take-task", leaves=[name], who=["task_team"]),
            Implied(action="give-task", leaves=[name], who=["ticket.assign", "task_head"]),
            Implied(action="finish-task", leaves=[name], who=["task_holder"]),
            Implied(action="refuse-task", leaves=[name], who=["task_holder"]),
        ]
    if step.approvals is not None:
        ways += [
            Implied(action="approve", leaves=[name], who=["approver"]),
            Implied(action="refuse", leaves=[name], who=["approver"]),
        ]
    return ways
