"""Conditions for people: JSONLogic as lines of a form, and as a sentence.

Lines can say what most conditions say: some tests, of which all or one must hold. What goes beyond
is told as well as it can be, and changed as JSON.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from chassis.errors import FieldFault, Invalid
from gateway.admin.editing import Fields
from gateway.texts import latin

_COMPARING: Final = ("===", "!==", ">", ">=", "<", "<=")
#: What a line can ask: `one_of` and `none_of` take several values, `contains` is for lists.
SIGNS: Final = (*_COMPARING, "one_of", "none_of", "contains", "given", "missing")
_UNARY: Final = ("given", "missing")
_NUMBER: Final = re.compile(r"-?\d{1,15}(\.\d{1,9})?")
_COMMA: Final = re.compile(r"\s*[,،]\s*")
_MOST: Final = 12


class Line(NamedTuple):
    """A line: `ticket.priority`, `<=`, `2`."""

    fact: str
    sign: str
    value: str


class Lines(NamedTuple):
    """Lines, of which all must hold (`and`) or one (`or`)."""

    joined: str
    lines: Sequence[Line]


class Words(NamedTuple):
    """How a sentence names facts, values and signs."""

    fact: Callable[[str], str]
    value: Callable[[str, Any], str]
    text: Callable[..., str]


# -- lines -----------------------------------------------------------------------------------------


def lines_of(rule: Any) -> Lines | None:
    """Give a rule as lines; None where lines cannot say it."""
    if rule is None:
        return Lines("and", ())
    name, given = _operation(rule)
    parts = given if name in ("and", "or") and isinstance(given, list) else [rule]
    lines = [_line_of(part) for part in parts]
    if not lines or len(lines) > _MOST or None in lines:
        return None
    return Lines(name if name in ("and", "or") else "and", [each for each in lines if each])


def rule_of(lines: Lines) -> Any:
    """Give lines as a rule; None for no line."""
    parts = [_rule_of(line) for line in lines.lines if line.fact]
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else {lines.joined: parts}


def read_condition(fields: Fields, name: str) -> Any:
    """Give the rule that a form says, in lines or as JSON; raises Invalid for what is no JSON."""
    if f"{name}.raw" in fields:
        return _raw(fields.get(f"{name}.raw"), name)
    lines = [
        Line(
            fields.get(f"{row}.other") or fields.get(f"{row}.fact"),
            fields.get(f"{row}.sign"),
            fields.get(f"{row}.value"),
        )
        for row in fields.rows(name)
    ]
    joined = "or" if fields.get(f"{name}.joined") == "or" else "and"
    return rule_of(Lines(joined, [line for line in lines if line.sign in SIGNS]))


def _raw(typed: str, name: str) -> Any:
    if not typed:
        return None
    try:
        return msgspec.json.decode(typed)
    except (msgspec.DecodeError, RecursionError):
        fault = FieldFault(pointer=f"/{name}", code="json_invalid")
        raise Invalid("request_invalid", fields=[fault]) from None


def _line_of(rule: Any) -> Line | None:
    name, given = _operation(rule)
    if name in ("!", "!!"):
        return _unary(str(name), _inner(given))
    if not isinstance(given, list) or len(given) != 2:  # noqa: PLR2004 - two sides
        return None
    left, right = given
    if name in _COMPARING and (fact := _fact(left)) and _is_plain(right):
        return Line(fact, str(name), as_typed(right))
    return _membership(left, right) if name == "in" else None


def _unary(name: str, inner: Any) -> Line | None:
    if fact := _fact(inner):
        return Line(fact, "given" if name == "!!" else "missing", "")
    negated = _line_of(inner) if name == "!" else None
    return negated._replace(sign="none_of") if negated and negated.sign == "one_of" else None


def _membership(left: Any, right: Any) -> Line | None:
    if (fact := _fact(left)) and isinstance(right, list) and right and all(map(_is_plain, right)):
        return Line(fact, "one_of", ", ".join(map(as_typed, right)))
    fact = _fact(right)
    return Line(fact, "contains", as_typed(left)) if fact and _is_plain(left) else None


def _rule_of(line: Line) -> Any:
    fact = {"var": line.fact}
    if line.sign in _UNARY:
        return {"!!" if line.sign == "given" else "!": [fact]}
    if line.sign in ("one_of", "none_of"):
        among = {"in": [fact, [as_value(each) for each in _COMMA.split(line.value) if each]]}
        return among if line.sign == "one_of" else {"!": [among]}
    if line.sign == "contains":
        return {"in": [as_value(line.value), fact]}
    return {line.sign: [fact, as_value(line.value)]}


def as_value(typed: str) -> Any:
    """Read a value as it is typed: a number, `true`, else a text; quotes make a text of any."""
    plain = latin(typed)
    if _NUMBER.fullmatch(plain):
        return float(plain) if "." in plain else int(plain)
    if typed in ("true", "false"):
        return typed == "true"
    return typed[1:-1] if len(typed) > 1 and typed[0] == typed[-1] == '"' else typed


def as_typed(value: Any) -> str:
    """Write a value so that it is read as it was: `"12"` for a text of digits."""
    if not isinstance(value, str):
        return msgspec.json.encode(value).decode()
    return value if as_value(value) == value else f'"{value}"'


def _is_plain(value: Any) -> bool:
    if isinstance(value, str):
        return bool(value) and not _COMMA.search(value)
    return isinstance(value, (bool, int, float))


def _operation(rule: Any) -> tuple[str | None, Any]:
    if isinstance(rule, Mapping) and len(rule) == 1:
        return next(iter(rule.items()))
    return None, None


def _inner(given: Any) -> Any:
    return given[0] if isinstance(given, list) and len(given) == 1 else given


def _fact(rule: Any) -> str:
    name, given = _operation(rule)
    path = _inner(given)
    return path if name == "var" and isinstance(path, str) else ""


# -- sentences -------------------------------------------------------------------------------------


def told(rule: Any, words: Words) -> str:
    """Say a condition in a sentence; what has no words is given as JSON."""
    if rule is None:
        return ""
    name, given = _operation(rule)
    if name in ("and", "or") and isinstance(given, list):
        parts = [told(part, words) for part in given]
        pairs = zip(parts, given, strict=True)
        inside = [f"({part})" if _is_joined(one) else part for part, one in pairs]
        return words.text(f"admin.joined.{name}").join(inside)
    line = _line_of(rule)
    if line is None:
        return msgspec.json.encode(rule).decode()
    values = [as_value(each) for each in _COMMA.split(line.value)] if line.value else []
    return words.text(
        f"admin.sign.{line.sign}",
        fact=words.fact(line.fact),
        value=words.text("admin.joined.list").join(words.value(line.fact, v) for v in values),
    )


def _is_joined(rule: Any) -> bool:
    name, given = _operation(rule)
    return name in ("and", "or") and isinstance(given, list) and len(given) > 1
