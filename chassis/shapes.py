"""Where a document does not have the shape that was asked for: msgspec's sentence as a fault."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from chassis.errors import FieldFault

_PLACE: Final = re.compile(r"\.([^.\[\]`]+)|\[(\d+|\.\.\.)\]")
_MISSING: Final = re.compile(r"missing required field `([^`]+)`")
_UNKNOWN: Final = re.compile(r"unknown field `([^`]+)`")


def shape_fault(error: msgspec.ValidationError, at: str = "") -> FieldFault:
    """Give the fault that msgspec met, below the pointer `at`.

    Its message is such as "Expected `str`, got `int` - at `$.title.fa`".
    """
    said, _, place = str(error).partition(" - at ")
    # A name that may not be one is said as "`key` in `$.title`".
    place = place.rpartition("$")[2]
    pointer = at + "".join(f"/{name or index}" for name, index in _PLACE.findall(place))
    for pattern, code in ((_MISSING, "required"), (_UNKNOWN, "unknown_field")):
        found = pattern.search(said)
        if found:
            return FieldFault(pointer=f"{pointer}/{found[1]}", code=code)
    return FieldFault(pointer=pointer, code="malformed")
