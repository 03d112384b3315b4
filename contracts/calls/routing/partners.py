"""What routing can be asked about partners outside, and what comes from them."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from contracts.calls.base import Answer, Code, Line, Request, Slug
from contracts.calls.intake import Language
from contracts.routing.partners import PartnerKind

#: What a partner may be told of a ticket that is handed over.
Field = Literal[
    "title",
    "description",
    "reason",
    "kind",
    "priority",
    "due_at",
    "requester_name",
    "requester_mobile",
    "requester_email",
]
#: Nothing of who asked, unless an administrator says so.
USUAL_FIELDS: tuple[Field, ...] = (
    "title",
    "description",
    "reason",
    "kind",
    "priority",
    "due_at",
)
#: `whsec_` and 24 to 64 bytes in base64, as Standard Webhooks has it.
Secret = Annotated[str, Meta(pattern=r"^whsec_[A-Za-z0-9+/]{32,88}={0,2}$")]


class DefinePartner(Request):
    """Command `define_partner`: make or change a partner outside. Answers `PartnerView`.

    A secret that is given becomes the newest; the one before stays good for a day. One that is not
    given stays as it is, and none is ever shown.
    """

    id: Slug
    title: dict[Language, Line]
    kind: PartnerKind
    #: Where its messages are posted; not for kind `email`.
    address: Annotated[str, Meta(pattern=r"^https?://[!-~]+$", max_length=2048)] | None = None
    #: Where letters to it go; also the contact of tickets that it asks for.
    email: Annotated[str, Meta(max_length=254)] | None = None
    language: Language = "fa"
    #: The supplier unit that it stands for.
    unit: Slug | None = None
    #: A hand-off ends our ticket; else it stays open and waits.
    ends: bool = False
    #: What it may be told of a ticket; absent: everything but who asked.
    fields: Annotated[list[Field], Meta(max_length=20)] = msgspec.field(
        default_factory=lambda: list(USUAL_FIELDS)
    )
    #: The subject of tickets that it asks for; absent: it may ask for none.
    subject: Slug | None = None
    active: bool = True
    #: What we sign with, and what it signs with.
    sending_secret: Secret | None = None
    receiving_secret: Secret | None = None


class KeyView(Answer):
    """A secret that is in use, by its fingerprint."""

    fingerprint: str
    since: datetime
    #: When it ends; absent: the newest.
    until: datetime | None


class PartnerView(Answer):
    """A partner outside, without its secrets."""

    id: str
    title: dict[str, str]
    kind: str
    address: str | None
    email: str | None
    language: str
    unit: str | None
    ends: bool
    fields: list[str]
    subject: str | None
    active: bool
    sending_keys: list[KeyView] = []
    receiving_keys: list[KeyView] = []


class PartnerName(Answer):
    """A partner in use, as who hands work over chooses it.

    Query `partner_names` (no parameter) answers [PartnerName].
    """

    id: str
    title: dict[str, str]
    kind: str


class GetPartnerLinks(Request):
    """Query `partner_links`, for services alone: answers {id: PartnerLink}."""

    ids: Annotated[list[Slug], Meta(max_length=200)]


class PartnerLink(Answer):
    """How a partner is reached, with what is signed with: never shown to anybody."""

    id: str
    title: dict[str, str]
    kind: str
    address: str | None
    email: str | None
    language: str
    fields: list[str]
    active: bool
    #: Counts the changes of the partner.
    version: int
    secrets: list[str]


class SignedMessage(Request):
    """Command `hear_partner` and query `partner_request`: a message as it came, unread."""

    partner: Annotated[str, Meta(max_length=64)]
    id: Annotated[str, Meta(max_length=256)]
    timestamp: Annotated[str, Meta(max_length=32)]
    signature: Annotated[str, Meta(max_length=2048)]
    body: str


class Heard(Answer):
    """What a message led to."""

    code: str
    #: The ticket's version with it; a repeat gives the same.
    version: int


class PartnerRequest(Answer):
    """A message of a partner who has work done here, read and found to be its own."""

    partner: str
    #: What its tickets are registered under: contact, name and subject.
    name: str
    email: str
    subject: str
    language: str
    #: The message as read: type and data.
    type: str
    handoff: str
    reference: str
    title: str
    description: str
    text: str | None
    #: How many tickets came of one another by themselves before the one that it asks for.
    generation: int
    #: The ticket that the hand-off has led to already.
    code: str | None


class TakeIn(Request):
    """Command `take_in`: a registered ticket is a partner's hand-off. Answers `Heard`."""

    code: Code
    handoff: Line
    reference: Line
    generation: Annotated[int, Meta(ge=0, le=1000)] = 0
