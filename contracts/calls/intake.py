"""What intake can be asked."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from contracts.calls.base import Answer, Code, Limit, Line, Request, Slug, Text
from contracts.calls.forms import FilledForm, ShownAnswer

Channel = Literal["web", "phone", "email", "sms", "api"]
Language = Literal["fa", "en"]
Kind = Literal["request", "question", "complaint", "suggestion", "incident"]


class RequesterData(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who asks; at least one of mobile and e-mail is needed, so that he can be told."""

    name: Line
    mobile: Annotated[str, Meta(max_length=32)] | None = None
    email: Annotated[str, Meta(max_length=254)] | None = None


class RegisterTicket(Request):
    """Command `register_ticket`; answers `Registered`."""

    subject: Slug
    title: Line
    description: Text
    requester: RequesterData
    channel: Channel = "web"
    language: Language = "fa"
    workflow: Slug = "default"
    #: Absent: the subject's; another one only by who may register for others.
    form: Slug | None = None
    #: By field id.
    answers: dict[str, Any] = {}


class SplitTicket(Request):
    """Command `split_ticket`: a part of a ticket as one of its own. Answers `Registered`.

    Its requester is that of the whole; without a subject it has that of the whole, too.
    """

    code: Code
    title: Line
    description: Text
    subject: Slug | None = None
    #: Answers to the subject's form, by field.
    answers: dict[str, Any] = {}


class StartTicket(Request):
    """Command `start_ticket`: the workflow of a ticket wants another one. Answers `Registered`.

    Its requester and his language are those of that ticket. For services alone.
    """

    code: Code
    subject: Slug
    #: By language, with `{code}`, `{title}` and `{description}` of that ticket where they stand.
    title: dict[str, str]
    description: dict[str, str]
    workflow: Slug | None = None
    #: Answers to the subject's form, by field.
    answers: dict[str, Any] = {}
    generation: Annotated[int, Meta(ge=1, le=100)] = 1


class Registered(Answer):
    """A ticket as it stands right after registering."""

    code: str
    state: str
    subject: str
    kind: str
    channel: str
    registered_at: datetime


class AddMessage(Request):
    """Command `add_message`: the requester writes; needs the proof. Answers `Message`."""

    code: Code
    proof: Line
    text: Text
    #: The address the attempt came from, for counting wrong proofs.
    address: str = ""


class Message(Answer):
    """What the requester wrote after registering."""

    id: str
    at: datetime
    text: str


class Track(Request):
    """Query `track`: one and the same refusal for an unknown code and a wrong proof."""

    code: Code
    proof: Line
    address: str = ""


class Tracked(Answer):
    """What may be shown to who holds the code and the proof."""

    code: str
    #: Id of the requester: who he proved to be. His name is not shown.
    requester: str
    title: str
    subject: str
    kind: str
    channel: str
    registered_at: datetime
    messages: list[Message]
    #: Those whose field is `public`.
    answers: list[ShownAnswer] = []


class DescribeTickets(Request):
    """Query `describe_tickets`: texts and requesters, for staff. Answers {code: TicketContent}."""

    codes: Annotated[list[Code], Meta(max_length=200)]
    #: Also what was filled in.
    forms: bool = False


class Requester(Answer):
    """A requester with his personal data."""

    id: str
    name: str
    mobile: str | None
    email: str | None
    segment: str
    language: str
    #: What he has said himself (`contracts/calls/requesters.py`).
    told_by: str = "both"
    calendar: str = "reader"
    digits: str = "reader"


class TicketContent(Answer):
    """What intake holds of a ticket."""

    code: str
    title: str
    description: str
    subject: str
    kind: str
    channel: str
    registered_at: datetime
    registered_by: str | None
    requester: Requester
    messages: list[Message]
    form: FilledForm | None = None


class SearchTickets(Request):
    """Query `search_tickets`: codes whose texts or requester hold all the words, newest first.

    With `fields`, those whose forms have these answers, by field id: as people type them.
    """

    text: Line | None = None
    fields: Annotated[dict[str, Line], Meta(max_length=10)] = {}
    limit: Limit = 50


class Contacts(Request):
    """Query `contacts`: answers {requester id or code: Requester}; unknown ones are left out.

    By requester id comes what is known of him; by code the name and contact given with that ticket,
    which is what notices about the ticket go to: anybody can register under a stranger's number.
    """

    requesters: Annotated[list[str], Meta(max_length=1000)] = []
    tickets: Annotated[list[Code], Meta(max_length=1000)] = []


class Subject(Answer):
    """One line of the subject catalogue."""

    id: str
    parent: str | None
    kind: str
    #: Title by language: `fa`, `en`.
    title: dict[str, str]
    active: bool = True
    #: What is filled in when a request is registered for it.
    form: str | None = None


class DefineWordGroup(Request):
    """Command `define_word_group`: make or change a group of words. Answers `WordGroup`.

    A request mentions the group when its title or description has one of the words or phrases,
    whatever its letter forms, half-spaces and digits.
    """

    id: Slug
    title: dict[Language, Line]
    #: In any language.
    words: Annotated[list[Line], Meta(min_length=1, max_length=500)]
    active: bool = True


class WordGroup(Answer):
    """A group of words that rules may ask about; query `word_groups` answers all, by id."""

    id: str
    title: dict[str, str]
    words: list[str]
    active: bool


class DefineSubject(Request):
    """Command `define_subject`: make or change a subject. Answers `Subject`."""

    id: Slug
    kind: Kind
    title: dict[Language, Line]
    parent: Slug | None = None
    active: bool = True
    form: Slug | None = None
