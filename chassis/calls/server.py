"""The internal HTTP server of a service: `POST /call/{method}`.

Limits on bodies and time, one pass per caller, 503 while draining, and no exception's text in an
answer. How requests come in from connections is in `listener.py`.
"""

from __future__ import annotations

import contextlib
import inspect
import secrets
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import eventlet
import msgspec
from nameko.extensions import SharedExtension
from pymongo.errors import PyMongoError

from chassis import tracing, wsgi
from chassis.calls import bundles, listener, wire
from chassis.calls.admission import Admission
from chassis.calls.call import Call
from chassis.calls.company import Company
from chassis.calls.listener import Request
from chassis.calls.messages import Head, Response
from chassis.clock import read_past
from chassis.errors import (
    DomainError,
    FieldFault,
    Invalid,
    NotFound,
    Overdue,
    Permanent,
    Unauthenticated,
    Unavailable,
)
from chassis.identity import Identity
from chassis.late import late
from chassis.logging import bound, get_logger
from chassis.metrics import metric, watch
from chassis.runtime import Runtime

log = get_logger()

#: Calls handled at the same time; the rest wait in the listen queue.
_MOST_AT_ONCE = 400
_MOST_SECONDS = 30.0
#: A command waits at most so long for others to begin with.
_COMPANY_SECONDS = 0.02
#: Headers as the listener names them.
_PASS, _SECONDS, _AT, _KEY, _CORRELATION = (
    name.lower() for name in (wire.PASS, wire.SECONDS, wire.AT, wire.KEY, wire.CORRELATION)
)


class CallTimeout(Overdue):
    """Raised when a call takes longer than its caller waits."""


class Method(NamedTuple):
    """A command or query that can be called."""

    handle: Callable[[Any, Call], Any]
    decoder: msgspec.json.Decoder[Any]
    #: Only other services may call it.
    internal: bool
    #: Each method has its own: a slow one must not close the door to the others.
    admission: Admission
    #: What commands begin in, once more than one is under way.
    company: Company | None


