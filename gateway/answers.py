"""What the API answers where no single service's answer will do, and how answers are written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
from starlette.responses import Response

from chassis.identity import Identity
from contracts.calls.base import Answer
from contracts.calls.forms import ShownAnswer
from contracts.calls.intake import Message, Requester
from contracts.calls.notify import DeliveryView
from contracts.calls.requesters import OwnData
from contracts.calls.routing import Staff, TicketView
from contracts.calls.sla import Charge, ClockView, ExpectedView, ExplanationLine, NextDue, TimerView
from contracts.rights import scopes_of
from contracts.sla import ExpectedStep

REF_TEMPLATE: Final = "#/components/schemas/{name}"
#: Schemas of every answer that a route declares with `gives`, for the OpenAPI document.
SCHEMAS: Final[dict[str, Any]] = {}

_encoder = msgspec.json.Encoder()


class SubjectNode(Answer, frozen=True):
    """A subject with those below it."""

    id: str
    #: In the reader's language.
    title: str
    kind: str
    #: Id of the form that is filled in when a request is registered for it.
    form: str | None = None
    children: list[SubjectNode] = []


class SessionAnswer(Answer, frozen=True):
    """A session and its tokens."""

    token: str
    token_type: str
    expires_at: datetime
    refresh_token: str
    refresh_expires_at: datetime
    staff: Staff
    #: The rights of the role with their scopes: `own`, `team`, `subtree` or `all`.
    rights: dict[str, str]


class RequesterSessionAnswer(Answer, frozen=True):
    """A requester's session."""

    token: str
    token_type: str
    expires_at: datetime
    requester: OwnData


class OwnRequest(Answer, frozen=True):
    """A requester's own ticket; how it stands is absent while routing does not answer."""

    code: str
    title: str
    registered_at: datetime
    state: str | None = None
    updated_at: datetime | None = None
    #: An answer of his is awaited.
    asked: bool = False
    #: The result is there, and he has not said what he thinks of it.
    to_rate: bool = False


class CurrentSession(Answer, frozen=True):
    """Who is signed in."""

    expires_at: datetime
    staff: Staff
    rights: dict[str, str]


class TicketLine(TicketView, kw_only=True):  # type: ignore[misc]  # msgspec hands `frozen` down
    """A ticket as lists show it."""

    #: Absent when intake does not answer.
    title: str | None
    requester_name: str | None


class TicketList(Answer, frozen=True):
    """A part of a list, and the cursor of the next one."""

    items: list[TicketLine]
    next: str | None
    #: Parts that do not answer now.
    unavailable: list[str] = []


class InboxAnswer(Answer, frozen=True):
    """What one staff member has to look at."""

    #: Assigned to me and not ended, most urgent first.
    work: list[TicketLine]
    #: Mine as owner, but the work is with somebody else.
    out: list[TicketLine]
    #: Waiting in my team for a free person.
    queue: list[TicketLine]
    #: With a task of mine or my team's, or waiting for my consent.
    asked: list[TicketLine]
    #: My unit, or I, was asked something about it.
    questions: list[TicketLine] = []
    #: Clocks of what is out, by code.
    clocks: dict[str, list[ClockView]] = {}
    #: Which clock comes due next, by code; of tickets with an open clock.
    due: dict[str, NextDue] = {}
    unavailable: list[str] = []


class ToldAnswer(Answer, frozen=True):
    """An answer to a form, in the words of the version that asked for it."""

    field: str
    #: `text`, `number`, `date`, `choice`, `table`, ...
    type: str
    #: In the reader's language, as is `text`.
    label: str
    #: As it is stored: ids of options, ISO days, numbers, rows.
    value: Any
    #: Empty for a table.
    text: str
    #: Of a table: its rows, cell by cell.
    rows: list[list[ToldAnswer]] = []


class TicketForm(Answer, frozen=True):
    """What was filled in when the ticket was registered."""

    id: str
    version: int
    title: str
    answers: list[ToldAnswer]


