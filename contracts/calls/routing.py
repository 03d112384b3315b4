"""What routing can be asked."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from contracts.calls.base import Answer, Code, Limit, Line, Request, Slug


class Act(Request):
    """Command `act`: do one of the ticket's actions. Answers `TicketView`.

    The arguments of each action are a class of `services/routing/actions.py`; what may be done now
    stands in `TicketView.actions`.
    """

    code: Code
    action: Annotated[str, Meta(pattern=r"^[a-z][a-z-]{1,31}$")]
    arguments: dict[str, Any] = {}
    #: Importers only: the staff member whose deed it was; absent: the assignee, else the owner.
    behalf: Line | None = None


class OpenReferral(Answer):
    """Work that is out with somebody else and must come back."""

    id: str
    by: str
    to_unit: str
    to_tier: int
    to_person: str | None
    since: datetime


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
    #: What the caller may do now, by what the workflow and his rights allow.
    actions: list[str] = []


class GetTicket(Request):
    """Query `ticket`; answers `TicketView`."""

    code: Code


class ListTickets(Request):
    """Query `tickets`; answers `TicketPage`, newest change first."""

    state: str | None = None
    unit: str | None = None
    owner: str | None = None
    assignee: str | None = None
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


class Timeline(Request):
    """Query `timeline`: answers the steps that the caller may see, oldest first."""

    code: Code


class Step(Answer):
    """One event of a ticket with its texts filled in; a wiped text is absent."""

    at: datetime
    #: The event's type, such as `ticket.assigned`.
    type: str
    actor: str
    #: The event's data without content references.
    data: dict[str, Any]
    #: Texts by the field that referred to them: `answer`, `question`, `note`, ...
    texts: dict[str, str] = {}


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


class Authenticate(Request):
    """Command `authenticate`: check a staff member's password. Answers `Staff`."""

    username: Line
    password: Annotated[str, Meta(min_length=1, max_length=256)]
    address: str = ""


class Staff(Answer):
    """A staff member, as a session needs him."""

    id: str
    username: str
    name: str
    role: str
    unit: str
    tier: int
    language: str


class StaffMember(Staff):
    """Query `staff` (no parameter): answers [StaffMember], everybody, without contacts."""

    skills: list[str]
    capacity: int
    hourly_rate: int
    active: bool


class StaffContacts(Request):
    """Query `staff_contacts`: answers {person id: StaffContact}.

    Asks by id, or for those who hold a role for a unit (`service_manager` of the unit, or of the
    nearest unit above that has one).
    """

    persons: Annotated[list[str], Meta(max_length=1000)] = []
    roles: Annotated[list["RoleOf"], Meta(max_length=1000)] = []


class RoleOf(msgspec.Struct, frozen=True, kw_only=True):
    """A role in a unit."""

    role: str
    unit: str


class StaffContact(Answer):
    """How to reach a staff member."""

    id: str
    name: str
    mobile: str | None
    email: str | None
    language: str
    role: str
    unit: str


class StaffContactsAnswer(Answer):
    """By id, and for each role asked for the ids of who holds it."""

    persons: dict[str, StaffContact]
    roles: list[list[str]]


class DefinePerson(Request):
    """Command `define_person`: add or change a staff member. Answers `Staff`."""

    id: Slug
    name: Line
    role: Slug
    unit: Slug
    tier: Annotated[int, Meta(ge=1, le=9)] = 1
    username: Line | None = None
    password: Annotated[str, Meta(min_length=8, max_length=256)] | None = None
    mobile: str | None = None
    email: str | None = None
    language: str = "fa"
    skills: list[Slug] = []
    #: Rials an hour.
    hourly_rate: Annotated[int, Meta(ge=0, le=1_000_000_000_000)] = 0
    #: How many tickets at once; 0 takes none.
    capacity: Annotated[int, Meta(ge=0, le=10_000)] = 20
    active: bool = True


class DefineUnit(Request):
    """Command `define_unit`: add or change a unit. Answers `Unit`."""

    id: Slug
    title: dict[str, Line]
    parent: Slug | None = None
    #: The desk that owns the tickets of this unit's web requesters; absent: the parent's.
    desk: bool = False
    active: bool = True


class Unit(Answer):
    """A unit of the organisation."""

    id: str
    title: dict[str, str]
    parent: str | None
    desk: bool
    active: bool


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


class DefineWorkflow(Request):
    """Command `define_workflow`: publish a new version. Answers `WorkflowView`.

    The definition's shape is `services/routing/domain/workflow.py`.
    """

    id: Slug
    definition: dict[str, Any]


class WorkflowView(Answer):
    """A workflow as published; query `workflows` (no parameter) answers the newest versions."""

    id: str
    version: int
    definition: dict[str, Any]
