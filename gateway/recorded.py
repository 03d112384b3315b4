"""Examples of every operation: as its route gives them, else as they were recorded in a real run.

`python -m tests.recording` plays a day in the demo organisation and writes `recorded.json`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

FILE: Final = Path(__file__).with_name("recorded.json")
METHODS: Final = ("get", "post", "put", "delete")


class Exchange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was sent to an operation, by whom, and what came back."""

    as_: str = msgspec.field(name="as")
    #: Values of what stands in braces in the path.
    path: dict[str, str] = {}
    query: dict[str, str] = {}
    headers: dict[str, str] = {}
    status: int = 200
    body: Any = None
    answer: Any = None


def read() -> dict[str, Exchange]:
    """Give what was recorded, by operation."""
    return msgspec.json.decode(FILE.read_bytes(), type=dict[str, Exchange])


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Give path, method and content of every operation of a document."""
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method in methods:
                yield path, method, methods[method]


def complete(document: dict[str, Any], recorded: Mapping[str, Exchange]) -> None:
    """Put examples wherever a document has none."""
    schemas = document["components"]["schemas"]
    for _path, _method, operation in operations(document):
        exchange = recorded.get(operation["operationId"])
        for media in _media(operation):
            _show(media, _of_schema(media, schemas))
        if exchange is not None:
            for media in operation.get("requestBody", {}).get("content", {}).values():
                _show(media, exchange.body)
            answer = operation["responses"].get(str(exchange.status), {})
            for media in answer.get("content", {}).values():
                _show(media, exchange.answer)
            _fill(operation.get("parameters", ()), exchange)


def missing(document: Mapping[str, Any]) -> list[str]:
    """Name what has no example: `get_ticket: answer`."""
    return [
        f"{operation['operationId']}: {what}"
        for _path, _method, operation in operations(document)
        for what, contents in _shown_by(operation)
        if not all("examples" in media for media in contents.values())
    ]


def example_of(contents: Mapping[str, Any]) -> Any:
    """Give the first example of a body or an answer, None where it has no content."""
    for media in contents.values():
        for example in media.get("examples", {}).values():
            return example["value"]
    return None


def _shown_by(operation: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    if "requestBody" in operation:
        yield "body", operation["requestBody"]["content"]
    for status, answer in operation["responses"].items():
        if status.startswith("2"):
            yield "answer", answer.get("content", {})


def _media(operation: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for _what, contents in _shown_by(operation):
        yield from contents.values()


def _of_schema(media: Mapping[str, Any], schemas: Mapping[str, Any]) -> Any:
    """Give the example that a document's type has of itself."""
    name = media.get("schema", {}).get("$ref", "").rpartition("/")[2]
    found = schemas.get(name, {}).get("examples")
    return found[0] if found else None


def _show(media: dict[str, Any], value: Any) -> None:
    if value is not None and "examples" not in media:
        media["examples"] = {"example": {"value": value}}


def _fill(parameters: Any, exchange: Exchange) -> None:
    places = {"path": exchange.path, "query": exchange.query, "header": exchange.headers}
    for parameter in parameters:
        value = places.get(parameter["in"], {}).get(parameter["name"])
        if value is not None and not {"example", "examples"} & parameter.keys():
            parameter["example"] = _typed(value, parameter["schema"])


def _typed(value: str, schema: Mapping[str, Any]) -> Any:
    kinds = {schema.get("type"), *(each.get("type") for each in schema.get("anyOf", ()))}
    if "integer" in kinds:
        return int(value)
    return value == "true" if "boolean" in kinds else value
