"""What differs between two definitions, place by place, and where a fault lies in one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from chassis.errors import DomainError, Invalid
from gateway.errors import describe, detail_of
from gateway.texts import digits, has, text

_DRAFT: Final = "/definition/"
#: Fields that one control of a form stands for.
_WITHIN_A_MARK: Final = frozenset({"percent", "left", "after"})


class Change(NamedTuple):
    """A place that says something else; empty where it said, or says, nothing."""

    place: str
    before: str
    after: str


class Wrong(NamedTuple):
    """A fault: the control of the form that it is about, where that is, and what is wrong."""

    control: str
    where: str
    message: str


def changes(before: dict[str, Any], after: dict[str, Any], language: str) -> list[Change]:
    """Give every place that differs, in the order of the newer definition."""
    old, new = dict(_leaves(before)), dict(_leaves(after))
    places = [*new, *(place for place in old if place not in new)]
    return [
        Change(place_in_words(place, language), old.get(place, ""), new.get(place, ""))
        for place in places
        if old.get(place) != new.get(place)
    ]


def faults_in(error: DomainError, language: str) -> list[Wrong]:
    """Say what is wrong with a draft, each fault with its place."""
    if not isinstance(error, Invalid) or not error.fields:
        return [Wrong("", "", detail_of(error, language))]
    return [
        Wrong(
            _control(fault.pointer),
            place_in_words(_control(fault.pointer), language),
            describe(fault, language).message,
        )
        for fault in error.fields
    ]


def place_in_words(place: str, language: str) -> str:
    """Say where `targets.0.marks.1` is: promise 1, mark 2."""
    said: list[str] = []
    for part in filter(None, place.split(".")):
        if part.isdecimal() and said:
            said[-1] = f"{said[-1]} {digits(int(part) + 1, language)}"
        else:
            keys = (f"clockwork.part.{part}", f"operation.field.{part}")
            key = next(filter(has, keys), None)
            said.append(text(language, key) if key else part)
    return text(language, "clockwork.comma").join(said)


def _control(pointer: str) -> str:
    parts = pointer.removeprefix(_DRAFT).strip("/").split("/")
    if parts[-1] in _WITHIN_A_MARK and "marks" in parts:
        parts = parts[:-1]
    return ".".join(part.replace("~1", "/").replace("~0", "~") for part in parts)


def _leaves(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Give the places that hold something without parts; a list of plain values is one place."""
    is_plain = isinstance(value, list) and not any(isinstance(item, dict) for item in value)
    if isinstance(value, dict) or (isinstance(value, list) and not is_plain):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, part in pairs:
            yield from _leaves(part, f"{place}.{key}" if place else str(key))
    elif value not in (None, "", []):
        yield place, ", ".join(map(str, value)) if isinstance(value, list) else str(value)
