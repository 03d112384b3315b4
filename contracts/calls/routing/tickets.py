"""What routing can be asked about tickets."""

from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta

from contracts.calls.base import Answer, Code, Limit, Line, Request, Slug
from contracts.calls.forms import ShownAnswer
from contracts.calls.routing.attention import Away, OpenQuestion, ProposedAnswer


class Act(Request):
    """Command `act`: do one of the ticket's actions. Answers `TicketView`.

    The arguments of each action are a class of `services/routing/actions/`; what may be done now
    stands in `TicketView.actions`.
    """

    code: Code
    action: Annotated[str, Meta(pattern=r"^[a-z][a-z-]{1,31}$")]
    arguments: dict[str, Any] = {}
    #: Importers only: the staff member whose deed it was; absent: the assignee, else the owner.
    behalf: Line | None = None


class ActOnMany(Request):
    """Command `act_on_many`: do one action on each ticket. Answers [ActedOn], in their order.

    Each is decided by itself: what is refused for one is done for the others.
    """

    codes: Annotated[list[Code], Meta(min_length=1, max_length=200)]
    action: Annotated[str, Meta(pattern=r"^[a-z][a-z-]{1,31}$")]
    arguments: dict[str, Any] = {}


class OpenReferral(Answer):
    """Work that is out with somebody else and must come back."""

    id: str
    by: str
    to_unit: str
    to_tier: int
    to_person: str | None
    since: datetime


class OutsideWork(Answer):
    """Work that is, or last was, with a partner outside: its own clock runs within ours."""

    handoff: str
    partner: str
    by: str
    since: datetime
    #: Until the partner closes it, or it is called back.
    open: bool
    #: How the partner calls the work, how it stands there in its own word, and until when it means
    #: to be done.
    reference: str | None = None
    state: str | None = None
    due_at: datetime | None = None
    heard_at: datetime | None = None
    #: `closed`, `rejected` or `recalled`, once it is not open any more.
    outcome: str | None = None


class TaskView(Answer):
    """A piece of a step's work that somebody does beside the ticket's own."""

    id: str
    #: By language.
    title: dict[str, str]
    unit: str
    tier: int
    assignee: str | None
    #: `open`, `done` or `refused`.
    outcome: str
    #: The form that goes with `finish-task`.
    form: str | None


class SeatView(Answer):
    """A voice in an approval."""

    #: `role:manager`, `unit:finance/supervisor`, `supervisor@it`, `person:sara`, ...
    who: str
    #: Who has spoken, and whether he approved; absent while nobody has.
    by: str | None
    approved: bool | None


class TicketView(Answer):
    """A ticket's case: everything but its texts."""

    code: str
    state: str
    step: str
    workflow: str
    subject: str
    kind: str
    channel: str
    requester: str
    unit: str | None
    tier: int | None
    owner: str | None
    assignee: str | None
    priority: int
    registered_at: datetime
    updated_at: datetime
    finished_at: datetime | None
    waiting_for: str | None
    referrals: list[OpenReferral]
    reopened: int
    rating: int | None
    touch_seconds: int
    cost: int
    version: int
    #: The incident whose answers are told here too; how many tickets are told those of this one.
    parent: str | None = None
    children: int = 0
    #: The ticket that goes on in its place.
    merged_into: str | None = None
    #: What other units were asked, and what upper tiers proposed to answer.
    questions: list[OpenQuestion] = []
    proposals: list[ProposedAnswer] = []
    #: What the caller is told of, and until when he has put it off.
    following: list[str] = []
    snoozed_until: datetime | None = None
    #: In the inbox's `out`: with whom the work is.
    away: Away | None = None
    #: What the caller may do now, by what the workflow and his rights allow.
    actions: list[str] = []
    #: Where a partner outside works on it, or has.
    outside: OutsideWork | None = None
    #: The partner outside that asked for the ticket.
    client: str | None = None
    #: What the workflow calls the step, and those of its own actions that are among `actions`.
    step_title: dict[str, str] | None = None
    action_titles: dict[str, dict[str, str]] = {}
    #: Forms that go with actions, by action.
    forms: dict[str, str] = {}
    tasks: list[TaskView] = []
    #: The seats of the approval that the step waits for, and how many must approve.
    seats: list[SeatView] = []
    seats_needed: int = 0
    #: What it is about, as rules and people say.
    tags: list[str] = []


class Refusal(Answer):
    """Why something was not done: the parts of an error."""

    status: int
    code: str
    params: dict[str, Any] = {}
    #: JSON pointer, code and parameters of what is wrong with each argument.
    fields: list[tuple[str, str, dict[str, Any]]] = []


class ActedOn(Answer):
    """What became of one of many: the ticket as it stands now, or why nothing was done."""

    code: str
    ticket: TicketView | None = None
    refusal: Refusal | None = None


class GetTicket(Request):
    """Query `ticket`; answers `TicketView`."""

    code: Code


class GetReadable(Request):
    """Query `readable`; answers `Readable`."""

    codes: Annotated[list[Code], Meta(max_length=200)] = []
    units: Annotated[list[Slug], Meta(max_length=50)] = []


class Readable(Answer):
    """Which tickets, and which units' tickets, the caller may read of those asked for."""

    codes: list[str]
    units: list[str]


class ListTickets(Request):
    """Query `tickets`; answers `TicketPage`, newest change first."""

    state: str | None = None
    unit: str | None = None
    owner: str | None = None
    assignee: str | None = None
    tag: Slug | None = None
    codes: Annotated[list[Code], Meta(max_length=200)] | None = None
    limit: Limit = 50
    cursor: str | None = None


class TicketPage(Answer):
    """A part of a list, and where the next one starts."""

    items: list[TicketView]
    next: str | None


class Inbox(Answer):
    """Query `inbox` (no parameter): what one staff member has to look at."""

    #: Assigned to me and not ended, most urgent first.
    work: list[TicketView]
    #: Mine as owner, but the work is with somebody else.
    out: list[TicketView]
    #: Waiting in my team for a free person.
    queue: list[TicketView]
    #: With a task of mine or my team's, or waiting for my consent.
    asked: list[TicketView] = []
    #: My unit, or I, was asked something about it.
    questions: list[TicketView] = []


class Timeline(Request):
    """Query `timeline`: answers the steps that the caller may see, oldest first."""

    code: Code


class Step(Answer):
    """One event of a ticket with its texts filled in; a wiped text is absent."""

    at: datetime
    #: The event's type, such as `ticket.assigned`.
    type: str
    #: The event's data without content references.
    data: dict[str, Any]
    #: Who did it; nobody where it is told to the requester.
    actor: str = ""
    #: Texts by the field that referred to them: `answer`, `question`, `note`, ...
    texts: dict[str, str] = {}
    #: Of a form that was filled in, with the words of its version.
    answers: list[ShownAnswer] = []


class Follow(Request):
    """Query `follow`, for the requester: answers `Followed`."""

    code: Code


class Followed(Answer):
    """A ticket as its requester follows it: how it stands, and the steps he may see."""

    ticket: TicketView
    steps: list[Step]


class GetTexts(Request):
    """Query `texts`, for services: answers {content id: text}; wiped ones are left out."""

    ids: Annotated[list[str], Meta(max_length=1000)]