class CallServer(SharedExtension):
    """Takes calls for a service."""

    runtime = Runtime()

    def __init__(self) -> None:
        self.methods: dict[str, Method] = {}
        self.in_flight = 0
        self.port = 0

    @late
    def service(self) -> Any:
        """The service object: one for all calls, with its dependencies."""
        service = self.container.service_cls()
        for provider in self.container.dependencies:
            setattr(service, provider.attr_name, provider.get_dependency(None))
        return service

    def offer(
        self,
        name: str,
        handle: Callable[[Any, Call], Any],
        request: Any,
        *,
        internal: bool = False,
        together: bool = False,
    ) -> None:
        """Add a method; `request` is the class its body is read as.

        Those that come `together` begin so, once more than one is under way.
        """
        if name in self.methods:
            raise ValueError(f"two methods are called {name}")
        self.methods[name] = Method(
            handle,
            msgspec.json.Decoder(request),
            internal,
            Admission(_MOST_AT_ONCE),
            Company(_COMPANY_SECONDS) if together else None,
        )

    def start(self) -> None:
        """Listen; refuses to share its port with another process."""
        settings = self.runtime.settings
        if "calls" not in settings.roles:
            return
        self._socket = wsgi.listen(settings.call_host, settings.call_port, backlog=1024)
        self.port = self._socket.getsockname()[1]
        watch(lambda: self.in_flight, "peygir_calls_in_flight")
        self.container.spawn_managed_thread(self._serve)

    def drain(self, deadline: float) -> bool:
        """Wait for calls under way, until the deadline; gives whether all have ended."""
        while self.in_flight and time.monotonic() < deadline:
            eventlet.sleep(0.01)
        return not self.in_flight

    def _serve(self) -> None:
        listener.serve(self._socket, self._answer, most=_MOST_AT_ONCE)

    def _answer(self, request: Request) -> Response:
        if request.path.startswith(wire.BUNDLE_PATH):
            return self._answer_all(request)
        return self._answer_one(request)

    def _answer_all(self, request: Request) -> Response:
        """Answer a bundle of calls, which are handled side by side."""
        method = request.path.removeprefix(wire.BUNDLE_PATH)
        try:
            with eventlet.Timeout(_MOST_SECONDS, Invalid("body_incomplete")):
                letters = bundles.decode(request.body())
        except DomainError as error:
            return _refusal(error)
        threads = [eventlet.spawn(self._answer_one, _alone(method, each)) for each in letters]
        return bundles.encode_answers([thread.wait() for thread in threads])

    def _answer_one(self, request: Request) -> Response:
        self.in_flight += 1
        try:
            return self._respond(request)
        finally:
            self.in_flight -= 1

    def _respond(self, request: Request) -> Response:
        name = request.path.removeprefix(wire.PATH)
        started = time.monotonic()
        began = time.time_ns() if tracing.tracer else 0
        label = name if name in self.methods else "unknown"
        try:
            response, outcome = self._handle(name, request), "ok"
        except DomainError as error:
            response, outcome = (
                _refusal(error),
                "refused" if isinstance(error, Permanent) else "unavailable",
            )
        except (PyMongoError, CallTimeout) as error:
            log.warning("call_failed", method=name, error=type(error).__name__)
            response, outcome = _refusal(Unavailable("unavailable", retry_after=1)), "unavailable"
        except (Exception, eventlet.Timeout):
            trace = secrets.token_hex(8)
            log.exception("call_failed", method=name, trace=trace)
            response, outcome = _refusal(_Fault("internal", trace=trace)), "failed"
        if tracing.tracer:
            correlation, key = request.headers.get(_CORRELATION), request.headers.get(_KEY)
            tracing.tracer.call(correlation, label, key=key, began=began, outcome=outcome)
        metric("peygir_calls_total", label, outcome).inc()
        metric("peygir_call_seconds", label).observe(time.monotonic() - started)
        return response

    def _handle(self, name: str, request: Request) -> Response:
        if self.runtime.draining:
            raise Unavailable("draining", retry_after=1)
        self.runtime.require_ready()
        method = self.methods.get(name)
        if method is None or request.verb != "POST":
            raise NotFound("no_such_method")
        identity = self._identity(request)
        if method.internal and identity.role != "service":
            raise Unauthenticated("pass_invalid")
        seconds = min(_number(request.headers.get(_SECONDS), 10.0), _MOST_SECONDS)
        with eventlet.Timeout(seconds, CallTimeout):
            # Before a place is taken: who sends slowly must not hold one.
            body = request.body()
            call = self._call(name, identity, request, body)
            with _admitted(method, seconds), bound(correlation=call.correlation):
                answer = method.handle(_decoded(method.decoder, body), call)
        return Response(200, msgspec.json.encode(answer), repeated=call.repeated)

    def _identity(self, request: Request) -> Identity:
        token = request.headers.get(_PASS)
        if not token:
            raise Unauthenticated("pass_missing")
        return self.runtime.signer.verify(token, now=self.runtime.clock.timestamp())

    def _call(self, name: str, identity: Identity, request: Request, body: bytes) -> Call:
        headers = request.headers
        call = Call(
            method=name,
            identity=identity,
            key=headers.get(_KEY) or secrets.token_hex(16),
            now=self.runtime.clock.now(),
            body=body,
            correlation=headers.get(_CORRELATION),
        )
        if at := headers.get(_AT):
            call.require("import")
            call.at = read_past(at, call.now)
        return call


@contextlib.contextmanager
def _admitted(method: Method, seconds: float) -> Iterator[None]:
    """Begin a call that has so many seconds; raises Unavailable when it would come to nothing."""
    if not method.admission.enter():
        raise Unavailable("unavailable", retry_after=1)
    started = time.monotonic()
    try:
        if method.company is not None and method.admission.under_way > 1:
            method.company.wait()
        yield
    finally:
        method.admission.leave((time.monotonic() - started) / seconds)


class _Fault(Permanent):
    """A fault of our own; its text stays in the log."""

    status = 500


def _alone(method: str, letter: bundles.Letter) -> Request:
    """Give a call of a bundle as if it had come alone."""
    headers = {name.lower(): value for name, value in letter.headers.items()}
    return Request(Head("POST", f"{wire.PATH}{method}", headers), lambda: letter.body)


def _refusal(error: DomainError) -> Response:
    is_last = error.code == "draining"
    return Response(error.status, wire.encode_fault(error), is_last=is_last)


def _decoded(decoder: msgspec.json.Decoder[Any], body: bytes) -> Any:
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise Invalid("request_invalid", fields=[field_fault(error)]) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Invalid("not_json") from None


def field_fault(error: msgspec.ValidationError) -> FieldFault:
    """Give the place and the sentence of a validation error, which tell nothing internal."""
    text, _at, path = str(error).partition(" - at `")
    pointer = (
        path.rstrip("`").removeprefix("$").replace(".", "/").replace("[", "/").replace("]", "")
    )
    return FieldFault(pointer=pointer or "/", code="invalid", params={"detail": text})


def _number(text: str | None, otherwise: float) -> float:
    try:
        value = float(text) if text else otherwise
    except ValueError:
        return otherwise
    return value if value > 0 else otherwise


def request_class(method: Callable[..., Any]) -> Any:
    """Give the class that a method's second parameter is annotated with."""
    parameters = list(inspect.signature(method, eval_str=True).parameters.values())
    return parameters[1].annotation
