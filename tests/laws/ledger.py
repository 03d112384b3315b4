"""Books kept from the events alone: who owns, who works, what is out, what it cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from contracts.envelope import Event
from contracts.routing import ENDED, StateEvent

#: States in which work lies on a desk and fills a place.
AT_WORK = frozenset({"new", "in_progress", "waiting"})


class Breach(AssertionError):
    """Raised when a law is broken; its text says which and how."""


@dataclass
class Token:
    """Work that is out, from whom and from where."""

    id: str
    by: str
    from_unit: str | None


@dataclass
class Piece:
    """A task beside the ticket's own work."""

    unit: str
    tier: int
    assignee: str | None = None
    is_open: bool = True


@dataclass
class Consent:
    """An approval that is waited for: whose seats there are, and who has taken which."""

    seats: list[str] = field(default_factory=list)
    in_order: bool = False
    doer: str | None = None
    taken: dict[int, str] = field(default_factory=dict)


@dataclass
class Entry:
    """One ticket's page."""

    requester: str = ""
    workflow: tuple[str, int] = ("", 0)
    imported: bool = False
    state: str = "new"
    step: str = ""
    owner: str | None = None
    assignee: str | None = None
    left_by: str | None = None
    unit: str | None = None
    tier: int | None = None
    skill: str | None = None
    for_person: str | None = None
    tokens: list[Token] = field(default_factory=list)
    done_by: str | None = None
    ended_at: datetime | None = None
    rating: int | None = None
    priority: int = 3
    reopened: int = 0
    touch_seconds: int = 0
    cost: int = 0
    spoken: bool = False
    kind: str = ""
    tasks: dict[str, Piece] = field(default_factory=dict)
    consent: Consent | None = None
    links: set[str] = field(default_factory=set)
    parent: str | None = None
    #: Questions that are open: whom they were put to, as unit and person.
    questions: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    mentioned: set[str] = field(default_factory=set)
    followers: set[str] = field(default_factory=set)
    sleepers: set[str] = field(default_factory=set)
    #: What comes by itself later: the action, and the step that it is bound to.
    timers: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    #: Tickets that are still to be started.
    starts: set[str] = field(default_factory=set)
    #: A partner outside has the work.
    is_outside: bool = False

    @property
    def holder(self) -> str | None:
        """Whose place the work fills."""
        return self.assignee if self.state in AT_WORK else None

    @property
    def places(self) -> dict[str, str]:
        """Whose place each work fills: the ticket's own under "", tasks under `#id`."""
        held = {"": self.holder} | {f"#{n}": t.assignee for n, t in self.tasks.items() if t.is_open}
        return {part: person for part, person in held.items() if person is not None}


def enter(page: Entry, event: Event, at: datetime) -> None:
    """Write an event down; raises Breach where it cannot have happened."""
    told: Any = event
    if told.type in _BOOKS:
        _BOOKS[told.type](page, told)
    if isinstance(event, StateEvent):
        if event.step != page.step:
            page.tasks, page.consent = {}, None
            page.timers = {n: t for n, t in page.timers.items() if t[1] in (None, event.step)}
        page.state, page.step = event.state, event.step
        page.ended_at = at if event.state in ENDED else None
        if event.state in ENDED:
            page.tokens.clear()
            page.timers.clear()
            page.is_outside = page.is_outside and event.state == "handed_off"


def _opened(page: Entry, event: Any) -> None:
    if page.step:
        raise Breach("a case was opened twice")
    page.requester, page.imported, page.kind = event.requester, event.imported, event.kind
    page.workflow = event.workflow, event.workflow_version


def _owned(page: Entry, event: Any) -> None:
    if page.owner is not None:
        raise Breach(f"the owner {page.owner} was lost to {event.owner}")
    page.owner = event.owner


def _assigned(page: Entry, event: Any) -> None:
    _taken_from(page, event)
    page.assignee, page.skill, page.for_person = event.assignee, None, None
    page.unit, page.tier = event.unit, event.tier


def _queued(page: Entry, event: Any) -> None:
    _taken_from(page, event)
    page.assignee, page.skill, page.for_person = None, event.skill, event.for_person
    page.unit, page.tier = event.unit, event.tier


def _taken_from(page: Entry, event: Any) -> None:
    """Work goes from who has it: else two would have it."""
    if page.holder is not None and event.from_assignee != page.holder:
        raise Breach(f"two assignees: {page.holder} had the work, told was {event.from_assignee}")
    page.left_by = page.assignee or page.left_by


def _out(page: Entry, event: Any) -> None:
    page.tokens.append(Token(event.referral, event.by, page.unit))


def _returned(page: Entry, event: Any) -> None:
    if not page.tokens or page.tokens[-1].id != event.referral:
        out = [token.id for token in page.tokens]
        raise Breach(f"token {event.referral} came back, out were {out}")
    page.tokens.pop()


def _done(page: Entry, event: Any) -> None:
    page.done_by = event.by


def _reopened(page: Entry, event: Any) -> None:
    page.reopened += 1
    page.rating = None
    if event.times != page.reopened:
        raise Breach(f"reopened {page.reopened} times, told were {event.times}")


def _rated(page: Entry, event: Any) -> None:
    page.rating = event.score


def _sent_out(page: Entry, event: Any) -> None:
    if page.is_outside:
        raise Breach(f"two have the work outside: {event.partner} is the second")
    page.is_outside = True


