"""Days as administrators write them, and what may be wrong with a list of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from chassis.errors import FieldFault
from contracts.days import read_date


def date_faults(parent: str, texts: Iterable[str]) -> Iterator[FieldFault]:
    """Tell which keys of an object are no dates, and which name a day for the second time."""
    seen: set[date] = set()
    for text in texts:
        pointer = pointer_to(parent, text)
        try:
            day = read_date(text)
        except ValueError:
            yield FieldFault(pointer=pointer, code="date_malformed")
            continue
        if day in seen:
            yield FieldFault(pointer=pointer, code="date_repeated")
        seen.add(day)


def pointer_to(parent: str, key: str) -> str:
    """Give the JSON pointer to a key of an object."""
    return f"{parent}/" + key.replace("~", "~0").replace("/", "~1")
