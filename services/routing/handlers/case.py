"""What a decision about an action sees, gathered once; handlers of `handlers/*` take it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypedDict

import msgspec

from chassis.decisions import Context
from chassis.errors import Conflict, Invalid, NotFound
from chassis.identity import Identity
from contracts.envelope import ContentRef, Event
from contracts.routing import State
from services.routing.actions import ARGUMENTS, Deed
from services.routing.domain import aside
from services.routing.domain.facts import facts_of
from services.routing.domain.organisation import Organisation, Person
from services.routing.domain.partner import Partner
from services.routing.domain.permission import Asker, Standing, asker_of, permitted
from services.routing.domain.ticket import Ticket
from services.routing.domain.workflow import Transition, Workflow

#: Who does what a ticket does by itself.
ITSELF = Asker(subject="system:routing", role="service")


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """Where work is to go: to one person, or to whom the strategy chooses of a team."""

    unit: str
    tier: int
    person: str | None = None
    #: Also while he is not there.
    anyway: bool = False
    skill: str | None = None
    #: Absent: the unit's.
    strategy: str | None = None
    #: Absent: the ticket's.
    weight: int | None = None
    #: Who has let it lie, and gets it by his own claim or by hand alone.
    passed_over: tuple[str, ...] = ()
    #: The task that it is about; absent: the ticket's own work.
    task: str | None = None


def pool_of(wish: Wish, organisation: Organisation) -> list[Person]:
    """Give who may get the work now."""
    if wish.person is not None:
        person = organisation.people.get(wish.person)
        fits = organisation.works if wish.anyway else organisation.is_there
        return [person] if person and fits(person) else []
    team = organisation.pool(wish.unit, wish.tier, wish.skill)
    return [person for person in team if person.id not in wish.passed_over]


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """What was reserved for one decision; `assignee` is absent when everybody is full."""

    assignee: str | None = None
    owner: str | None = None


class Grounds(msgspec.Struct, frozen=True, kw_only=True):
    """What decisions look up, as prepared for a batch."""

    organisation: Organisation = Organisation()
    #: Every version, and the newest one under version 0.
    workflows: Mapping[tuple[str, int], Workflow] = {}
    #: Parents in the subject catalogue.
    subjects: Mapping[str, str | None] = {}
    #: By stream and cause.
    places: Mapping[tuple[str, str], Place] = {}
    #: How the tickets stand that the batch names beside its own.
    others: Mapping[str, Ticket] = {}
    #: Whose hours and days the rules mean.
    zone: str = "UTC"
    #: Partners outside, where the batch speaks of them.
    partners: Mapping[str, Partner] = {}

    def workflow_of(self, ticket: Ticket) -> Workflow:
        """Give the version a ticket was opened with."""
        return self.workflows[ticket.workflow, ticket.workflow_version]

    def newest(self, workflow: str) -> Workflow:
        """Give the newest version of a workflow; an unknown one counts as the default."""
        return self.workflows.get((workflow, 0)) or self.workflows["default", 0]

    def place(self, context: Context) -> Place:
        """Give what was reserved for a decision."""
        return self.places.get((context.stream, context.cause), Place())

    def subject_line(self, subject: str) -> list[str]:
        """Give a subject and those above it."""
        line: list[str] = []
        following: str | None = subject
        while following is not None and following not in line:
            line.append(following)
            following = self.subjects.get(following)
        return line


class Stand(TypedDict):
    """State and step, as every state event carries them."""

    state: State
    step: str


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One permitted action on one ticket."""

    ticket: Ticket
    deed: Deed
    context: Context
    grounds: Grounds
    workflow: Workflow
    transition: Transition
    asker: Asker

    @property
    def by(self) -> str:
        """Whose deed it is: a staff member's id, else the subject such as `requester:ab12`.

        For an importer, whoever it says; else who had the work.
        """
        if self.asker.importing:
            ticket = self.ticket
            return self.deed.behalf or ticket.assignee or ticket.owner or self.asker.subject
        return self.asker.person or self.asker.subject

    @property
    def doer(self) -> Person | None:
        """Whose deed it is, when the directory knows him."""
        return self.grounds.organisation.people.get(self.by)

    @property
    def stand(self) -> Stand:
        """Where the ticket stands after the transition."""
        return stand_at(self.workflow, self.workflow.target(self.ticket.step, self.transition))

    def text(self, field: str) -> ContentRef | None:
        """Give the reference of a text among the arguments."""
        return self.deed.texts.get(field)

    @property
    def arguments(self) -> Any:
        """The arguments, of the class that the action takes."""
        return self.deed.arguments


class Action(NamedTuple):
    """What an action does, and where it wants work to go when it gives work to somebody."""

    decide: Callable[[Case], list[Event]]
    #: Who gets the work must have room for it.
    wish: Callable[[Case], Wish | None] | None = None


def stand_at(workflow: Workflow, step: str) -> Stand:
    """Give state and step for a step of a workflow."""
    return {"state": workflow.steps[step].kind, "step": step}


def case_of(ticket: Ticket, deed: Deed, context: Context, grounds: Grounds) -> Case:
    """Gather a case; raises NotFound, Conflict or Forbidden when it is not to be."""
    if ticket.opened_at is None:
        raise NotFound("ticket_not_found")
    identity = context.identity or Identity(subject=context.actor, role="anonymous")
    asker = asker_of(identity, grounds.organisation, imported=context.imported)
    if deed.behalf is not None and not asker.importing:
        raise Invalid("behalf_is_for_importers")
    workflow = grounds.workflow_of(ticket)
    if deed.action not in ARGUMENTS and deed.action not in workflow.actions:
        raise Invalid("action_unknown", action=deed.action)
    standing = Standing(ticket, asker, grounds.organisation)
    transition = permitted(standing, workflow, deed.action, context.at)
    return Case(
        ticket=ticket,
        deed=deed,
        context=context,
        grounds=grounds,
        workflow=workflow,
        transition=transition,
        asker=asker,
    )


def case_by_itself(
    ticket: Ticket, deed: Deed, context: Context, grounds: Grounds, asker: Asker = ITSELF
) -> Case:
    """Gather the case of what no person does: no right and no relation binds it.

    The workflow alone does; raises Conflict where it does not allow the action.
    """
    workflow = grounds.workflow_of(ticket)
    for transition in ways_by_itself(ticket, workflow, deed.action):
        return Case(
            ticket=ticket,
            deed=deed,
            context=context,
            grounds=grounds,
            workflow=workflow,
            transition=transition,
            asker=asker,
        )
    raise Conflict("action_not_allowed_now", action=deed.action)


def ways_by_itself(ticket: Ticket, workflow: Workflow, action: str) -> list[Transition]:
    """Give the ways that what no person does may take now."""
    found = workflow.leaving(ticket.step, action) or aside.leaving(workflow, ticket, action)
    return [
        transition
        for transition in found
        if transition.condition is None or transition.condition.holds(facts_of(ticket))
    ]
