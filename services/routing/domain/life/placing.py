"""How a ticket changes when work is given to somebody, passed on, returned."""

from __future__ import annotations

from datetime import datetime

from contracts.routing import (
    TicketAssigned,
    TicketEscalated,
    TicketOpened,
    TicketOwned,
    TicketPrioritised,
    TicketQueued,
    TicketReferred,
    TicketTagged,
)
from services.routing.domain.life.changing import changed, stands
from services.routing.domain.ticket import TICKETS, Referral, Ticket


@TICKETS.on(TicketOpened)
def opened(state: Ticket, event: TicketOpened, at: datetime) -> Ticket:
    return stands(
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
        registered_in=event.registered_in,
        answers={"request": event.answers} if event.answers else {},
        mentions=tuple(event.mentions),
    )


@TICKETS.on(TicketTagged)
def tagged(state: Ticket, event: TicketTagged, _at: datetime) -> Ticket:
    kept = [tag for tag in state.tags if tag not in event.removed]
    return changed(state, tags=tuple(dict.fromkeys([*kept, *event.added])))


@TICKETS.on(TicketOwned)
def owned(state: Ticket, event: TicketOwned, _at: datetime) -> Ticket:
    return changed(state, owner=event.owner)


@TICKETS.on(TicketPrioritised)
def prioritised(state: Ticket, event: TicketPrioritised, _at: datetime) -> Ticket:
    return changed(state, priority=event.priority)


@TICKETS.on(TicketAssigned)
def assigned(state: Ticket, event: TicketAssigned, at: datetime) -> Ticket:
    return stands(
        state,
        event,
        at,
        assignee=event.assignee,
        last_assignee=event.assignee,
        left_by=state.assignee or state.left_by,
        unit=event.unit,
        tier=event.tier,
        skill=event.skill,
        for_person=None,
        weight=event.weight or state.weight,
        strategy=event.strategy,
        rank=None,
        react_by=event.react_by,
        passed_over=_passed_over(state, event),
    )


@TICKETS.on(TicketQueued)
def queued(state: Ticket, event: TicketQueued, at: datetime) -> Ticket:
    return stands(
        state,
        event,
        at,
        assignee=None,
        left_by=state.assignee or state.left_by,
        unit=event.unit,
        tier=event.tier,
        skill=event.skill,
        for_person=event.for_person,
        weight=event.weight or state.weight,
        strategy=event.strategy,
        rank=event.rank,
        react_by=None,
        passed_over=_passed_over(state, event),
    )


def _passed_over(state: Ticket, event: TicketAssigned | TicketQueued) -> tuple[str, ...]:
    """Give who let the work lie, the last one last; forgotten when it goes to another unit."""
    before = state.passed_over if event.unit == state.unit else ()
    if event.because != "unreacted" or event.from_assignee is None:
        return before
    return (*(name for name in before if name != event.from_assignee), event.from_assignee)


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
    return changed(state, referrals=(*state.referrals, token))
