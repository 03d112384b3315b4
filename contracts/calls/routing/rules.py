"""What routing can be asked about its rules."""

from typing import Annotated

from msgspec import Meta

from contracts.calls.base import Answer, Request, Slug


class DefineRule(Request):
    """Command `define_rule`: where a subject's tickets go. Answers `Rule`."""

    id: Slug
    order: Annotated[int, Meta(ge=-1_000_000, le=1_000_000)]
    unit: Slug
    tier: Annotated[int, Meta(ge=1, le=9)] = 1
    #: Matches a subject and everything below it; absent: every subject.
    subject: Slug | None = None
    kind: str | None = None
    channel: str | None = None
    skill: Slug | None = None
    priority: Annotated[int, Meta(ge=1, le=5)] | None = None
    strategy: str = "least_loaded"
    active: bool = True
    #: Points of capacity that a ticket takes.
    weight: Annotated[int, Meta(ge=1, le=1000)] = 1


class Rule(Answer):
    """One line of the routing table."""

    id: str
    order: int
    unit: str
    tier: int
    subject: str | None
    kind: str | None
    channel: str | None
    skill: str | None
    priority: int | None
    strategy: str
    active: bool
    weight: int = 1
