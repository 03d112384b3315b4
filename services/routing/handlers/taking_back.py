"""Work that is taken from who has it: he let it lie, or he has left; and owners who have left."""

from __future__ import annotations

import msgspec

from chassis.decisions import Context, Due
from contracts.envelope import Event
from contracts.rights import scope_of
from contracts.routing import StateEvent, TicketOwned
from contracts.routing.placing import TakenBecause
from services.routing.domain.organisation import Organisation, Person
from services.routing.domain.ticket import Ticket
from services.routing.handlers.case import Grounds, Wish, stand_at
from services.routing.handlers.giving import assigned, queued
from services.routing.handlers.tasks import given_back


class PassOn(msgspec.Struct, frozen=True):
    """Somebody has left, for good or for long: what he has goes to others."""

    person: str


def wish_for(state: Ticket, message: PassOn | Due) -> Wish | None:
    """Give where work goes that is taken from who has it; None where it is not."""
    if isinstance(message, Due):
        return _wish_for_taking_back(state, message)
    return _wish_for_passing_on(state, message)


def take_back(state: Ticket, due: Due, context: Context, grounds: Grounds) -> list[Event]:
    """Give work on which its assignee has done nothing in time to the next, or to the queue."""
    wish = _wish_for_taking_back(state, due)
    return [] if wish is None else [_given_on(state, wish, "unreacted", context, grounds)]


def _wish_for_taking_back(state: Ticket, due: Due) -> Wish | None:
    """Give the same team without those who let it lie."""
    if state.react_by is None or state.holder is None or state.react_by > due.at:
        return None
    return _team_of(state, (*state.passed_over, state.holder))


def pass_on(state: Ticket, left: PassOn, context: Context, grounds: Grounds) -> list[Event]:
    """Give what somebody has left behind to others; nothing when he has it no more."""
    events: list[Event] = []
    heir = grounds.organisation.people.get(grounds.place(context).owner or "")
    if state.speaker == left.person and heir is not None and not state.imported:
        stands_in = grounds.organisation.stand_ins.get(left.person) == heir.id
        owned = TicketOwned(
            owner=heir.id,
            unit=heir.unit,
            from_owner=left.person,
            instead_of=left.person if stands_in else None,
        )
        events.append(owned)
    wish = _wish_for_passing_on(state, left)
    if wish is not None:
        events.append(_given_on(state, wish, "left", context, grounds))
    return [*events, *given_back(state, left.person, grounds)]


def _wish_for_passing_on(state: Ticket, left: PassOn) -> Wish | None:
    """Give the team that has the work."""
    if state.holder != left.person or state.imported:
        return None
    return _team_of(state, (left.person,))


def heirs_of(state: Ticket, left: PassOn, organisation: Organisation) -> list[Person]:
    """Give who may own a ticket in somebody's place: who stands in for him, else the desk."""
    if state.speaker != left.person or state.imported:
        return []
    stand_in = organisation.people.get(organisation.stand_ins.get(left.person, ""))
    if stand_in is not None and scope_of(stand_in.role, "ticket.answer") is not None:
        return [stand_in]
    return [agent for agent in organisation.desk_of(state.unit) if agent.id != left.person]


def _team_of(state: Ticket, passed_over: tuple[str, ...]) -> Wish | None:
    if state.unit is None:
        return None
    return Wish(
        unit=state.unit,
        tier=state.tier or 1,
        skill=state.skill,
        strategy=state.strategy,
        passed_over=passed_over,
    )


def _given_on(
    state: Ticket, wish: Wish, because: TakenBecause, context: Context, grounds: Grounds
) -> StateEvent:
    stand, organisation = stand_at(grounds.workflow_of(state), state.step), grounds.organisation
    more = {"from_assignee": state.assignee, "because": because}
    person = grounds.place(context).assignee
    if person is None:
        return queued(stand, wish, segment=state.segment, organisation=organisation, **more)
    return assigned(stand, person, wish, at=context.now, organisation=organisation, **more)
