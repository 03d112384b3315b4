"""Instants inside of values: told and cut as the database keeps them, in UTC and milliseconds.

Which fields of a type can hold an instant is found out once; nearly every value is as it should be,
and then nothing of it is walked through but those.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import UTC, datetime
from functools import cache
from operator import attrgetter
from typing import Any

from msgspec import Struct, inspect

from chassis.clock import to_milliseconds

Check = Callable[[Any], bool]
#: Leaves that hold no instant; what is not known here is looked through as if it might.
_PLAIN = (
    inspect.NoneType,
    inspect.BoolType,
    inspect.IntType,
    inspect.FloatType,
    inspect.StrType,
    inspect.BytesType,
    inspect.LiteralType,
    inspect.EnumType,
)


def are_as_kept(value: Struct) -> bool:
    """Tell whether all instants in a struct are what the database would give back."""
    kind: Hashable = type(value)
    check = _check_for(kind)
    return check is None or check(value)


def cut(value: Any) -> Any:
    """Give a plain value with its instants as the database would give them back."""
    if isinstance(value, datetime):
        return to_milliseconds(value.astimezone(UTC) if value.utcoffset() else value)
    if isinstance(value, dict):
        return {name: cut(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [cut(item) for item in value]
    return value


@cache
def _check_for(kind: Hashable) -> Check | None:
    return _compiled(inspect.type_info(kind))


def _compiled(kind: inspect.Type) -> Check | None:
    """Give the check of a type's values; none where it holds no instant."""
    if isinstance(kind, _PLAIN):
        return None
    if isinstance(kind, inspect.DateTimeType):
        return _is_kept
    if isinstance(kind, inspect.StructType):
        return _of_fields(kind)
    if isinstance(kind, inspect.UnionType):
        return _of_either(kind)
    if isinstance(kind, inspect.ListType):
        return _of_items(_compiled(kind.item_type))
    return _unknown


def _of_fields(kind: inspect.StructType) -> Check | None:
    checks = [
        (attrgetter(field.name), check)
        for field in kind.fields
        if (check := _compiled(field.type)) is not None
    ]
    return (lambda value: all(check(get(value)) for get, check in checks)) if checks else None


def _of_items(check: Check | None) -> Check | None:
    return None if check is None else (lambda value: all(map(check, value)))


def _of_either(kind: inspect.UnionType) -> Check | None:
    found = [check for part in kind.types if (check := _compiled(part)) is not None]
    if not found:
        return None
    if len(kind.types) == 1 + kind.includes_none:
        return lambda value: value is None or found[0](value)
    return _unknown


def _is_kept(value: datetime) -> bool:
    return value.microsecond % 1000 == 0 and not value.utcoffset()


def _unknown(_value: Any) -> bool:
    return False
