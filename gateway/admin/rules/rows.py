"""The rows of a draft of the table: in words, and as the editor's form changes them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, get_args

import msgspec

from chassis.errors import Invalid
from chassis.shapes import shape_fault
from contracts.calls.routing import Rule, RuleRow
from contracts.calls.routing.organisation import Strategy
from gateway.admin.conditions import read_condition, told
from gateway.admin.editing import (
    Edit,
    Fields,
    as_dict,
    as_text,
    moved,
    place_of,
)
from gateway.admin.known import Known
from gateway.errors import ErrorItem
from gateway.texts import has

Row = dict[str, Any]
#: What is compared, in the order in which it is told.
COLUMNS: Final = (
    *("subject", "kind", "channel", "segment", "language"),
    *("registered_in", "mentions"),
)
RESULTS: Final = ("unit", "tier", "skill", "priority", "workflow", "strategy", "weight", "tags")
STRATEGIES: Final = get_args(Strategy)
#: What a condition may ask of a request.
FACTS: Final = (*COLUMNS, "weekday", "hour", "minute", "date")
#: What a row has that says nothing of it.
_PLAIN: Final[Row] = {"tier": 1, "weight": 1, "tags": [], "go_on": False, "active": True}
_COMMA: Final = re.compile(r"[\s,،]+")


class RowShown(msgspec.Struct, frozen=True, kw_only=True):
    """A row in words: when it holds, and what becomes of the request."""

    id: str
    when: list[str]
    unit: str
    then: list[str]
    active: bool
    #: Whether rows behind it may add to it.
    goes_on: bool
    faults: list[str]
    oddities: list[str]


def checked(draft: Any) -> list[Row]:
    """Give a draft's rows, of whatever shape each; raises Invalid for what is no list of them."""
    if not isinstance(draft, list):
        raise Invalid("rules_invalid")
    return [as_dict(row) for row in draft]


def as_rows(rows: Sequence[Row]) -> list[RuleRow]:
    """Give rows as routing takes them; raises Invalid naming the place of the first wrong one."""
    taken: list[RuleRow] = []
    for number, row in enumerate(rows):
        try:
            taken.append(msgspec.convert(row, RuleRow))
        except msgspec.ValidationError as error:
            fault = shape_fault(error)
            there = msgspec.structs.replace(fault, pointer=f"/rows/{number}{fault.pointer}")
            raise Invalid("rules_invalid", fields=[there]) from None
    return taken


def plain(rules: Sequence[Rule]) -> list[Row]:
    """Give published rows as a draft, without what every row has."""
    rows = [msgspec.to_builtins(rule) for rule in rules]
    return [
        {
            name: value
            for name, value in row.items()
            if name != "order" and value is not None and value != _PLAIN.get(name)
        }
        for row in rows
    ]


def row_id(row: Mapping[str, Any]) -> str:
    """Give a row's id as text."""
    return as_text(row.get("id"))


# -- in words --------------------------------------------------------------------------------------


def shown(
    rows: Sequence[Row], faults: Sequence[ErrorItem], odd: Sequence[ErrorItem], known: Known
) -> list[RowShown]:
    """Put the rows into words, each with what is wrong with it and what is only odd."""
    return [
        RowShown(
            id=row_id(row),
            when=conditions_of(row, known),
            unit=known.units.get(as_text(row.get("unit")), as_text(row.get("unit"))),
            then=results_of(row, known),
            active=row.get("active", True) is not False,
            goes_on=row.get("go_on") is True,
            faults=_at(faults, number),
            oddities=_at(odd, number),
        )
        for number, row in enumerate(rows)
    ]


def conditions_of(row: Mapping[str, Any], known: Known) -> list[str]:
    """Say when a row holds, condition by condition; nothing where it always does."""
    words = known.words()
    said = [
        words.text(
            "admin.sign.===", fact=words.fact(name), value=known.value(name, as_text(row.get(name)))
        )
        for name in COLUMNS
        if as_text(row.get(name))
    ]
    return [*said, told(row["when"], words)] if row.get("when") is not None else said


def results_of(row: Mapping[str, Any], known: Known) -> list[str]:
    """Say what becomes of a request beside its unit."""
    say = known.words().text
    return [
        say(f"admin.rule.then.{name}", value=result_said(name, row[name], known))
        for name in RESULTS[1:]
        if row.get(name) not in (None, "", [], _PLAIN.get(name))
    ]


