"""The service's reference: grounds for decisions, with the places that they may give away."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

import msgspec

from chassis.calls.client import ServiceClient
from chassis.decisions import Occasion
from chassis.journal import Aggregates, Outcome, Reference
from chassis.late import late
from chassis.metrics import metric
from chassis.runtime import Config, Runtime
from contracts.intake import TicketRegistered
from contracts.routing import TicketAssigned, TicketOpened, TicketQueued
from services.routing.actions import Deed
from services.routing.actions.ending import Merge
from services.routing.actions.joining import Attach
from services.routing.actions.partners import HandOff
from services.routing.domain.balance import Job
from services.routing.domain.organisation import Person
from services.routing.domain.partner import Partner
from services.routing.domain.ticket import Ticket
from services.routing.domain.workflow import Workflow
from services.routing.forms import Forms
from services.routing.handlers import AssignNext, wish_of
from services.routing.handlers.case import Grounds, Wish, pool_of
from services.routing.handlers.choosing import facts_of, rule_of
from services.routing.handlers.opening import desk_for
from services.routing.handlers.taking_back import PassOn, heirs_of
from services.routing.holding import really_has
from services.routing.lookup import Lookup
from services.routing.picking import Want
from services.routing.places import Places
from services.routing.repository import Store
from services.routing.settings import RoutingSettings
from services.routing.shadowing import Watcher

#: A decision has two of the database's deadlines for all its rounds, and its last write one more.
_DEADLINES = 3


class Grounding(Reference):
    """Prepares the grounds of every batch."""

    runtime = Runtime()
    store = Store()
    intake = ServiceClient("intake")
    sla = ServiceClient("sla")

    settings = Config(RoutingSettings)

    @late
    def lookup(self) -> Lookup:
        """What decisions look up, kept in memory."""
        return Lookup(self.store.directory, self.intake.caller, self.runtime.clock.now)

    @late
    def forms(self) -> Forms:
        """The forms that steps ask for."""
        return Forms(self.intake.caller)

    @late
    def places(self) -> Places:
        """Takes and frees places."""
        return Places(
            self.store.loads,
            self.store.acquaintance,
            patience=_DEADLINES * self.runtime.settings.mongo_seconds,
            has_really=lambda person, work: really_has(self._cases, person, work),
        )

    @late
    def watcher(self) -> Watcher:
        """Compares the draft beside the rules with them."""
        return Watcher(self.store.directory.rules)

    def now(self) -> Grounds:
        """Give the grounds for looking only: nothing can be given away with them."""
        return Grounds(
            organisation=self.lookup.organisation,
            workflows=self.lookup.workflows,
            zone=self.settings.value.zone,
        )

    def known_of(self, subjects: Iterable[str]) -> Grounds:
        """Give the grounds for asking the rules about requests for these subjects."""
        return msgspec.structs.replace(self.now(), subjects=self.lookup.subjects(list(subjects)))

    def prepare(self, occasions: Sequence[Occasion]) -> Grounds:
        """Look everything up and take the places that the batch asks for."""
        messages = [occasion.message for occasion in occasions]
        asked_for = [m.workflow for m in messages if isinstance(m, TicketRegistered)]
        workflows = self.lookup.workflows_with(asked_for)
        grounds = Grounds(
            organisation=self.lookup.organisation,
            workflows=workflows,
            subjects=self._subjects(occasions),
            others=self._others(occasions),
            zone=self.settings.value.zone,
            partners=self._partners(occasions, workflows),
        )
        wants = _Wants(grounds).of(occasions)
        if not wants:
            return grounds
        places = self.places.take(wants, self.runtime.clock.now())
        return msgspec.structs.replace(grounds, places=places)

    def settle(self, occasions: Sequence[Occasion], outcomes: Any) -> None:
        """Free the places that are not needed."""
        before: dict[str, Ticket] = {}
        for state, _message, context, _cursors in occasions:
            if isinstance(state, Ticket):
                before.setdefault(context.stream, state)
        causes = [(item.context.stream, item.context.cause) for item in occasions]
        self.places.settle(causes, before, cast("dict[str, Outcome]", outcomes))
        self._watch(occasions, outcomes)
        _count_assignments(outcomes[stream] for stream in before if stream in outcomes)

    def _watch(self, occasions: Sequence[Occasion], outcomes: Mapping[str, Outcome]) -> None:
        """Let the draft beside the rules say what it would have done with what was opened."""
        beside = self.lookup.beside
        if beside is None:
            return
        grounds = msgspec.structs.replace(self.now(), subjects=self.lookup.known_subjects)
        opened = [
            (context.stream, facts_of(message, context.at, grounds))
            for _state, message, context, _cursors in occasions
            if isinstance(message, TicketRegistered)
            and not message.imported
            and _was_opened(outcomes.get(context.stream))
        ]
        self.watcher.look(beside, grounds.organisation.table, opened, self.runtime.clock.now())

    def _subjects(self, occasions: Sequence[Occasion]) -> dict[str, str | None]:
        wanted = [
            request.subject
            for occasion in occasions
            if (request := _request_of(occasion.state, occasion.message)) is not None
        ]
        return dict(self.lookup.subjects(wanted)) if wanted else {}

    def _others(self, occasions: Sequence[Occasion]) -> dict[str, Ticket]:
        deeds = [o.message.arguments for o in occasions if isinstance(o.message, Deed)]
        codes = [arguments.into for arguments in deeds if isinstance(arguments, Merge)]
        codes += [arguments.parent for arguments in deeds if isinstance(arguments, Attach)]
        return self._cases.states(sorted(set(codes))) if codes else {}

    def _partners(
        self, occasions: Sequence[Occasion], workflows: Mapping[tuple[str, int], Workflow]
    ) -> dict[str, Partner]:
        """Give the partners to whom work is given, by somebody or by its workflow."""
        deeds = [o.message.arguments for o in occasions if isinstance(o.message, Deed)]
        names = {arguments.to for arguments in deeds if isinstance(arguments, HandOff)}
        states = [each.state for each in occasions if isinstance(each.state, Ticket)]
        for state in states:
            if state.opened_at is not None:
                names |= workflows[state.workflow, state.workflow_version].partners
        return self.store.partners.known(sorted(names)) if names else {}

    @late
    def _cases(self) -> Aggregates[Ticket]:
        found = [item for item in self.container.dependencies if item.attr_name == "cases"]
        return cast("Aggregates[Ticket]", found[0])


def _was_opened(outcome: Outcome | None) -> bool:
    if outcome is None or outcome.repeated:
        return False
    return any(isinstance(event, TicketOpened) for event in outcome.events)


def _count_assignments(outcomes: Iterable[Outcome]) -> None:
    for outcome in outcomes:
        for event in () if outcome.repeated else outcome.events:
            if isinstance(event, TicketAssigned):
                metric("peygir_assignments_total", "assigned").inc()
            elif isinstance(event, TicketQueued):
                metric("peygir_assignments_total", "queued").inc()


class _Wants:
    """Finds out what the decisions of a batch want to give away; remembers pools and desks."""

    def __init__(self, grounds: Grounds) -> None:
        self._grounds = grounds
        self._pools: dict[Wish, list[Person]] = {}
        self._desks: dict[tuple[str | None, str | None], list[Person]] = {}

    def of(self, occasions: Sequence[Occasion]) -> list[Want]:
        """Give the wants of those decisions that have one."""
        wants = []
        for state, message, context, _cursors in occasions:
            if not isinstance(state, Ticket):
                continue
            wish = wish_of(state, message, context, self._grounds)
            owners = self._owners(_request_of(state, message), context.at)
            if isinstance(message, PassOn):
                owners = heirs_of(state, message, self._grounds.organisation)
            if wish is not None or owners:
                pool = self._pool(wish) if wish else []
                about = state if state.opened_at is not None else message
                part = f"#{wish.task}" if wish and wish.task else ""
                want = Want(
                    context.stream, context.cause, pool, owners, state.places.get(part), part=part
                )
                job = self._job(wish, state, about.language) if wish else want.job
                wants.append(want._replace(job=job, requester=about.requester))
        return wants

    def _job(self, wish: Wish, state: Ticket, language: str) -> Job:
        organisation = self._grounds.organisation
        return Job(
            weight=1 if wish.task else wish.weight or state.weight,
            strategy=wish.strategy or organisation.strategy_of(wish.unit),
            skill=wish.skill,
            language=language,
        )

    def _pool(self, wish: Wish) -> list[Person]:
        if wish not in self._pools:
            self._pools[wish] = pool_of(wish, self._grounds.organisation)
        return self._pools[wish]

    def _owners(self, request: TicketRegistered | Ticket | None, at: datetime) -> list[Person]:
        if request is None or request.imported:
            return []
        opened_at = request.opened_at if isinstance(request, Ticket) else None
        rule = rule_of(request, opened_at or at, self._grounds)
        by = request.registered_by if isinstance(request, TicketRegistered) else None
        key = (rule.unit if rule else None, by)
        if key not in self._desks:
            self._desks[key] = desk_for(request, rule, self._grounds)
        return self._desks[key]


def _request_of(state: Any, message: Any) -> TicketRegistered | Ticket | None:
    """Give what a decision routes by rule, if it does."""
    if isinstance(message, TicketRegistered):
        return message
    adrift = isinstance(message, AssignNext) and isinstance(state, Ticket) and state.is_adrift
    return state if adrift else None
