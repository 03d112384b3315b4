"""JSON Schemas of the events, and what may change in them without a new version.

A schema is stored per event in `contracts/schemas/`. An event that was recorded once is read for
ever, by us and by systems we do not know, so a class may gain fields with defaults, an
enumeration values, and nothing else. Comments that begin with `#:` above a field become its
description.
"""

import ast
import inspect
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec

from contracts.envelope import Event

FOLDER = Path(__file__).parent / "schemas"
EXAMPLES = Path(__file__).parent / "examples"

Schema = dict[str, Any]

#: What says something about a type to people, and nothing about what fits it.
_SAYINGS = frozenset({"title", "description", "default", "examples"})
_COMMENT = "#:"


def schema_of(event: type[msgspec.Struct]) -> Schema:
    """Give the schema of an event's data, complete in itself."""
    (reference,), definitions = components([event], "#/$defs/{name}")
    own = definitions.pop(reference["$ref"].rpartition("/")[2])
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema"} | own
    return schema | ({"$defs": definitions} if definitions else {})


def components(
    types: Iterable[type[Any]], template: str
) -> tuple[tuple[Schema, ...], dict[str, Schema]]:
    """Give a reference per type and the schemas they refer to, with the fields described."""
    wanted = tuple(types)
    references, definitions = msgspec.json.schema_components(wanted, ref_template=template)
    for struct in _structs(wanted):
        properties = definitions[struct.cls.__name__]["properties"]
        comments = _comments(struct.cls)
        for field in struct.fields:
            if isinstance(field.type, msgspec.inspect.DateTimeType):
                properties[field.name]["format"] = "date-time"
            if field.name in comments:
                properties[field.name]["description"] = comments[field.name]
    return references, definitions


def stored_file(event: type[Event]) -> Path:
    """Give the file of an event's stored schema."""
    return FOLDER / f"{event.type}.json"


def example_of(event: type[Event]) -> bytes:
    """Give the example of an event as it travels."""
    return (EXAMPLES / f"{event.type}.json").read_bytes()


def written(document: Mapping[str, Any]) -> str:
    """Give a document as it is checked in."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def breaks(stored: Schema, now: Schema) -> list[str]:
    """Give what readers of the stored schema would stumble over, one sentence each."""
    before, after = _fields(stored), _fields(now)
    faults = [f"the field {path} is gone" for path in before if path not in after]
    for path, (kind, required) in after.items():
        if path not in before:
            if required and _parent(path) not in after.keys() - before.keys():
                faults.append(f"the new field {path} has no default")
            continue
        kind_before, required_before = before[path]
        if kind != kind_before and not _has_grown(kind_before, kind):
            faults.append(f"the field {path} was {kind_before} and is {kind}")
        if required != required_before:
            faults.append(f"the field {path} is {'' if required else 'not '}required now")
    return faults


def _fields(schema: Schema) -> dict[str, tuple[str, bool]]:
    """Give every field down to the leaves: its type in one line, and whether it must be there."""
    definitions = schema.get("$defs", {})
    return dict(_walk(schema, definitions, ""))


def _walk(
    schema: Schema, definitions: Mapping[str, Schema], path: str
) -> Iterator[tuple[str, tuple[str, bool]]]:
    required = schema.get("required", ())
    for name, field in schema.get("properties", {}).items():
        here = f"{path}.{name}" if path else name
        yield here, (_kind(field), name in required)
        for inner in _references(field):
            yield from _walk(definitions[inner], definitions, here)


def _has_grown(before: str, now: str) -> bool:
    """Tell whether all that is new are more values of enumerations."""
    return _is_grown(json.loads(before), json.loads(now))


def _is_grown(old: Schema, new: Schema) -> bool:
    choices, more = old.pop("anyOf", []), new.pop("anyOf", [])
    values, added = old.pop("enum", []), new.pop("enum", [])
    grown = len(choices) == len(more) and all(
        each == other or _is_grown(each, other) for each, other in zip(choices, more, strict=True)
    )
    return old == new and grown and set(values) <= set(added) and bool(values or choices)


def _kind(field: Schema) -> str:
    plain = {key: value for key, value in field.items() if key not in _SAYINGS}
    return json.dumps(plain, sort_keys=True)


def _references(field: Any) -> Iterator[str]:
    if isinstance(field, dict):
        if "$ref" in field:
            yield field["$ref"].rpartition("/")[2]
        for value in field.values():
            yield from _references(value)
    elif isinstance(field, list):
        for value in field:
            yield from _references(value)


def _parent(path: str) -> str:
    return path.rpartition(".")[0]


def _structs(types: Iterable[Any]) -> Iterator[msgspec.inspect.StructType]:
    """Give the structs among the types and in their fields."""
    for item in msgspec.inspect.multi_type_info(types):
        yield from _structs_in(item)


def _structs_in(info: Any) -> Iterator[msgspec.inspect.StructType]:
    if isinstance(info, msgspec.inspect.StructType):
        yield info
        for field in info.fields:
            yield from _structs_in(field.type)
    elif isinstance(info, msgspec.inspect.UnionType):
        for inner in info.types:
            yield from _structs_in(inner)
    elif isinstance(info, msgspec.inspect.CollectionType):
        yield from _structs_in(info.item_type)


def _comments(cls: type[Any]) -> dict[str, str]:
    """Give the comments above a class's own and inherited fields."""
    found: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        module = inspect.getmodule(base)
        if module is not None and module.__name__.startswith("contracts"):
            found |= _comments_in(module).get(base.__name__, {})
    return found


@cache
def _comments_in(module: ModuleType) -> dict[str, dict[str, str]]:
    source = inspect.getsource(module)
    lines = source.splitlines()
    return {
        node.name: {
            field.target.id: text
            for field in node.body
            if isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and (text := _comment_above(lines, field.lineno - 1))
        }
        for node in ast.parse(source).body
        if isinstance(node, ast.ClassDef)
    }


def _comment_above(lines: list[str], line: int) -> str:
    texts: list[str] = []
    while line and (text := lines[line - 1].strip()).startswith(_COMMENT):
        texts.insert(0, text.removeprefix(_COMMENT).strip())
        line -= 1
    return " ".join(texts)