class Ticket(TicketView, kw_only=True):  # type: ignore[misc]  # msgspec hands `frozen` down
    """A whole ticket: case, content, clocks and deliveries."""

    title: str
    description: str
    registered_by: str | None
    #: The requester with his personal data; his id is `requester`.
    requester_data: Requester
    messages: list[Message]
    form: TicketForm | None
    clocks: list[ClockView]
    deliveries: list[DeliveryView]
    #: Parts that do not answer now: `sla`, `notify`.
    unavailable: list[str]
    #: Of an open ticket, as far as anything is known.
    expected: ExpectedView | None = None
    #: What its workflow does by itself, unless it goes on before.
    timers: list[TimerView] = []


class ToldLine(ExplanationLine, kw_only=True):  # type: ignore[misc]  # msgspec hands it down
    """One line of an explanation, in plain words too."""

    #: In the reader's language.
    text: str


class ToldExplanation(Answer, frozen=True):
    """Why a clock is due when it is, and whose time has passed on it."""

    code: str
    clock: str
    #: `running`, `paused`, `met` or `cancelled`.
    state: str
    target_seconds: float
    left_seconds: float
    due_at: datetime | None
    lines: list[ToldLine]
    charges: list[Charge]


class TimelineStep(Answer, frozen=True):
    """One step of a ticket, with the texts that belong to it."""

    at: datetime
    #: The event's type, such as `ticket.assigned`.
    type: str
    #: In plain words of the reader's language.
    title: str
    #: Absent for the requester's eyes.
    actor: str | None
    data: dict[str, Any]
    #: Texts by the field that referred to them: `answer`, `question`, `note`, `message`, ...
    texts: dict[str, str]
    #: Of a form that was filled in.
    answers: list[ShownAnswer]


class TicketTimeline(Answer, frozen=True):
    """Every step of a ticket, oldest first."""

    code: str
    steps: list[TimelineStep]


class PublicStep(Answer, frozen=True):
    """One step as the requester sees it."""

    at: datetime
    type: str
    title: str
    texts: dict[str, str]


class Foretold(Answer, frozen=True):
    """When an open ticket is expected to end, as its requester is told."""

    at: datetime
    #: `history` of like tickets, or the agreement's `target` as long as there is none.
    by: str
    #: The steps ahead with when each is expected, where the flow is a line of steps.
    steps: list[ExpectedStep] = []


class FollowedTicket(Answer, frozen=True):
    """What may be shown to who holds the code and the proof: nothing but this."""

    code: str
    #: `new`, `in_progress`, `waiting`, `done`, `finished`, or `declined`, `withdrawn`, `merged`,
    #: `handed_off`.
    state: str
    title: str
    subject: str
    kind: str
    channel: str
    registered_at: datetime
    updated_at: datetime
    finished_at: datetime | None
    #: `requester` when an answer is awaited from him.
    waiting_for: str | None
    #: The one name that the requester deals with.
    handled_by: str | None
    rating: int | None
    #: What the requester may do now: `rate`, `reopen`, `withdraw`.
    actions: list[str]
    messages: list[Message]
    #: What was filled in, as far as its form says that it is shown here.
    answers: list[ToldAnswer]
    timeline: list[PublicStep]
    #: Absent once it has ended, and while nothing is known.
    expected: Foretold | None = None


class FeedbackAnswer(Answer, frozen=True):
    """The rating as it was taken."""

    code: str
    score: int


def gives(
    kind: Any, *, status: int = 200, description: str = "Answered.", example: Any = None
) -> dict[int | str, dict[str, Any]]:
    """Declare what a route answers with, for its `responses`."""
    (schema,), components = msgspec.json.schema_components((kind,), ref_template=REF_TEMPLATE)
    SCHEMAS.update(components)
    content: dict[str, Any] = {"schema": schema}
    if example is not None:
        content["examples"] = {"example": {"value": example}}
    return {status: {"description": description, "content": {"application/json": content}}}


def answered(
    value: Any, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Write an answer as JSON that nobody keeps."""
    return Response(
        _encoder.encode(value),
        status_code=status,
        headers={"cache-control": "no-store", **(headers or {})},
        media_type="application/json",
    )


def rights_of(identity: Identity) -> dict[str, str]:
    """Give the rights of an identity with their scopes."""
    return dict(scopes_of(identity.role))
