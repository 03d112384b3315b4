"""How a case begins: who owns it, how urgent it is, who gets the work."""

from __future__ import annotations

from chassis.decisions import Context
from contracts.calls.routing import Rule
from contracts.envelope import Event
from contracts.intake import TicketRegistered
from contracts.routing import (
    TicketOpened,
    TicketOwned,
    TicketPrioritised,
    TicketTagged,
)
from services.routing.domain.organisation import Person
from services.routing.domain.ticket import Ticket
from services.routing.domain.workflow import Workflow
from services.routing.handlers.case import Grounds, Stand, Wish, stand_at
from services.routing.handlers.choosing import registered_in, registrar, rule_of
from services.routing.handlers.giving import assigned, queued
from services.routing.handlers.joining import begun_by, split_off
from services.routing.handlers.steps import place_of


def open_ticket(
    state: Ticket, event: TicketRegistered, context: Context, grounds: Grounds
) -> list[Event]:
    """Open the case and bring it to the right person at once; an imported one is only opened."""
    if state.opened_at is not None:
        return []
    rule = rule_of(event, context.at, grounds)
    workflow = grounds.newest(_workflow(event, rule))
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
        rules=grounds.organisation.rules_version,
        registered_in=registered_in(event, grounds.organisation),
        answers=event.answers,
        mentions=event.mentions,
    )
    if event.imported:
        return [opened, *_marks(rule), *_owner(registrar(event, grounds.organisation))]
    given = _given_away(event, rule, workflow, context, grounds)
    return [opened, *_marks(rule), *given, *split_off(event, context), *begun_by(event)]


def take_up(state: Ticket, context: Context, grounds: Grounds) -> list[Event]:
    """Give away what came before there was an organisation to give it to."""
    rule = rule_of(state, state.opened_at or context.at, grounds)
    given = _given_away(state, rule, grounds.workflow_of(state), context, grounds)
    return [*_marks(rule), *given] if given else []


def wish_for(
    request: TicketRegistered | Ticket, rule: Rule | None, grounds: Grounds
) -> Wish | None:
    """Give where the work should go: by its rule, else to the nearest desk; None without any."""
    if (place := _place_of_start(request, rule, grounds)) is not None:
        return place
    if rule is not None:
        return Wish(
            unit=rule.unit,
            tier=rule.tier,
            skill=rule.skill,
            strategy=rule.strategy,
            weight=rule.weight if rule.weight != 1 else None,
        )
    desk = desk_for(request, rule, grounds)
    return Wish(unit=desk[0].unit, tier=desk[0].tier) if desk else None


def wish_for_new(event: TicketRegistered, context: Context, grounds: Grounds) -> Wish | None:
    """Give where the work of a request that has just come should go."""
    return wish_for(event, rule_of(event, context.at, grounds), grounds)


def _place_of_start(
    request: TicketRegistered | Ticket, rule: Rule | None, grounds: Grounds
) -> Wish | None:
    """Give where the work belongs that a workflow begins with, whatever the rules say."""
    name = request.workflow if isinstance(request, Ticket) else _workflow(request, rule)
    workflow = grounds.newest(name)
    return place_of(workflow.steps[_working(workflow)["step"]], Ticket(), grounds.organisation)


def desk_for(
    request: TicketRegistered | Ticket, rule: Rule | None, grounds: Grounds
) -> list[Person]:
    """Give who may become the owner: who registered it, else the desk of its rule's unit."""
    organisation = grounds.organisation
    by = registrar(request, organisation) if isinstance(request, TicketRegistered) else None
    return [by] if by is not None else organisation.desk_of(rule.unit if rule else None)


def _workflow(event: TicketRegistered, rule: Rule | None) -> str:
    """Give the workflow that a request named, else that of its rule; a past has its own."""
    if rule is None or rule.workflow is None or event.imported or event.workflow != "default":
        return event.workflow
    return rule.workflow


def _marks(rule: Rule | None) -> list[Event]:
    """Give what a row says of the ticket, whoever gets the work: how urgent, and about what."""
    if rule is None:
        return []
    tagged = [TicketTagged(added=rule.tags)] if rule.tags else []
    if rule.priority is None:
        return [*tagged]
    return [TicketPrioritised(priority=rule.priority, rule=rule.id), *tagged]


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
    request: TicketRegistered | Ticket,
    rule: Rule | None,
    workflow: Workflow,
    context: Context,
    grounds: Grounds,
) -> list[Event]:
    """Give the ticket its owner, and the work to whom a place was reserved with, else a queue."""
    wish, place = wish_for(request, rule, grounds), grounds.place(context)
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
