"""What intake tells: requests that came, what requesters wrote since, who they are."""

from contracts.envelope import ContentRef, Event, event


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


@event("subject.defined", by="intake")
class SubjectDefined(Event):
    """A subject of the catalogue was made or changed."""

    kind: str
    parent: str | None = None
    active: bool = True
