"""What one process of the service is made of."""

from functools import cached_property

from chassis.calls.call import Call
from chassis.journal import Aggregates
from chassis.runtime import Config
from contracts.calls.routing import (
    Step,
)
from services.routing import (
    timeline,
)
from services.routing.administration import Administration
from services.routing.attending import Attending
from services.routing.capacity import Capacities
from services.routing.carrying import Carrying
from services.routing.demanding import Demanding
from services.routing.distribution import Distribution
from services.routing.doing import Desk
from services.routing.domain.life import TICKETS
from services.routing.domain.records import RECORDS, Record
from services.routing.domain.ticket import Ticket, index
from services.routing.leaving import Leaving
from services.routing.own_account import OwnAccount
from services.routing.passwords import Passwords
from services.routing.reference import Grounding
from services.routing.repository import Store
from services.routing.repository.boards import OPEN_INDEX
from services.routing.repository.queues import TICKET_INDEXES
from services.routing.repository.stories import Bodies
from services.routing.rule_trials import RuleTrials
from services.routing.rulebook import Rulebook
from services.routing.settings import RoutingSettings
from services.routing.starting import Starting
from services.routing.urgency import Urgency
from services.routing.views import Views
from services.routing.watching import Watch


class Parts:
    """Stores, streams and parts that every door leads to."""

    cases: Aggregates[Ticket] = Aggregates(
        TICKETS,
        collection="tickets",
        index=index,
        indexes=(*TICKET_INDEXES, OPEN_INDEX),
        opened_by="intake",
        unit=lambda ticket: ticket.unit,
    )
    organisation: Aggregates[Record] = Aggregates(
        RECORDS,
        collection="organisation",
        streams=("person:", "unit:", "rules:", "partner:", "key:", "sign_in:"),
    )
    grounding = Grounding()
    store = Store()
    passwords = Passwords()
    settings = Config(RoutingSettings)

    def _public_steps(self, ticket: Ticket, bodies: Bodies) -> list[Step]:
        return timeline.public(ticket.public, bodies, self.grounding.lookup.names)

    def _views(self, call: Call) -> Views:
        return Views(self.cases, self.grounding.now(), call)

    @cached_property
    def _desk(self) -> Desk:
        grounding = self.grounding
        zone = self.settings.zone
        texts, lookup, forms = self.store.texts, grounding.lookup, grounding.forms
        return Desk(self.cases, texts, lookup, forms, zone, grounding.now)

    @cached_property
    def _distribution(self) -> Distribution:
        return Distribution(self.cases, self.grounding)

    @cached_property
    def _urgency(self) -> Urgency:
        grounding = self.grounding
        return Urgency(self.store.queues, grounding.sla.caller, grounding.runtime.clock)

    @cached_property
    def _carrying(self) -> Carrying:
        grounding = self.grounding
        starting = Starting(self.cases, grounding.intake.caller, grounding.runtime)
        return Carrying(self.cases, starting, grounding.runtime)

    @cached_property
    def _leaving(self) -> Leaving:
        return Leaving(self._distribution, self.grounding, self.settings.long_leave)

    @cached_property
    def _attending(self) -> Attending:
        return Attending(self.organisation, self.store, self.grounding.lookup)

    @cached_property
    def _administration(self) -> Administration:
        lookup = self.grounding.lookup
        forms = self.grounding.forms
        return Administration(self.organisation, self.store, lookup, self.passwords, forms)

    @cached_property
    def _own_account(self) -> OwnAccount:
        return OwnAccount(self.store, self.passwords, self._administration, self._demanding)

    @cached_property
    def _demanding(self) -> Demanding:
        return Demanding(self.organisation, self.store)

    @cached_property
    def _rulebook(self) -> Rulebook:
        return Rulebook(self.organisation, self.store.directory.rules, self.grounding.lookup)

    @cached_property
    def _rule_trials(self) -> RuleTrials:
        return RuleTrials(self._rulebook, self.store.requests, self.grounding)

    @cached_property
    def _capacities(self) -> Capacities:
        return Capacities(self.organisation, self.grounding)

    @cached_property
    def _watch(self) -> Watch:
        return Watch(self.organisation, self.grounding, self.settings.capacity_every)
