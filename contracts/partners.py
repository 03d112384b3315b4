"""What partners and we send each other: signed messages, the same in both directions.

Fields that a reader does not know are ignored, so that either side may add some.
"""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

#: From who has the work done, to who does it.
Asking = Literal["handoff.requested", "handoff.written", "handoff.recalled"]
#: From who does the work, to who has it done.
Telling = Literal[
    "handoff.accepted",
    "handoff.referenced",
    "handoff.progressed",
    "handoff.asked",
    "handoff.answered",
    "handoff.closed",
    "handoff.rejected",
]
ASKING: frozenset[str] = frozenset(Asking.__args__)  # type: ignore[attr-defined]
#: The one prefix of all types.
PREFIX = "handoff."

Name = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[\w./:#-]+$")]
Words = Annotated[str, Meta(min_length=1, max_length=20_000)]


class Person(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who asked, as far as the partner may know."""

    name: Annotated[str, Meta(max_length=200)] | None = None
    mobile: Annotated[str, Meta(max_length=32)] | None = None
    email: Annotated[str, Meta(max_length=254)] | None = None


class Data(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a message is about, and what it says."""

    #: The hand-off's id, made by who hands over; every message about it has it.
    handoff: Name | None = None
    #: How the sender calls the work, and how the reader does.
    ticket: Name | None = None
    your_ticket: Name | None = None
    #: Counts the sender's messages about a hand-off, so that the reader knows which is newer.
    number: Annotated[int, Meta(ge=1, le=2**31)] | None = None
    #: The state of the work at the sender's, in the sender's own word.
    state: Annotated[str, Meta(min_length=1, max_length=64)] | None = None
    #: When the sender means to be done, or needs it done.
    due_at: datetime | None = None
    #: A question, an answer, a reason.
    text: Words | None = None
    title: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    description: Words | None = None
    #: `request`, `question`, `complaint`, `suggestion` or `incident`.
    kind: Annotated[str, Meta(max_length=32)] | None = None
    #: 1 (highest) to 5.
    priority: Annotated[int, Meta(ge=1, le=5)] | None = None
    language: Literal["fa", "en"] | None = None
    requester: Person | None = None
    #: How many tickets came of one another by themselves before the one that is asked for; absent
    #: where somebody handed it over. A system that hands work on by itself counts on from there,
    #: so that no circle goes round for ever.
    generation: Annotated[int, Meta(ge=1, le=1000)] | None = None


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One message: the body that is signed."""

    type: Asking | Telling
    #: When what it tells happened.
    timestamp: datetime
    data: Data
