"""The OpenAPI document: FastAPI's, completed by rights, problem documents and our own answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, Final

import msgspec
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, iter_route_contexts

from contracts.rights import RIGHTS
from gateway import recorded
from gateway.access import REQUESTER, SIGNED_IN, Allow, AllowCommand
from gateway.answers import REF_TEMPLATE, SCHEMAS
from gateway.errors import MEDIA_TYPE, Problem

VERSION: Final = "1.0.0"
_DESCRIPTION: Final = """\
Every request registered, followed, acted on, told.

- Staff send `Authorization: Bearer <token>` with a token of `POST /api/v1/sessions`.
- Whoever holds a tracking code sends `Peygir-Proof`: the last four digits of the mobile number,
  or the e-mail address. Who has got a one-time code there comes in with it and sees all that is
  his (`/api/v1/requester`).
- A command takes `Idempotency-Key`: sent again with the same key and body, it gives the first
  answer and `Idempotent-Replayed: true`; with another body it is refused.
- Whatever is refused comes as a problem document (RFC 9457); `code` is stable, texts follow
  `Accept-Language` (`fa`, `en`).
- Instants are RFC 3339 in UTC. Lists go on with the `next` of the page before.
"""
TAGS: Final = {
    "tickets": "Registering, reading and working tickets.",
    "follow": "Following a ticket with its code and a proof, without signing in.",
    "sessions": "Signing in and out.",
    "people": "Who is there: presence, leave, teams; how full units are.",
    "subjects": "What can be asked.",
    "forms": "What is filled in, by subject.",
    "reports": "Figures.",
    "events": "The public event log.",
    "admin": "Subjects, organisation, rules, workflows, agreements, calendars, holidays, trials.",
    "operation": "Stuck events, journals, figures, failed messages.",
    "providers": "What providers of channels tell.",
    "partners": "What partners outside tell and ask, in signed messages.",
}
_REASONS: Final = {
    400: "The request is malformed.",
    401: "Not signed in, or the session has ended.",
    403: "The right is missing.",
    404: "There is no such thing, or the caller may not know of it.",
    408: "The request took too long to arrive.",
    409: "The state does not allow it now.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    422: "The input breaks a rule; `errors` says which field.",
    429: "Too many tries; `Retry-After` says when to come again.",
    431: "The request's address and headers are too large.",
    500: "Something broke; the log has more under the trace id.",
    503: "Something needed does not answer; try again after `Retry-After`.",
}


def build(
    app: FastAPI, *, exchanges: Mapping[str, recorded.Exchange] | None = None
) -> dict[str, Any]:
    """Give the whole document, with what was recorded as examples."""
    document = get_openapi(
        title="Peygir",
        version=VERSION,
        description=_DESCRIPTION,
        routes=app.routes,
        tags=[{"name": name, "description": text} for name, text in TAGS.items()],
    )
    rights = {(path, method): right for path, method, right in rights_by_route(app)}
    _restore_examples(document, app)
    for path, method, operation in recorded.operations(document):
        _complete(operation, path, method, rights[path, method])
    _add_components(document)
    recorded.complete(document, recorded.read() if exchanges is None else exchanges)
    return document


def rights_by_route(app: FastAPI) -> Iterator[tuple[str, str, Allow | None]]:
    """Give the permission that each route of the API declares; None where it has forgotten."""
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, APIRoute):
            for method in route.methods or ():
                yield route.path_format, method.lower(), _allow_of(route.dependant)


def _restore_examples(document: dict[str, Any], app: FastAPI) -> None:
    """Put bodies and answers back as routes declare them: FastAPI drops every null in them."""
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if not isinstance(route, APIRoute) or not route.include_in_schema:
            continue
        body = (route.openapi_extra or {}).get("requestBody")
        for method in route.methods or ():
            operation = document["paths"][route.path_format][method.lower()]
            for status, declared in route.responses.items():
                if "content" in declared:
                    operation["responses"][str(status)]["content"] = deepcopy(declared["content"])
            if body is not None:
                operation["requestBody"] = deepcopy(body)


def _allow_of(dependant: Dependant) -> Allow | None:
    for dependency in dependant.dependencies:
        if isinstance(dependency.call, Allow):
            return dependency.call
    return None


def _complete(operation: dict[str, Any], path: str, method: str, allow: Allow | None) -> None:
    responses = operation["responses"]
    for status in sorted({*_problems(operation, path, method, allow)}):
        responses.pop(str(status), None)
        responses[str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
    if allow is None:
        return
    operation["x-right"] = allow.right
    # An anonymous route may be called with a token as well: for rights beyond everybody's.
    signed_in: list[dict[str, list[str]]] = [{"session": []}]
    operation["security"] = [{}, *signed_in] if allow.is_open else signed_in
    if not allow.is_open:
        operation["description"] = f"{operation.get('description', '')}\n\n{_needs(allow)}".strip()


def _needs(allow: Allow) -> str:
    if allow.right == SIGNED_IN:
        return "Needs a session, of whatever role."
    if allow.right == REQUESTER:
        return "Needs the session of a requester, of `POST /api/v1/requester/sessions`."
    return f"Needs the right `{allow.right}`: {RIGHTS[allow.right]}."


def _may_be_forbidden(allow: Allow | None) -> bool:
    # A command may bring `Peygir-At`, which needs a right of its own wherever it goes.
    return isinstance(allow, AllowCommand) or (
        allow is not None and allow.right in {REQUESTER, *RIGHTS}
    )


def _problems(
    operation: dict[str, Any], path: str, method: str, allow: Allow | None
) -> Iterator[int]:
    yield from (400, 401, 431, 500, 503)
    if _may_be_forbidden(allow):
        yield 403
    if "{" in path:
        yield 404
    if isinstance(allow, AllowCommand):
        yield 409
    if "requestBody" in operation:
        yield from (408, 413, 415)
    if operation.get("parameters") or "requestBody" in operation:
        yield 422
    if allow is not None and allow.is_open and (method == "post" or "/track/" in path):
        yield 429


def _add_components(document: dict[str, Any]) -> None:
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    _, problem = msgspec.json.schema_components((Problem,), ref_template=REF_TEMPLATE)
    # By name: whichever module was imported first, the document is the same.
    schemas.update(sorted(SCHEMAS.items()))
    schemas.update(problem)
    components["responses"] = {
        f"Problem{status}": {
            "description": reason,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            **({"headers": _RETRY_AFTER} if status in {429, 503} else {}),
        }
        for status, reason in _REASONS.items()
    }
    components["securitySchemes"] = {
        "session": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "The token of a session, a requester's (`pgr_...`), or a system's key "
            "(`pgk_...`).",
        }
    }


_RETRY_AFTER: Final = {
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}
}
