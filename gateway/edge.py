"""What every request passes first and last: trace id, headers, figures, the limit of its body."""

from __future__ import annotations

import re
import secrets
import time
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis import tracing
from chassis.logging import bound, get_logger
from chassis.metrics import metric, watch

_TRACE_PARENT: Final = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")
_SERVER_ERROR: Final = 500
_TOO_LARGE: Final = 413
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

#: Pages have neither scripts nor styles in their own text, and nothing from elsewhere.
CONTENT_POLICY: Final = (
    "default-src 'none'; object-src 'none'; script-src 'self'; connect-src 'self'; "
    "style-src 'self'; font-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)

log = get_logger(__name__)


class Edge:
    """Pure ASGI, since each layer of Starlette's own kind costs more than the rest of a request."""

    def __init__(self, app: ASGIApp, *, body_bytes: int, secure: bool) -> None:
        self._app = app
        self._body_bytes = body_bytes
        self._in_flight = 0
        watch(lambda: self._in_flight, "peygir_http_in_flight")
        headers = {
            "content-security-policy": CONTENT_POLICY,
            "cross-origin-opener-policy": "same-origin",
            "permissions-policy": "camera=(), geolocation=(), microphone=()",
            "referrer-policy": "no-referrer",
            "x-content-type-options": "nosniff",
        }
        if secure:
            headers["strict-transport-security"] = "max-age=31536000; includeSubDomains"
        self._headers = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        trace_id, parent = _trace_of(scope)
        scope["trace_id"] = trace_id
        tracer = tracing.tracer
        began = time.time_ns() if tracer else 0
        scope["correlation"] = correlation = tracer.begin(trace_id) if tracer else trace_id
        answered = _Answered(send, [*self._headers, (b"peygir-trace", trace_id.encode())])
        started = time.perf_counter()
        self._in_flight += 1
        with bound(trace_id=trace_id):
            try:
                await self._app(scope, _Limited(receive, self._body_bytes), answered)
            except Exception:
                # Starlette has answered it by now, and raises it again for whoever logs.
                log.exception("unexpected_error")
            finally:
                self._in_flight -= 1
                _count(scope, answered.status, time.perf_counter() - started)
                if tracer is not None:
                    _trace(tracer, scope, correlation, parent, began, answered.status)


class _Limited:
    """Hands a body on as long as it is not too long; raises HTTPException.

    Starlette's own limit answers in plain text, whatever the application makes of the refusal.
    """

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive = receive
        self._left = most

    async def __call__(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise HTTPException(_TOO_LARGE)
        return message


class _Answered:
    """Passes an answer on with the headers that all of them have, and keeps its status."""

    def __init__(self, send: Send, headers: list[tuple[bytes, bytes]]) -> None:
        self._send = send
        self._headers = headers
        self.status = _SERVER_ERROR

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message.get("headers", ()), *self._headers]
        await self._send(message)


def _trace_of(scope: Scope) -> tuple[str, str | None]:
    """Give the trace that a request is part of, and the caller's span in it, if he has said so."""
    for name, value in scope["headers"]:
        if name == b"traceparent":
            match = _TRACE_PARENT.fullmatch(value.decode("latin-1"))
            if match:
                return match[1], match[2]
    return secrets.token_hex(16), None


def _trace(
    tracer: tracing.Tracer,
    scope: Scope,
    correlation: str,
    parent: str | None,
    began: int,
    status: int,
) -> None:
    route = _route_of(scope)
    tracer.request(
        correlation,
        parent=parent,
        name=f"{scope['method']} {route}",
        began=began,
        failed=status >= _SERVER_ERROR,
        attributes={"http.route": route, "http.response.status_code": str(status)},
    )


def _count(scope: Scope, status: int, seconds: float) -> None:
    route = _route_of(scope)
    method = scope["method"] if scope["method"] in _METHODS else "other"
    metric("peygir_http_requests_total", route, method, str(status)).inc()
    metric("peygir_http_request_seconds", route, method).observe(seconds)
    if status >= _SERVER_ERROR:
        log.warning("request_failed", route=route, method=method, status=status)


def _route_of(scope: Scope) -> str:
    """Give the route's template: a path itself would make a series of every ticket."""
    route: Any = scope.get("route")
    return getattr(route, "path", None) or "unmatched"
