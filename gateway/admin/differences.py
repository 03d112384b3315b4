"""What differs between two versions of something that administrators define."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """A field that is another now; None where it is not there."""

    name: str
    before: Any
    after: Any


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A part that came, went, changed, or stands elsewhere in the order."""

    kind: Literal["added", "removed", "changed", "moved"]
    #: Of what the part is one: `steps`, `transitions`, `rows`; and which.
    group: str
    key: str
    fields: list[Field] = []


def differences(
    group: str,
    before: Mapping[str, Mapping[str, Any]],
    after: Mapping[str, Mapping[str, Any]],
    *,
    ordered: bool = False,
) -> list[Difference]:
    """Compare parts by their keys; with `ordered`, also where they stand among one another."""
    found = [_came_or_went("removed", group, key) for key in before if key not in after]
    places = _places(before, after) if ordered else {}
    for key, part in after.items():
        if key not in before:
            found.append(_came_or_went("added", group, key))
        elif fields := changed_fields(before[key], part):
            found.append(Difference(kind="changed", group=group, key=key, fields=fields))
        elif places.get(key):
            found.append(Difference(kind="moved", group=group, key=key))
    return found


def changed_fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Field]:
    """Give the fields that are others now; what is empty counts as not there."""
    names = list(dict.fromkeys([*before, *after]))
    values = [(name, before.get(name) or None, after.get(name) or None) for name in names]
    return [Field(name=name, before=old, after=new) for name, old, new in values if old != new]


def _came_or_went(kind: Literal["added", "removed"], group: str, key: str) -> Difference:
    return Difference(kind=kind, group=group, key=key)


def _places(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, bool]:
    """Tell of each part that stayed whether it stands behind another one than before."""
    old = [key for key in before if key in after]
    new = [key for key in after if key in before]
    return {key: new.index(key) != old.index(key) for key in new}
