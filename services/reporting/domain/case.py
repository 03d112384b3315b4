"""What routing's events say of a ticket: who worked on it, for how long, and how it went on.

Whatever a workflow calls its steps, a wait is a stay in the state `waiting`: it begins with the
event that enters the state and ends with the one that leaves it, however many events lie between.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec.structs import replace

from chassis.decisions import Evolution
from contracts.envelope import Answered
from contracts.routing import (
    State,
    StateEvent,
    TicketAnswered,
    TicketAssigned,
    TicketDeclined,
    TicketDone,
    TicketEscalated,
    TicketFinished,
    TicketFormFilled,
    TicketHandedOff,
    TicketMerged,
    TicketMoved,
    TicketOwned,
    TicketPrioritised,
    TicketQueued,
    TicketRated,
    TicketReferred,
    TicketReopened,
    TicketResumed,
    TicketReturned,
    TicketSentBack,
    TicketTagged,
    TicketTriaged,
    TicketWaiting,
    TicketWithdrawn,
    TicketWorkLogged,
)
from services.reporting.domain.lines import Stays

#: Who comes back within this was not helped the first time.
SAME_CONTACT = timedelta(days=7)


class Work(msgspec.Struct, frozen=True, array_like=True):
    """One line of the work log; the cost is in rials."""

    at: datetime
    person: str
    unit: str
    work_group: str
    touch_seconds: int
    cost: int


class Wait(msgspec.Struct, frozen=True, array_like=True):
    """A wait that has not ended, and who holds the time."""

    held_by: str
    since: datetime


class Case(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was done about a ticket."""

    state: State = "new"
    owner: str | None = None
    #: Where the work is, or was last.
    unit: str | None = None
    person: str | None = None
    priority: int | None = None
    #: Everyone the work ever went to, and every unit, in order.
    units: list[str] = []
    persons: list[str] = []
    #: How often the work went from one person to another.
    handovers: int = 0
    wait: Wait | None = None
    waits: int = 0
    #: Seconds of ended waits by who held them.
    waited: dict[str, float] = {}
    work: list[Work] = []
    referrals: int = 0
    escalations: int = 0
    returns: int = 0
    sent_back: int = 0
    #: Returns to life from `finished`; one from another end is not counted.
    reopenings: int = 0
    answers: int = 0
    first_answer_at: datetime | None = None
    done_at: datetime | None = None
    finished_at: datetime | None = None
    rating: int | None = None
    #: The lines of support that it went through.
    stays: Stays = Stays()
    #: Who did the work, as the last report of its end says.
    done_by: str | None = None
    #: When it was first done, once it was finished: its first end.
    solved_at: datetime | None = None
    #: Whether its owner had solved it in the first line then, without anybody else.
    at_once: bool = False
    tags: list[str] = []
    #: What is counted of the answers in forms at its steps, by form; the last ones.
    figures: dict[str, dict[str, Answered]] = {}

    def entered(self, event: StateEvent, at: datetime, **changes: Any) -> Case:
        """Give the case after an event that tells its state; ends a wait that the event leaves."""
        if self.wait is not None and event.state != "waiting":
            seconds = max((at - self.wait.since).total_seconds(), 0.0)
            so_far = self.waited.get(self.wait.held_by, 0.0)
            changes["waited"] = self.waited | {self.wait.held_by: so_far + seconds}
            changes["wait"] = None
        return replace(self, state=event.state, **changes)


def _with(known: list[str], new: str) -> list[str]:
    return known if new in known else [*known, new]


CASE = Evolution(Case)


@CASE.on(TicketOwned)
def owned(case: Case, event: TicketOwned, _at: datetime) -> Case:
    return replace(case, owner=event.owner)


@CASE.on(TicketPrioritised)
def prioritised(case: Case, event: TicketPrioritised, _at: datetime) -> Case:
    return replace(case, priority=event.priority)


@CASE.on(TicketTagged)
def tagged(case: Case, event: TicketTagged, _at: datetime) -> Case:
    kept = [tag for tag in case.tags if tag not in event.removed]
    return replace(case, tags=list(dict.fromkeys([*kept, *event.added])))


@CASE.on(TicketFormFilled)
def form_filled(case: Case, event: TicketFormFilled, _at: datetime) -> Case:
    if not event.figures and event.form not in case.figures:
        return case
    return replace(case, figures=case.figures | {event.form: event.figures})


