"""What actions take that say or log something."""

# msgspec hands `frozen` down to subclasses, which mypy's view of dataclasses does not.
# mypy: disable-error-code="misc"

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from contracts.calls.base import Line, Text
from services.routing.actions.base import Arguments, Plain, Tier
from services.routing.domain.work import MOST_SECONDS, WorkGroup, seconds_of


class LogWork(Arguments):
    """Tell what was done and how long it took; everything else is stamped."""

    texts = ("note",)
    work_group: WorkGroup
    #: ISO 8601, or whole seconds.
    duration: timedelta | int
    note: Text | None = None

    @property
    def seconds(self) -> int:
        return seconds_of(self.duration)

    def __post_init__(self) -> None:
        if not 0 < self.seconds <= MOST_SECONDS:
            raise ValueError(f"a duration is more than nothing and at most {MOST_SECONDS} seconds")


class Ask(Arguments):
    """Ask the requester."""

    texts = ("question",)
    question: Text


class Answer(Arguments):
    """Write to the requester."""

    texts = ("text",)
    text: Text


class Note(Arguments):
    """Write to colleagues."""

    texts = ("text",)
    text: Text


class Record(Arguments):
    """A row of another system's log: the step it tells of, who had the work, where."""

    step: Line
    person: Line
    unit: Line
    tier: Tier | None = None


#: By action.
ARGUMENTS: Mapping[str, type[Arguments]] = {
    "log-work": LogWork,
    "note": Note,
    "ask": Ask,
    "answer": Answer,
    "resume": Plain,
    "record": Record,
}
