"""The streams of one kind: load, decide, commit, snapshot - for commands, events and due times.

Optimistic: a decision is made on the snapshot; the unique keys of the journal tell when somebody
was faster or the same cause came before. Then the cause is looked up first, the state loaded again
with what the journal has beyond the snapshot, and the decision made anew. A refusal counts only
from such a fresh state.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar
from weakref import WeakValueDictionary

import eventlet
import msgspec
from eventlet.semaphore import Semaphore

from chassis.calls.call import Call
from chassis.clock import to_milliseconds
from chassis.decisions import Context, Due, Evolution, Occasion
from chassis.errors import DomainError, KeyReused, Overdue, Permanent, Unavailable
from chassis.identity import Identity
from chassis.journal import commit as commits
from chassis.journal.group import Duplicate
from chassis.journal.instants import cut
from chassis.journal.journal import OPENS, Journal
from chassis.journal.loaded import Loaded, Snapshot
from chassis.journal.mending import Mender
from chassis.journal.queries import JournalQueries
from chassis.journal.relay import Relay
from chassis.journal.snapshots import SnapshotStore
from chassis.late import late
from chassis.logging import get_logger
from chassis.mongo import make_indexes
from chassis.provider import Provider
from contracts.envelope import CloudEvent, Event

S = TypeVar("S")
log = get_logger()

Decide = Callable[[Any, Any, Context, Any], Sequence[Event]]
_ROUNDS = 30


class Intent(NamedTuple):
    """One decision wanted: the message, who decides, and what it is the effect of."""

    decide: Decide
    message: Any
    cause: str
    at: datetime
    actor: str
    identity: Identity | None = None
    imported: bool = False
    #: Hash of the request, for commands.
    request: str | None = None
    #: Which event of which source this is about.
    cursor: tuple[str, int] | None = None
    #: How far the source has been read once this is applied; further than the event where those
    #: after it have no effect here.
    read_upto: int = 0
    correlation: str | None = None
    causation: str | None = None
    due_at: datetime | None = None
    #: A command that opens a stream: under its cause no other is opened.
    opens: bool = False


class Opened(Permanent):
    """Raised when a command would open a second stream; `stream` is the one it has opened."""

    status = 409

    def __init__(self, stream: str) -> None:
        super().__init__("opened_already")
        self.stream = stream


class Outcome(NamedTuple):
    """What became of a stream's intents: the state after them, and what was recorded."""

    state: Any
    version: int
    events: Sequence[Event]
    #: The same cause had come before, and this is its first answer.
    repeated: bool = False
    #: Why the intent after those applied was not.
    error: DomainError | None = None


class Recorded(NamedTuple):
    """One event of a stream's history."""

    event: Event
    at: datetime
    recorded_at: datetime
    actor: str
    sequence: int
    version: int


