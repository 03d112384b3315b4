"""The API as it is written down: `/openapi.json`, `/asyncapi.json`, `/peygir.http`, `/docs`.

`python -m gateway.reference` writes `docs/openapi.json` and `docs/api/peygir.http`; tests compare.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
from fastapi import APIRouter, FastAPI, Request, Response

from contracts import asyncapi
from gateway import collection, openapi, recorded
from gateway.access import Anyone
from gateway.pages.rendering import page

router = APIRouter(include_in_schema=False)

FILE: Final = Path(__file__).parent.parent / "docs" / "openapi.json"


class Row(NamedTuple):
    """A parameter or a field: what it is called, what it takes, what it means."""

    name: str
    kind: str
    required: bool
    text: str
    #: Name of the schema that the kind points at.
    schema: str | None


class Operation(NamedTuple):
    """One operation as the page shows it."""

    id: str
    method: str
    path: str
    summary: str
    paragraphs: list[str]
    right: str
    parameters: list[Row]
    takes: dict[str, Any] | None
    #: What may be sent, and what then comes, as text.
    sent: str
    got: str
    gives: list[tuple[str, str, str | None]]


@router.get("/openapi.json")
async def openapi_json(request: Request, _caller: Anyone) -> Response:
    """Give the OpenAPI document."""
    return Response(_kept(request.app, "openapi", written), media_type="application/json")


@router.get("/peygir.http")
async def collection_file(request: Request, _caller: Anyone) -> Response:
    """Give the API as a file of requests for an editor."""
    text = _kept(request.app, "collection", _collected)
    return Response(text, media_type="text/plain; charset=utf-8")


@router.get("/asyncapi.json")
async def asyncapi_json(request: Request, _caller: Anyone) -> Response:
    """Give the AsyncAPI document of the events."""
    content = _kept(request.app, "asyncapi", lambda _: msgspec.json.encode(asyncapi.document()))
    return Response(content, media_type="application/json")


@router.get("/docs")
async def docs(request: Request, _caller: Anyone) -> Response:
    """Show the API to a person who will write a program."""
    document = _kept(request.app, "document", openapi.build)
    return page(
        request,
        "docs.html",
        info=document["info"],
        paragraphs=_paragraphs(document["info"]["description"]),
        tags=[
            (tag, [each for name, each in operations(document) if name == tag["name"]])
            for tag in document["tags"]
        ],
        kind=kind_of,
        named=_named,
        schemas=sorted(
            (name, schema.get("description", ""), list(_fields(schema)))
            for name, schema in document["components"]["schemas"].items()
        ),
    )


def written(app: FastAPI) -> bytes:
    """Give the OpenAPI document as it is committed."""
    return msgspec.json.format(msgspec.json.encode(openapi.build(app)), indent=2) + b"\n"


def _collected(app: FastAPI) -> str:
    return collection.written(openapi.build(app), recorded.read())


def operations(document: dict[str, Any]) -> Iterator[tuple[str, Operation]]:
    """Give every operation with its tag."""
    for path, method, operation in recorded.operations(document):
        yield operation["tags"][0], _operation(path, method, operation)


def _operation(path: str, method: str, operation: dict[str, Any]) -> Operation:
    body = operation.get("requestBody", {}).get("content", {})
    return Operation(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        paragraphs=_paragraphs(operation.get("description", "")),
        right=operation["x-right"],
        parameters=[
            _row(each["name"], each["schema"], required=each["required"], text=each)
            for each in operation.get("parameters", ())
        ],
        takes=next((media["schema"] for media in body.values()), None),
        sent=_shown(body),
        got=next((_shown(content) for content in _given(operation)), ""),
        gives=[_answer(status, answer) for status, answer in operation["responses"].items()],
    )


def _given(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Give the content of each answer that is no refusal."""
    for status, answer in operation["responses"].items():
        if status.startswith("2"):
            yield answer.get("content", {})


def _shown(content: dict[str, Any]) -> str:
    value = recorded.example_of(content)
    if value is None or isinstance(value, str):
        return value or ""
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()


def _answer(status: str, answer: dict[str, Any]) -> tuple[str, str, str | None]:
    content = answer.get("content", {})
    schema = next((_named(media["schema"]) for media in content.values()), None)
    return status, answer.get("description", ""), schema


def _fields(schema: dict[str, Any]) -> Iterator[Row]:
    required = schema.get("required", ())
    for name, field in schema.get("properties", {}).items():
        yield _row(name, field, required=name in required, text=field)


def _row(name: str, schema: dict[str, Any], *, required: bool, text: dict[str, Any]) -> Row:
    return Row(name, kind_of(schema), required, text.get("description", ""), _named(schema))


def kind_of(schema: dict[str, Any]) -> str:
    """Say in a few words what a value may be."""
    if "$ref" in schema:
        return schema["$ref"].rpartition("/")[2]
    if "enum" in schema:
        return " · ".join(map(str, schema["enum"]))
    if "anyOf" in schema:
        kinds = dict.fromkeys(map(kind_of, schema["anyOf"]))
        return " or ".join(kind for kind in kinds if kind != "null")
    if schema.get("type") == "array":
        return f"list of {kind_of(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type") or "anything")


def _named(schema: dict[str, Any]) -> str | None:
    """Give the name of the schema that a value points at, directly or as one of several."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    inner = [schema.get("items"), schema.get("additionalProperties"), *schema.get("anyOf", ())]
    names = (_named(each) for each in inner if isinstance(each, dict))
    return next((name for name in names if name), None)


def _paragraphs(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"\n\s*\n|\n(?=- )", text) if part.strip()]


def _kept(app: FastAPI, name: str, make: Any) -> Any:
    """Give a document that is made once per process."""
    documents = app.state.documents
    if name not in documents:
        documents[name] = make(app)
    return documents[name]


def main() -> None:
    """Write `docs/openapi.json` and the collection of its requests."""
    # Imported here, because the application imports this module.
    from gateway.blank import blank_app  # noqa: PLC0415

    app = blank_app()
    FILE.write_bytes(written(app))
    collection.FILE.write_text(_collected(app), "utf-8")


if __name__ == "__main__":
    main()
