"""What must hold whenever something is stored: looked at after each commit and each log segment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chassis.decisions import Evolution
from chassis.journal.commit import events_of, split_id
from contracts.envelope import Event
from contracts.notify import NotificationAcknowledged, NotificationQueued, OnLadder
from contracts.routing import TicketAssigned, TicketOwned
from contracts.sla import SlaBreached, SlaBreachWithdrawn, SlaWarned
from services.intake.domain.ticket import TICKETS
from services.notify.domain.deliveries import LEDGER
from services.routing.domain.life import TICKETS as CASES
from services.sla.domain.clocks import CLOCKS

if TYPE_CHECKING:
    from tests.simulation.world import World

#: How each service folds a ticket's stream.
FOLDS: dict[str, Evolution[Any]] = {
    "intake": TICKETS,
    "routing": CASES,
    "sla": CLOCKS,
    "notify": LEDGER,
}


class Stream:
    """One ticket in one service, as its commits have told so far."""

    def __init__(self, fold: Evolution[Any]) -> None:
        self.version = 0
        self.sequence = 0
        self.state = fold.initial()
        self.causes: dict[str, int] = {}
        self.applied: dict[str, int] = defaultdict(int)
        self.owned = False
        self.alarms: set[tuple[str, int]] = set()
        self.notices: set[str] = set()
        #: The step that each ladder was at last, and the ladders of which somebody took note.
        self.steps: dict[str, int] = defaultdict(int)
        self.noted: set[str | None] = set()


class Watch:
    """Looks at everything that is stored; tells the world what must not be."""

    def __init__(self, world: World) -> None:
        self._tell = world.report
        self._note = world.note
        self.streams: dict[tuple[str, str], Stream] = {}
        self.numbered: dict[str, set[str]] = defaultdict(set)
        self._ends: dict[str, int] = {}
        for service in FOLDS:
            log = world.disks[service].shelf("log")
            segments = [item.document for item in log.stored.values()]
            self._ends[service] = max((item["last"] for item in segments), default=0)
            log.watcher = self._listener(service, self._segment)
            world.disks[service].shelf("journal").watcher = self._listener(service, self._commit)

    def _listener(
        self, service: str, look: Callable[[str, dict[str, Any]], None]
    ) -> Callable[[dict[str, Any]], None]:
        return lambda document: look(service, document)

    def _commit(self, service: str, commit: dict[str, Any]) -> None:
        if ":" in commit["stream"]:
            return
        name = f"{service} {commit['_id']}"
        types = [event["type"] for event in commit["events"]]
        self._note(name, "is stored:", *(types or ["nothing"]), "because of", *commit["causes"])
        fold = FOLDS[service]
        stream = self.streams.setdefault((service, commit["stream"]), Stream(fold))
        if commit["version"] != stream.version + 1 or commit["first_seq"] != stream.sequence + 1:
            self._tell(f"{name} does not follow the commit before it")
        stream.version = commit["version"]
        self._causes(name, stream, commit)
        for event, at in events_of(commit):
            self._event(name, stream, event)
            stream.state = fold.apply(stream.state, event, at)
            stream.sequence += 1
        if stream.owned and stream.state.owner is None:
            self._tell(f"{name} lost the owner")

    def _causes(self, name: str, stream: Stream, commit: dict[str, Any]) -> None:
        for cause in commit["causes"]:
            if cause in stream.causes:
                self._tell(f"{name} has the same cause {cause} as version {stream.causes[cause]}")
            stream.causes[cause] = commit["version"]
            source, _, sequence = cause.partition(":")
            if source in FOLDS and sequence.isdigit():
                if int(sequence) <= stream.applied[source]:
                    self._tell(f"{name} applies {cause} after {source}:{stream.applied[source]}")
                stream.applied[source] = int(sequence)

    def _event(self, name: str, stream: Stream, event: Event) -> None:
        if isinstance(event, TicketOwned):
            stream.owned = True
        elif isinstance(event, TicketAssigned):
            if event.from_assignee != stream.state.assignee:
                self._tell(f"{name} gives {event.assignee} what {stream.state.assignee} has")
        elif isinstance(event, (SlaWarned, SlaBreached)):
            if (event.clock, event.mark) in stream.alarms:
                self._tell(f"{name} sounds {event.clock} {event.mark} % twice")
            stream.alarms.add((event.clock, event.mark))
        elif isinstance(event, SlaBreachWithdrawn):
            stream.alarms.discard((event.clock, 100))
        elif isinstance(event, (NotificationQueued, NotificationAcknowledged)):
            self._notice(name, stream, event)

    def _notice(
        self, name: str, stream: Stream, event: NotificationQueued | NotificationAcknowledged
    ) -> None:
        if isinstance(event, NotificationAcknowledged):
            stream.noted.add(stream.state.deliveries[event.delivery].ladder)
            return
        if event.delivery in stream.notices:
            self._tell(f"{name} owes the notice {event.delivery} twice")
        stream.notices.add(event.delivery)
        if event.on_ladder is not None:
            self._step(name, stream, event.on_ladder)

    def _step(self, name: str, stream: Stream, on_ladder: OnLadder) -> None:
        ladder, step = on_ladder.ladder, on_ladder.step
        if ladder in stream.noted:
            self._tell(f"{name} goes on with the ladder {ladder}, of which somebody took note")
        if step != stream.steps[ladder] + 1:
            self._tell(f"{name} takes step {step} of {ladder} after {stream.steps[ladder]}")
        stream.steps[ladder] = step

    def _segment(self, service: str, segment: dict[str, Any]) -> None:
        first, last = segment["_id"], segment["last"]
        if last <= self._ends[service] and segment["published"]:
            return
        name = f"{service}'s log at {first}"
        if first != self._ends[service] + 1:
            self._tell(f"{name} does not follow position {self._ends[service]}")
        self._ends[service] = last
        if last - first + 1 != sum(count for _name, count in segment["commits"]):
            self._tell(f"{name} miscounts its events")
        for commit, _count in segment["commits"]:
            self._numbered(service, commit)

    def _numbered(self, service: str, commit: str) -> None:
        if commit in self.numbered[service]:
            self._tell(f"{service}'s log numbers {commit} twice")
        self.numbered[service].add(commit)
        stream, version = split_id(commit)
        known = self.streams.get((service, stream))
        if known is not None and version > known.version:
            self._tell(f"{service}'s log numbers {commit}, which is not stored")