def result_said(name: str, value: Any, known: Known) -> str:
    """Name a part of a result."""
    if value is None or value == []:
        return known.words().text("admin.none")
    if isinstance(value, list):
        return known.words().text("admin.joined.list").join(map(str, value))
    if name == "strategy" and has(f"admin.strategy.{value}"):
        return known.words().text(f"admin.strategy.{value}")
    return known.value(name, value)


def _at(faults: Sequence[ErrorItem], number: int) -> list[str]:
    at = f"/rows/{number}"
    return [f.message for f in faults if f.pointer == at or f.pointer.startswith(f"{at}/")]


# -- as the form changes them ----------------------------------------------------------------------


def applied(rows: list[Row], edit: Edit) -> list[Row]:
    """Take what was typed into the open row; raises Invalid for a condition that is no JSON."""
    number = edit.opened.removeprefix("rows/")
    if not number.isdecimal() or int(number) >= len(rows):
        return rows
    changed = list(rows)
    changed[int(number)] = _typed(rows[int(number)], edit.fields)
    return changed


def done(rows: list[Row], edit: Edit, opened: str) -> tuple[list[Row], str]:
    """Do what was asked for with the rows; gives the row that is open then."""
    return _DEEDS[edit.verb](rows, edit.about, opened) if edit.verb in _DEEDS else (rows, opened)


def _typed(row: Row, fields: Fields) -> Row:
    numbers = ("tier", "priority", "weight")
    given: Row = {
        name: fields.number(name) if name in numbers else fields.get(name)
        for name in ("id", *RESULTS, *COLUMNS)
    }
    given["when"] = read_condition(fields, "when")
    given["tags"] = [each for each in _COMMA.split(fields.get("tags")) if each]
    given["go_on"] = fields.get("go_on") == "yes"
    others = {name: value for name, value in row.items() if name not in {*given, "active"}}
    active = {} if fields.get("active") == "yes" else {"active": False}
    return others | {n: v for n, v in given.items() if v not in (None, "", [], False)} | active


def _add(rows: list[Row], about: str, _opened: str) -> tuple[list[Row], str]:
    place = place_of(about, rows) + 1 if about else len(rows)
    taken = {row_id(row) for row in rows}
    name = next(f"row-{n}" for n in range(1, len(rows) + 2) if f"row-{n}" not in taken)
    unit = as_text(rows[place - 1].get("unit")) if rows else ""
    return [*rows[:place], {"id": name, "unit": unit}, *rows[place:]], f"rows/{place}"


def _copy(rows: list[Row], about: str, _opened: str) -> tuple[list[Row], str]:
    place = place_of(about, rows)
    taken = {row_id(row) for row in rows}
    base = f"{row_id(rows[place])}-"
    name = next(f"{base}{n}" for n in range(2, len(rows) + 3) if f"{base}{n}" not in taken)
    return [*rows[: place + 1], rows[place] | {"id": name}, *rows[place + 1 :]], f"rows/{place + 1}"


def _remove(rows: list[Row], about: str, _opened: str) -> tuple[list[Row], str]:
    place = place_of(about, rows)
    return [*rows[:place], *rows[place + 1 :]], ""


def _move(by: int) -> Callable[[list[Row], str, str], tuple[list[Row], str]]:
    def move(rows: list[Row], about: str, opened: str) -> tuple[list[Row], str]:
        place = place_of(about, rows)
        target = min(max(place + by, 0), len(rows) - 1)
        followed = {f"rows/{place}": f"rows/{target}", f"rows/{target}": f"rows/{place}"}
        return moved(rows, place, by), followed.get(opened, opened)

    return move


def _open(rows: list[Row], about: str, _opened: str) -> tuple[list[Row], str]:
    return rows, about


def _close(rows: list[Row], _about: str, _opened: str) -> tuple[list[Row], str]:
    return rows, ""


_DEEDS: Final[Mapping[str, Callable[[list[Row], str, str], tuple[list[Row], str]]]] = {
    "add": _add,
    "copy": _copy,
    "remove": _remove,
    "up": _move(-1),
    "down": _move(1),
    "open": _open,
    "close": _close,
}
