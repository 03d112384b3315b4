"""The two events that work is given by: to a person, or to a queue."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from contracts.routing import TicketAssigned, TicketQueued
from services.routing.domain.organisation import Organisation
from services.routing.handlers.case import Stand, Wish


def assigned(
    stand: Stand,
    person: str,
    wish: Wish,
    *,
    at: datetime,
    organisation: Organisation,
    by: str | None = None,
    **more: Any,
) -> TicketAssigned:
    """Give the work to somebody; who takes it himself has nothing more to say."""
    return TicketAssigned(
        **stand,
        assignee=person,
        unit=wish.unit,
        tier=wish.tier,
        weight=wish.weight,
        skill=wish.skill,
        strategy=wish.strategy,
        react_by=None if person == by else _react_by(person, wish.unit, at, organisation),
        **more,
    )


def queued(
    stand: Stand, wish: Wish, *, segment: str, organisation: Organisation, **more: Any
) -> TicketQueued:
    """Let the work wait for the next free person of a team, or for the one wished for."""
    return TicketQueued(
        **stand,
        unit=wish.unit,
        tier=wish.tier,
        weight=wish.weight,
        skill=wish.skill,
        strategy=wish.strategy,
        for_person=wish.person,
        rank=organisation.rank_of(wish.unit, segment),
        **more,
    )


def _react_by(person: str, unit: str, at: datetime, organisation: Organisation) -> datetime | None:
    """Give when so much of somebody's working time has passed as his unit allows."""
    known = organisation.units.get(unit)
    if known is None or known.react_within is None:
        return None
    hours = organisation.times_of(person).hours
    return at + known.react_within if hours is None else hours.worked_by(at, known.react_within)
