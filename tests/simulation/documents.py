"""The part of MongoDB's language that the services speak: queries and updates.

Pure functions over plain documents. What is not known here raises, so that a service that begins to
use more of the language fails loudly instead of being simulated wrongly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Document = dict[str, Any]
_MISSING = object()


def values_at(document: Any, path: str) -> list[Any]:
    """Give what stands under a dotted path, through lists; nothing where it leads nowhere."""
    head, _, rest = path.partition(".")
    if isinstance(document, list):
        return [value for item in document for value in values_at(item, path)]
    if not isinstance(document, dict) or head not in document:
        return []
    return values_at(document[head], rest) if rest else [document[head]]


def matches(document: Document, query: Mapping[str, Any]) -> bool:
    """Tell whether a document fulfils a query."""
    for name, wanted in query.items():
        if name == "$or":
            if not any(matches(document, part) for part in wanted):
                return False
        elif name == "$expr":
            if not evaluated(document, wanted):
                return False
        elif not _field_matches(document, name, wanted):
            return False
    return True


def _field_matches(document: Document, name: str, wanted: Any) -> bool:
    found = values_at(document, name)
    if isinstance(wanted, dict) and any(key.startswith("$") for key in wanted):
        return all(_OPERATORS[key](found, operand) for key, operand in wanted.items())
    return _equals(found, wanted)


def _equals(found: list[Any], wanted: Any) -> bool:
    if not found:
        return wanted is None
    return any(value == wanted or (isinstance(value, list) and wanted in value) for value in found)


def _compares(test: Callable[[Any, Any], bool]) -> Callable[[list[Any], Any], bool]:
    """Values of another type than the operand's, such as null, never compare."""
    return lambda found, operand: any(
        isinstance(value, type(operand)) and test(value, operand) for value in found
    )


_OPERATORS: dict[str, Callable[[list[Any], Any], bool]] = {
    "$gt": _compares(lambda value, operand: value > operand),
    "$gte": _compares(lambda value, operand: value >= operand),
    "$lt": _compares(lambda value, operand: value < operand),
    "$lte": _compares(lambda value, operand: value <= operand),
    "$ne": lambda found, operand: not _equals(found, operand),
    "$in": lambda found, operand: any(_equals(found, item) for item in operand),
    "$nin": lambda found, operand: not any(_equals(found, item) for item in operand),
    "$exists": lambda found, operand: bool(found) == operand,
    "$type": lambda found, operand: any(isinstance(value, _TYPES[operand]) for value in found),
}
_TYPES = {"string": str}


def sort_key(path: str) -> Callable[[Document], tuple[bool, Any]]:
    """Give the key to sort documents by a field; absent and null ones come first."""

    def key(document: Document) -> tuple[bool, Any]:
        value = next(iter(values_at(document, path)), None)
        return (value is not None, value)

    return key


def updated(document: Document, update: Mapping[str, Any], *, inserting: bool) -> Document:
    """Give a changed copy of a document; the original stays as it is."""
    changed = dict(document)
    for name, fields in update.items():
        if name != "$setOnInsert" or inserting:
            for path, operand in fields.items():
                _CHANGES[name](changed, path, operand)
    return changed


def _place(document: Document, path: str) -> tuple[Document, str]:
    """Give the innermost document a path leads into, copied on the way, and the last name."""
    *way, last = path.split(".")
    for name in way:
        document[name] = dict(document.get(name, {}))
        document = document[name]
    return document, last


def _set(document: Document, path: str, operand: Any) -> None:
    inner, name = _place(document, path)
    inner[name] = operand


def _unset(document: Document, path: str, _operand: Any) -> None:
    inner, name = _place(document, path)
    inner.pop(name, None)


def _increase(document: Document, path: str, operand: int) -> None:
    inner, name = _place(document, path)
    inner[name] = inner.get(name, 0) + operand


def _raise_to(document: Document, path: str, operand: Any) -> None:
    inner, name = _place(document, path)
    inner[name] = max(inner.get(name, operand), operand)


def _push(document: Document, path: str, operand: Any) -> None:
    inner, name = _place(document, path)
    inner[name] = [*inner.get(name, []), operand]


def _pull(document: Document, path: str, operand: Mapping[str, Any]) -> None:
    inner, name = _place(document, path)
    inner[name] = [item for item in inner.get(name, []) if not matches(item, operand)]


_CHANGES: dict[str, Callable[[Document, str, Any], None]] = {
    "$set": _set,
    "$setOnInsert": _set,
    "$unset": _unset,
    "$inc": _increase,
    "$max": _raise_to,
    "$push": _push,
    "$pull": _pull,
}


def started_from(query: Mapping[str, Any]) -> Document:
    """Give the document that an upsert begins with: what the query demands literally."""
    return {
        name: wanted
        for name, wanted in query.items()
        if not name.startswith("$") and not isinstance(wanted, dict) and "." not in name
    }


def evaluated(document: Document, expression: Any) -> Any:
    """Give the value of an aggregation expression."""
    kind = type(expression)
    if kind is dict:
        ((name, operands),) = expression.items()
        operands = operands if isinstance(operands, list) else [operands]
        return _EXPRESSIONS[name](*[evaluated(document, item) for item in operands])
    if kind is not str or expression[:1] != "$":
        return expression
    return document[expression[1:]]


_EXPRESSIONS: dict[str, Callable[..., Any]] = {
    "$gt": lambda left, right: left > right,
    "$add": lambda left, right: left + right,
    "$size": len,
}


def keys_of(document: Document, fields: tuple[str, ...]) -> Iterator[tuple[Any, ...]]:
    """Give the keys under which a unique index has a document: one per element of a list."""
    rows: list[tuple[Any, ...]] = [()]
    for field in fields:
        found = values_at(document, field) or [None]
        spread = [
            item for value in found for item in (value if isinstance(value, list) else [value])
        ]
        rows = [(*row, value) for row in rows for value in spread]
    yield from dict.fromkeys(rows)
