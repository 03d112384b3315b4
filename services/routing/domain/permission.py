"""Who may do what to a ticket: scopes of rights, relations, guards.

The one place that decides it, both for what a ticket offers its reader and for what is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

import msgspec

from chassis.errors import Conflict, Forbidden
from chassis.identity import Identity
from contracts.rights import RIGHTS, Scope, scope_of
from services.routing.domain.organisation import Organisation
from services.routing.domain.ticket import Ticket
from services.routing.domain.workflow import Transition, Workflow


class Asker(msgspec.Struct, frozen=True, kw_only=True):
    """Who wants something, as the directory knows him now."""

    subject: str
    role: str
    person: str | None = None
    unit: str | None = None
    tier: int = 1
    #: Importers record what has happened: relations and guards about persons do not bind them.
    importing: bool = False


def asker_of(identity: Identity, organisation: Organisation, *, imported: bool = False) -> Asker:
    """Give the asker behind an identity; unit and tier of the directory go before the pass's."""
    kind, _, name = identity.subject.partition(":")
    person = organisation.people.get(name) if kind == "person" else None
    return Asker(
        subject=identity.subject,
        role=identity.role,
        person=name if kind == "person" else None,
        unit=person.unit if person else identity.unit,
        tier=person.tier if person else identity.tier or 1,
        importing=imported or identity.role == "importer",
    )


def is_own(ticket: Ticket, asker: Asker) -> bool:
    """Tell whether somebody owns the ticket, works on it, or awaits it back."""
    if asker.person is None:
        return False
    referrers = (token.by for token in ticket.referrals)
    return asker.person in (ticket.owner, ticket.assignee, *referrers)


def covers(scope: Scope | None, ticket: Ticket, asker: Asker, organisation: Organisation) -> bool:
    """Tell whether a right of this scope reaches the ticket."""
    if scope is None:
        return False
    if scope == "all" or is_own(ticket, asker):
        return True
    if scope == "team":
        return ticket.unit is not None and ticket.unit == asker.unit
    return scope == "subtree" and organisation.within(ticket.unit, asker.unit)


def has_right(right: str, ticket: Ticket, asker: Asker, organisation: Organisation) -> bool:
    """Tell whether the asker has a right over the ticket."""
    return covers(scope_of(asker.role, right), ticket, asker, organisation)


def may_read(ticket: Ticket, asker: Asker, organisation: Organisation) -> bool:
    """Tell whether the asker may see the case: staff by right, the requester his own."""
    mine = _is_requester(ticket, asker, organisation)
    return mine or has_right("ticket.read", ticket, asker, organisation)


def _is_out_from(ticket: Ticket, asker: Asker) -> bool:
    return asker.unit is not None and any(
        token.from_unit == asker.unit for token in ticket.referrals
    )


def _is_requester(ticket: Ticket, asker: Asker, _organisation: Organisation) -> bool:
    return bool(ticket.requester) and asker.subject == f"requester:{ticket.requester}"


def _is_desk(ticket: Ticket, asker: Asker, organisation: Organisation) -> bool:
    registers = scope_of(asker.role, "ticket.register_for") is not None
    return registers and has_right("ticket.read", ticket, asker, organisation)


def _is_staff(_ticket: Ticket, asker: Asker, _organisation: Organisation) -> bool:
    return asker.person is not None and scope_of(asker.role, "ticket.work") is not None


def _is_team(ticket: Ticket, asker: Asker, organisation: Organisation) -> bool:
    return _is_staff(ticket, asker, organisation) and asker.unit == ticket.unit


Test = Callable[[Ticket, Asker, Organisation], bool]

RELATION_TESTS: Mapping[str, Test] = {
    "owner": lambda ticket, asker, _: asker.person is not None and asker.person == ticket.owner,
    "assignee": lambda ticket, asker, _: (
        asker.person is not None and asker.person == ticket.assignee
    ),
    "team": _is_team,
    "desk": _is_desk,
    "requester": _is_requester,
    "staff": _is_staff,
    "importer": lambda _ticket, asker, _: asker.importing,
}

GUARD_TESTS: Mapping[str, Test] = {
    "in_my_queue": lambda ticket, asker, _: (
        ticket.assignee is None
        and ticket.for_person in (None, asker.person)
        and (asker.importing or (ticket.unit == asker.unit and (ticket.tier or 1) <= asker.tier))
    ),
    "held_by_me_or_nobody": lambda ticket, asker, _: (
        asker.importing or ticket.assignee in (None, asker.person)
    ),
    "is_out": lambda ticket, _asker, _: bool(ticket.referrals),
    "nothing_out": lambda ticket, _asker, _: not ticket.referrals,
    "not_by_doer": lambda ticket, asker, _: (
        asker.importing or asker.person is None or asker.person != ticket.done_by
    ),
    "not_rated": lambda ticket, _asker, _: ticket.rating is None,
}


def permitted(
    workflow: Workflow,
    ticket: Ticket,
    action: str,
    asker: Asker,
    organisation: Organisation,
    at: datetime,
) -> Transition:
    """Give the transition that lets the asker act now; raises Conflict or Forbidden.

    Who had the work a moment ago is told what changed, not that he has no right. Who neither may
    see the ticket nor belongs where it came from is told nothing of how it stands.
    """
    had_it = asker.person is not None and asker.person == ticket.left_by != ticket.assignee
    knows_it = had_it or asker.importing or _is_out_from(ticket, asker)
    if not (knows_it or may_read(ticket, asker, organisation)):
        raise Forbidden("ticket_not_yours")
    leaving = list(workflow.leaving(ticket.step, action))
    if not leaving:
        raise not_now(action, ticket, "state")
    open_to_me = [t for t in leaving if _is_open_to(t, ticket, asker, organisation)]
    if not open_to_me:
        if had_it:
            raise not_now(action, ticket, "moved_on")
        raise Forbidden("action_not_yours", action=action)
    hindrances = [_hindrance(t, ticket, asker, organisation, at) for t in open_to_me]
    for transition, hindrance in zip(open_to_me, hindrances, strict=True):
        if hindrance is None:
            return transition
    raise not_now(action, ticket, hindrances[0] or "state")


def not_now(action: str, ticket: Ticket, reason: str) -> Conflict:
    """Make the refusal that tells how the ticket stands by now."""
    return Conflict(
        "action_not_allowed_now",
        action=action,
        reason=reason,
        state=ticket.state,
        step=ticket.step,
        assignee=ticket.assignee,
        unit=ticket.unit,
    )


def _is_open_to(
    transition: Transition, ticket: Ticket, asker: Asker, organisation: Organisation
) -> bool:
    if asker.importing:
        return True
    return any(
        has_right(name, ticket, asker, organisation)
        if name in RIGHTS
        else RELATION_TESTS[name](ticket, asker, organisation)
        for name in transition.who
    )


def _hindrance(
    transition: Transition, ticket: Ticket, asker: Asker, organisation: Organisation, at: datetime
) -> str | None:
    """Give what stands in the way: the name of a guard, or `too_late`."""
    for guard in transition.guards:
        if not GUARD_TESTS[guard](ticket, asker, organisation):
            return guard
    late = (
        transition.within is not None
        and not asker.importing
        and ticket.ended_at is not None
        and at - ticket.ended_at > transition.within
    )
    return "too_late" if late else None
