"""How tickets come to belong together, and what one passes on to the others.

A parent learns of its children first, and they become so afterwards: whoever has become a child is
known to the parent, so no answer passes it by. What two tickets do to each other at the same time
is refused to one of them at least, because each was told of the other before.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from chassis.decisions import Context
from chassis.errors import Conflict, Forbidden, Invalid, Unavailable
from chassis.identity import Identity
from contracts.envelope import ContentRef, Event
from contracts.intake import TicketRegistered
from contracts.routing import (
    CONVERSE,
    ENDED,
    Passed,
    Relation,
    TicketAttached,
    TicketBegunBy,
    TicketDetached,
    TicketJoined,
    TicketLinked,
    TicketParted,
    TicketPassageEnded,
    TicketPassedOn,
    TicketUnlinked,
)
from services.routing.domain.permission import Standing, asker_of
from services.routing.domain.ticket import Ticket
from services.routing.domain.ties import MOST_CHILDREN
from services.routing.handlers.case import Action, Case, Grounds


class Newcomers(msgspec.Struct, frozen=True, kw_only=True):
    """Other tickets are about to become children of this one, or parts of it."""

    tickets: list[str]
    kind: Literal["child", "merged"]


class LetGo(msgspec.Struct, frozen=True, kw_only=True):
    """Other tickets are not children of this one."""

    tickets: list[str]


class Mirror(msgspec.Struct, frozen=True, kw_only=True):
    """Another ticket was linked with this one, or with None is so no longer."""

    other: str
    relation: Relation | None


class Conclude(msgspec.Struct, frozen=True, kw_only=True):
    """A passage has reached everybody."""

    passage: str
    reached: int
    left: dict[str, int]


def expect_newcomers(
    state: Ticket, wish: Newcomers, context: Context, grounds: Grounds
) -> list[Event]:
    """Expect other tickets, before they say themselves that they belong here."""
    _check_target(state, wish, context, grounds)
    known = state.ties.children if wish.kind == "child" else state.ties.merged
    new = [code for code in wish.tickets if code not in set(known)]
    if len(known) + len(new) > MOST_CHILDREN:
        raise Conflict("too_many_children", most=MOST_CHILDREN)
    if not new:
        return []
    by = context.actor.removeprefix("person:")
    return [TicketJoined(tickets=new, kind=wish.kind, by=by)]


def _check_target(state: Ticket, wish: Newcomers, context: Context, grounds: Grounds) -> None:
    code, merging = context.stream, wish.kind == "merged"
    if state.opened_at is None:
        raise Invalid("merge_target_unknown" if merging else "parent_unknown", ticket=code)
    identity = context.identity or Identity(subject=context.actor, role="anonymous")
    asker = asker_of(identity, grounds.organisation, imported=context.imported)
    if not Standing(state, asker, grounds.organisation).may_read:
        raise Forbidden("ticket_not_yours")
    if state.state in ENDED:
        raise Conflict("merge_target_ended" if merging else "parent_ended", ticket=code)
    if not merging and state.ties.parent is not None:
        raise Conflict("parent_is_child", parent=state.ties.parent)


def let_go(state: Ticket, wish: LetGo, _context: Context, _grounds: Grounds) -> list[Event]:
    """Expect other tickets no longer."""
    known = {*state.ties.children, *state.ties.merged}
    gone = [code for code in wish.tickets if code in known]
    return [TicketParted(tickets=gone)] if gone else []


def attach(case: Case) -> list[Event]:
    """Become a child."""
    parent = case.arguments.parent
    if parent == case.context.stream:
        raise Invalid("parent_of_itself")
    if case.ticket.ties.children:
        raise Conflict("child_is_parent")
    expect(case, parent, "children")
    return [TicketAttached(parent=parent, by=case.by)]


def expect(case: Case, target: str, among: Literal["children", "merged"]) -> None:
    """Make sure that another ticket knows of this one; raises Unavailable while it does not."""
    other = case.grounds.others.get(target)
    if other is None or case.context.stream not in getattr(other.ties, among):
        raise Unavailable("not_opened", retry_after=1)


def detach(case: Case) -> list[Event]:
    """Be a child no longer."""
    return [TicketDetached(parent=case.ticket.ties.parent or "", by=case.by)]


def link(case: Case) -> list[Event]:
    """Have to do with another ticket; nothing when it is known already."""
    to, relation = case.arguments.to, case.arguments.relation
    if to == case.context.stream:
        raise Invalid("link_to_itself")
    if case.ticket.ties.links.get(to) == relation:
        return []
    return [TicketLinked(to=to, relation=relation, by=case.by)]


def unlink(case: Case) -> list[Event]:
    """Have to do with another ticket no longer."""
    if case.arguments.to not in case.ticket.ties.links:
        raise Conflict("not_linked")
    return [TicketUnlinked(to=case.arguments.to, by=case.by)]


def mirror(state: Ticket, wish: Mirror, context: Context, _grounds: Grounds) -> list[Event]:
    """Have the other end of a link, or lose it with the other."""
    by = context.actor.removeprefix("person:")
    known = state.ties.links.get(wish.other)
    if state.opened_at is None or known == (wish.relation and CONVERSE[wish.relation]):
        return []
    if wish.relation is None:
        return [TicketUnlinked(to=wish.other, by=by)]
    return [TicketLinked(to=wish.other, relation=CONVERSE[wish.relation], by=by)]


def split_off(event: TicketRegistered, context: Context) -> list[Event]:
    """Link a part that was split off with the whole, and have that told of it."""
    whole, by = event.split_from, event.registered_by or event.requester
    if whole is None:
        return []
    passage = context.new_id("passage:split")
    return [
        TicketLinked(to=whole, relation="split_from", by=by),
        TicketPassedOn(passage=passage, what="split", by=by),
    ]


def begun_by(event: TicketRegistered) -> list[Event]:
    """Link a ticket with the one whose workflow had it started, which knows of it by itself."""
    first = event.started_from
    return [TicketBegunBy(ticket=first.ticket, generation=first.generation)] if first else []


def passing(
    case: Case, what: Passed, *, text: ContentRef | None = None, result: str | None = None
) -> list[Event]:
    """Pass on what befalls a ticket to those that belong to it, where there are any."""
    ties = case.ticket.ties
    if not (ties.dependants if what == "answer" else ties.children):
        return []
    passage = case.context.new_id(f"passage:{what}")
    return [TicketPassedOn(passage=passage, what=what, by=case.by, text=text, result=result)]


def conclude(state: Ticket, wish: Conclude, _context: Context, _grounds: Grounds) -> list[Event]:
    """Record that a passage has reached everybody; once."""
    if all(passage.id != wish.passage for passage in state.ties.passages):
        return []
    return [TicketPassageEnded(passage=wish.passage, reached=wish.reached, left=wish.left)]


#: By name.
ACTIONS: Mapping[str, Action] = {
    "link": Action(link),
    "unlink": Action(unlink),
    "attach": Action(attach),
    "detach": Action(detach),
}
