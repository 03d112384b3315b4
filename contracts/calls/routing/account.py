"""What a staff member does about his own account, and what an administrator mends of it."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from contracts.calls.base import Answer, Request, Slug

Password = Annotated[str, Meta(min_length=1, max_length=256)]
NewPassword = Annotated[str, Meta(min_length=8, max_length=256)]
#: Six digits of an authenticator, or a recovery code; spaces and dashes do not matter.
SecondCode = Annotated[str, Meta(min_length=6, max_length=32)]


class ChangePassword(Request):
    """Command `change_password`: give oneself another password. Answers `Nothing`."""

    current: Password
    new: NewPassword


class SecondFactorView(Answer):
    """Query `second_factor` (no parameter): whether signing in takes more than a password."""

    on: bool
    since: datetime | None = None
    #: Recovery codes that were not used yet.
    recovery_left: int = 0
    #: His role has to have it.
    demanded: bool = False


class DemandSecondFactor(Request):
    """Command `demand_second_factor`: of these roles and no others. Answers `SecondFactorDemand`.

    Who has none sets it up at his next signing in, before anything else.
    """

    roles: Annotated[list[Slug], Meta(max_length=20)]


class SecondFactorDemand(Answer):
    """Query `second_factor_demand` (no parameter): which roles have to have a second factor."""

    roles: list[str]
    #: By role, how many people there are, and how many of them have one.
    people: dict[str, int]
    having: dict[str, int]


class BegunSecondFactor(Answer):
    """Command `begin_second_factor` (no parameter): what an authenticator is to be told.

    Nothing is asked for at signing in until a code has confirmed it.
    """

    #: In base 32, for typing.
    secret: str
    #: `otpauth://totp/...`, for a QR code.
    uri: str


class ConfirmSecondFactor(Request):
    """Command `confirm_second_factor`: show that the authenticator works."""

    code: SecondCode


class RecoveryCodes(Answer):
    """What opens the account once each without the authenticator; never shown again."""

    codes: list[str]


class DropSecondFactor(Request):
    """Command `drop_second_factor`: sign in with the password alone again."""

    password: Password


class ResetSecondFactor(Request):
    """Command `reset_second_factor`: the same for somebody who has lost his telephone."""

    person: Slug
