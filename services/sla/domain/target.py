"""A target as data: one promise, what its clock goes by, and the marks on the way."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal, get_args

import msgspec
from msgspec import Meta

from contracts.calls.base import Slug
from contracts.sla import Action, Notice
from services.sla.domain.course import Situation

#: What a target promises. `update`: something is told every so often; `stage`: time in a state or
#: step; `ola`: time a unit or tier has the work; `contract`: time a supplier is waited for;
#: `question`: time until units have answered all that colleagues asked them.
Kind = Literal[
    "first_response",
    "next_response",
    "update",
    "resolution",
    "stage",
    "ola",
    "contract",
    "question",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
#: What happens to a ticket. `asking`: the requester was asked something; `entered` and `left`: the
#: ticket came to what the target is about (stage, unit, supplier), or went from there.
Signal = Literal[
    "registered",
    "asked",
    "answered",
    "asking",
    "held",
    "prioritised",
    "done",
    "finished",
    "sent_back",
    "reopened",
    "entered",
    "left",
]
#: As long as what holds, a clock stands still: somebody is waited for, or the work is done.
Pause = Literal["requester", "supplier", "unit", "done"]
#: Holds a clock that stands still because the work is done: it is on nobody's time.
NOBODY = "nobody"
#: The mark that is the target itself; every target has it, with or without notices.
TARGET = 100

State = Literal["new", "in_progress", "waiting", "done"]


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """What a clock goes by."""

    #: Begins with the whole target, where it does not run.
    starts: frozenset[Signal] = frozenset()
    #: Is reached, where it runs, and begins again.
    restarts: frozenset[Signal] = frozenset()
    #: Goes on after its end, with what was left.
    resumes: frozenset[Signal] = frozenset()
    #: Is reached.
    stops: frozenset[Signal] = frozenset()
    #: Stands still as long as.
    pauses: frozenset[Pause] = frozenset()
    #: What the requester writes before the first answer is the first response's business.
    after_answer: bool = False

    def holder(self, situation: Situation) -> str | None:
        """Give who holds the clock still where the ticket stands so; None lets it run."""
        if situation.done and "done" in self.pauses:
            return NOBODY
        return situation.waiting_for if situation.waiting_for in self.pauses else None


_ALL: frozenset[Pause] = frozenset({"requester", "supplier", "unit", "done"})
_BACK: frozenset[Signal] = frozenset({"sent_back", "reopened"})
#: What a clock goes by where its target does not say so. The end of a ticket stops every clock, at
#: the instant at which the work was done: the approver's time is not the assignee's.
RULES: dict[Kind, Rule] = {
    "first_response": Rule(
        starts=frozenset({"registered"}),
        stops=frozenset({"answered", "done"}),
        pauses=_ALL,
    ),
    # Who has been asked something has been answered; whoever else is waited for, he still waits.
    "next_response": Rule(
        starts=frozenset({"asked"}),
        stops=frozenset({"answered", "asking", "done"}),
    ),
    "update": Rule(
        starts=frozenset({"answered"}),
        restarts=frozenset({"answered", "sent_back", "reopened"}),
        stops=frozenset({"done"}),
        pauses=frozenset({"requester"}),
    ),
    "resolution": Rule(starts=frozenset({"registered"}), resumes=_BACK, pauses=_ALL),
    "stage": Rule(starts=frozenset({"entered"}), stops=frozenset({"left"})),
    "ola": Rule(
        starts=frozenset({"entered"}),
        resumes=frozenset({"entered", "sent_back", "reopened"}),
        stops=frozenset({"left"}),
        pauses=_ALL,
    ),
    "contract": Rule(
        starts=frozenset({"entered"}), resumes=frozenset({"entered"}), stops=frozenset({"left"})
    ),
    "question": Rule(starts=frozenset({"entered"}), stops=frozenset({"left"})),
}


class Mark(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A point on the way to the target or after it, whom it tells and what it wants done.

    One of `percent`, `left` (before the target) and `after` says where.
    """

    percent: Annotated[int, Meta(ge=1, le=1000)] | None = None
    left: timedelta | None = None
    after: timedelta | None = None
    notices: Annotated[list[Notice], Meta(max_length=20)] = []
    actions: Annotated[list[Action], Meta(max_length=5)] = []

    @property
    def label(self) -> str | None:
        """What tells a mark by time from others: `left:900`; None for one by percent."""
        if self.left is not None:
            return f"left:{self.left.total_seconds():g}"
        return f"after:{self.after.total_seconds():g}" if self.after is not None else None

    def offset(self, target: float) -> float:
        """Give how many seconds after the start the mark lies, for a target of so many."""
        if self.left is not None:
            return target - self.left.total_seconds()
        if self.after is not None:
            return target + self.after.total_seconds()
        return target * (self.percent or TARGET) / TARGET


