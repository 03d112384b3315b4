"""What a workflow does beside leading on: at once, later, elsewhere."""

# msgspec hands `frozen` down to subclasses, which mypy's view of dataclasses does not.
# mypy: disable-error-code="misc"

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from msgspec import Meta

from contracts.calls.base import Slug, Text
from contracts.calls.routing.rules import Tags
from services.routing.domain.workflow.data import Data, Name, Words


class Later(Data, kw_only=True):
    """One of the workflow's own actions, done by itself after a time of the ticket's calendar."""

    #: In data an ISO 8601 duration: `PT4H`. A day is 24 hours of the calendar's time.
    after: timedelta
    action: Name


class NoticeAsked(Data, kw_only=True):
    """Somebody to be told when a transition is taken."""

    role: Literal["requester", "owner", "assignee", "supervisor", "service_manager"]
    text: Words


class StartAsked(Data, kw_only=True):
    """Another ticket for the same requester."""

    subject: Slug
    #: Both with `{code}`, `{title}` and `{description}` of the ticket where they stand.
    title: Words
    #: Absent: the title again.
    description: dict[str, Text] | None = None
    #: Absent: the one that the rules say.
    workflow: Slug | None = None
    #: Answers to the subject's form: JSONLogic over `ticket` and `answers`, by field.
    answers: Annotated[dict[str, Any], Meta(max_length=50)] = {}


class HandOffAsked(Data, kw_only=True):
    """The work given to a partner outside, by the workflow's own `hand-off`."""

    partner: Slug
    #: What the partner is told beside what it may see of the ticket.
    note: Words | None = None


class Effects(Data, kw_only=True):
    """What else a transition does."""

    priority: Annotated[int, Meta(ge=1, le=5)] | None = None
    notify: Annotated[list[NoticeAsked], Meta(max_length=10)] = []
    #: Put on the ticket.
    tags: Tags = []
    #: What is done later, wherever the ticket then stands.
    schedule: Annotated[list[Later], Meta(max_length=5)] = []
    start: Annotated[list[StartAsked], Meta(max_length=5)] = []
    #: Done last, from where the transition leads.
    hand_off: HandOffAsked | None = None
