"""How JSON bodies are read: strictly, so that what gets in means the same to everybody.

No NaN, no lone surrogates, no bottomless nesting, no null characters, no whole number that the
stores could not hold, and only from requests that say they are JSON.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, Final

import msgspec
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import Response

_NOT_SUPPORTED: Final = 415
_LONG_NUMBER: Final = re.compile(rb"[0-9]{19}")


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
    if b"\\u0000" in body and any(isinstance(x, str) and "\0" in x for x in _parts(document)):
        raise _fault("null_character")
    if _LONG_NUMBER.search(body) and any(_is_huge(part) for part in _parts(document)):
        raise _fault("number_too_large")
    return document


def _is_json(content_type: str) -> bool:
    media_type = content_type.partition(";")[0].strip().lower()
    return media_type == "application/json" or media_type.endswith("+json")


def _parts(document: Any) -> Iterator[Any]:
    """Give everything in a document that has no parts itself, names included."""
    if isinstance(document, dict):
        for key, value in document.items():
            yield key
            yield from _parts(value)
    elif isinstance(document, list):
        for item in document:
            yield from _parts(item)
    else:
        yield document


def _is_huge(part: Any) -> bool:
    return isinstance(part, int) and not -(2**63) <= part < 2**63


def _fault(kind: str) -> RequestValidationError:
    return RequestValidationError([{"type": kind, "loc": ("body",), "msg": kind}])
