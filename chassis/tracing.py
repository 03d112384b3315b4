"""One request followed through calls and events, told to whoever collects OpenTelemetry's traces.

Off unless OTEL_EXPORTER_OTLP_ENDPOINT is set; then `tracer` is there (docs/adr/0039-traces.md).
What travels is the correlation that travels anyway: `{trace}-{span}` of the gateway's request where
the request is traced, else the trace id alone. Ids of spans are made of what they are about, so
that a consumer knows the span that its event came from without being told.
"""

from __future__ import annotations

import hashlib
import http.client
import random
import re
import secrets
import time
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from chassis.logging import get_logger
from contracts.envelope import CloudEvent

#: How often spans are told.
PAUSE_SECONDS: Final = 1.0
#: Spans that wait to be told; older ones give way.
_MOST_WAITING: Final = 8192
_MOST_AT_ONCE: Final = 512
_SEND_SECONDS: Final = 5.0
_TRACED: Final = re.compile(r"([0-9a-f]{32})-([0-9a-f]{16})")
_SERVER, _CONSUMER = 2, 5
_FAILED: Final = {"code": 2}

log = get_logger(__name__)


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was done for a request; times in nanoseconds since 1970."""

    trace: str
    id: str
    parent: str | None
    name: str
    kind: int
    began: int
    ended: int
    failed: bool = False
    attributes: Mapping[str, str] = {}


class Tracer:
    """Keeps the spans of one process until they are told."""

    def __init__(self, service: str, endpoint: str, *, share: float = 1.0) -> None:
        self._resource = {"attributes": _attributes({"service.name": f"peygir-{service}"})}
        self._service = service
        self._endpoint = urlsplit(endpoint.rstrip("/") + "/v1/traces")
        self._share = share
        self._waiting: deque[Span] = deque(maxlen=_MOST_WAITING)
        self._reachable = True

    # -- what is done ----------------------------------------------------------------------------

    def begin(self, trace: str) -> str:
        """Give what a request's calls carry: with a span where the request is one of the share."""
        if random.random() >= self._share:  # noqa: S311 - which requests are traced is no secret
            return trace
        return f"{trace}-{secrets.token_hex(8)}"

    def request(
        self,
        correlation: str,
        *,
        parent: str | None,
        name: str,
        began: int,
        failed: bool,
        attributes: Mapping[str, str],
    ) -> None:
        """Note a request that the gateway has answered."""
        if found := _TRACED.fullmatch(correlation):
            trace, span = found.groups()
            self._keep(trace, span, parent, name, _SERVER, began, failed, attributes)

    def call(
        self, correlation: str | None, method: str, *, key: str | None, began: int, outcome: str
    ) -> None:
        """Note a call that a service has answered; a command's events are its children."""
        if found := _TRACED.fullmatch(correlation or ""):
            trace, parent = found.groups()
            span = _id(self._service, str(correlation)) if key else secrets.token_hex(8)
            attributes = {"peygir.outcome": outcome}
            name, failed = f"{self._service} {method}", outcome == "failed"
            self._keep(trace, span, parent, name, _SERVER, began, failed, attributes)

    def handled(self, source: str, events: Iterable[CloudEvent], *, began: int) -> None:
        """Note events that were applied, one batch's together."""
        for event in events:
            correlation = event.correlationid
            if not isinstance(correlation, str) or not (found := _TRACED.fullmatch(correlation)):
                continue
            cause = event.causationid if isinstance(event.causationid, str) else correlation
            name = f"{self._service} on {event.event_type}"
            attributes = {"messaging.message.id": event.id, "peygir.ticket": event.subject}
            span = _id(self._service, f"{source}:{event.id}")
            parent = _id(source, cause)
            self._keep(found[1], span, parent, name, _CONSUMER, began, False, attributes)

    def _keep(
        self,
        trace: str,
        span: str,
        parent: str | None,
        name: str,
        kind: int,
        began: int,
        failed: bool,  # noqa: FBT001
        attributes: Mapping[str, str],
    ) -> None:
        self._waiting.append(
            Span(
                trace=trace,
                id=span,
                parent=parent,
                name=name,
                kind=kind,
                began=began,
                ended=time.time_ns(),
                failed=failed,
                attributes=attributes,
            )
        )

    # -- telling it ------------------------------------------------------------------------------

    def send(self) -> None:
        """Tell what waits; a collector that is away loses it, and nobody waits for that."""
        while self._waiting:
            waiting = self._waiting
            spans = [waiting.popleft() for _ in range(min(len(waiting), _MOST_AT_ONCE))]
            try:
                status = self._post(self.encoded(spans))
            except (OSError, http.client.HTTPException) as error:
                self._lost(len(spans), type(error).__name__)
                return
            if status >= 300:  # noqa: PLR2004 - what is no success
                self._lost(len(spans), str(status))
                return
            self._reachable = True

    def encoded(self, spans: Iterable[Span]) -> bytes:
        """Give spans as OTLP's JSON has them."""
        scope = {"scope": {"name": "peygir"}, "spans": [_told(span) for span in spans]}
        told = {"resource": self._resource, "scopeSpans": [scope]}
        return msgspec.json.encode({"resourceSpans": [told]})

    def _post(self, body: bytes) -> int:
        where, client = self._endpoint, http.client
        kind = client.HTTPSConnection if where.scheme == "https" else client.HTTPConnection
        connection = kind(where.netloc, timeout=_SEND_SECONDS)
        try:
            connection.request("POST", where.path, body, {"Content-Type": "application/json"})
            return connection.getresponse().status
        finally:
            connection.close()

    def _lost(self, spans: int, error: str) -> None:
        """Say once that the collector does not take anything, until it does again."""
        if self._reachable:
            log.warning("traces_not_taken", spans=spans, error=error)
        self._reachable = False


#: The process's own, where traces are wanted.
tracer: Tracer | None = None


def begin(service: str, endpoint: str, *, share: float = 1.0) -> Tracer | None:
    """Trace from now on, where there is somebody to tell; gives the tracer."""
    global tracer  # noqa: PLW0603 - one per process, as its metrics
    tracer = Tracer(service, endpoint, share=share) if endpoint else None
    return tracer


def _id(service: str, about: str) -> str:
    return hashlib.blake2b(f"{service} {about}".encode(), digest_size=8).hexdigest()


def _told(span: Span) -> dict[str, Any]:
    return {
        "traceId": span.trace,
        "spanId": span.id,
        "parentSpanId": span.parent or "",
        "name": span.name,
        "kind": span.kind,
        "startTimeUnixNano": str(span.began),
        "endTimeUnixNano": str(span.ended),
        "attributes": _attributes(span.attributes),
        "status": _FAILED if span.failed else {},
    }


def _attributes(values: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{"key": name, "value": {"stringValue": value}} for name, value in values.items()]
