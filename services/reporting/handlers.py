"""What a run of events makes of what is remembered of a stream, and of the roll-ups; pure.

The repository loads and stores what is remembered; the receiver brings both together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from chassis.clock import to_milliseconds
from chassis.errors import DomainError, Invalid, Unavailable
from contracts.envelope import CloudEvent, UnknownEvent, UnreadableEvent
from services.reporting.domain.facts import TicketFacts, apply
from services.reporting.domain.rollups import Contributions, add, contributions, difference


class Remembered(msgspec.Struct, frozen=True, kw_only=True):
    """What is stored of one stream; one that is no ticket has cursors only."""

    stream: str
    #: The last sequence applied, by source.
    cursors: dict[str, int] = {}
    facts: TicketFacts = TicketFacts()
    #: What of the roll-ups came from this ticket.
    counted: Contributions = {}


class Batch(NamedTuple):
    """What has come from one source: a run of events for each stream."""

    source: str
    events: Mapping[str, Sequence[CloudEvent]]


class Learned(NamedTuple):
    """The outcome of some batches."""

    changed: list[Remembered]
    #: What to add to the roll-ups.
    change: Contributions
    #: The time of the newest event.
    until: datetime | None
    #: Per source and stream, why the run was not applied to the end.
    failures: dict[tuple[str, str], DomainError]


def learn(known: Mapping[str, Remembered], batches: Sequence[Batch], zone: tzinfo) -> Learned:
    """Fold all runs of each stream, and sum up what that changes in the roll-ups."""
    learned = Learned([], {}, _newest(batches), {})
    folded = dict(known)
    for source, events in batches:
        for stream, run in events.items():
            folded[stream], failure = fold(folded[stream], source, run)
            if failure is not None:
                learned.failures[source, stream] = failure
    for stream, after in folded.items():
        before = known[stream]
        if after.facts is not before.facts:
            # What was counted is taken back as it was counted, even if the rules have changed.
            counted = contributions(after.facts, zone)
            add(learned.change, difference(before.counted, counted))
            learned.changed.append(replace(after, counted=counted))
        elif after is not before:
            learned.changed.append(after)
    return learned


def fold(
    before: Remembered, source: str, run: Sequence[CloudEvent]
) -> tuple[Remembered, DomainError | None]:
    """Apply a run in order; events applied before are passed over.

    A gap stops it with Unavailable (the journal has what is missing), a body that does not fit
    its class with Invalid; what came before either of them is kept.
    """
    facts, cursor = before.facts, before.cursors.get(source, 0)
    start = cursor
    failure: DomainError | None = None
    for event in run:
        if event.sequence <= cursor:
            continue
        if event.sequence > cursor + 1:
            failure = Unavailable("events_missing", sequence=cursor + 1)
            break
        try:
            facts = _after(facts, event)
        except UnreadableEvent:
            failure = Invalid("event_unreadable", type=event.type, sequence=event.sequence)
            break
        cursor = event.sequence
    if cursor == start:
        return before, failure
    return replace(before, cursors=before.cursors | {source: cursor}, facts=facts), failure


def _after(facts: TicketFacts, event: CloudEvent) -> TicketFacts:
    try:
        return apply(facts, event.payload(), to_milliseconds(event.time))
    except UnknownEvent:
        # A newer producer tells what no figure is made of yet; a rebuild will read it again.
        return facts


def _newest(batches: Sequence[Batch]) -> datetime | None:
    runs = (run for batch in batches for run in batch.events.values())
    return max((run[-1].time for run in runs if run), default=None)
