"""What each action takes. What it does is in `handlers`; whether it may be done, the workflow says.

Free text never reaches a commit: the fields in `texts` are stored apart before the decision, which
sees their references only.
"""

# msgspec hands `frozen` down to subclasses, which mypy's view of dataclasses does not.
# mypy: disable-error-code="misc"

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, ClassVar

import msgspec
from msgspec import Meta

from chassis.errors import FieldFault, Invalid
from contracts.calls.base import Code, Line, Slug, Text
from contracts.envelope import ContentRef
from services.routing.domain.work import MOST_SECONDS, WorkGroup, seconds_of

Tier = Annotated[int, Meta(ge=1, le=9)]
#: A reference of another system: an id, never a sentence.
Foreign = Annotated[str, Meta(pattern=r"^[\w./:#-]{1,64}$")]


class Arguments(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every action's arguments."""

    #: The fields that hold free text.
    texts: ClassVar[tuple[str, ...]] = ()


class Plain(Arguments):
    """An action that needs nothing more."""


class Assign(Arguments):
    """Give the work to a person."""

    person: Slug
    unit: Slug | None = None


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


class Refer(Arguments):
    """Pass the work on; it must come back."""

    texts = ("reason",)
    unit: Slug
    person: Slug | None = None
    tier: Tier | None = None
    reason: Text | None = None


class Reason(Arguments):
    """An action that may say why."""

    texts = ("reason",)
    reason: Text | None = None


class Decline(Arguments):
    """An action that must say why; the requester is told."""

    texts = ("reason",)
    reason: Text


class Return(Arguments):
    """Give referred work back, with a proposed answer or without."""

    texts = ("proposal",)
    proposal: Text | None = None


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


class Done(Arguments):
    """The work is done; the owner may answer with it."""

    texts = ("answer",)
    result: Slug = "solved"
    answer: Text | None = None


class Finish(Arguments):
    """End without an approval."""

    result: Slug = "solved"


class Rate(Arguments):
    """Say how good the result was."""

    texts = ("comment",)
    score: Annotated[int, Meta(ge=1, le=5)]
    comment: Text | None = None


class Merge(Arguments):
    """End as a part of another ticket."""

    into: Code


class HandOff(Arguments):
    """Give the ticket to another system."""

    to: Slug
    reference: Foreign


class Prioritise(Arguments):
    """Set the priority: 1 (highest) to 5."""

    priority: Annotated[int, Meta(ge=1, le=5)]


class Record(Arguments):
    """A row of another system's log: the step it tells of, who had the work, where."""

    step: Line
    person: Line
    unit: Line
    tier: Tier | None = None


#: Every action there is.
ARGUMENTS: Mapping[str, type[Arguments]] = {
    "assign": Assign,
    "claim": Plain,
    "log-work": LogWork,
    "refer": Refer,
    "escalate": Reason,
    "return": Return,
    "ask": Ask,
    "resume": Plain,
    "answer": Answer,
    "note": Note,
    "done": Done,
    "approve": Plain,
    "send-back": Reason,
    "finish": Finish,
    "decline": Decline,
    "withdraw": Reason,
    "rate": Rate,
    "reopen": Reason,
    "merge": Merge,
    "hand-off": HandOff,
    "prioritise": Prioritise,
    "record": Record,
}


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """An action about to be decided: its arguments, its texts as references."""

    action: str
    arguments: Any
    texts: dict[str, ContentRef] = {}
    behalf: str | None = None


def read_arguments(action: str, raw: Mapping[str, Any]) -> Arguments:
    """Make arguments of plain values; raises Invalid."""
    if action not in ARGUMENTS:
        raise Invalid("action_unknown", action=action)
    try:
        return msgspec.convert(raw, ARGUMENTS[action])
    except msgspec.ValidationError as error:
        raise Invalid("arguments_invalid", fields=[_fault(str(error))]) from error


def written(arguments: Arguments) -> dict[str, str]:
    """Give the free texts among the arguments by field."""
    texts = {field: getattr(arguments, field) for field in arguments.texts}
    return {field: text for field, text in texts.items() if text is not None}


def refer_to(texts: Mapping[str, str], *, stream: str, cause: str) -> dict[str, ContentRef]:
    """Give the references of a command's texts: the same for the same command and text."""
    refs = {}
    for field, text in texts.items():
        digest = hashlib.sha256(text.encode()).hexdigest()
        name = f"{stream}\0{cause}\0{field}\0{digest}".encode()
        refs[field] = ContentRef(hashlib.blake2b(name, digest_size=12).hexdigest(), digest)
    return refs


def _fault(message: str) -> FieldFault:
    """Read msgspec's message: `Expected ... - at `$.name`` or `... required field `name``."""
    said, _, place = message.partition(" - at `$")
    pointer = "".join(f"/{part}" for part in place.rstrip("`").split(".") if part)
    if "required field" in said:
        return FieldFault(pointer=f"{pointer}/{said.split('`')[1]}", code="required")
    if "unknown field" in said:
        return FieldFault(pointer=f"{pointer}/{said.split('`')[1]}", code="unknown_field")
    return FieldFault(pointer=pointer, code="malformed", params={"why": said})
