"""A small organisation and its tickets in memory, decided and folded as the chassis does it."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from chassis.decisions import Context, Due
from chassis.errors import DomainError
from chassis.identity import Identity
from contracts.calls.routing import Rule, Unit
from contracts.envelope import ContentRef, Event
from contracts.intake import TicketMessageReceived, TicketRegistered
from contracts.sla import Action, SlaDemanded
from services.routing.actions import Deed, Filled, read_arguments, refer_to, written
from services.routing.actions.ending import Merge
from services.routing.actions.joining import Attach
from services.routing.domain.balance import Burden, Job, choose, fewest_owned
from services.routing.domain.life import TICKETS
from services.routing.domain.organisation import Organisation, Person
from services.routing.domain.ticket import Ticket
from services.routing.domain.workflow import Workflow
from services.routing.handlers import (
    AssignNext,
    AssignTask,
    PassOn,
    act,
    assign_next,
    assign_task,
    hear_requester,
    meet_demands,
    open_ticket,
    pass_on,
    take_back,
    wish_of,
)
from services.routing.handlers.attention import WakeUp, wake_up
from services.routing.handlers.carried import Carried, receive
from services.routing.handlers.case import Grounds, Place, pool_of
from services.routing.handlers.choosing import rule_of
from services.routing.handlers.joining import Conclude, Newcomers, conclude, expect_newcomers
from services.routing.handlers.opening import desk_for
from services.routing.handlers.taking_back import heirs_of
from services.routing.workflows import shipped

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
CODE = "100000000009"
REQUESTER = Identity(subject="requester:r1", role="requester")
IMPORTER = Identity(subject="key:importer", role="importer")


def a_unit(unit: str, parent: str | None = None, *, desk: bool = False, **fields: Any) -> Unit:
    return Unit(id=unit, title={"en": unit}, parent=parent, desk=desk, active=True, **fields)


def a_rule(rule: str, order: int = 1, **fields: Any) -> Rule:
    blank = dict.fromkeys(("subject", "kind", "channel", "skill", "priority"))
    return Rule(
        **{"tier": 1, "strategy": "least_loaded", "active": True, **blank, **fields},
        id=rule,
        order=order,
    )


def a_person(person: str, unit: str, role: str = "expert", **fields: Any) -> Person:
    return Person(id=person, unit=unit, role=role, **fields)


PEOPLE = (
    a_person("desk", "hq", "agent", capacity=5, hourly_rate=600_000),
    a_person("desk2", "hq", "agent", capacity=5),
    a_person("expert", "it", tier=1, capacity=3, hourly_rate=3_600_000),
    a_person("expert2", "it", tier=1, capacity=3),
    a_person("senior", "it", tier=2, capacity=2),
    a_person("clerk", "finance", tier=1, capacity=2),
    a_person("supervisor", "it", "supervisor", tier=3, capacity=0),
    a_person("manager", "hq", "manager", tier=3, capacity=0),
)
ORGANISATION = Organisation(
    people={person.id: person for person in PEOPLE},
    units={
        "hq": a_unit("hq", desk=True),
        "it": a_unit("it", "hq"),
        "finance": a_unit("finance", "hq"),
    },
    rules=(
        a_rule("network", 1, subject="it.network", unit="it", tier=2, priority=2),
        a_rule("it", 2, subject="it", unit="it", priority=4),
        a_rule("complaints", 3, kind="complaint", unit="finance"),
    ),
)
SUBJECTS = {"it": None, "it.network": "it", "it.software": "it", "finance": None}


def identity_of(person: str, known: Person | None = None) -> Identity:
    found = known or ORGANISATION.people[person]
    return Identity(subject=f"person:{person}", role=found.role, unit=found.unit, tier=found.tier)


def a_registered(**fields: Any) -> TicketRegistered:
    usual: dict[str, Any] = {
        "subject": "it.software",
        "kind": "request",
        "channel": "web",
        "requester": "r1",
        "segment": "public",
        "language": "fa",
        "content": ContentRef("c", "0"),
    }
    return TicketRegistered(**{**usual, **fields})


class World:
    """Tickets, and the places that their decisions take."""

    def __init__(
        self, organisation: Organisation = ORGANISATION, workflows: list[Workflow] | None = None
    ) -> None:
        flows = [*shipped().values(), *(workflows or [])]
        self.organisation = organisation
        self.workflows = {(f.id, f.version): f for f in flows} | {(f.id, 0): f for f in flows}
        self.tickets: dict[str, Ticket] = {}
        self.events: dict[str, list[tuple[Event, datetime]]] = {}
        self.now = NOON
        self._count = 0

    # -- what happens ----------------------------------------------------------------------------

    def register(self, code: str = CODE, **fields: Any) -> Ticket:
        return self._decide(code, open_ticket, a_registered(**fields))

    def message(self, code: str = CODE) -> Ticket:
        received = TicketMessageReceived(message=ContentRef("m", "0"), channel="web")
        return self._decide(code, hear_requester, received)

    def do(
        self,
        action: str,
        by: str | Identity,
        code: str = CODE,
        *,
        at: datetime | None = None,
        behalf: str | None = None,
        filled: dict[str, dict[str, Any]] | None = None,
        **arguments: Any,
    ) -> Ticket:
        read = read_arguments(action, arguments)
        bodies = written(read) | ({"answers": str(filled)} if filled else {})
        texts = refer_to(bodies, stream=code, cause=str(self._count))
        forms = [Filled(form=name, version=1, values=v) for name, v in (filled or {}).items()]
        deed = Deed(
            action=action,
            arguments=read,
            texts=texts,
            behalf=behalf,
            filled=forms[0] if forms else None,
        )
        identity = identity_of(by) if isinstance(by, str) else by
        for target, kind in tied_to(read):
            if target != code and target in self.tickets:
                self._decide(
                    target, expect_newcomers, Newcomers(tickets=[code], kind=kind), identity
                )
        return self._decide(code, act, deed, identity, at)

    def demand(self, *actions: Action, code: str = CODE) -> Ticket:
        """Have a mark of a clock want something done."""
        wanted = SlaDemanded(clock="resolution", mark=100, alarm_at=self.now, actions=list(actions))
        return self._decide(code, meet_demands, wanted)

    def carry(self, source: str = CODE) -> dict[str, str]:
        """Carry what a ticket passes on; gives who refused it, and why."""
        refused: dict[str, str] = {}
        for passage in self.tickets[source].ties.passages:
            carried = Carried(
                source=source, requester=self.tickets[source].requester, passage=passage
            )
            reach = self.tickets[source].ties.reach(passage)
            for code in reach:
                try:
                    self._decide(code, receive, carried)
                except DomainError as error:
                    refused[code] = error.code
            done = Conclude(passage=passage.id, reached=len(reach) - len(refused), left={})
            self._decide(source, conclude, done)
        return refused

    def wake_up(self, code: str = CODE) -> Ticket:
        return self._decide(code, wake_up, WakeUp())

    def hand_out(self, code: str = CODE) -> Ticket:
        return self._decide(code, assign_next, AssignNext())

    def hand_out_task(self, task: str, code: str = CODE) -> Ticket:
        return self._decide(code, assign_task, AssignTask(task))

    def fall_due(self, code: str = CODE) -> Ticket:
        """Have the time come that was given for doing something."""
        return self._decide(code, take_back, Due(at=self.now))

    def leaves(self, person: str, code: str = CODE) -> Ticket:
        """Have what somebody leaves behind passed on."""
        return self._decide(code, pass_on, PassOn(person))

    def pass_time(self, **duration: float) -> None:
        self.now += timedelta(**duration)

    # -- what is so ------------------------------------------------------------------------------

    def ticket(self, code: str = CODE) -> Ticket:
        return self.tickets[code]

    def recorded(self, code: str = CODE) -> list[str]:
        return [event.type for event, _at in self.events[code]]

    def last(self, kind: type[Any], code: str = CODE) -> Any:
        return next(event for event, _ in reversed(self.events[code]) if isinstance(event, kind))

    def loads(self) -> Counter[str]:
        loads: Counter[str] = Counter()
        for ticket in self.tickets.values():
            for part, name in ticket.places.items():
                person = self.organisation.people.get(name)
                weight = 1 if part else ticket.weight
                loads[name] += person.points(weight) if person else weight
        return loads

    def grounds(self, **more: Any) -> Grounds:
        return Grounds(
            organisation=self.organisation,
            workflows=self.workflows,
            subjects=SUBJECTS,
            others=self.tickets,
            **more,
        )

    # -- how it is decided -----------------------------------------------------------------------

    def _decide(
        self,
        code: str,
        decide: Any,
        message: Any,
        identity: Identity | None = None,
        at: datetime | None = None,
    ) -> Ticket:
        self._count += 1
        state = self.tickets.get(code, Ticket())
        context = Context(
            stream=code,
            at=at or self.now,
            now=self.now,
            actor=identity.subject if identity else "system:routing",
            cause=f"cause-{self._count}",
            exists=code in self.tickets,
            identity=identity,
            imported=at is not None,
        )
        places = {(code, context.cause): self._place(state, message, context)}
        events = decide(state, message, context, self.grounds(places=places))
        for event in events:
            state = TICKETS.apply(state, event, context.at)
            self.events.setdefault(code, []).append((event, context.at))
        self.tickets[code] = state
        return state

    def _place(self, state: Ticket, message: Any, context: Context) -> Place:
        grounds = self.grounds()
        wish = wish_of(state, message, context, grounds)
        assignee = None
        if wish is not None:
            pool = pool_of(wish, self.organisation)
            part = f"#{wish.task}" if wish.task else ""
            has = [person for person in pool if person.id == state.places.get(part)]
            job = Job(
                weight=1 if wish.task else wish.weight or state.weight,
                strategy=wish.strategy or self.organisation.strategy_of(wish.unit),
                skill=wish.skill,
            )
            burdens = {name: Burden(points) for name, points in self.loads().items()}
            chosen = has[0] if has else choose(pool, job, burdens)
            assignee = chosen.id if chosen else None
        owner = None
        request = message if isinstance(message, TicketRegistered) else state
        routed = request is message or (isinstance(message, AssignNext) and state.is_adrift)
        if routed and not request.imported:
            owned = Counter(t.speaker or "" for t in self.tickets.values())
            rule = rule_of(request, context.at, grounds)
            chosen = fewest_owned(desk_for(request, rule, grounds), owned)
            owner = chosen.id if chosen else None
        if isinstance(message, PassOn):
            owned = Counter(t.speaker or "" for t in self.tickets.values())
            chosen = fewest_owned(heirs_of(state, message, self.organisation), owned)
            owner = chosen.id if chosen else None
        return Place(assignee=assignee, owner=owner)


def tied_to(arguments: Any) -> list[tuple[str, Any]]:
    """Which ticket an action has to be expected by, and as what."""
    if isinstance(arguments, Attach):
        return [(arguments.parent, "child")]
    return [(arguments.into, "merged")] if isinstance(arguments, Merge) else []


def with_people(*people: Person) -> Organisation:
    """The organisation with other people."""
    return msgspec.structs.replace(ORGANISATION, people={person.id: person for person in people})
