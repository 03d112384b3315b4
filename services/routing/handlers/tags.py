"""Saying what a ticket is about."""

from __future__ import annotations

from collections.abc import Mapping

from chassis.errors import Conflict
from contracts.envelope import Event
from contracts.routing import TicketTagged
from services.routing.handlers.case import Action, Case

#: One ticket has no more.
_MOST = 50


def tag(case: Case) -> list[Event]:
    """Put tags on that it has not, take off those that it has; of one named twice, both."""
    has = case.ticket.tags
    removed = [each for each in dict.fromkeys(case.arguments.remove) if each in has]
    kept = [each for each in has if each not in removed]
    added = [each for each in dict.fromkeys(case.arguments.add) if each not in kept]
    if len(kept) + len(added) > _MOST:
        raise Conflict("too_many_tags", most=_MOST)
    if not added and not removed:
        return []
    return [TicketTagged(added=added, removed=removed, by=case.by)]


#: By name.
ACTIONS: Mapping[str, Action] = {"tag": Action(tag)}
