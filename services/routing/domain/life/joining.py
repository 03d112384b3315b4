"""How a ticket changes when it is linked, attached, merged, and when something is passed on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from contracts.routing import (
    TicketAttached,
    TicketDetached,
    TicketJoined,
    TicketLinked,
    TicketMerged,
    TicketParted,
    TicketPassageEnded,
    TicketPassedOn,
    TicketUnlinked,
)
from services.routing.domain.life.changing import changed, stands
from services.routing.domain.ticket import TICKETS, Ticket
from services.routing.domain.ties import Passage


@TICKETS.on(TicketLinked)
def linked(state: Ticket, event: TicketLinked, _at: datetime) -> Ticket:
    return _tied(state, links=state.ties.links | {event.to: event.relation})


@TICKETS.on(TicketUnlinked)
def unlinked(state: Ticket, event: TicketUnlinked, _at: datetime) -> Ticket:
    left = {code: how for code, how in state.ties.links.items() if code != event.to}
    return _tied(state, links=left)


@TICKETS.on(TicketAttached)
def attached(state: Ticket, event: TicketAttached, _at: datetime) -> Ticket:
    return _tied(state, parent=event.parent)


@TICKETS.on(TicketDetached)
def detached(state: Ticket, _event: TicketDetached, _at: datetime) -> Ticket:
    return _tied(state, parent=None)


@TICKETS.on(TicketMerged)
def merged(state: Ticket, event: TicketMerged, at: datetime) -> Ticket:
    return _tied(stands(state, event, at), merged_into=event.into)


@TICKETS.on(TicketJoined)
def joined(state: Ticket, event: TicketJoined, _at: datetime) -> Ticket:
    if event.kind == "merged":
        return _tied(state, merged=_with(state.ties.merged, event.tickets))
    return _tied(state, children=_with(state.ties.children, event.tickets))


@TICKETS.on(TicketParted)
def parted(state: Ticket, event: TicketParted, _at: datetime) -> Ticket:
    gone = frozenset(event.tickets)
    return _tied(
        state,
        children=tuple(code for code in state.ties.children if code not in gone),
        merged=tuple(code for code in state.ties.merged if code not in gone),
    )


@TICKETS.on(TicketPassedOn)
def passed_on(state: Ticket, event: TicketPassedOn, at: datetime) -> Ticket:
    passage = Passage(
        id=event.passage,
        what=event.what,
        by=event.by,
        at=at,
        text=event.text,
        result=event.result,
    )
    return _tied(state, passages=(*state.ties.passages, passage))


@TICKETS.on(TicketPassageEnded)
def passage_ended(state: Ticket, event: TicketPassageEnded, _at: datetime) -> Ticket:
    left = tuple(each for each in state.ties.passages if each.id != event.passage)
    return _tied(state, passages=left)


def _with(known: tuple[str, ...], more: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*known, *more)))


def _tied(state: Ticket, **fields: Any) -> Ticket:
    return changed(state, ties=msgspec.structs.replace(state.ties, **fields))
