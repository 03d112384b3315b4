"""Deciding and storing what was decided, until no other writer contests it.

Optimistic: a decision is made on the snapshot; the unique keys of the journal tell when somebody
was faster or the same cause came before. Then the cause is looked up first, the state loaded again
with what the journal has beyond the snapshot, and the decision made anew. A refusal counts only
from such a fresh state.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Generic, TypeVar

from chassis.decisions import Evolution, Occasion
from chassis.errors import DomainError, KeyReused, Permanent, Unavailable
from chassis.journal import commit as commits
from chassis.journal.group import Duplicate
from chassis.journal.intents import Intent, Opened, Outcome, context_of, is_applied, message_of
from chassis.journal.journal import OPENS, Journal
from chassis.journal.loaded import Loaded
from chassis.journal.reference import Reference
from chassis.journal.snapshots import Saving, SnapshotStore
from chassis.journal.trial import Trial

S = TypeVar("S")

#: Brings unknown streams here from the service that opens them; gives why one could not be.
Pull = Callable[[Sequence[str]], Mapping[str, DomainError | None]]
_ROUNDS = 30


class Settling(Generic[S]):
    """Settles what is wanted of the streams of one kind."""

    def __init__(
        self,
        journal: Journal,
        snapshots: SnapshotStore[S],
        evolution: Evolution[S],
        *,
        unit: Callable[[S], str | None] | None,
        reference: Reference | None,
        pull: Pull | None,
    ) -> None:
        self._journal = journal
        self._snapshots = snapshots
        self._evolution = evolution
        self._unit = unit
        self._reference = reference
        self._pull = pull

    def settle(
        self,
        work: Mapping[str, Sequence[Intent]],
        *,
        commit_empty: bool = False,
        new: bool = False,
        pull: bool = False,
        when: Saving = Saving.FIRST,
    ) -> dict[str, Outcome]:
        """Decide and commit; each stream's intents in order, as one commit of its own.

        With `pull` unknown streams are brought here first. Not for events: those that are pulled
        come this way themselves.
        """
        done: dict[str, Outcome] = {}
        fresh = False
        deadline = time.monotonic() + self._journal.runtime.settings.mongo_seconds * 2
        for _round in range(_ROUNDS):
            left = {stream: intents for stream, intents in work.items() if stream not in done}
            if not left:
                return done
            if time.monotonic() > deadline:
                break
            loaded = self._initial(left) if new else self._load(left, fresh=fresh, pull=pull)
            self._settle_round(
                left, loaded, done, fresh=fresh, commit_empty=commit_empty, when=when
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
        when: Saving,
    ) -> None:
        if fresh:
            self._find_repeats(work, loaded, done)
        now = self._journal.runtime.clock.now()
        occasions = [
            Occasion(
                loaded[stream].state,
                message_of(intent),
                context_of(loaded[stream], intent, now),
                loaded[stream].cursors,
            )
            for stream, intents in work.items()
            if stream not in done
            for intent in intents
            if not is_applied(loaded[stream], intent)
        ]
        reference = self._reference.prepare(occasions) if self._reference else None
        trials = {}
        for stream, intents in work.items():
            if stream not in done:
                trial = Trial(
                    loaded[stream],
                    evolution=self._evolution,
                    unit=self._unit,
                    reference=reference,
                    now=now,
                )
                trial.run(intents)
                if trial.is_empty and not (commit_empty and trial.applied):
                    if fresh or not trial.needs_fresh:
                        done[stream] = trial.outcome(stored=False)
                elif fresh or trial.error is None:
                    trials[stream] = trial
        self._commit(trials, done, when)
        if self._reference:
            self._reference.settle(occasions, done)

    def _load(
        self, streams: Iterable[str], *, fresh: bool, pull: bool = False
    ) -> dict[str, Loaded[S]]:
        names = list(streams)
        loaded = self._snapshots.load(names) if fresh else self._snapshots.recall(names)
        missing = [name for name in names if name not in loaded]
        if missing and fresh and pull and self._pull is not None:
            self._pull(missing)
            loaded |= self._snapshots.load(missing)
        loaded = self._initial(names) | loaded
        if fresh:
            self._catch_up(loaded)
        return loaded

    def _initial(self, streams: Iterable[str]) -> dict[str, Loaded[S]]:
        return {name: Loaded(name, self._evolution.initial()) for name in streams}

    def _catch_up(self, loaded: dict[str, Loaded[S]]) -> None:
        """Fold what the journal has beyond the snapshots, and mend these."""
        stale = []
        for item in self._journal.read_beyond({n: have.version for n, have in loaded.items()}):
            have = loaded[item["stream"]]
            loaded[item["stream"]] = have.after(item, self._evolution)
            stale.append(item["stream"])
        self._snapshots.save([loaded[name] for name in dict.fromkeys(stale)])

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
            first = self._journal.find_cause(stream, intent.cause)
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
        past = Loaded(stream, self._evolution.initial())
        for item in self._journal.read_stream(stream, upto=version):
            past = past.after(item, self._evolution)
        return past.state

    def _commit(self, trials: Mapping[str, Trial], done: dict[str, Outcome], when: Saving) -> None:
        """Store the drafts; those that lost a race are left for the next round."""
        if not trials:
            return
        # Stamped at the last moment: the relay looks back no further than a write may take.
        now = self._journal.runtime.clock.now()
        encoded = {}
        for stream, trial in trials.items():
            try:
                encoded[stream] = trial.encode(now)
            except Permanent as error:
                done[stream] = Outcome(trial.before.state, trial.before.version, [], error=error)
        results = self._journal.append(list(encoded.values()))
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
        self._snapshots.save(after, when)

    def _opened(self, intent: Intent) -> DomainError:
        first = self._journal.find_opening(intent.cause)
        return Opened(first) if first else Unavailable("outcome_unknown", retry_after=1)

    def mend(self, streams: Sequence[str]) -> None:
        """Bring snapshots up to the journal."""
        self._catch_up(self._initial(streams) | self._snapshots.load(streams))
