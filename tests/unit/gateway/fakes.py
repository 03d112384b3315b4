"""Services, limits and revocations without servers, and a client without a network."""

from __future__ import annotations

import json as json_module
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import unquote, urlencode, urlsplit

import msgspec
from fastapi import FastAPI

from chassis.errors import TooMany, Unavailable
from chassis.identity import Identity
from gateway.app import at_the_edge
from gateway.blank import blank_app
from gateway.caller import Gateway
from gateway.security import Session
from gateway.settings import GatewaySettings

KEY = "k" * 40


class Asked(NamedTuple):
    """A call that a service got."""

    service: str
    method: str
    request: Any
    identity: Identity
    key: str | None
    at: datetime | None


class Outcome(NamedTuple):
    value: Any
    repeated: bool = False


class FakeServices:
    """Answers as told; what nobody told it about is away."""

    def __init__(self) -> None:
        self.answers: dict[tuple[str, str], Any] = {}
        self.asked: list[Asked] = []

    def tell(self, service: str, method: str, answer: Any) -> None:
        """Answer from now on with a value, an error to raise, or what a function makes of it."""
        self.answers[service, method] = answer

    async def command(self, service, method, request, *, identity, key, at=None, **_options):
        value = self._answer(Asked(service, method, request, identity, key, at))
        return value if isinstance(value, Outcome) else Outcome(value)

    async def query(self, service, method, request, *, identity, **_options):
        return self._answer(Asked(service, method, request, identity, None, None))

    def _answer(self, asked: Asked) -> Any:
        self.asked.append(asked)
        answer = self.answers.get((asked.service, asked.method), Unavailable("service_unavailable"))
        if isinstance(answer, Callable):
            answer = answer(asked.request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def last(self, method: str) -> Asked:
        """Give the last call of a method."""
        return next(asked for asked in reversed(self.asked) if asked.method == method)


class FakeLimits:
    """Lets everything pass until told otherwise."""

    def __init__(self) -> None:
        self.spent: list[tuple[str, str]] = []
        self.reached: set[str] = set()

    async def spend(self, **tries: str) -> None:
        self.spent += tries.items()
        if tries.keys() & self.reached:
            raise TooMany("rate_limited", retry_after=7, seconds=7)


class FakeRevocations:
    def __init__(self) -> None:
        self.sessions: set[str] = set()
        self.people: set[str] = set()
        self.keys: set[str] = set()

    def has_ended(self, session: Session) -> bool:
        return session.id in self.sessions or session.staff.id in self.people

    async def end(self, session: Session) -> None:
        self.sessions.add(session.id)

    async def end_named(self, session_id: str) -> None:
        self.sessions.add(session_id)

    def has_ended_named(self, session_id: str) -> bool:
        return session_id in self.sessions

    async def end_all_of(self, person: str) -> None:
        self.people.add(person)

    def has_ended_key(self, key: str) -> bool:
        return key in self.keys

    async def end_key(self, key: str) -> None:
        self.keys.add(key)

    async def follow(self) -> None:
        return


class Reply(NamedTuple):
    """What the gateway answered."""

    status: int
    headers: dict[str, str]
    cookies: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()


@cache
def shared_app() -> FastAPI:
    """The application, which takes long to put together; each world puts its gateway in."""
    return blank_app()


class World:
    """A gateway with everything around it pretended."""

    def __init__(self, **settings: Any) -> None:
        self.services = FakeServices()
        self.limits = FakeLimits()
        self.revocations = FakeRevocations()
        options = {"call_keys": KEY, "session_keys": KEY, **settings}
        self.gateway = Gateway(
            GatewaySettings(**options),
            self.services,
            limits=self.limits,  # type: ignore[arg-type]
            revocations=self.revocations,  # type: ignore[arg-type]
        )
        app = shared_app()
        app.state.gateway = self.gateway
        self.asgi = at_the_edge(app)
        self.cookies: dict[str, str] = {}

    async def get(self, path: str, **options: Any) -> Reply:
        return await self.send("GET", path, **options)

    async def post(self, path: str, **options: Any) -> Reply:
        return await self.send("POST", path, **options)

    async def send(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        form: dict[str, str] | None = None,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        address: str = "192.0.2.7",
    ) -> Reply:
        given = {name.lower(): value for name, value in (headers or {}).items()}
        if json is not None:
            body = json_module.dumps(json).encode()
            given.setdefault("content-type", "application/json")
        if form is not None:
            body = urlencode(form).encode()
            given.setdefault("content-type", "application/x-www-form-urlencoded")
        if self.cookies:
            given["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        reply = await _call(self.asgi, method, path, given, body, address)
        self.cookies.update(reply.cookies)
        return reply


async def _call(asgi, method, path, headers, body, address) -> Reply:
    address_parts = urlsplit(path)
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(address_parts.path),
        "raw_path": address_parts.path.encode(),
        "query_string": address_parts.query.encode(),
        "headers": [
            *((name.encode(), value.encode()) for name, value in headers.items()),
            (b"content-length", str(len(body)).encode()),
        ],
        "client": (address, 40000),
        "server": ("gateway", 80),
        "state": {},
    }
    sent: list[dict[str, Any]] = []
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive():
        return waiting.pop() if waiting else {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    await asgi(scope, receive, send)
    start = next(message for message in sent if message["type"] == "http.response.start")
    pairs = [(name.decode().lower(), value.decode("latin-1")) for name, value in start["headers"]]
    cookies = [
        value.partition(";")[0].partition("=") for name, value in pairs if name == "set-cookie"
    ]
    return Reply(
        start["status"],
        dict(pairs),
        {name: value for name, _, value in cookies},
        b"".join(message.get("body", b"") for message in sent),
    )
