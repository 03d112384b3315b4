"""A ticket's course: everything that any clock could go by, in the order in which it became known.

With the course alone a ticket can be decided again under other agreements (`replay.py`), so what no
clock goes by today is recorded as well. What tells nothing new is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec
from msgspec.structs import replace

from contracts.sla import Observed, SlaObserved, TicketFacts

#: What a ticket has until somebody prioritises it.
USUAL_PRIORITY = 3
#: Observations that matter each time, also when the ticket then stands as it stood.
_ALWAYS: frozenset[Observed] = frozenset({"registered", "asked", "answered"})
#: Observations after which the work goes on, whatever it waited for and however done it was.
_GOING_ON: frozenset[Observed] = frozenset({"resumed", "sent_back", "reopened"})
_ENDING: frozenset[Observed] = frozenset({"finished", "ended"})


class Observation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that happened; the fields are those of `sla.observed`."""

    what: Observed
    at: datetime
    state: str | None = None
    step: str | None = None
    unit: str | None = None
    tier: int | None = None
    held_by: str | None = None
    priority: int | None = None
    reason: str | None = None
    facts: TicketFacts | None = None
    published: int | None = None
    imported: bool = False


class Situation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where the ticket stands, as far as clocks care."""

    state: str = "new"
    step: str = "new"
    unit: str | None = None
    tier: int | None = None
    waiting_for: str | None = None
    priority: int | None = None
    answered: bool = False
    done: bool = False
    ended: bool = False
    #: The units that were asked something and have not answered yet, once for each question.
    questions: tuple[str, ...] = ()

    def after(self, seen: Observation) -> Situation:
        """Give where the ticket stands after an observation."""
        priority = seen.priority or self.priority
        if seen.what == "held" and priority is None:
            priority = USUAL_PRIORITY
        goes_on = seen.what in _GOING_ON or seen.state == "in_progress"
        waits_no_more = goes_on or seen.what == "done" or seen.what in _ENDING
        waiting = None if waits_no_more else self.waiting_for
        return Situation(
            state=seen.state or self.state,
            step=seen.step or self.step,
            unit=seen.unit or self.unit,
            tier=seen.tier or self.tier,
            waiting_for=seen.held_by if seen.what == "waiting" else waiting,
            priority=priority,
            answered=self.answered or seen.what == "answered",
            done=seen.what == "done" or (self.done and not goes_on and seen.what != "waiting"),
            ended=seen.what in _ENDING or (self.ended and seen.what != "reopened"),
            questions=self._questions(seen),
        )

    def _questions(self, seen: Observation) -> tuple[str, ...]:
        unit = seen.held_by or ""
        if seen.what == "questioned":
            return (*self.questions, unit)
        if seen.what != "replied" or unit not in self.questions:
            return self.questions
        first = self.questions.index(unit)
        return self.questions[:first] + self.questions[first + 1 :]


def is_news(before: Situation, seen: Observation, after: Situation) -> bool:
    """Tell whether an observation tells any clock something new."""
    return seen.what in _ALWAYS or after != before


def compact(before: Situation, seen: Observation) -> Observation:
    """Leave out what an observation says that is known."""
    if seen.what == "registered":
        return seen
    state = seen.state if seen.state != before.state else None
    step = seen.step if seen.step != before.step else None
    if state == seen.state and step == seen.step:
        return seen
    return replace(seen, state=state, step=step)


def as_event(seen: Observation) -> SlaObserved:
    """Give the fact of an observation; its instant is that of the event."""
    return SlaObserved(
        what=seen.what,
        state=seen.state,
        step=seen.step,
        unit=seen.unit,
        tier=seen.tier,
        held_by=seen.held_by,
        priority=seen.priority,
        reason=seen.reason,
        facts=seen.facts,
        published=seen.published,
        imported=seen.imported,
    )


def as_observation(event: SlaObserved, at: datetime) -> Observation:
    """Give the observation that an event tells of."""
    return Observation(
        what=event.what,
        at=at,
        state=event.state,
        step=event.step,
        unit=event.unit,
        tier=event.tier,
        held_by=event.held_by,
        priority=event.priority,
        reason=event.reason,
        facts=event.facts,
        published=event.published,
        imported=event.imported,
    )


def situation_after(course: Iterable[Observation]) -> Situation:
    """Give where a ticket stands after its course."""
    situation = Situation()
    for seen in course:
        situation = situation.after(seen)
    return situation


def finished_at(course: Sequence[Observation]) -> datetime | None:
    """Give when the work was done that was approved in the end; None where it was not."""
    ended_at = None
    for seen in reversed(course):
        if ended_at is None:
            if seen.what == "ended":
                return None
            ended_at = seen.at if seen.what == "finished" else None
        elif seen.what == "done":
            return seen.at
        elif seen.what in _GOING_ON or seen.state == "in_progress":
            break
    return ended_at
