"""A ticket's case as the fold of routing's own events. What may happen next is the workflow's."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from chassis.decisions import Evolution
from contracts.routing import (
    ENDED,
    State,
    StateEvent,
    TicketAnswered,
    TicketAssigned,
    TicketDeclined,
    TicketDone,
    TicketEscalated,
    TicketFinished,
    TicketHandedOff,
    TicketMerged,
    TicketOpened,
    TicketOwned,
    TicketPrioritised,
    TicketQueued,
    TicketRated,
    TicketReferred,
    TicketReopened,
    TicketResumed,
    TicketReturned,
    TicketSentBack,
    TicketTriaged,
    TicketWaiting,
    TicketWithdrawn,
    TicketWorkLogged,
)

#: States in which the work lies with its assignee and counts towards his capacity.
AT_WORK: frozenset[State] = frozenset({"new", "in_progress", "waiting"})


class Referral(msgspec.Struct, frozen=True, kw_only=True):
    """Work passed on: a token that must come back to who passed it on."""

    id: str
    by: str
    from_unit: str | None
    from_tier: int | None
    to_unit: str
    to_tier: int
    to_person: str | None
    since: datetime


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """Where a ticket stands."""

    opened_at: datetime | None = None
    requester: str = ""
    subject: str = ""
    kind: str = ""
    channel: str = ""
    segment: str = ""
    language: str = ""
    workflow: str = "default"
    workflow_version: int = 1
    imported: bool = False
    state: State = "new"
    step: str = "new"
    priority: int = 3
    owner: str | None = None
    unit: str | None = None
    tier: int | None = None
    assignee: str | None = None
    #: Who had the work last, also while nobody has it.
    last_assignee: str | None = None
    #: From whom the work was taken or passed on last.
    left_by: str | None = None
    #: What the person whom the queued work waits for must be able to do, or who he must be.
    skill: str | None = None
    for_person: str | None = None
    #: Open referrals, the last one comes back first.
    referrals: tuple[Referral, ...] = ()
    waiting_for: str | None = None
    waiting_since: datetime | None = None
    done_by: str | None = None
    result: str | None = None
    ended_at: datetime | None = None
    finished_at: datetime | None = None
    answered: bool = False
    reopened: int = 0
    rating: int | None = None
    touch_seconds: int = 0
    cost: int = 0

    @property
    def holder(self) -> str | None:
        """Who has the work on his desk now: it counts towards his capacity."""
        return self.assignee if self.state in AT_WORK else None

    @property
    def speaker(self) -> str | None:
        """Who owns the ticket while something is owed to the requester."""
        return None if self.state in ENDED else self.owner

    @property
    def is_queued(self) -> bool:
        """Whether the work waits for a free person."""
        return self._waits and self.unit is not None

    @property
    def is_adrift(self) -> bool:
        """Whether there was nobody to give the work to, and no queue either."""
        return self._waits and self.unit is None

    @property
    def _waits(self) -> bool:
        here = self.opened_at is not None and self.state in AT_WORK
        return here and self.assignee is None and not self.imported


TICKETS = Evolution(Ticket)


def _changed(state: Ticket, /, **fields: Any) -> Ticket:
    return msgspec.structs.replace(state, **fields)


def _stands(state: Ticket, event: StateEvent, at: datetime, /, **fields: Any) -> Ticket:
    """Move to the event's state; an end closes what was open, anything else reopens the end."""
    if event.state in ENDED:
        fields |= {"ended_at": at, "referrals": ()}
    else:
        fields |= {"ended_at": None, "finished_at": None}
    if event.state != "waiting":
        fields |= {"waiting_for": None, "waiting_since": None}
    return _changed(state, state=event.state, step=event.step, **fields)


@TICKETS.on(TicketOpened)
def opened(state: Ticket, event: TicketOpened, at: datetime) -> Ticket:
    return _stands(
        state,
        event,
        at,
        opened_at=at,
        requester=event.requester,
        subject=event.subject,
        kind=event.kind,
        channel=event.channel,
        segment=event.segment,
        language=event.language,
        workflow=event.workflow,
        workflow_version=event.workflow_version,
        imported=event.imported,
    )


@TICKETS.on(TicketOwned)
def owned(state: Ticket, event: TicketOwned, _at: datetime) -> Ticket:
    return _changed(state, owner=event.owner)


