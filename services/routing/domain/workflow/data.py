"""What every part of a definition is made of."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from contracts.calls.base import Line

#: By language.
Words = dict[str, Line]
Tier = Annotated[int, Meta(ge=1, le=9)]
Needs = Literal["all"] | Annotated[int, Meta(ge=1, le=100)]
#: A name that may stand in the keys of documents.
Name = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]


class Data(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of everything a definition is made of."""
