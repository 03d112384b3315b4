"""Building blocks of requests and answers."""

from typing import Annotated

import msgspec
from msgspec import Meta


class Request(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of everything a caller sends."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Base of everything a service answers."""


class Nothing(Request):
    """A request without a parameter."""


#: Twelve decimal digits without separators.
Code = Annotated[str, Meta(pattern=r"^[0-9]{12}$")]
#: An id that administrators choose: it appears in addresses and rules.
Slug = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
Line = Annotated[str, Meta(min_length=1, max_length=200)]
Text = Annotated[str, Meta(min_length=1, max_length=20_000)]
#: A place in a log: a whole number that every store can hold.
Position = Annotated[int, Meta(ge=0, le=2**63 - 1)]
Limit = Annotated[int, Meta(ge=1, le=200)]