@CASE.on(TicketAssigned)
def assigned(case: Case, event: TicketAssigned, at: datetime) -> Case:
    handed_over = case.person not in (None, event.assignee)
    return case.entered(
        event,
        at,
        unit=event.unit,
        units=_with(case.units, event.unit),
        person=event.assignee,
        persons=_with(case.persons, event.assignee),
        handovers=case.handovers + handed_over,
        stays=case.stays.placed(event.unit, event.tier).given(handed_over=handed_over),
    )


@CASE.on(TicketQueued)
def queued(case: Case, event: TicketQueued, at: datetime) -> Case:
    return case.entered(
        event,
        at,
        unit=event.unit,
        units=_with(case.units, event.unit),
        stays=case.stays.placed(event.unit, event.tier),
    )


@CASE.on(TicketWaiting)
def waiting(case: Case, event: TicketWaiting, at: datetime) -> Case:
    if case.wait is not None:
        return case.entered(event, at)
    return case.entered(event, at, wait=Wait(event.waiting_for, at), waits=case.waits + 1)


@CASE.on(
    TicketTriaged,
    TicketMoved,
    TicketResumed,
    TicketDeclined,
    TicketWithdrawn,
    TicketMerged,
    TicketHandedOff,
)
def moved(case: Case, event: StateEvent, at: datetime) -> Case:
    return case.entered(event, at)


@CASE.on(TicketWorkLogged)
def work_logged(case: Case, event: TicketWorkLogged, at: datetime) -> Case:
    line = Work(at, event.person, event.unit, event.work_group, event.touch_seconds, event.cost)
    return replace(case, work=[*case.work, line], units=_with(case.units, event.unit))


@CASE.on(TicketReferred)
def referred(case: Case, _event: TicketReferred, _at: datetime) -> Case:
    return replace(case, referrals=case.referrals + 1)


@CASE.on(TicketEscalated)
def escalated(case: Case, _event: TicketEscalated, _at: datetime) -> Case:
    return replace(case, escalations=case.escalations + 1)


@CASE.on(TicketReturned)
def returned(case: Case, _event: TicketReturned, _at: datetime) -> Case:
    return replace(case, returns=case.returns + 1)


@CASE.on(TicketAnswered)
def answered(case: Case, _event: TicketAnswered, at: datetime) -> Case:
    return replace(case, answers=case.answers + 1, first_answer_at=case.first_answer_at or at)


@CASE.on(TicketDone)
def done(case: Case, event: TicketDone, at: datetime) -> Case:
    return case.entered(event, at, done_at=at, done_by=event.by)


@CASE.on(TicketSentBack)
def sent_back(case: Case, event: TicketSentBack, at: datetime) -> Case:
    return case.entered(event, at, sent_back=case.sent_back + 1, done_at=None)


@CASE.on(TicketFinished)
def finished(case: Case, event: TicketFinished, at: datetime) -> Case:
    if case.solved_at is None:
        solved = {"solved_at": case.done_at or at, "at_once": _was_solved_at_once(case)}
        return case.entered(event, at, finished_at=at, **solved)
    return case.entered(event, at, finished_at=at)


def _was_solved_at_once(case: Case) -> bool:
    """Tell whether the owner solved it in the first line, with nobody's help."""
    detours = case.referrals + case.escalations + case.handovers + case.waits + case.sent_back
    alone = len(case.persons) <= 1 and set(case.stays.lines) <= {"1"}
    doer = case.done_by or case.person
    own = case.owner is None or doer in (None, case.owner)
    return own and alone and detours + case.reopenings == 0 and case.answers <= 1


@CASE.on(TicketReopened)
def reopened(case: Case, event: TicketReopened, at: datetime) -> Case:
    return case.entered(
        event,
        at,
        reopenings=case.reopenings + (event.from_state == "finished"),
        at_once=case.at_once and not _is_soon(case, at),
        done_at=None,
        finished_at=None,
    )


def _is_soon(case: Case, at: datetime) -> bool:
    return case.finished_at is not None and at - case.finished_at <= SAME_CONTACT


@CASE.on(TicketRated)
def rated(case: Case, event: TicketRated, _at: datetime) -> Case:
    return replace(case, rating=event.score)
