"""Editors: the form carries the whole draft, what was typed, and what is to be done with it.

Between two submits nothing is kept on our side. A draft may be of any shape: whoever edits one
reads it with `part_of`, and the service decides whether it is sound.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

import msgspec
from fastapi import Request, Response
from starlette.responses import RedirectResponse

from chassis.errors import DomainError, Invalid
from gateway import json_bodies
from gateway.errors import describe
from gateway.pages.forms import key_of, read_pairs
from gateway.pages.staff import is_part
from gateway.texts import LANGUAGES, latin

P = TypeVar("P", dict[str, Any], list[Any], str)

#: How many fields an editor may have.
MOST_FIELDS: Final = 1200


class Fields:
    """What was typed into a form, by name."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            self._values.setdefault(name, []).append(value.strip())

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def get(self, name: str) -> str:
        """Give the last value of a name; empty where there is none."""
        return self._values.get(name, [""])[-1]

    def all(self, name: str) -> list[str]:
        """Give every value of a name that is not empty."""
        return [value for value in self._values.get(name, ()) if value]

    def words(self, name: str) -> dict[str, str]:
        """Give a text by language, from the fields `{name}.fa` and `{name}.en`."""
        given = {language: self.get(f"{name}.{language}") for language in LANGUAGES}
        return {language: value for language, value in given.items() if value}

    def number(self, name: str) -> int | None:
        """Give a whole number, in whatever digits it was typed; None where there is none."""
        typed = latin(self.get(name))
        return int(typed) if typed.isdecimal() and len(typed) <= 18 else None  # noqa: PLR2004

    def rows(self, name: str) -> list[str]:
        """Give the prefixes of the rows of a list: `tasks.0`, `tasks.1`, as far as they go."""
        parts, below = name.count(".") + 2, f"{name}."
        starts = {".".join(n.split(".")[:parts]) for n in self._values if n.startswith(below)}
        numbered = [each for each in starts if each.rpartition(".")[2].isdecimal()]
        return sorted(numbered, key=lambda each: int(each.rpartition(".")[2]))

    def first_values(self) -> dict[str, str]:
        """Give one value for each name."""
        return {name: values[-1] for name, values in self._values.items()}


class Edit(msgspec.Struct, frozen=True, kw_only=True):
    """A submit of an editor."""

    draft: Any
    #: The part that the page has open: `steps/new`, `rows/3`; empty for none.
    opened: str
    #: What is to be done, and with what: `remove`, `rows/3`.
    verb: str
    about: str
    fields: Fields
    #: Makes the submit do its work once.
    key: str


async def read_edit(request: Request) -> Edit:
    """Read a submit; raises RequestValidationError for a draft that is no JSON."""
    fields = Fields(await read_pairs(request, most=MOST_FIELDS))
    verb, _, about = fields.get("do").partition(":")
    return Edit(
        draft=json_bodies.read(fields.get("draft").encode()),
        opened=fields.get("open"),
        verb=verb or "apply",
        about=about,
        fields=fields,
        key=key_of(fields.first_values()),
    )


def led_to(request: Request, path: str) -> Response:
    """Lead on, whether a script of the page asks or the browser."""
    if is_part(request):
        return Response(status_code=204, headers={"hx-redirect": path})
    return RedirectResponse(path, 303)


def faults_by_field(error: DomainError | None, language: str) -> dict[str, str]:
    """Say what is wrong with a form, by the first part of each fault's pointer."""
    return {
        fault.pointer.strip("/").partition("/")[0]: describe(fault, language).message
        for fault in (error.fields if error else ())
    }


def written(draft: Any) -> str:
    """Write a draft into a form."""
    return msgspec.json.encode(draft).decode()


def indented(draft: Any) -> str:
    """Write a draft for people to read."""
    return msgspec.json.format(msgspec.json.encode(draft), indent=2).decode()


def as_list(value: Any) -> list[Any]:
    """Give a list where there is one."""
    return value if isinstance(value, list) else []


def as_dict(value: Any) -> dict[str, Any]:
    """Give an object where there is one."""
    return value if isinstance(value, dict) else {}


def as_text(value: Any) -> str:
    """Give a text or a number as it is typed."""
    return str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""


def kept(part: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Give a part with changes; what comes out empty is left out, what nobody named stays."""
    return {
        name: value
        for name, value in {**part, **changes}.items()
        if name not in changes or not _is_empty(value)
    }


def _is_empty(value: Any) -> bool:
    return value is False or (not value and not isinstance(value, (int, float)))


def moved(items: Sequence[Any], place: int, by: int) -> list[Any]:
    """Give a list with an item moved; it stays where there is no room."""
    target = place + by
    changed = list(items)
    if 0 <= place < len(items) and 0 <= target < len(items):
        changed.insert(target, changed.pop(place))
    return changed


def place_of(about: str, items: Sequence[Any]) -> int:
    """Give the place in a list that `rows/3` names; raises Invalid where there is none."""
    number = about.rpartition("/")[2]
    if not number.isdecimal() or not 0 <= int(number) < len(items):
        raise Invalid("request_invalid")
    return int(number)


def said(words: Any, language: str, otherwise: str = "") -> str:
    """Give a text by language in the reader's, or in another that there is."""
    given = {name: value for name, value in as_dict(words).items() if isinstance(value, str)}
    return given.get(language) or next(iter(given.values()), otherwise)
