"""Planned work: tickets that register themselves at a set instant, once or again and again."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import Meta

from contracts.calls.base import Answer, Line, Request, Slug, Text
from contracts.calls.intake import Channel, Language, RequesterData
from contracts.plans import Schedule

Occurrence = Annotated[int, Meta(ge=1, le=1_000_000)]


class DefinePlan(Request):
    """Command `define_plan`: make or change a plan. Answers `PlanView`.

    The fields of the ticket are those of `RegisterTicket`. What has been made stays as it is; a
    plan that was paused or has ended goes on.
    """

    id: Slug
    schedule: Schedule
    subject: Slug
    title: Line
    description: Text
    requester: RequesterData
    channel: Channel = "api"
    language: Language = "fa"
    #: By field id.
    answers: dict[str, Any] = {}
    #: Nothing is made before; absent: from now on.
    starts: datetime | None = None
    #: Nothing is made after; absent: without end.
    ends: datetime | None = None


class NamePlan(Request):
    """Query `plan`; commands `pause_plan`, `resume_plan`, `end_plan`. Answer `PlanView`."""

    id: Slug


class SkipPlan(Request):
    """Command `skip_plan`: leave the next one out. Answers `PlanView`."""

    id: Slug
    #: The instant of the one that is meant; another one by now is refused.
    at: datetime


class MadeTicket(Answer):
    """What a plan has made."""

    at: datetime
    #: Absent where registering was refused, with why.
    code: str | None
    refused: str | None = None


class PlanView(Answer):
    """A plan."""

    id: str
    state: Literal["active", "paused", "ended"]
    schedule: Schedule
    subject: str
    title: str
    description: str
    requester: RequesterData
    channel: str
    language: str
    answers: dict[str, Any]
    starts: datetime
    ends: datetime | None
    #: The next instants at which it makes a ticket, at most ten; none while it does not.
    ahead: list[datetime]
    #: The last ten that it made, newest first, and how many in all.
    made: list[MadeTicket]
    count: int


class GetPlanned(Request):
    """Query `planned_ahead`: what active plans will make until an instant. Answers [PlannedTicket].

    In the order of instants, a thousand at most.
    """

    until: datetime


class PlannedTicket(Answer):
    """A ticket that a plan is going to make."""

    plan: str
    subject: str
    kind: str
    at: datetime
