"""How JSON bodies are read: strictly, so that what gets in means the same to everybody.

No NaN, no lone surrogates, no bottomless nesting, no null characters, and only from requests that
say they are JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Final

import msgspec
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import Response

_NOT_SUPPORTED: Final = 415


class StrictRequest(Request):
    """A request whose JSON is read by msgspec."""

    async def body(self) -> bytes:
        """Give the body; refuses with 415 what does not say that it is JSON."""
        body = await super().body()
        if body and not _is_json(self.headers.get("content-type", "")):
            raise HTTPException(_NOT_SUPPORTED)
        return body

    async def json(self) -> Any:
        """Give the document; raises RequestValidationError."""
        if not hasattr(self, "_document"):
            self._document = read(await self.body())
        return self._document


class StrictRoute(APIRoute):
    """A route of the API: its bodies are strict JSON."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Give the handler, which sees strict requests only."""
        handler = super().get_route_handler()
        takes_document = self.body_field is not None

        async def strictly(request: Request) -> Response:
            strict = StrictRequest(request.scope, request.receive)
            # Read here, because FastAPI makes a bare 400 of whatever its own reading raises.
            if takes_document and await strict.body():
                await strict.json()
            return await handler(strict)

        return strictly


def read(body: bytes) -> Any:
    """Read a JSON document; raises RequestValidationError."""
    try:
        document = msgspec.json.decode(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        raise _fault("json_invalid") from None
    # Written as an escape it passes every parser, and some stores end their strings there.
    if b"\\u0000" in body and _has_null(document):
        raise _fault("null_character")
    return document


def _is_json(content_type: str) -> bool:
    media_type = content_type.partition(";")[0].strip().lower()
    return media_type == "application/json" or media_type.endswith("+json")


def _has_null(document: Any) -> bool:
    if isinstance(document, str):
        return "\0" in document
    if isinstance(document, dict):
        return any(_has_null(key) or _has_null(value) for key, value in document.items())
    if isinstance(document, list):
        return any(_has_null(item) for item in document)
    return False


def _fault(kind: str) -> RequestValidationError:
    return RequestValidationError([{"type": kind, "loc": ("body",), "msg": kind}])
