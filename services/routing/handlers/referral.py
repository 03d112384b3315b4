"""Work that is passed on and comes back: referral, escalation, return."""

from __future__ import annotations

from collections.abc import Mapping

from chassis.errors import Conflict, FieldFault, Invalid
from contracts.envelope import Event
from contracts.routing import TicketEscalated, TicketReferred, TicketReturned
from services.routing.domain.ticket import Referral
from services.routing.handlers.case import Action, Case, Wish
from services.routing.handlers.placing import (
    given_or_queued,
    given_to,
    is_there,
    known_person,
    known_unit,
)


def refer(case: Case) -> list[Event]:
    """Pass the work to a person or a team; who passed it on gets it back."""
    wish = wish_for_refer(case)
    referred = TicketReferred(
        referral=case.context.new_id("referral"),
        by=case.by,
        to_unit=wish.unit,
        to_tier=wish.tier,
        to_person=wish.person,
        reason=case.text("reason"),
    )
    # Whoever names a person means him; a full one is no reason to give the work to nobody.
    given = given_to(case, wish) if wish.person else given_or_queued(case, wish)
    return [referred, given]


def wish_for_refer(case: Case) -> Wish:
    """Give where the work is passed to; raises Invalid."""
    arguments, ticket = case.arguments, case.ticket
    unit = known_unit(case, arguments.unit)
    if arguments.person is not None:
        person = known_person(case, arguments.person, unit)
        if person.id in (ticket.assignee, case.by):
            raise _nowhere("/person")
        is_there(case, person)
        return Wish(unit=unit, tier=person.tier, person=person.id)
    tier = arguments.tier or case.grounds.organisation.lowest_tier(unit)
    if (unit, tier) == (ticket.unit, ticket.tier):
        raise _nowhere("/unit")
    return Wish(unit=unit, tier=tier)


def escalate(case: Case) -> list[Event]:
    """Pass the work to the next higher tier: of the unit, else of the nearest unit above."""
    wish = wish_for_escalate(case)
    escalated = TicketEscalated(
        referral=case.context.new_id("referral"),
        by=case.by,
        from_tier=case.ticket.tier or 1,
        to_tier=wish.tier,
        to_unit=wish.unit,
        reason=case.text("reason"),
    )
    return [escalated, given_or_queued(case, wish)]


def wish_for_escalate(case: Case) -> Wish:
    """Give the next higher tier; raises Conflict when there is none."""
    tier = case.ticket.tier or 1
    higher = case.grounds.organisation.above(case.ticket.unit, tier)
    if higher is None:
        raise Conflict("no_higher_tier", unit=case.ticket.unit, tier=tier)
    return Wish(unit=higher[0], tier=higher[1])


def give_back(case: Case) -> list[Event]:
    """Close the last referral: the work goes back to who passed it on."""
    token, wish = case.ticket.referrals[-1], wish_for_return(case)
    returned = TicketReturned(
        referral=token.id,
        by=case.by,
        to=wish.person or token.by,
        held_seconds=max(0.0, (case.context.at - token.since).total_seconds()),
        proposal=case.text("proposal"),
        instead_of=_instead_of(case, wish.person, token.by, case.ticket.owner),
    )
    return [returned, given_or_queued(case, wish)]


def wish_for_return(case: Case) -> Wish:
    """Give who passed the work on; if he has left, the owner; if he has too, the team."""
    token = case.ticket.referrals[-1]
    return back_to(case, token.by, case.ticket.owner) or _team_of(token, case)


def back_to(case: Case, *names: str | None) -> Wish | None:
    """Give the first of these people who can still be given work, or who stands in for him.

    Who is on leave without anybody in his place is passed by; who comes back sooner is waited for.
    """
    for name in names:
        person = case.grounds.organisation.awaited(name)
        if person is not None:
            return Wish(unit=person.unit, tier=person.tier, person=person.id)
    return None


def _instead_of(case: Case, person: str | None, *names: str | None) -> str | None:
    """Give for whom of these somebody stands in; None where the work is his own."""
    stand_ins = case.grounds.organisation.stand_ins
    if person is None or person in names:
        return None
    return next((name for name in names if name and stand_ins.get(name) == person), None)


def _team_of(token: Referral, case: Case) -> Wish:
    unit = token.from_unit or case.ticket.unit or token.to_unit
    return Wish(unit=unit, tier=token.from_tier or 1)


def _nowhere(pointer: str) -> Invalid:
    return Invalid(
        "referral_leads_nowhere", fields=[FieldFault(pointer=pointer, code="same_place")]
    )


#: By name.
ACTIONS: Mapping[str, Action] = {
    "refer": Action(refer, wish=wish_for_refer),
    "escalate": Action(escalate, wish=wish_for_escalate),
    "return": Action(give_back, wish=wish_for_return),
}