class Reference(Provider):
    """What decisions look up. Subclasses prepare it for a batch and may reserve things."""

    def prepare(self, occasions: Sequence[Occasion]) -> Any:  # noqa: ARG002
        """Give what the decisions of this batch are handed."""
        return self

    def settle(self, occasions: Sequence[Occasion], outcomes: Mapping[str, Outcome]) -> None:
        """Learn what was committed, by stream; a stream that goes round again is absent."""


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
        #: Whether lists may show what was not commanded a moment later: where no other service asks
        #: for them because of an event that has only just been told.
        self.listed_later = listed_later
        #: Whose turn it is, per stream that somebody commands right now.
        self._turns: MutableMapping[str, Semaphore] = WeakValueDictionary()
        #: Set by the inbox: brings an unknown stream here from the service that opens it.
        self.pull: Callable[[Sequence[str]], Mapping[str, DomainError | None]] | None = None

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
        return [step for item in self.journal.commits_of(stream) for step in _recorded(item)]

    def told(self, stream: str) -> tuple[Snapshot[S] | None, list[Recorded]]:
        """Give a stream as it stands with its events, oldest first: both by one look."""
        found = self.journal.commits_of(stream)
        if not found:
            return None, []
        state, steps = (
            self.evolution.initial(),
            [step for item in found for step in _recorded(item)],
        )
        for step in steps:
            state = self.evolution.apply(state, step.event, step.at)
        return Snapshot(stream, found[-1]["version"], state, found[-1]["recorded_at"]), steps

    # -- deciding --------------------------------------------------------------------------------

    def execute(
        self, stream: str, decide: Decide, request: Any, call: Call, *, new: bool = False
    ) -> Outcome:
        """Carry a command out, exactly once per idempotency key.

        With `new` the stream is taken not to exist yet, and nothing is looked up first; raises
        Opened where the command has opened another one. Raises what the decision raises, KeyReused,
        or Unavailable.
        """
        intent = _commanded(decide, request, call)._replace(opens=new)
        with self._turn(stream):
            outcome = self.settle({stream: [intent]}, new=new, pull=True)[stream]
        if outcome.error is not None:
            raise outcome.error
        if outcome.repeated:
            call.repeated = True
        return outcome

    def execute_all(
        self, streams: Sequence[str], decide: Decide, request: Any, call: Call
    ) -> dict[str, Outcome]:
        """Carry the same command out on many streams together; gives what became of each."""
        return self.settle({name: [_commanded(decide, request, call)] for name in streams})

    def execute_each(
        self, requests: Mapping[str, Any], decide: Decide, call: Call
    ) -> dict[str, Outcome]:
        """Carry one command out on many streams together, by a request for each; as `execute`."""
        intents = {name: [_commanded(decide, each, call)] for name, each in requests.items()}
        return self.settle(intents, pull=True)

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
        outcomes = self.settle(ready, later=self.listed_later)
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
        return self.settle(
            {
                stream: [Intent(decide, Due(at=at), "due", at, actor, due_at=at)]
                for stream, at in due.items()
            },
            later=self.listed_later,
        )

    def skip(self, stream: str, cursor: tuple[str, int], actor: str) -> None:
        """Record that an event is passed over; the operator answers for it."""
        now = self.journal.runtime.clock.now()
        intent = Intent(_nothing, None, f"skip:{cursor[0]}:{cursor[1]}", now, actor, cursor=cursor)
        outcome = self.settle({stream: [intent]}, commit_empty=True)[stream]
        if outcome.error is not None:
            raise outcome.error

    def settle(
        self,
        work: Mapping[str, Sequence[Intent]],
        *,
        commit_empty: bool = False,
        new: bool = False,
        pull: bool = False,
        later: bool = False,
    ) -> dict[str, Outcome]:
        """Decide and commit; each stream's intents in order, as one commit of its own.

        With `pull` unknown streams are brought here first. Not for events: those that are pulled
        come this way themselves. With `later` lists show the new states a moment later.
        """
        done: dict[str, Outcome] = {}
        fresh = False
        deadline = time.monotonic() + self.journal.runtime.settings.mongo_seconds * 2
        for _round in range(_ROUNDS):
            left = {stream: intents for stream, intents in work.items() if stream not in done}
            if not left:
                return done
            if time.monotonic() > deadline:
                break
            loaded = self._initial(left) if new else self._load(left, fresh=fresh, pull=pull)
            self._settle_round(
                left, loaded, done, fresh=fresh, commit_empty=commit_empty, later=later
            )
            fresh, new = True, False
        if len(done) < len(work):
            raise Unavailable("contention", retry_after=1)
        return done

    def _settle_round(
        self,
        work: Mapping[str, Sequence[Intent]],
        loaded: Mapping[str, Loaded[S]],
        done: dict[str, Outcome],
        *,
        fresh: bool,
        commit_empty: bool,
        later: bool,
    ) -> None:
        if fresh:
            self._find_repeats(work, loaded, done)
        now = self.journal.runtime.clock.now()
        occasions = [
            Occasion(
                loaded[stream].state,
                _message(intent),
                self._context(loaded[stream], intent, now),
                loaded[stream].cursors,
            )
            for stream, intents in work.items()
            if stream not in done
            for intent in intents
            if not _applied(loaded[stream], intent)
        ]
        reference = self.reference.prepare(occasions) if self.reference else None
        trials = {}
        for stream, intents in work.items():
            if stream not in done:
                trial = _Trial(self, loaded[stream], reference, now)
                trial.run(intents)
                if trial.is_empty and not (commit_empty and trial.applied):
                    if fresh or not trial.needs_fresh:
                        done[stream] = trial.outcome(stored=False)
                elif fresh or trial.error is None:
                    trials[stream] = trial
        self._commit(trials, done, later=later)
        if self.reference:
            self.reference.settle(occasions, done)

    def _load(
        self, streams: Iterable[str], *, fresh: bool, pull: bool = False
    ) -> dict[str, Loaded[S]]:
        names = list(streams)
        loaded = self.snapshots.load(names) if fresh else self.snapshots.recall(names)
        missing = [name for name in names if name not in loaded]
        if missing and fresh and pull and self.pull is not None:
            self.pull(missing)
            loaded |= self.snapshots.load(missing)
        loaded = self._initial(names) | loaded
        if fresh:
            self._catch_up(loaded)
        return loaded

    def _initial(self, streams: Iterable[str]) -> dict[str, Loaded[S]]:
        return {name: Loaded(name, self.evolution.initial()) for name in streams}

    def _catch_up(self, loaded: dict[str, Loaded[S]]) -> None:
        """Fold what the journal has beyond the snapshots, and mend these."""
        stale = []
        for item in self.journal.read_beyond({n: have.version for n, have in loaded.items()}):
            have = loaded[item["stream"]]
            loaded[item["stream"]] = have.after(item, self.evolution)
            stale.append(item["stream"])
        self.snapshots.save([loaded[name] for name in dict.fromkeys(stale)])

    def _find_repeats(
        self,
        work: Mapping[str, Sequence[Intent]],
        loaded: Mapping[str, Loaded[S]],
        done: dict[str, Outcome],
    ) -> None:
        """Answer commands whose cause is in the journal already."""
        for stream, intents in work.items():
            intent = intents[0]
            if intent.request is None or not loaded[stream].version:
                continue
            first = self.journal.find_cause(stream, intent.cause)
            if first is None:
                continue
            if first.get("request") != intent.request:
                done[stream] = Outcome(loaded[stream].state, 0, [], error=KeyReused())
                continue
            state = self._as_of(stream, first["version"])
            events = [stamped.event for stamped in commits.events_of(first)]
            done[stream] = Outcome(state, first["version"], events, repeated=True)

    def _as_of(self, stream: str, version: int) -> S:
        """Give the state at a version."""
        past = Loaded(stream, self.evolution.initial())
        for item in self.journal.read_stream(stream, upto=version):
            past = past.after(item, self.evolution)
        return past.state

    def _context(self, loaded: Loaded[S], intent: Intent, now: datetime) -> Context:
        return Context(
            stream=loaded.stream,
            at=intent.at,
            now=now,
            actor=intent.actor,
            cause=intent.cause,
            exists=loaded.sequence > 0,
            identity=intent.identity,
            imported=intent.imported,
        )

    def _commit(
        self, trials: Mapping[str, _Trial], done: dict[str, Outcome], *, later: bool
    ) -> None:
        """Store the drafts; those that lost a race are left for the next round."""
        if not trials:
            return
        # Stamped at the last moment: the relay looks back no further than a write may take.
        now = self.journal.runtime.clock.now()
        encoded = {}
        for stream, trial in trials.items():
            try:
                encoded[stream] = trial.encode(now)
            except Permanent as error:
                done[stream] = Outcome(trial.before.state, trial.before.version, [], error=error)
        results = self.journal.append(list(encoded.values()))
        after = []
        for (stream, commit), result in zip(encoded.items(), results, strict=True):
            trial = trials[stream]
            if result is None:
                after.append(trial.after(commit.hash, now))
                done[stream] = trial.outcome(stored=True)
            elif not isinstance(result, Duplicate):
                done[stream] = Outcome(trial.before.state, trial.before.version, [], error=result)
            elif result.index == OPENS:
                done[stream] = Outcome(
                    trial.before.state, 0, [], error=self._opened(trial.applied[0])
                )
        self.snapshots.save(after, later=later)

    def _opened(self, intent: Intent) -> DomainError:
        first = self.journal.find_opening(intent.cause)
        return Opened(first) if first else Unavailable("outcome_unknown", retry_after=1)

    def _make_indexes(self) -> None:
        collection = self.journal.runtime.database[self.collection]
        if self.indexes:
            make_indexes(collection, self.indexes)

    def mend(self, streams: Sequence[str]) -> int:
        """Bring snapshots up to the journal; gives how many were behind."""
        loaded = self._initial(streams) | self.snapshots.load(streams)
        before = {name: item.version for name, item in loaded.items()}
        self._catch_up(loaded)
        return sum(loaded[name].version > version for name, version in before.items())


