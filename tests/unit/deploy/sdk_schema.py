"""Grafana's schema of dashboards, as the annotations of its SDK's classes have it.

The SDK writes and reads by these classes, but checks nothing.
"""

from enum import Enum
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints


def misfits(value: Any, hint: Any, place: str) -> list[str]:
    """Give the places at which a value is not what its annotation says."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        tried = [misfits(value, choice, place) for choice in arguments]
        # Of those that do not fit, the one that fits furthest says what is wrong.
        return min(tried, key=lambda faults: (bool(faults), -max(map(len, faults), default=0)))
    if origin is list and isinstance(value, list):
        return [
            fault
            for number, item in enumerate(value)
            for fault in misfits(item, arguments[0], f"{place}[{number}]")
        ]
    if hasattr(hint, "from_json") and isinstance(value, dict | hint):
        # Some lists are left as they came.
        read = hint.from_json(value) if isinstance(value, dict) else value
        return [
            fault
            for name, known in get_type_hints(hint).items()
            for fault in misfits(getattr(read, name), known, f"{place}.{name}")
        ]
    return [] if _is(value, hint, origin, arguments) else [place]


def _is(value: Any, hint: Any, origin: Any, arguments: tuple[Any, ...]) -> bool:
    if hint in (Any, object, NoneType):
        return hint is not NoneType or value is None
    if origin is Literal:
        return value in arguments
    if origin is not None:
        return isinstance(value, origin)
    if issubclass(hint, Enum):
        return value in {each.value for each in hint}
    if hint in (int, float):
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, hint)
