"""Forms whose fields have parts and repeat: `targets.0.marks.1.percent` is a place in a document.

What is typed stays text until it is told to the service; so nothing typed is lost on the way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

import msgspec

from gateway.texts import LANGUAGES, latin

_MANY: Final = "[]"
#: Units of durations, the largest first.
UNITS: Final = {"hours": 3600, "minutes": 60, "seconds": 1}
_LETTERS: Final = {"hours": "H", "minutes": "M", "seconds": "S"}
#: As many rows of a list as a form may have.
_MOST_ROWS: Final = 100


class Given(dict[str, Any]):
    """What was typed or defined, for a template to read: what is not there is empty."""

    def __missing__(self, key: str) -> str:
        return ""


def given(value: Any) -> Any:
    """Give a document for a template to read."""
    if isinstance(value, dict):
        return Given({name: given(part) for name, part in value.items()})
    return [given(part) for part in value] if isinstance(value, list) else value


def tree(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Put the fields of a form together; a name that ends in `[]` may come several times."""
    root: dict[str, Any] = {}
    for name, value in pairs:
        *way, last = name.removesuffix(_MANY).split(".")
        place = root
        for part in way:
            found = place.setdefault(part, {})
            place = found if isinstance(found, dict) else {}
        if name.endswith(_MANY):
            values = place.setdefault(last, [])
            if isinstance(values, list):
                values.append(value)
        else:
            place[last] = value.strip()
    rows: dict[str, Any] = _with_rows(root)
    return rows


def add_row(model: dict[str, Any], path: str) -> None:
    """Add an empty row to the list at a path; nothing where there is no such place."""
    *way, last = path.split(".")
    place = _at(model, way)
    if isinstance(place, dict):
        rows = place.setdefault(last, [])
        if isinstance(rows, list) and len(rows) < _MOST_ROWS:
            rows.append({})


def remove_row(model: dict[str, Any], path: str) -> None:
    """Remove the row at a path such as `targets.0`; nothing where there is none."""
    *way, last = path.split(".")
    rows = _at(model, way)
    if isinstance(rows, list) and last.isdecimal() and int(last) < len(rows):
        del rows[int(last)]


def whole(value: Any) -> Any:
    """Read a whole number in whatever digits; what is none stays text, to be refused."""
    typed = re.sub(r"[^\w-]", "", latin(str(value)))
    return int(typed) if typed.isdecimal() and len(typed) <= 18 else typed  # noqa: PLR2004


def words(value: Any) -> list[str]:
    """Read ids that are parted by commas or spaces."""
    return re.findall(r"[\w.-]+", str(value or ""))


def duration(value: Any) -> str:
    """Write a number and a unit as an ISO 8601 duration."""
    typed = value if isinstance(value, dict) else {}
    letter = _LETTERS.get(typed.get("unit", ""), "H")
    return f"PT{whole(typed.get('number', ''))}{letter}"


def duration_fields(value: Any) -> dict[str, str]:
    """Give the number and the unit of an ISO 8601 duration; the largest unit that fits."""
    try:
        seconds = round(msgspec.convert(value, timedelta).total_seconds())
    except msgspec.ValidationError:
        return {"number": "", "unit": "hours"}
    unit = next(name for name, size in UNITS.items() if seconds % size == 0)
    return {"number": str(seconds // UNITS[unit]), "unit": unit}


def filled(**values: Any) -> dict[str, Any]:
    """Give the fields that say something."""
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}


def titles_in(model: dict[str, Any]) -> dict[str, Any]:
    """Give what was typed as a title, by language."""
    title = model.get("title")
    typed = title if isinstance(title, dict) else {}
    return filled(**{language: typed.get(language) for language in LANGUAGES})


def rows_of(model: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Give the rows of a list; those that are none are left out."""
    rows = model.get(name)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _at(model: Any, way: list[str]) -> Any:
    for part in way:
        if isinstance(model, list) and part.isdecimal() and int(part) < len(model):
            model = model[int(part)]
        elif isinstance(model, dict):
            model = model.get(part)
        else:
            return None
    return model


def _with_rows(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    known = {name: _with_rows(part) for name, part in value.items()}
    if known and all(name.isdecimal() for name in known):
        return [known[name] for name in sorted(known, key=int)]
    return known
