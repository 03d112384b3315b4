"""How routing lets somebody in whom an identity provider has proved."""

from typing import Literal

from contracts.calls.base import Line, Request, Slug
from contracts.calls.routing.account import SecondCode


class Admit(Request):
    """Command `admit`: let in whom a provider has proved. Answers `Staff`.

    Only the gateway asks it, and only once it has checked what the provider signed. Who has a
    second factor gives its code, unless the provider has asked for one.
    """

    provider: Slug
    #: By what the account is found.
    by: Literal["email", "username"]
    name: Line
    has_second_factor: bool = False
    address: str = ""
    code: SecondCode | None = None
