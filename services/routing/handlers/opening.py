"""How a case begins: who owns it, how urgent it is, who gets the work."""

from __future__ import annotations

from chassis.decisions import Context
from contracts.calls.routing import Rule
from contracts.envelope import Event
from contracts.intake import TicketRegistered
from contracts.rights import scope_of
from contracts.routing import (
    TicketOpened,
    TicketOwned,
    TicketPrioritised,
)
from services.routing.domain.organisation import Organisation, Person
from services.routing.domain.ticket import Ticket
from services.routing.domain.workflow import Workflow
from services.routing.handlers.case import Grounds, Stand, Wish, stand_at
from services.routing.handlers.giving import assigned, queued
from services.routing.handlers.joining import split_off
from services.routing.handlers.steps import place_of


def open_ticket(
    state: Ticket, event: TicketRegistered, context: Context, grounds: Grounds
) -> list[Event]:
    """Open the case and bring it to the right person at once; an imported one is only opened."""
    if state.opened_at is not None:
        return []
    workflow = grounds.newest(event.workflow)
    opened = TicketOpened(
        **stand_at(workflow, workflow.start),
        subject=event.subject,
        kind=event.kind,
        channel=event.channel,
        requester=event.requester,
        segment=event.segment,
        language=event.language,
        workflow=workflow.id,
        workflow_version=workflow.version,
        imported=event.imported,
        answers=event.answers,
    )
    rule = rule_of(event, grounds)
    if event.imported:
        return [opened, *_priority(rule), *_owner(registrar(event, grounds.organisation))]
    given = _given_away(event, workflow, context, grounds)
    return [opened, *_priority(rule), *given, *split_off(event, context)]


def take_up(state: Ticket, context: Context, grounds: Grounds) -> list[Event]:
    """Give away what came before there was an organisation to give it to."""
    rule, workflow = rule_of(state, grounds), grounds.workflow_of(state)
    given = _given_away(state, workflow, context, grounds)
    return [*_priority(rule), *given] if given else []


def rule_of(request: TicketRegistered | Ticket, grounds: Grounds) -> Rule | None:
    """Give the rule that decides about a request, if one fits."""
    subjects = grounds.subject_line(request.subject)
    return grounds.organisation.rule_for(subjects, request.kind, request.channel)


def wish_for(request: TicketRegistered | Ticket, grounds: Grounds) -> Wish | None:
    """Give where the work should go: by rule, else to the nearest desk; None without any."""
    if (place := _place_of_start(request, grounds)) is not None:
        return place
    rule = rule_of(request, grounds)
    if rule is not None:
        return Wish(
            unit=rule.unit,
            tier=rule.tier,
            skill=rule.skill,
            strategy=rule.strategy,
            weight=rule.weight if rule.weight != 1 else None,
        )
    desk = desk_for(request, grounds)
    return Wish(unit=desk[0].unit, tier=desk[0].tier) if desk else None


def _place_of_start(request: TicketRegistered | Ticket, grounds: Grounds) -> Wish | None:
    """Give where the work belongs that a workflow begins with, whatever the rules say."""
    workflow = grounds.newest(request.workflow)
    return place_of(workflow.steps[_working(workflow)["step"]], Ticket(), grounds.organisation)


def desk_for(request: TicketRegistered | Ticket, grounds: Grounds) -> list[Person]:
    """Give who may become the owner: who registered it, else the desk of its unit."""
    organisation = grounds.organisation
    by = registrar(request, organisation) if isinstance(request, TicketRegistered) else None
    if by is not None:
        return [by]
    rule = rule_of(request, grounds)
    return organisation.desk_of(rule.unit if rule else None)


def registrar(event: TicketRegistered, organisation: Organisation) -> Person | None:
    """Give who registered on the requester's behalf, when he may speak to requesters."""
    person = organisation.people.get((event.registered_by or "").removeprefix("person:"))
    speaks = person is not None and scope_of(person.role, "ticket.answer") is not None
    return person if person is not None and person.active and speaks else None


def _priority(rule: Rule | None) -> list[Event]:
    if rule is None or rule.priority is None:
        return []
    return [TicketPrioritised(priority=rule.priority, rule=rule.id)]


def _owner(owner: Person | None) -> list[Event]:
    return [TicketOwned(owner=owner.id, unit=owner.unit)] if owner else []


def _working(workflow: Workflow) -> Stand:
    """Give where work that is assigned at the start stands."""
    ways = (t.to for t in workflow.leaving(workflow.start, "assign") if t.to is not None)
    return stand_at(workflow, next(ways, workflow.start))


def _stand_of(request: TicketRegistered | Ticket, workflow: Workflow) -> Stand:
    """Give where work stands once it is given away: where it is, if it is past the start."""
    if isinstance(request, Ticket) and request.step != workflow.start:
        return stand_at(workflow, request.step)
    return _working(workflow)


def _given_away(
    request: TicketRegistered | Ticket, workflow: Workflow, context: Context, grounds: Grounds
) -> list[Event]:
    """Give the ticket its owner, and the work to whom a place was reserved with, else a queue."""
    wish, rule, place = (
        wish_for(request, grounds),
        rule_of(request, grounds),
        grounds.place(context),
    )
    owner = _owner(grounds.organisation.people.get(place.owner or ""))
    if wish is None:
        return owner
    stand, name = _stand_of(request, workflow), rule.id if rule else None
    organisation = grounds.organisation
    if place.assignee is not None:
        at = context.at
        given = assigned(stand, place.assignee, wish, at=at, organisation=organisation, rule=name)
        return [*owner, given]
    segment = request.segment
    return [*owner, queued(stand, wish, segment=segment, organisation=organisation, rule=name)]
