"""One stream's way from its state to the commit that is to be stored."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import eventlet
import msgspec

from chassis.decisions import Evolution
from chassis.errors import DomainError, Overdue, Unavailable
from chassis.journal import commit as commits
from chassis.journal.instants import cut
from chassis.journal.intents import Intent, Outcome, context_of, is_applied, message_of
from chassis.journal.loaded import Loaded
from chassis.logging import get_logger
from contracts.envelope import Event

log = get_logger()


class Trial:
    """Folding a stream's intents into one commit, not yet stored."""

    def __init__(
        self,
        before: Loaded[Any],
        *,
        evolution: Evolution[Any],
        unit: Callable[[Any], str | None] | None,
        reference: Any,
        now: datetime,
    ) -> None:
        self._evolution = evolution
        self._unit = unit
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
            if is_applied(self.before, intent):
                continue
            # What changes nothing may do so because the snapshot is old.
            context = context_of(self.before, intent, self.now)
            context = msgspec.structs.replace(context, cause=self._cause(intent))
            try:
                events = intent.decide(self.state, message_of(intent), context, self.reference)
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
            self.state = self._evolution.apply(self.state, event, at)
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
        unit = self._unit(self.state) if self._unit else None
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
