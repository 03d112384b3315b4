"""How an installation gets its first administrator."""

from typing import Literal

from contracts.calls.base import Answer, Line, Request
from contracts.calls.routing.account import NewPassword


class Founding(Answer):
    """Query `founding` (no parameter): whether there is anybody who administers."""

    founded: bool


class Found(Request):
    """Command `found`: make the first administrator. Answers `Staff`.

    Takes the role `founder`, which only an operator's pass gives; refused as long as there is an
    administrator who may sign in.
    """

    #: What the organisation is called: the name of the unit above all others.
    organisation: Line
    name: Line
    username: Line
    password: NewPassword
    language: Literal["fa", "en"] = "fa"
    mobile: str | None = None
    email: str | None = None
