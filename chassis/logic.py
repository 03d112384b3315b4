"""Conditions and formulas as data: JSONLogic, as much of it as means the same everywhere.

Evaluated by datalogic-py. Only operators whose meaning does not hang on loose comparison are let
in, so that a browser can show the same result: https://jsonlogic.com/operations.html.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import datalogic_py as datalogic
import msgspec

from chassis.errors import FieldFault, Invalid

#: What a rule may be made of.
OPERATORS = frozenset(
    {
        "var",
        "===",
        "!==",
        ">",
        ">=",
        "<",
        "<=",
        "!",
        "!!",
        "and",
        "or",
        "if",
        "in",
        "+",
        "-",
        "*",
        "/",
        "%",
        "max",
        "min",
        "some",
        "all",
        "none",
        "filter",
        "map",
        "reduce",
        "missing",
        "length",
    }
)
#: How deep a rule may be nested, and how long it may be, in bytes of JSON.
DEEPEST, LONGEST = 32, 16_384
#: How many operations one evaluation may take.
BUDGET = 10_000

_ENGINE = datalogic.Engine(strict_operator_names=True)


class LogicFailed(Exception):
    """Raised when a rule cannot be evaluated with the data given, or asks for too much work."""


class Logic:
    """A rule that has been checked: pure, cheap, safe to share."""

    def __init__(self, rule: Any) -> None:
        self._rule = _ENGINE.compile_strict(msgspec.json.encode(rule).decode())
        facts = self._rule.facts()
        #: What it reads of its data: each a path of names.
        self.reads = frozenset(tuple(path) for path in facts["reads"])

    def value(self, data: Mapping[str, Any]) -> Any:
        """Evaluate with plain JSON values; raises LogicFailed."""
        try:
            result, _operations = self._rule.evaluate_metered(data, BUDGET)
        except datalogic.DataLogicError as error:
            raise LogicFailed(error.error_type) from error
        return msgspec.json.decode(result)

    def holds(self, data: Mapping[str, Any]) -> bool:
        """Tell whether a condition holds; one that cannot be evaluated does not."""
        try:
            return bool(self.value(data))
        except LogicFailed:
            return False


def read(rule: Any, *, at: str, names: Collection[str] | None = None) -> Logic:
    """Make a checked rule of plain JSON values; raises Invalid with what `check` finds."""
    if faults := check(rule, at=at, names=names):
        raise Invalid("logic_invalid", fields=faults)
    return Logic(rule)


def check(rule: Any, *, at: str, names: Collection[str] | None = None) -> list[FieldFault]:
    """Give what is wrong with a rule, below the pointer `at`.

    With `names`, the first part of every path that it reads must be among them.
    """
    if _is_too_large(rule):
        return [FieldFault(pointer=at, code="logic_too_large")]
    unknown = [
        FieldFault(pointer=f"{at}{pointer}", code="logic_operator_unknown", params={"name": name})
        for pointer, name in _operators(rule)
        if name not in OPERATORS
    ]
    if unknown:
        return unknown
    found = [
        FieldFault(pointer=f"{at}{fault['pointer']}", code="logic_malformed")
        for fault in _ENGINE.check(msgspec.json.encode(rule).decode(), mode="strict")
        if fault["severity"] == "error"
    ]
    return found or list(_bad_reads(rule, at, names))


def _bad_reads(rule: Any, at: str, names: Collection[str] | None) -> Iterator[FieldFault]:
    facts = _ENGINE.compile_strict(msgspec.json.encode(rule).decode()).facts()
    if facts["computed_reads"]:
        yield FieldFault(pointer=at, code="logic_reads_computed")
    for path in facts["reads"]:
        if names is not None and path and path[0] not in names:
            params = {"name": str(path[0])}
            yield FieldFault(pointer=at, code="logic_name_unknown", params=params)


def _is_too_large(rule: Any) -> bool:
    level = [rule]
    for _depth in range(DEEPEST):
        level = [child for value in level for child in _children(value)]
        if not level:
            return len(msgspec.json.encode(rule)) > LONGEST
    return True


def _children(value: Any) -> Collection[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _operators(rule: Any, pointer: str = "") -> Iterator[tuple[str, str]]:
    """Give every operator with its place; a rule not too deep is meant."""
    if isinstance(rule, dict):
        for name, arguments in rule.items():
            yield pointer, str(name)
            yield from _operators(arguments, f"{pointer}/{name}")
    elif isinstance(rule, list):
        for number, item in enumerate(rule):
            yield from _operators(item, f"{pointer}/{number}")
