"""Problem documents (RFC 9457) for everything that goes wrong, in the reader's language.

Codes come from the services and from FastAPI; texts come from the catalogue. What an unexpected
exception says goes to the log and never to the caller.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final

import msgspec
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from chassis.errors import DomainError, FieldFault, Invalid, Unavailable
from gateway.texts import DEFAULT, has, preferred, text

MEDIA_TYPE: Final = "application/problem+json"
#: Begin of every problem's `type`, which then names the code.
TYPE_PREFIX: Final = "urn:peygir:problem:"
#: What a caller is told to wait when nobody knows better, in seconds.
RETRY_AFTER: Final = 2.0

#: What FastAPI and Starlette refuse by themselves.
_STATUS_CODES: Final[Mapping[int, str]] = {
    400: "request_malformed",
    404: "path_not_found",
    405: "method_not_allowed",
    408: "request_too_slow",
    413: "body_too_large",
    415: "media_type_not_supported",
    431: "head_too_large",
}

#: Pydantic's error types in our words; others are `invalid`.
_FIELD_CODES: Final[Mapping[str, str]] = {
    "missing": "required",
    "string_too_short": "too_short",
    "string_too_long": "too_long",
    "too_short": "too_few",
    "too_long": "too_many",
    "extra_forbidden": "unknown_field",
    "literal_error": "not_one_of",
    "string_pattern_mismatch": "malformed",
    "greater_than_equal": "too_small",
    "less_than_equal": "too_large",
    "string_type": "wrong_type",
    "int_type": "wrong_type",
    "int_parsing": "wrong_type",
    "int_from_float": "wrong_type",
    "bool_type": "wrong_type",
    "bool_parsing": "wrong_type",
    "dict_type": "wrong_type",
    "list_type": "wrong_type",
    "model_attributes_type": "wrong_type",
    "model_type": "wrong_type",
    "json_invalid": "json_invalid",
    "null_character": "null_character",
    "number_too_large": "number_too_large",
    "too_deep": "too_deep",
    "contact_missing": "contact_missing",
}


class ErrorItem(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with one field."""

    #: JSON pointer into the body; `/query/...`, `/path/...` or `/header/...` for parameters.
    pointer: str
    code: str
    #: In the reader's language.
    message: str


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a request was refused or failed, as RFC 9457 has it."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    #: Stable: programs decide by it.
    code: str
    trace_id: str
    #: More about it, for programs: who has the work now, which action it was, ...
    params: dict[str, Any] = {}
    errors: list[ErrorItem] = []


def language_of(request: Request) -> str:
    """Give the language that the request asks for."""
    return preferred(request.headers.get("accept-language"))


def problem_of(request: Request, error: DomainError, *, language: str | None = None) -> Problem:
    """Describe an error to whoever sent the request."""
    reader = language or language_of(request)
    return Problem(
        type=TYPE_PREFIX + error.code,
        title=text(reader, f"status.{error.status}"),
        status=error.status,
        detail=detail_of(error, reader),
        instance=request.url.path,
        code=error.code,
        trace_id=request.scope.get("trace_id", ""),
        # Of what failed on our side nobody outside needs to know the parts.
        params=error.params if error.status < HTTPStatus.INTERNAL_SERVER_ERROR else {},
        errors=[describe(fault, reader) for fault in error.fields],
    )


def bare_problem(error: DomainError) -> Problem:
    """Describe an error of a request that was not read far enough to know more of it."""
    return Problem(
        type=TYPE_PREFIX + error.code,
        title=text(DEFAULT, f"status.{error.status}"),
        status=error.status,
        detail=detail_of(error, DEFAULT),
        instance="",
        code=error.code,
        trace_id="",
    )


def detail_of(error: DomainError, language: str) -> str:
    """Give an error's text; a code without one is told by its status."""
    keys = (f"error.{error.code}", f"field.{error.code}", f"status.{error.status}")
    return text(language, next(key for key in keys if has(key)), **error.params)


def describe(fault: FieldFault, language: str) -> ErrorItem:
    """Put what is wrong with a field into words."""
    keys = (f"field.{fault.code}", f"error.{fault.code}", "field.invalid")
    key = next(key for key in keys if has(key))
    # What an administrator wrote to be said comes in both languages.
    said = {"said": fault.params[language]} if language in fault.params else {}
    message = text(language, key, **fault.params, **said)
    return ErrorItem(pointer=fault.pointer, code=fault.code, message=message)


def headers_of(error: DomainError) -> dict[str, str]:
    """Give the headers that belong to an error: when to come again, how to sign in."""
    headers = {"cache-control": "no-store", **getattr(error, "headers", {})}
    if error.status in {429, 503}:
        headers["retry-after"] = str(math.ceil(error.retry_after or RETRY_AFTER))
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers["www-authenticate"] = 'Bearer realm="peygir"'
    return headers


def problem_response(request: Request, error: DomainError) -> Response:
    """Answer with the problem document of an error."""
    return Response(
        msgspec.json.encode(problem_of(request, error)),
        status_code=error.status,
        headers=headers_of(error),
        media_type=MEDIA_TYPE,
    )


def as_domain_error(error: Exception) -> DomainError:
    """Give any exception as one of ours; an unexpected one says nothing of itself."""
    if isinstance(error, DomainError):
        return error
    if isinstance(error, RequestValidationError):
        return invalid(error.errors())
    if isinstance(error, HTTPException):
        return _refused(error)
    if isinstance(error, TimeoutError):
        return Unavailable("service_unavailable")
    if isinstance(error, ClientDisconnect):
        return Refused(HTTPStatus.BAD_REQUEST)  # nobody is there to read it
    return Unexpected()


def invalid(faults: Iterable[Mapping[str, Any]]) -> Invalid:
    """Give what pydantic found as one refusal with every field in it."""
    return Invalid("request_invalid", fields=[_fault(each) for each in faults])


class Unexpected(DomainError):
    """Raised when something broke that should not; the log has the rest under the trace id."""

    def __init__(self) -> None:
        super().__init__("unexpected")


class Refused(DomainError):
    """Raised when the HTTP request itself is refused: no such path, no such method, too large."""

    def __init__(self, status: int, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(_STATUS_CODES.get(status, _STATUS_CODES[400]))
        self.status = status  # type: ignore[misc]  # the one kind whose status varies
        self.headers = {name.lower(): value for name, value in (headers or {}).items()}


def _refused(error: HTTPException) -> DomainError:
    known = error.status_code if error.status_code in _STATUS_CODES else 400
    return Refused(known, error.headers)


def _fault(found: Mapping[str, Any]) -> FieldFault:
    location = [str(part) for part in found["loc"]]
    # A body's own fields are pointed at from the document's root, as RFC 6901 has it.
    path = location[1:] if location[:1] == ["body"] else location
    if found["type"] == "json_invalid":
        path = []
    context = {
        name: value
        for name, value in (found.get("ctx") or {}).items()
        if isinstance(value, (str, int, float))
    }
    return FieldFault(
        pointer="".join(f"/{_escaped(part)}" for part in path),
        code=_FIELD_CODES.get(found["type"], "invalid"),
        params=context,
    )


def _escaped(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1")
