"""Where a walk takes place: tickets in memory, decided in rounds as `chassis.journal` does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, NamedTuple

import msgspec

from chassis.decisions import Context, Occasion
from chassis.errors import DomainError
from chassis.identity import Identity
from chassis.journal import Outcome, Recorded
from contracts.envelope import Event
from services.routing.actions import ARGUMENTS
from services.routing.domain import workflow
from services.routing.domain.life import TICKETS
from services.routing.domain.organisation import Organisation
from services.routing.domain.partner import Partner
from services.routing.domain.ticket import Ticket
from services.routing.places import Places
from services.routing.reference import Grounding
from services.routing.workflows import definitions
from tests.laws.loads import MemoryAcquaintance, MemoryLoads
from tests.laws.organisations import SUBJECTS

BEGIN = datetime(2026, 11, 22, 12, tzinfo=UTC)
_REPLICAS = 2


class Intent(NamedTuple):
    """One decision wanted."""

    decide: Callable[..., Sequence[Event]]
    message: Any
    cause: str
    at: datetime
    identity: Identity | None = None
    imported: bool = False


class Trial(NamedTuple):
    """What a stream's intents lead to, not yet stored."""

    state: Ticket
    events: list[tuple[Event, Intent]]
    error: DomainError | None


class Stage:
    """Tickets with their histories, and the replicas that decide about them."""

    def __init__(self, organisation: Organisation) -> None:
        self.organisation = organisation
        self.now = BEGIN
        self.clock = SimpleNamespace(now=lambda: self.now)
        self.loads, self._acquaintance = MemoryLoads(), MemoryAcquaintance()
        self.definitions: dict[tuple[str, int], dict[str, Any]] = {}
        self.workflows: dict[tuple[str, int], workflow.Workflow] = {}
        # Read anew: a workflow remembers ways, and a planted bug's would outlive its plant.
        for definition in definitions().values():
            self._know(workflow.read(definition, ARGUMENTS), definition)
        self.tickets: dict[str, Ticket] = {}
        self.history: dict[str, list[Recorded]] = {}
        self._told: dict[tuple[str, str], list[Any]] = {}
        self._replicas = [self._replica() for _number in range(_REPLICAS)]

    # -- what is so ------------------------------------------------------------------------------

    @property
    def codes(self) -> list[str]:
        """The tickets that there are."""
        return list(self.tickets)

    def workflow_of(self, code: str) -> dict[str, Any]:
        """Give the definition that a ticket was opened with."""
        ticket = self.tickets[code]
        return self.definitions[ticket.workflow, ticket.workflow_version]

    def told(self, code: str, field: str) -> list[Any]:
        """Give what the events of a ticket have said under a name, of late."""
        return self._told.get((code, field), [])[-5:]

    def grounds(self) -> Any:
        """Give the grounds for looking only."""
        return self._replicas[0].now()

    # -- what happens ----------------------------------------------------------------------------

    def publish(self, definition: dict[str, Any]) -> None:
        """Publish a workflow."""
        self._know(workflow.read(definition, ARGUMENTS), definition)

    def settle(
        self, work: Mapping[str, Sequence[Intent]], *, replica: int = 0
    ) -> dict[str, Outcome]:
        """Decide and store; each stream's intents in order, up to the first refusal."""
        grounding = self._replicas[replica]
        occasions = self._occasions(work)
        grounds = grounding.prepare(occasions)
        trials = {code: self._tried(code, intents, grounds) for code, intents in work.items()}
        outcomes = {code: self._stored(code, trial) for code, trial in trials.items()}
        grounding.settle(occasions, outcomes)
        return outcomes

    def lose(
        self, code: str, intent: Intent, winner: Callable[[], Any], *, replica: int
    ) -> Outcome:
        """Decide while somebody else is faster; then once more, on what he has left."""
        grounding, before = self._replicas[replica], self.tickets[code]
        occasions = self._occasions({code: [intent]})
        grounds = grounding.prepare(occasions)
        winner()
        self._tried(code, [intent], grounds, before)
        grounding.settle(occasions, {})
        return self.settle({code: [intent]}, replica=replica)[code]

    def pass_time(self, hours: int) -> None:
        """Have hours pass."""
        self.now += timedelta(hours=hours)

    # -- how -------------------------------------------------------------------------------------

    def states(self, codes: Sequence[str]) -> dict[str, Ticket]:
        """Give how those tickets stand that there are."""
        return {code: self.tickets[code] for code in codes if code in self.tickets}

    def _occasions(self, work: Mapping[str, Sequence[Intent]]) -> list[Occasion]:
        return [
            Occasion(self._state(code), intent.message, self._context(code, intent))
            for code, intents in work.items()
            for intent in intents
        ]

    def _tried(
        self, code: str, intents: Sequence[Intent], grounds: Any, state: Ticket | None = None
    ) -> Trial:
        state = state or self._state(code)
        events: list[tuple[Event, Intent]] = []
        for intent in intents:
            try:
                decided = intent.decide(state, intent.message, self._context(code, intent), grounds)
            except DomainError as error:
                return Trial(state, events, error)
            for event in decided:
                state = TICKETS.apply(state, event, intent.at)
            events += [(event, intent) for event in decided]
        return Trial(state, events, None)

    def _stored(self, code: str, trial: Trial) -> Outcome:
        told = [event for event, _intent in trial.events]
        if not told:
            return Outcome(self._state(code), 0, [], error=trial.error)
        self.tickets[code] = trial.state
        history = self.history.setdefault(code, [])
        for event, intent in trial.events:
            actor = intent.identity.subject if intent.identity else "system:routing"
            number = len(history) + 1
            history.append(Recorded(event, intent.at, self.now, actor, number, number))
            for field, value in msgspec.structs.asdict(event).items():
                if isinstance(value, str):
                    self._told.setdefault((code, field), []).append(value)
        return Outcome(trial.state, len(history), told, error=trial.error)

    def _state(self, code: str) -> Ticket:
        return self.tickets.get(code) or TICKETS.initial()

    def _context(self, code: str, intent: Intent) -> Context:
        return Context(
            stream=code,
            at=intent.at,
            now=self.now,
            actor=intent.identity.subject if intent.identity else "system:routing",
            cause=intent.cause,
            exists=code in self.tickets,
            identity=intent.identity,
            imported=intent.imported,
        )

    def _know(self, flow: workflow.Workflow, definition: dict[str, Any]) -> None:
        self.definitions[flow.id, flow.version] = definition
        self.workflows |= {(flow.id, flow.version): flow, (flow.id, 0): flow}

    def _replica(self) -> Grounding:
        """A process's reference, with this stage for all that it looks up."""
        grounding = Grounding()
        grounding.__dict__ |= {
            "lookup": _Lookup(self),
            "places": Places(
                self.loads,  # type: ignore[arg-type]
                self._acquaintance,  # type: ignore[arg-type]
                # Nobody else goes on while somebody waits.
                patience=0,
                has_really=lambda person, work: work in self.loads.held[person],
            ),
            "runtime": self,
            "store": SimpleNamespace(partners=_Partners()),
            "settings": SimpleNamespace(value=SimpleNamespace(zone="Asia/Tehran")),
            "_cases": self,
        }
        return grounding


class _Partners:
    """Partners outside: whoever is named is one, unless his name ends in 1; some end the ticket."""

    def known(self, names: Sequence[str]) -> dict[str, Partner]:
        known = [name for name in names if not name.endswith("1")]
        return {n: Partner(id=n, kind="webhook", ends=n.endswith("2")) for n in known}


class _Lookup:
    """What decisions look up, as it is now."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    @property
    def organisation(self) -> Organisation:
        return self._stage.organisation

    @property
    def workflows(self) -> Mapping[tuple[str, int], workflow.Workflow]:
        return self._stage.workflows

    def workflows_with(self, _wanted: object) -> Mapping[tuple[str, int], workflow.Workflow]:
        return self._stage.workflows

    @property
    def names(self) -> Mapping[str, str]:
        return {name: name for name in self._stage.organisation.people}

    @property
    def beside(self) -> None:
        return None

    def subjects(self, _wanted: object) -> Mapping[str, str | None]:
        return SUBJECTS
