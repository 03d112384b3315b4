"""What intake can be asked by requesters about themselves, once they have proved who they are."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from contracts.calls.base import Answer, Code, Line, Request
from contracts.calls.intake import Language

#: Which of his contacts a requester is told by; without the one he wants, by the other.
ToldBy = Literal["both", "sms", "email"]
Calendar = Literal["reader", "jalali", "gregorian"]
Digits = Literal["reader", "persian", "latin"]
CodeId = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}$")]


class AskCode(Request):
    """Command `ask_code`: have a one-time code sent. Answers `CodeAsked`.

    From a requester, to make another contact his own. From anybody else, to prove who he is: then
    it is sent only where a requester is known under the contact, and nothing tells whether it was.
    """

    #: A mobile number or an e-mail address.
    contact: Annotated[str, Meta(max_length=254)]
    language: Language = "fa"


class CodeAsked(Answer):
    """A code that was asked for, whether or not somebody gets it."""

    id: str
    #: `sms` or `email`.
    channel: str
    #: The contact in its one form.
    contact: str
    #: Until when it is good, and from when on another one may be asked for.
    until: datetime
    again_at: datetime


class GiveCode(Request):
    """Command `give_code`: prove to have got a code. Answers `OwnData` of who has proved himself.

    One refusal for a wrong code, one that is over, used, or was tried too often.
    """

    id: CodeId
    code: Annotated[str, Meta(max_length=32)]


class GetCodes(Request):
    """Query `one_time_codes`, of services alone. Answers {id: OneTimeCode}, those that are good."""

    ids: Annotated[list[CodeId], Meta(max_length=1000)]


class OneTimeCode(Answer):
    """A code and where it goes."""

    code: str
    address: str
    language: str
    #: How it is called, as long as it is good.
    minutes: int


class OwnData(Answer):
    """Query `own_data` (no parameter): what is known of the requester who asks."""

    id: str
    name: str
    #: In full once he has proved them; else with a part hidden, for they may be somebody else's.
    mobile: str | None
    email: str | None
    #: Which of `mobile` and `email` he has proved to be his.
    proved: list[str]
    language: str
    told_by: str
    calendar: str
    digits: str


class ChangeOwnData(Request):
    """Command `change_own_data`: what a requester may say of himself. Answers `OwnData`.

    Another mobile number or e-mail address he proves with a code.
    """

    name: Line
    language: Language
    told_by: ToldBy
    calendar: Calendar = "reader"
    digits: Digits = "reader"


class DropContact(Request):
    """Command `drop_contact`: be reached by it no more. Answers `OwnData`."""

    contact: Literal["mobile", "email"]


class GetOwnTickets(Request):
    """Query `own_tickets`: what was registered with a contact that he has proved, newest first.

    Answers [OwnTicket]. With a code, that one or none.
    """

    code: Code | None = None


class OwnTicket(Answer):
    """A requester's own ticket."""

    code: str
    title: str
    registered_at: datetime
    #: What opens it: the last four digits of the mobile number given with it, or the address.
    proof: str
