"""How somebody stands to a ticket: who he is, what reaches him, what a workflow's names mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import NamedTuple

import msgspec

from chassis.identity import Identity
from contracts.rights import RIGHTS, Scope, scope_of
from services.routing.domain.organisation import Organisation, Person
from services.routing.domain.parts import Task
from services.routing.domain.ticket import Ticket
from services.routing.domain.workflow.who import named


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


class Seat(NamedTuple):
    """A seat in an approval, and in whose place it is taken."""

    number: int
    instead_of: str | None = None


def asker_of_person(person: Person) -> Asker:
    """Give somebody as he would ask himself."""
    return Asker(
        subject=f"person:{person.id}",
        role=person.role,
        person=person.id,
        unit=person.unit,
        tier=person.tier,
    )


def absentees(person: str | None, organisation: Organisation) -> list[Person]:
    """Give those for whom somebody stands in while they are on leave."""
    people = organisation.people
    return [
        people[absent]
        for absent, stand_in in organisation.stand_ins.items()
        if stand_in == person and absent in people
    ]


class Standing:
    """How somebody stands to one ticket: what every question about his rights goes back to."""

    def __init__(self, ticket: Ticket, asker: Asker, organisation: Organisation) -> None:
        self.ticket = ticket
        self.asker = asker
        self._organisation = organisation

    @cached_property
    def is_own(self) -> bool:
        """Whether he owns the ticket, works on it, or awaits it back."""
        ticket, person = self.ticket, self.asker.person
        if person is None:
            return False
        return person in (ticket.owner, ticket.assignee) or any(
            token.by == person for token in ticket.referrals
        )

    @cached_property
    def is_below(self) -> bool:
        """Whether the ticket is in his unit or one below it."""
        return self._organisation.within(self.ticket.unit, self.asker.unit)

    @property
    def is_requester(self) -> bool:
        """Whether the request is his."""
        requester = self.ticket.requester
        return bool(requester) and self.asker.subject == f"requester:{requester}"

    @property
    def had_it(self) -> bool:
        """Whether he had the work a moment ago."""
        ticket, person = self.ticket, self.asker.person
        return person is not None and person == ticket.left_by != ticket.assignee

    @cached_property
    def may_read(self) -> bool:
        """Whether he may see the case: staff by right, the requester his own."""
        invited = self.was_asked or self.asker.person in self.ticket.attention.mentioned
        read = self.is_requester or self.has_right("ticket.read")
        return read or invited or self.takes_part

    @property
    def was_asked(self) -> bool:
        """Whether his unit was asked something about it, or he himself."""
        asker = self.asker
        if asker.person is None or scope_of(asker.role, "ticket.read") is None:
            return False
        return any(
            question.unit == asker.unit and question.person in (None, asker.person)
            for question in self.ticket.attention.questions
        )

    @cached_property
    def takes_part(self) -> bool:
        """Whether the step has a task or a seat for him."""
        if not self.ticket.tasks and self.ticket.consent is None:
            return False
        return bool(self.own_tasks or self.open_tasks) or self.seat is not None

    @property
    def own_tasks(self) -> list[Task]:
        """The open tasks that are his."""
        person = self.asker.person
        if person is None:
            return []
        return [task for task in self.ticket.tasks if task.is_open and task.assignee == person]

    @property
    def open_tasks(self) -> list[Task]:
        """The tasks that he may take from his team's queue."""
        asker = self.asker
        mine = _is_staff(self)
        return [
            task
            for task in self.ticket.tasks
            if mine and task.is_open and task.assignee is None
            if task.unit == asker.unit and task.tier <= asker.tier
        ]

    @cached_property
    def seat(self) -> Seat | None:
        """The seat that he may take in the approval which the step waits for."""
        own = self.own_seat()
        if own is not None:
            return Seat(own)
        consent = self.ticket.consent
        if consent is None or not consent.may_speak(self.asker.person):
            return None
        for absent in absentees(self.asker.person, self._organisation):
            his = Standing(self.ticket, asker_of_person(absent), self._organisation).own_seat()
            if his is not None:
                return Seat(his, absent.id)
        return None

    def own_seat(self) -> int | None:
        """Give the seat that is for himself."""
        consent = self.ticket.consent
        if consent is None or not consent.may_speak(self.asker.person):
            return None
        return next((number for number, who in consent.free() if self.is_meant(who)), None)

    def is_meant(self, who: str) -> bool:
        """Tell whether a name of a workflow means him: a relation, a right, a role, a unit."""
        test = meaning(who, self.asker)
        return test is not None and test(self)

    def supervises(self, unit: str | None) -> bool:
        """Tell whether he is the unit's supervisor, or that of the nearest unit above with one."""
        person = self.asker.person
        return person is not None and person in self._organisation.holders("supervisor", unit)

    @cached_property
    def knows_of_it(self) -> bool:
        """Whether he may be told how the ticket stands when he asks for something else."""
        return self.had_it or self.asker.importing or self._is_out_from_his_unit or self.may_read

    @property
    def _is_out_from_his_unit(self) -> bool:
        unit = self.asker.unit
        return unit is not None and any(token.from_unit == unit for token in self.ticket.referrals)

    def has_right(self, right: str) -> bool:
        """Tell whether he has a right over the ticket."""
        return self.is_covered(scope_of(self.asker.role, right))

    def is_covered(self, scope: Scope | None) -> bool:
        """Tell whether a right of this scope reaches the ticket."""
        if scope is None:
            return False
        if scope == "all" or self.is_own:
            return True
        if scope == "team":
            return self.ticket.unit is not None and self.ticket.unit == self.asker.unit
        return scope == "subtree" and self.is_below


