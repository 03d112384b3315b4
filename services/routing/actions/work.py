"""What actions take that say or log something."""

# msgspec hands `frozen` down to subclasses, which mypy's view of dataclasses does not.
# mypy: disable-error-code="misc"

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

from msgspec import Meta

from contracts.calls.base import Line, Text
from services.routing.actions.base import Arguments, Plain, Tier
from services.routing.domain.work import MOST_SECONDS, WorkGroup, seconds_of

_MENTION = re.compile(r"(?<![\w.@-])@([a-z0-9][a-z0-9._-]{0,63})")
_MOST_MENTIONED = 20


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
    """Write to the requester: a text, or what a referral came back with."""

    texts = ("text",)
    text: Text | None = None
    #: Id of the referral whose proposed answer it is.
    from_proposal: Annotated[str, Meta(pattern=r"^[0-9a-f]{16}$")] | None = None

    def __post_init__(self) -> None:
        if (self.text is None) == (self.from_proposal is None):
            raise ValueError("an answer has either a text or a proposal that it is taken from")


class Note(Arguments):
    """Write to colleagues; `@name` calls one's attention to it, and lets him read the ticket."""

    texts = ("text",)
    text: Text

    @property
    def mentioned(self) -> list[str]:
        """The names after an @, whoever they may be."""
        return [name.rstrip(".-_") for name in _MENTION.findall(self.text)][:_MOST_MENTIONED]


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