def _taken_back(page: Entry, event: Any) -> None:
    if not page.is_outside:
        raise Breach(f"{event.partner} gave back what it did not have")
    page.is_outside = False


def _prioritised(page: Entry, event: Any) -> None:
    page.priority = event.priority


def _work_logged(page: Entry, event: Any) -> None:
    page.touch_seconds += event.touch_seconds
    page.cost += event.cost


def _answered(page: Entry, event: Any) -> None:
    if event.first is page.spoken:
        raise Breach("the first answer is told twice, or not at all")
    page.spoken = True


def _migrated(page: Entry, event: Any) -> None:
    if event.state != page.state:
        raise Breach(f"migrating led from {page.state} to {event.state}")
    page.workflow = event.workflow, event.workflow_version
    page.tasks, page.consent = {}, None
    page.timers = {name: timer for name, timer in page.timers.items() if timer[1] is None}


def _task_opened(page: Entry, event: Any) -> None:
    page.tasks[event.task] = Piece(event.unit, event.tier)


def _task_assigned(page: Entry, event: Any) -> None:
    task = page.tasks[event.task]
    if not task.is_open or task.assignee != event.from_assignee:
        raise Breach(f"two assignees: {task} was told to come from {event.from_assignee}")
    page.tasks[event.task] = Piece(event.unit, event.tier, event.assignee)


def _task_done(page: Entry, event: Any) -> None:
    task = page.tasks[event.task]
    if not task.is_open:
        raise Breach(f"{event.task} was settled twice")
    page.tasks[event.task] = Piece(task.unit, task.tier, task.assignee, is_open=False)


def _task_cancelled(page: Entry, event: Any) -> None:
    page.tasks.pop(event.task, None)


def _approval_asked(page: Entry, event: Any) -> None:
    page.consent = Consent(event.seats, event.in_order, event.doer)


def _approval_given(page: Entry, event: Any) -> None:
    consent = page.consent
    if consent is None or event.seat in consent.taken or event.by in consent.taken.values():
        raise Breach(f"{event.by} approved what is not asked, or was said")
    if event.by == consent.doer:
        raise Breach(f"{event.by} approved his own deed")
    page.consent = Consent(
        consent.seats, consent.in_order, consent.doer, {**consent.taken, event.seat: event.by}
    )


def _unit_asked(page: Entry, event: Any) -> None:
    page.questions[event.question] = event.unit, event.person


def _unit_replied(page: Entry, event: Any) -> None:
    if event.question not in page.questions:
        raise Breach(f"{event.by} answered {event.question}, which nobody asked")
    del page.questions[event.question]


def _attached(page: Entry, event: Any) -> None:
    page.parent = event.parent


def _detached(page: Entry, _event: Any) -> None:
    page.parent = None


def _timer_set(page: Entry, event: Any) -> None:
    if event.timer in page.timers or event.step not in (None, page.step):
        raise Breach(f"the timer {event.timer} was set twice, or for {event.step}")
    page.timers[event.timer] = event.action, event.step


def _timer_ended(page: Entry, event: Any) -> None:
    # Who is migrated leaves what was bound to his step there, and is told so afterwards.
    if page.timers.pop(event.timer, None) is None and event.why == "came":
        raise Breach(f"the timer {event.timer} came, and was over")


def _started(page: Entry, event: Any) -> None:
    if event.start not in page.starts:
        raise Breach(f"{event.start} was started twice, or never asked for")
    page.starts.discard(event.start)
    page.links.add(event.ticket)


_BOOKS: Mapping[str, Callable[[Entry, Any], None]] = {
    "ticket.opened": _opened,
    "ticket.owned": _owned,
    "ticket.assigned": _assigned,
    "ticket.queued": _queued,
    "ticket.referred": _out,
    "ticket.escalated": _out,
    "ticket.returned": _returned,
    "ticket.done": _done,
    "ticket.reopened": _reopened,
    "ticket.rated": _rated,
    "ticket.sent_out": _sent_out,
    "ticket.taken_back": _taken_back,
    "ticket.prioritised": _prioritised,
    "ticket.work_logged": _work_logged,
    "ticket.answered": _answered,
    "ticket.migrated": _migrated,
    "ticket.start_asked": lambda page, event: page.starts.add(event.start),
    "ticket.started": _started,
    "ticket.effect_refused": lambda page, event: page.starts.discard(event.start),
    "ticket.timer_set": _timer_set,
    "ticket.timer_ended": _timer_ended,
    "ticket.task_opened": _task_opened,
    "ticket.task_assigned": _task_assigned,
    "ticket.task_done": _task_done,
    "ticket.task_cancelled": _task_cancelled,
    "ticket.approval_asked": _approval_asked,
    "ticket.approval_given": _approval_given,
    "ticket.unit_asked": _unit_asked,
    "ticket.unit_replied": _unit_replied,
    "ticket.attached": _attached,
    "ticket.detached": _detached,
    "ticket.linked": lambda page, event: page.links.add(event.to),
    "ticket.unlinked": lambda page, event: page.links.discard(event.to),
    "ticket.mentioned": lambda page, event: page.mentioned.update(event.persons),
    "ticket.followed": lambda page, event: page.followers.add(event.person),
    "ticket.unfollowed": lambda page, event: page.followers.discard(event.person),
    "ticket.snoozed": lambda page, event: page.sleepers.add(event.person),
    "ticket.woken": lambda page, event: page.sleepers.discard(event.person),
}
