"""What intake tells: requests that came, what requesters wrote since, who they are."""

import msgspec

from contracts.envelope import Answered, ContentRef, Event, event


class FormRef(msgspec.Struct, frozen=True):
    """Points at the answers to a form, which intake keeps apart."""

    id: str
    #: The ticket's answers stay with the version that asked for them.
    version: int
    #: SHA-256 of the answers as canonical JSON, in hexadecimal.
    sha256: str


class StartedFrom(msgspec.Struct, frozen=True):
    """The ticket whose workflow had another one started."""

    ticket: str
    #: How many tickets started one another before that one.
    generation: int


@event("ticket.registered", by="intake")
class TicketRegistered(Event):
    """A request was registered and has its tracking code; the first event of every ticket."""

    #: Id in the subject catalogue.
    subject: str
    #: `request`, `question`, `complaint`, `suggestion` or `incident`.
    kind: str
    #: `web`, `phone`, `email`, `sms` or `api`.
    channel: str
    #: Id of the requester; intake tells the contacts to who may know them.
    requester: str
    segment: str
    #: Language the requester is written to: `fa` or `en`.
    language: str
    #: Title and description.
    content: ContentRef
    #: Staff member who registered on the requester's behalf.
    registered_by: str | None = None
    workflow: str = "default"
    #: Came from an importer: nobody is told, and nothing is assigned by itself.
    imported: bool = False
    #: The ticket that this one was a part of.
    split_from: str | None = None
    started_from: StartedFrom | None = None
    #: What was filled in, where the subject has a form.
    form: FormRef | None = None
    #: Answers of the fields marked `routable`, by field: ids of options, numbers, days (ISO), yes
    #: and no; never free text, never what tells who somebody is.
    answers: dict[str, Answered] = {}
    #: Of the fields marked `reportable`, what is counted: by field, a number, yes or no, or the
    #: choices, each of which counts once.
    figures: dict[str, Answered] = {}
    #: Groups of words that the title or the description mentions; never the words.
    mentions: list[str] = []


@event("ticket.message_received", by="intake")
class TicketMessageReceived(Event):
    """The requester wrote something more: an answer to a question, or by himself."""

    message: ContentRef
    channel: str


@event("requester.changed", by="intake")
class RequesterChanged(Event):
    """A requester was met for the first time, or his data changed; says which fields, not what."""

    segment: str
    language: str
    fields: list[str]


@event("requester.code_asked", by="intake")
class RequesterCodeAsked(Event):
    """Somebody who says that he is the requester wants a one-time code; it is sent to him."""

    #: Its id; intake tells the code to who sends it, as long as it is good.
    code: str
    #: `sms` or `email`.
    channel: str


@event("subject.defined", by="intake")
class SubjectDefined(Event):
    """A subject of the catalogue was made or changed."""

    kind: str
    parent: str | None = None
    active: bool = True
    #: What is filled in when a request is registered for it.
    form: str | None = None


@event("word_group.defined", by="intake")
class WordGroupDefined(Event):
    """A group of words that rules may ask about was made or changed; says how many, not which."""

    words: int
    active: bool = True