@TICKETS.on(TicketPrioritised)
def prioritised(state: Ticket, event: TicketPrioritised, _at: datetime) -> Ticket:
    return _changed(state, priority=event.priority)


@TICKETS.on(TicketAssigned)
def assigned(state: Ticket, event: TicketAssigned, at: datetime) -> Ticket:
    return _stands(
        state,
        event,
        at,
        assignee=event.assignee,
        last_assignee=event.assignee,
        left_by=state.assignee or state.left_by,
        unit=event.unit,
        tier=event.tier,
        skill=None,
        for_person=None,
    )


@TICKETS.on(TicketQueued)
def queued(state: Ticket, event: TicketQueued, at: datetime) -> Ticket:
    return _stands(
        state,
        event,
        at,
        assignee=None,
        left_by=state.assignee or state.left_by,
        unit=event.unit,
        tier=event.tier,
        skill=event.skill,
        for_person=event.for_person,
    )


@TICKETS.on(TicketReferred)
def referred(state: Ticket, event: TicketReferred, at: datetime) -> Ticket:
    return _passed_on(state, event, at, event.to_person)


@TICKETS.on(TicketEscalated)
def escalated(state: Ticket, event: TicketEscalated, at: datetime) -> Ticket:
    return _passed_on(state, event, at, None)


def _passed_on(
    state: Ticket, event: TicketReferred | TicketEscalated, at: datetime, person: str | None
) -> Ticket:
    token = Referral(
        id=event.referral,
        by=event.by,
        from_unit=state.unit,
        from_tier=state.tier,
        to_unit=event.to_unit,
        to_tier=event.to_tier,
        to_person=person,
        since=at,
    )
    return _changed(state, referrals=(*state.referrals, token))


@TICKETS.on(TicketReturned)
def returned(state: Ticket, event: TicketReturned, _at: datetime) -> Ticket:
    left = tuple(token for token in state.referrals if token.id != event.referral)
    return _changed(state, referrals=left)


@TICKETS.on(TicketWaiting)
def waiting(state: Ticket, event: TicketWaiting, at: datetime) -> Ticket:
    since = state.waiting_since if state.state == "waiting" else None
    return _stands(state, event, at, waiting_for=event.waiting_for, waiting_since=since or at)


@TICKETS.on(TicketTriaged, TicketResumed, TicketSentBack)
def goes_on(state: Ticket, event: StateEvent, at: datetime) -> Ticket:
    return _stands(state, event, at)


@TICKETS.on(TicketWorkLogged)
def work_logged(state: Ticket, event: TicketWorkLogged, _at: datetime) -> Ticket:
    return _changed(
        state,
        touch_seconds=state.touch_seconds + event.touch_seconds,
        cost=state.cost + event.cost,
    )


@TICKETS.on(TicketAnswered)
def answered(state: Ticket, _event: TicketAnswered, _at: datetime) -> Ticket:
    return _changed(state, answered=True)


@TICKETS.on(TicketDone)
def done(state: Ticket, event: TicketDone, at: datetime) -> Ticket:
    return _stands(state, event, at, done_by=event.by, result=event.result)


@TICKETS.on(TicketFinished)
def finished(state: Ticket, event: TicketFinished, at: datetime) -> Ticket:
    return _stands(state, event, at, finished_at=at, result=event.result)


@TICKETS.on(TicketReopened)
def reopened(state: Ticket, event: TicketReopened, at: datetime) -> Ticket:
    return _stands(state, event, at, reopened=event.times, rating=None)


@TICKETS.on(TicketRated)
def rated(state: Ticket, event: TicketRated, _at: datetime) -> Ticket:
    return _changed(state, rating=event.score)


@TICKETS.on(TicketDeclined, TicketWithdrawn, TicketMerged, TicketHandedOff)
def ended(state: Ticket, event: StateEvent, at: datetime) -> Ticket:
    return _stands(state, event, at)


def index(state: Ticket) -> dict[str, Any]:
    """Give what lists, queues and rights look tickets up by."""
    return {
        "status": state.state,
        "unit": state.unit,
        "tier": state.tier,
        "owner": state.owner,
        "assignee": state.assignee,
        "skill": state.skill,
        "for_person": state.for_person,
        "held_by": state.holder,
        "queued": state.is_queued or state.is_adrift,
        "priority": state.priority,
        "opened_at": state.opened_at,
    }
