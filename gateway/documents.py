"""What callers send, with the rules that the pages and the API share.

The services check it all again; here a caller learns of every fault at once, field by field.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from fastapi import Path
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

from gateway.texts import latin

#: What people put between digits: spaces, dashes, dots, and signs of direction nobody sees.
_SEPARATORS = re.compile(r"[\s\-_./\u200b-\u200f\u2010-\u2015\u2212\u202a-\u202e\u2066-\u2069]+")
#: How deep a free-form object may be nested.
_DEEPEST = 16


def without_separators(value: Any) -> Any:
    """Read a tracking code as people write it: `۱۲۳۴-۵۶۷۸ ۹۰۱۲` is 123456789012."""
    return _SEPARATORS.sub("", latin(value)) if isinstance(value, str) else value


def _shallow(value: Any) -> Any:
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > _DEEPEST:
            raise PydanticCustomError("too_deep", "nested too deeply")
        level = [
            child
            for item in level
            if isinstance(item, (dict, list))
            for child in (item.values() if isinstance(item, dict) else item)
        ]
    return value


Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
Language = Literal["fa", "en"]
Channel = Literal["web", "phone", "email", "sms", "api"]
FreeForm = Annotated[dict[str, Any], BeforeValidator(_shallow)]

#: A tracking code among others, with or without separators.
Code = Annotated[
    str, BeforeValidator(without_separators), StringConstraints(pattern=r"^[0-9]{12}$")
]
#: The tracking code in a path, with or without separators.
CodePath = Annotated[
    str,
    BeforeValidator(without_separators),
    StringConstraints(pattern=r"^[0-9]{12}$"),
    Path(
        description="Tracking code: twelve digits, separators allowed.", examples=["481920374652"]
    ),
]
SlugPath = Annotated[Slug, Path(description="Id that administrators chose.")]


class Document(BaseModel):
    """Base of what callers send: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NewRequester(Document):
    """Who asks; a mobile number or an e-mail address is needed, so that he can be told."""

    name: Line
    email: Annotated[str, StringConstraints(strip_whitespace=True, max_length=254)] | None = None
    mobile: Annotated[str, StringConstraints(strip_whitespace=True, max_length=32)] | None = Field(
        default=None, validate_default=True
    )

    # Beside the field and not beside the whole, so that it is told together with other faults.
    @field_validator("mobile")
    @classmethod
    def _can_be_told(cls, mobile: str | None, others: ValidationInfo) -> str | None:
        if not mobile and not others.data.get("email"):
            raise PydanticCustomError("contact_missing", "a mobile number or an e-mail address")
        return mobile


class NewTicket(Document):
    """A request to register."""

    subject: Slug
    title: Line
    description: Text
    requester: NewRequester
    channel: Channel = "web"
    #: Language the requester is written to; absent: that of Accept-Language.
    language: Language | None = None
    #: Other than `default` only with the right `import`.
    workflow: Slug = "default"
    #: Absent: the subject's; another one only by who may register for others.
    form: Slug | None = None
    #: By field id; every field's kind and conditions are in `GET /api/v1/forms/{id}`.
    answers: FreeForm = {}


class NewMessage(Document):
    """What a requester writes about his ticket."""

    text: Text


class CodeWanted(Document):
    """Where a one-time code is to go."""

    contact: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=254)
    ] = Field(description="A mobile number or an e-mail address.", examples=["09121234567"])


class CodeGiven(Document):
    """A one-time code that somebody has got."""

    id: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
    code: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=32)]


class OwnDataGiven(Document):
    """What a requester says of himself."""

    name: Line
    #: Of the messages that he gets.
    language: Language
    #: `both`, or one of them; what does not reach him is sent by the other.
    told_by: Literal["both", "sms", "email"]
    #: `reader`: as the language has it.
    calendar: Literal["reader", "jalali", "gregorian"] = "reader"
    digits: Literal["reader", "persian", "latin"] = "reader"


class DeviceKeys(Document):
    """What a browser reads pushed messages with."""

    p256dh: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{87}$")]
    auth: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{22}$")]


class NewDevice(Document):
    """A browser's `PushSubscription`, and what its owner calls it."""

    endpoint: Annotated[str, StringConstraints(min_length=8, max_length=2048)]
    keys: DeviceKeys
    label: Annotated[str, StringConstraints(max_length=100)] = ""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "endpoint": "https://updates.push.services.mozilla.com/wpush/v2/gAAAAABk",
                    "keys": {
                        "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcx"
                        "aOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
                        "auth": "BTBZMqHH6r4Tts7J_aSIgg",
                    },
                    "label": "تلفن همراه",
                }
            ]
        }
    )


class Feedback(Document):
    """What a requester thinks of the result."""

    #: 1 (worst) to 5.
    score: Annotated[int, Field(ge=1, le=5)]
    comment: Text | None = None


class Reason(Document):
    """Why a requester does what he does."""

    reason: Text | None = None


class Seed(Document):
    """Whether days that were edited give way."""

    overwrite: bool = False


Password = Annotated[str, StringConstraints(min_length=1, max_length=256)]
#: Six digits of an authenticator, or a recovery code.
FactorCode = Annotated[
    str,
    BeforeValidator(lambda given: latin(given) if isinstance(given, str) else given),
    StringConstraints(strip_whitespace=True, min_length=6, max_length=32),
]


class OwnPassword(Document):
    """One's password, as a proof."""

    password: Password


class NewPassword(Document):
    """One's password as it is and as it is to be."""

    current: Password
    new: Annotated[str, StringConstraints(min_length=8, max_length=256)]


class Roles(Document):
    """Roles of staff."""

    roles: Annotated[list[Slug], Field(max_length=20)]


class SecondCode(Document):
    """A code of an authenticator."""

    code: FactorCode


class SignIn(Document):
    """A staff member's user name and password; and a code, where a second factor is on."""

    username: Line
    password: Password
    code: FactorCode | None = None

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"username": "desk", "password": "your-password"}]}
    )


class Refresh(Document):
    """The token that continues a session."""

    refresh_token: Annotated[str, StringConstraints(min_length=1, max_length=8192)]


class FirstAdministrator(Document):
    """What the first administrator says of himself and of the organisation."""

    #: As `peygir setup` prints it; it is good for an hour.
    setup_pass: Annotated[str, StringConstraints(min_length=1, max_length=1024)]
    organisation: Line
    name: Line
    username: Line
    password: Annotated[str, StringConstraints(min_length=8, max_length=256)]
    language: Language = "fa"
    mobile: Annotated[str, StringConstraints(strip_whitespace=True, max_length=32)] | None = None
    email: Annotated[str, StringConstraints(strip_whitespace=True, max_length=254)] | None = None

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "setup_pass": "eyJzdWIiOiJzeXN0ZW06c2V0dXAifQ.c2lnbmF0dXJl",
                    "organisation": "سازمان نمونه",
                    "name": "سارا موسوی",
                    "username": "admin",
                    "password": "your-password",
                    "email": "admin@example.ir",
                }
            ]
        }
    )