class Point(msgspec.Struct, frozen=True):
    """Where a mark lies: its name, and how far it is from the start in seconds."""

    mark: int
    label: str | None
    offset: float


class Target(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One promise: within how much of a calendar's time a clock has to stop."""

    #: The clock's name.
    clock: Slug
    #: Absent: the name says it.
    kind: Kind | None = None
    #: In data an ISO 8601 duration: `PT1H`. A day is 24 hours of the calendar's time.
    within: timedelta
    #: Absent: the calendar that holds for the ticket's subject and unit.
    calendar: Slug | None = None
    marks: Annotated[list[Mark], Meta(max_length=20)] = []
    #: What a `stage` is, or where a `contract` holds.
    states: list[State] = []
    steps: list[str] = []
    #: Whose time an `ola` or a `question` bounds.
    units: list[str] = []
    tiers: list[int] = []
    #: Each absent: what `RULES` says of the kind.
    starts_on: list[Signal] | None = None
    restarts_on: list[Signal] | None = None
    resumes_on: list[Signal] | None = None
    stops_on: list[Signal] | None = None
    pauses_on: list[Pause] | None = None

    @property
    def seconds(self) -> float:
        """The target, in seconds of the calendar's time."""
        return self.within.total_seconds()

    @property
    def is_local(self) -> bool:
        """Whether it is about what the ticket enters and leaves: a stage, a unit, a question."""
        return self.is_about in ("stage", "ola", "contract", "question")

    @property
    def is_about(self) -> Kind:
        """Its kind, said or known by its name."""
        named: tuple[Kind, ...] = tuple(kind for kind in KINDS if kind == self.clock)
        return self.kind or (named[0] if named else "resolution")

    def points(self) -> list[Point]:
        """Give where the marks lie, the target itself among them, from first to last."""
        own = [
            Point(_percent(mark, self.seconds), mark.label, mark.offset(self.seconds))
            for mark in self.marks
        ]
        if not any(point.mark == TARGET and point.label is None for point in own):
            own.append(Point(TARGET, None, self.seconds))
        return sorted(own, key=lambda point: (point.offset, point.label or ""))

    def at_mark(self, percent: int, label: str | None) -> list[Mark]:
        """Give what was written for a mark."""
        return [
            mark
            for mark in self.marks
            if (mark.label == label if label else mark.percent == percent)
        ]

    def covers(self, situation: Situation) -> bool:
        """Tell whether the ticket stands where a stage, OLA, contract or question is about."""
        if situation.ended or (self.steps and situation.step not in self.steps):
            return False
        if self.is_about == "contract":
            return situation.waiting_for == "supplier"
        if self.is_about == "question":
            return any(not self.units or unit in self.units for unit in situation.questions)
        if self.is_about == "ola":
            return (
                situation.unit is not None
                and (not self.units or situation.unit in self.units)
                and (not self.tiers or situation.tier in self.tiers)
            )
        return not self.states or situation.state in self.states

    def rule(self, *, first_response: bool) -> Rule:
        """Give what the clock goes by; with or without a clock for the first response beside it."""
        usual = RULES[self.is_about]
        starts = usual.starts
        if self.is_about == "update" and not first_response:
            starts |= {"registered"}
        return Rule(
            starts=starts if self.starts_on is None else frozenset(self.starts_on),
            restarts=_or(self.restarts_on, usual.restarts),
            resumes=_or(self.resumes_on, usual.resumes),
            stops=_or(self.stops_on, usual.stops),
            pauses=usual.pauses if self.pauses_on is None else frozenset(self.pauses_on),
            after_answer=(
                self.is_about == "next_response" and first_response and self.starts_on is None
            ),
        )


def _or(said: list[Signal] | None, usual: frozenset[Signal]) -> frozenset[Signal]:
    return usual if said is None else frozenset(said)


def _percent(mark: Mark, target: float) -> int:
    if mark.percent is not None:
        return mark.percent
    return max(0, int(mark.offset(target) * TARGET // target))
