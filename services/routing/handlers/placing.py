"""Giving work to people: by hand, by claiming, by the next one being free.

A decision never counts loads: what it may give away was reserved before (`Grounds.place`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from chassis.decisions import Context
from chassis.errors import Conflict, FieldFault, Forbidden, Invalid
from contracts.envelope import Event
from contracts.routing import StateEvent, TicketAssigned, TicketOwned
from services.routing.domain.organisation import Person
from services.routing.domain.permission import Standing
from services.routing.domain.ticket import Ticket
from services.routing.handlers.case import Action, Case, Grounds, Wish, stand_at
from services.routing.handlers.choosing import rule_of
from services.routing.handlers.giving import assigned, queued
from services.routing.handlers.opening import take_up, wish_for


class AssignNext(msgspec.Struct, frozen=True):
    """Somebody has become free: give him this ticket if it still waits."""


def assign_next(
    state: Ticket, _message: AssignNext, context: Context, grounds: Grounds
) -> list[Event]:
    """Give queued work to whom a place was reserved with; nothing when either is gone."""
    if state.is_adrift:
        return take_up(state, context, grounds)
    assignee, wish = grounds.place(context).assignee, wish_for_next(state, grounds)
    if assignee is None or wish is None:
        return []
    stand = stand_at(grounds.workflow_of(state), state.step)
    return [assigned(stand, assignee, wish, at=context.at, organisation=grounds.organisation)]


def wish_for_next(state: Ticket, grounds: Grounds) -> Wish | None:
    """Give whom queued work waits for; the team, where that person has left."""
    if state.is_adrift and state.opened_at is not None:
        return wish_for(state, rule_of(state, state.opened_at, grounds), grounds)
    if not state.is_queued or state.unit is None:
        return None
    awaited = grounds.organisation.awaited(state.for_person)
    name = awaited.id if awaited else None
    return Wish(
        unit=state.unit,
        tier=state.tier or 1,
        skill=state.skill,
        person=name,
        strategy=state.strategy,
        passed_over=state.passed_over,
    )


def assign(case: Case) -> list[Event]:
    """Give the work to the person named; nothing when he has it already."""
    wish = wish_for_assign(case)
    if wish.person == case.ticket.assignee:
        return []
    return [*_first_owner(case, wish), given_to(case, wish)]


def wish_for_assign(case: Case) -> Wish:
    """Give the person named; raises Invalid or Forbidden."""
    person = known_person(case, case.arguments.person, case.arguments.unit)
    if not case.asker.importing and not _may_give_to(case, person):
        raise Forbidden("person_out_of_reach", person=person.id)
    if not case.arguments.force and person.id != case.ticket.assignee:
        is_there(case, person)
    return Wish(unit=person.unit, tier=person.tier, person=person.id, anyway=True)


def claim(case: Case) -> list[Event]:
    """Take the work from the queue."""
    wish = wish_for_claim(case)
    return [*_first_owner(case, wish), given_to(case, wish)]


def wish_for_claim(case: Case) -> Wish:
    """Give who claims, at the place where the work is queued; raises Invalid."""
    if case.doer is None:
        raise _wrong("/behalf", "person_unknown", person=case.by)
    return Wish(
        unit=case.ticket.unit or case.doer.unit,
        tier=case.ticket.tier or case.doer.tier,
        person=case.by,
        anyway=True,
    )


def given_to(case: Case, wish: Wish) -> TicketAssigned:
    """Give the work to the person wished for; raises Conflict when he is full."""
    person = wish.person if case.asker.importing else case.grounds.place(case.context).assignee
    if person is None:
        raise Conflict("person_at_capacity", person=wish.person)
    return assigned(
        case.stand,
        person,
        wish,
        at=case.context.at,
        organisation=case.grounds.organisation,
        by=case.by,
        from_assignee=case.ticket.assignee,
    )


def given_or_queued(case: Case, wish: Wish) -> StateEvent:
    """Give the work as wished; while everybody is full it waits, for one person or for the team."""
    person = wish.person if case.asker.importing else case.grounds.place(case.context).assignee
    if person is not None:
        return given_to(case, msgspec.structs.replace(wish, person=person))
    return queued(
        case.stand,
        wish,
        segment=case.ticket.segment,
        organisation=case.grounds.organisation,
        from_assignee=case.ticket.assignee,
    )


def known_person(case: Case, name: str, unit: str | None) -> Person:
    """Give a person who can be given work; raises Invalid."""
    person = case.grounds.organisation.people.get(name)
    if person is None:
        raise _wrong("/person", "person_unknown", person=name)
    if not case.grounds.organisation.works(person):
        raise _wrong("/person", "person_takes_no_work", person=name)
    if unit is not None and person.unit != unit:
        raise _wrong("/person", "person_not_in_unit", person=name, unit=unit)
    return person


def is_there(case: Case, person: Person) -> None:
    """Raise Conflict when somebody cannot be given work now; importers tell what has happened."""
    organisation = case.grounds.organisation
    absence = None if case.asker.importing else organisation.off.get(person.id)
    if absence is not None:
        raise Conflict(
            "person_not_there",
            person=person.id,
            absence=absence,
            changes_at=organisation.times_of(person.id).changes_at(case.context.now),
            stand_in=organisation.stand_ins.get(person.id),
        )


def known_unit(case: Case, unit: str) -> str:
    """Give a unit that takes work; raises Invalid."""
    known = case.grounds.organisation.units.get(unit)
    if known is None or not known.active:
        raise _wrong("/unit", "unit_unknown", unit=unit)
    return unit


def _wrong(pointer: str, code: str, **params: Any) -> Invalid:
    return Invalid(code, fields=[FieldFault(pointer=pointer, code=code, params=params)], **params)


def _may_give_to(case: Case, person: Person) -> bool:
    """Tell whether the right to assign reaches the person's unit too: else it is a referral."""
    there = Ticket(unit=person.unit)
    return Standing(there, case.asker, case.grounds.organisation).has_right("ticket.assign")


def _first_owner(case: Case, wish: Wish) -> list[Event]:
    """A ticket that has no owner yet gets who takes the work: somebody must speak for it."""
    if case.ticket.owner is not None or wish.person is None:
        return []
    return [TicketOwned(owner=wish.person, unit=wish.unit)]


#: By name.
ACTIONS: Mapping[str, Action] = {
    "assign": Action(assign, wish=wish_for_assign),
    "claim": Action(claim, wish=wish_for_claim),
}