def _is_desk(standing: Standing) -> bool:
    asker = standing.asker
    registers = asker.person is not None and scope_of(asker.role, "ticket.register_for") is not None
    return registers and standing.has_right("ticket.read")


def _is_staff(standing: Standing) -> bool:
    asker = standing.asker
    return asker.person is not None and scope_of(asker.role, "ticket.work") is not None


def _is_team(standing: Standing) -> bool:
    return _is_staff(standing) and standing.asker.unit == standing.ticket.unit


Test = Callable[[Standing], bool]

RELATION_TESTS: Mapping[str, Test] = {
    "owner": lambda he: he.asker.person is not None and he.asker.person == he.ticket.owner,
    "assignee": lambda he: he.asker.person is not None and he.asker.person == he.ticket.assignee,
    "team": _is_team,
    "desk": _is_desk,
    "requester": lambda he: he.is_requester,
    "staff": _is_staff,
    "importer": lambda he: he.asker.importing,
    "supervisor": lambda he: he.supervises(he.ticket.unit),
}

#: These come with a step's tasks and approvals; definitions do not name them.
_PART_TESTS: Mapping[str, Test] = {
    "task_holder": lambda he: bool(he.own_tasks),
    "task_team": lambda he: bool(he.open_tasks),
    "task_head": lambda he: any(he.supervises(t.unit) for t in he.ticket.tasks if t.is_open),
    "approver": lambda he: he.seat is not None,
    # And these with what goes on beside the way (`aside.py`).
    "asked": lambda he: he.was_asked,
    "reader": lambda he: he.asker.person is not None and he.may_read,
}


def meaning(who: str, asker: Asker) -> Test | None:
    """Give what a name of a workflow asks of how somebody stands to a ticket.

    None where it can never mean him. Of him it depends on role, person and unit alone.
    """
    test = RELATION_TESTS.get(who) or _PART_TESTS.get(who)
    if test is not None:
        return test
    if who in RIGHTS:
        scope = scope_of(asker.role, who)
        return None if scope is None else _always if scope == "all" else _COVERED[scope]
    if who.startswith("supervisor@"):
        unit = who.partition("@")[2]
        return lambda he: he.supervises(unit)
    meant = named(who)
    is_he = (
        meant is not None
        and asker.person is not None
        and meant.role in (None, asker.role)
        and meant.unit in (None, asker.unit)
        and meant.person in (None, asker.person)
    )
    return _always if is_he else None


def _always(_standing: Standing) -> bool:
    return True


_COVERED: Mapping[Scope, Test] = {
    "own": lambda he: he.is_own,
    "team": lambda he: he.is_covered("team"),
    "subtree": lambda he: he.is_covered("subtree"),
}
