"""What an action takes, as a class of its own; free texts are kept apart from it."""

# msgspec hands `frozen` down to subclasses, which mypy's view of dataclasses does not.
# mypy: disable-error-code="misc"

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

import msgspec
from msgspec import Meta

from contracts.calls.base import Text
from contracts.envelope import ContentRef

Tier = Annotated[int, Meta(ge=1, le=9)]


#: A reference of another system: an id, never a sentence.
Foreign = Annotated[str, Meta(pattern=r"^[\w./:#-]{1,64}$")]


class Arguments(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every action's arguments."""

    #: The fields that hold free text.
    texts: ClassVar[tuple[str, ...]] = ()


class Plain(Arguments):
    """An action that needs nothing more."""


class Reason(Arguments):
    """An action that may say why."""

    texts = ("reason",)
    reason: Text | None = None


class Filled(msgspec.Struct, frozen=True, kw_only=True):
    """A form that was filled in: what conditions may ask of the answers."""

    form: str
    version: int
    values: dict[str, Any] = {}
    #: What reports count of them.
    figures: dict[str, Any] = {}


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """An action about to be decided: its arguments, its texts as references."""

    action: str
    arguments: Any
    texts: dict[str, ContentRef] = {}
    behalf: str | None = None
    #: With the text `answers`.
    filled: Filled | None = None


def written(arguments: Arguments) -> dict[str, str]:
    """Give the free texts among the arguments by field."""
    texts = {field: getattr(arguments, field) for field in arguments.texts}
    return {field: text for field, text in texts.items() if text is not None}


def refer_to(texts: Mapping[str, str], *, stream: str, cause: str) -> dict[str, ContentRef]:
    """Give the references of a command's texts: the same for the same command and text."""
    refs = {}
    for field, text in texts.items():
        digest = hashlib.sha256(text.encode()).hexdigest()
        name = f"{stream}\0{cause}\0{field}\0{digest}".encode()
        refs[field] = ContentRef(hashlib.blake2b(name, digest_size=12).hexdigest(), digest)
    return refs
