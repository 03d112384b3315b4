"""The streams of one kind: what is read of them, and what commands, events and due times do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar
from weakref import WeakValueDictionary

from eventlet.semaphore import Semaphore

from chassis.calls.call import Call
from chassis.clock import to_milliseconds
from chassis.decisions import Due, Evolution
from chassis.errors import DomainError
from chassis.journal.history import Recorded, history_of
from chassis.journal.intents import (
    Decide,
    Intent,
    Outcome,
    commanded,
    nothing,
)
from chassis.journal.journal import Journal
from chassis.journal.loaded import Snapshot
from chassis.journal.mending import Mender
from chassis.journal.queries import JournalQueries
from chassis.journal.reference import Reference
from chassis.journal.relay import Relay
from chassis.journal.settling import Pull, Settling
from chassis.journal.snapshots import Saving, SnapshotStore
from chassis.late import late
from chassis.logging import get_logger
from chassis.mongo import make_indexes
from chassis.provider import Provider
from contracts.envelope import CloudEvent

S = TypeVar("S")
log = get_logger()

_ROUNDS = 30


class Aggregates(Provider, Generic[S]):
    """The streams of one kind, as a dependency of a service."""

    journal = Journal()
    relay = Relay()
    queries = JournalQueries()
    mender = Mender()

    def __init__(
        self,
        evolution: Evolution[S],
        *,
        collection: str,
        index: Callable[[S], dict[str, Any]] | None = None,
        indexes: Sequence[Any] = (),
        opened_by: str | None = None,
        streams: tuple[str, ...] = ("",),
        unit: Callable[[S], str | None] | None = None,
        listed_later: bool = False,
    ) -> None:
        self.evolution = evolution
        self.collection = collection
        self.index = index
        self.indexes = indexes
        self.opened_by = opened_by
        #: How the names of these streams begin; "": all names without a colon (tickets).
        self.prefixes = streams
        self.unit = unit
        #: When the snapshots of what was not commanded are written: later where no other service
        #: asks for lists of them because of an event that has only just been told.
        self._when = Saving.LATER if listed_later else Saving.FIRST
        #: Whose turn it is, per stream that somebody commands right now.
        self._turns: MutableMapping[str, Semaphore] = WeakValueDictionary()
        #: Set by the inbox: brings an unknown stream here from the service that opens it.
        self.pull: Pull | None = None

    def setup(self) -> None:
        """Have the indexes made before the process is ready."""
        self.journal.runtime.before_ready(self._make_indexes)
        self.journal.kinds.append(self)
        if sum("" in kind.prefixes for kind in self.journal.kinds) > 1:
            raise ValueError("only one kind of streams may leave `streams` out")

    def keeps(self, stream: str) -> bool:
        """Tell whether a stream is of this kind."""
        if ":" not in stream:
            return "" in self.prefixes
        return stream.startswith(tuple(filter(None, self.prefixes)))

    @late
    def snapshots(self) -> SnapshotStore[S]:
        """The folded states, kept for reading."""
        return SnapshotStore(
            self.journal.runtime.database[self.collection], self.evolution, self.index
        )

    @late
    def reference(self) -> Reference | None:
        """The service's reference, where it has one."""
        found = [item for item in self.container.dependencies if isinstance(item, Reference)]
        return found[0] if found else None

    @late
    def _settling(self) -> Settling[S]:
        return Settling(
            self.journal,
            self.snapshots,
            self.evolution,
            unit=self.unit,
            reference=self.reference,
            pull=self.pull,
        )

    # -- reading ---------------------------------------------------------------------------------

    def state(self, stream: str) -> S | None:
        """Give a stream's state, or None where there is none."""
        return self.states([stream]).get(stream)

    def states(self, streams: Sequence[str]) -> dict[str, S]:
        """Give the states of those streams that exist."""
        return {name: item.state for name, item in self.snapshots.load(streams).items()}

    def find(
        self, query: Mapping[str, Any], *, sort: Any = None, limit: int = 50, skip: int = 0
    ) -> list[Snapshot[S]]:
        """Give snapshots by the indexed fields."""
        return self.snapshots.find(query, sort=sort, limit=limit, skip=skip)

    def find_again(
        self, query: Mapping[str, Any], *, sort: Any = None, limit: int = 50
    ) -> list[Snapshot[S]]:
        """Give the same for lists that are looked at often: what is remembered is not read."""
        return self.snapshots.find_again(query, sort=sort, limit=limit)

    def history(self, stream: str) -> list[Recorded]:
        """Give a stream's events, oldest first."""
        return history_of(self.journal.commits_of(stream))

    def stored(self, documents: Mapping[str, Mapping[str, Any]]) -> dict[str, Snapshot[S]]:
        """Give snapshots, by stream, whose documents were read by other means."""
        found = ((name, self.snapshots.newest(name, item)) for name, item in documents.items())
        return {
            name: Snapshot(name, loaded.version, loaded.state, loaded.updated_at)
            for name, loaded in found
            if loaded.updated_at is not None
        }

    # -- deciding --------------------------------------------------------------------------------

    def execute(
        self,
        stream: str,
        decide: Decide,
        request: Any,
        call: Call,
        *,
        new: bool = False,
        when: Saving = Saving.FIRST,
    ) -> Outcome:
        """Carry a command out, exactly once per idempotency key.

        With `new` the stream is taken not to exist yet, and nothing is looked up first; raises
        Opened where the command has opened another one. Where nobody waits for its snapshot, who
        looks for the stream by its name must `mend` what he does not find. Raises what the decision
        raises, KeyReused, or Unavailable.
        """
        intent = commanded(decide, request, call)._replace(opens=new)
        with self._turn(stream):
            work = {stream: [intent]}
            outcome = self._settling.settle(work, new=new, pull=True, when=when)[stream]
        if outcome.error is not None:
            raise outcome.error
        if outcome.repeated:
            call.repeated = True
        return outcome

    def execute_all(
        self, streams: Sequence[str], decide: Decide, request: Any, call: Call
    ) -> dict[str, Outcome]:
        """Carry the same command out on many streams together; gives what became of each."""
        return self._settling.settle({name: [commanded(decide, request, call)] for name in streams})

    def execute_each(
        self, requests: Mapping[str, Any], decide: Decide, call: Call
    ) -> dict[str, Outcome]:
        """Carry one command out on many streams together, by a request for each; as `execute`."""
        intents = {name: [commanded(decide, each, call)] for name, each in requests.items()}
        return self._settling.settle(intents, pull=True)

    def _turn(self, stream: str) -> Semaphore:
        """Let commands on one stream wait for each other here, instead of losing races."""
        return self._turns.setdefault(stream, Semaphore())

    def cursors(self, source: str, streams: Sequence[str]) -> dict[str, int]:
        """Give how far the source has been applied, by stream."""
        return self.snapshots.cursors(source, streams)

    def receive(
        self,
        source: str,
        events: Mapping[str, Sequence[CloudEvent]],
        table: Mapping[str, Decide],
    ) -> dict[str, DomainError | None]:
        """Apply events, per stream in order; gives per stream why it stopped, if it did."""
        work = {}
        for stream, run in events.items():
            intents = [
                Intent(
                    table[event.event_type],
                    event,
                    f"{source}:{event.sequence}",
                    to_milliseconds(event.time),
                    f"system:{self.journal.runtime.service}",
                    cursor=(source, event.sequence),
                    correlation=event.correlationid or None,
                    causation=f"{source}:{event.id}",
                )
                for event in run
                if event.event_type in table
            ]
            if intents:
                last = intents[-1]._replace(read_upto=run[-1].sequence)
                work[stream] = [*intents[:-1], last]
        unopened = self._pull_unknown(list(work)) if source != self.opened_by else {}
        ready = {name: work[name] for name in work if name not in unopened}
        outcomes = self._settling.settle(ready, when=self._when)
        return unopened | {stream: outcome.error for stream, outcome in outcomes.items()}

    def _pull_unknown(self, streams: Sequence[str]) -> dict[str, DomainError]:
        """Bring unknown streams here first; gives those that must wait for their opening."""
        # What has a colon in its name is opened by its first event, wherever that is read.
        missing = self.snapshots.missing([name for name in streams if ":" not in name])
        if not missing or self.pull is None:
            return {}
        try:
            pulled = self.pull(missing)
        except DomainError as error:
            return dict.fromkeys(missing, error)
        return {stream: error for stream, error in pulled.items() if error is not None}

    def fire(self, due: Mapping[str, datetime], decide: Decide) -> dict[str, Outcome]:
        """Decide what the due times of streams lead to."""
        actor = f"system:{self.journal.runtime.service}"
        return self._settling.settle(
            {
                stream: [Intent(decide, Due(at=at), "due", at, actor, due_at=at)]
                for stream, at in due.items()
            },
            when=self._when,
        )

    def skip(self, stream: str, cursor: tuple[str, int], actor: str) -> None:
        """Record that an event is passed over; the operator answers for it."""
        now = self.journal.runtime.clock.now()
        intent = Intent(nothing, None, f"skip:{cursor[0]}:{cursor[1]}", now, actor, cursor=cursor)
        outcome = self._settling.settle({stream: [intent]}, commit_empty=True)[stream]
        if outcome.error is not None:
            raise outcome.error

    def _make_indexes(self) -> None:
        collection = self.journal.runtime.database[self.collection]
        if self.indexes:
            make_indexes(collection, self.indexes)

    def settle(
        self, work: Mapping[str, Sequence[Intent]], when: Saving = Saving.FIRST
    ) -> dict[str, Outcome]:
        """Decide and commit; each stream's intents in order, as one commit of its own."""
        return self._settling.settle(work, when=when)

    def mend(self, streams: Sequence[str]) -> None:
        """Bring snapshots up to the journal.

        What was not found before may have been written meanwhile: look again in any case.
        """
        self._settling.mend(streams)