class _Trial:
    """Folding a stream's intents into one commit, not yet stored."""

    def __init__(
        self, kind: Aggregates[Any], before: Loaded[Any], reference: Any, now: datetime
    ) -> None:
        self.kind = kind
        self.before = before
        self.reference = reference
        self.now = now
        self.state = before.state
        self.cursors: dict[str, int] = {}
        self.events: list[commits.Stamped] = []
        self.applied: list[Intent] = []
        self.error: DomainError | None = None
        self.needs_fresh = False

    def run(self, intents: Sequence[Intent]) -> None:
        """Decide one after the other, up to the first refusal."""
        for intent in intents:
            if _applied(self.before, intent):
                continue
            # What changes nothing may do so because the snapshot is old.
            context = self.kind._context(self.before, intent, self.now)  # noqa: SLF001
            context = msgspec.structs.replace(context, cause=self._cause(intent))
            try:
                events = intent.decide(self.state, _message(intent), context, self.reference)
                self._evolve(events, intent.at)
            except DomainError as error:
                self.error, self.needs_fresh = error, True
                return
            except Overdue:
                raise
            except (Exception, eventlet.Timeout):
                log.exception("decision_failed", stream=self.before.stream, cause=intent.cause)
                self.error, self.needs_fresh = Unavailable("decision_failed"), True
                return
            self.needs_fresh = self.needs_fresh or (not events and intent.cursor is None)
            self.applied.append(intent)
            if intent.cursor is not None:
                source, sequence = intent.cursor
                self.cursors[source] = max(sequence, intent.read_upto)

    def _evolve(self, events: Sequence[Event], at: datetime) -> None:
        at = cut(at)
        kept = [commits.as_stored(event) for event in events]
        for event in kept:
            self.state = self.kind.evolution.apply(self.state, event, at)
        self.events.extend(commits.Stamped(event, at) for event in kept)

    def _cause(self, intent: Intent) -> str:
        """A due time has no key of its own: the version it is decided on makes it unique."""
        return f"due:{self.before.version}" if intent.due_at is not None else intent.cause

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to store.

        An event that was decided on is stored even when nothing follows from it: forgotten, it
        would be decided on again, in a later state.
        """
        return not self.events and not self.cursors

    def outcome(self, *, stored: bool) -> Outcome:
        """Give what became of it."""
        version = self.before.version + int(stored)
        return Outcome(self.state, version, [item.event for item in self.events], error=self.error)

    def encode(self, recorded_at: datetime) -> commits.Encoded:
        """Give the commit as it is stored."""
        first = self.applied[0]
        unit = self.kind.unit(self.state) if self.kind.unit else None
        return commits.encode(
            commits.Draft(
                stream=self.before.stream,
                version=self.before.version + 1,
                first_seq=self.before.sequence + 1,
                causes=[self._cause(intent) for intent in self.applied],
                cursors=self.cursors,
                recorded_at=recorded_at,
                actor=first.actor,
                events=self.events,
                prev_hash=self.before.hash,
                unit=unit,
                correlation=first.correlation,
                causation=first.causation,
                request=first.request,
                opens=self._cause(first) if first.opens and not self.before.version else None,
                due_at=min((i.due_at for i in self.applied if i.due_at), default=None),
            )
        )

    def after(self, digest: bytes, recorded_at: datetime) -> Loaded[Any]:
        """Give the stream as it is once stored."""
        return Loaded(
            self.before.stream,
            self.state,
            version=self.before.version + 1,
            sequence=self.before.sequence + len(self.events),
            hash=digest,
            cursors=self.before.cursors | self.cursors,
            updated_at=recorded_at,
        )


def _recorded(commit: dict[str, Any]) -> list[Recorded]:
    return [
        Recorded(
            event,
            at,
            commit["recorded_at"],
            commit["actor"],
            commit["first_seq"] + offset,
            commit["version"],
        )
        for offset, (event, at) in enumerate(commits.events_of(commit))
    ]


def _commanded(decide: Decide, request: Any, call: Call) -> Intent:
    return Intent(
        decide,
        request,
        call.cause,
        call.at or call.now,
        call.identity.subject,
        identity=call.identity,
        imported=call.at is not None,
        request=call.digest,
        correlation=call.correlation,
    )


def _message(intent: Intent) -> Any:
    return intent.message.payload() if isinstance(intent.message, CloudEvent) else intent.message


def _applied(loaded: Loaded[Any], intent: Intent) -> bool:
    return intent.cursor is not None and intent.cursor[1] <= loaded.cursors.get(intent.cursor[0], 0)


def _nothing(*_arguments: Any) -> Sequence[Event]:
    return []
