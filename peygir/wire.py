"""How the gateway is spoken to: connections, sessions, problems, and patience.

A command carries a key, so it may be sent again, and is for as long as `patience` lasts, when the
gateway or a service is away. Everything else is told as a Problem.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Generic, NamedTuple, Self, TypeVar

import aiohttp
import msgspec
from yarl import URL

from contracts.calls.routing import Staff

T = TypeVar("T")

#: The most that one attempt may take; the gateway itself answers within 3 s.
_ATTEMPT_SECONDS = 10.0
_FIRST_PAUSE_SECONDS = 0.2
_LONGEST_PAUSE_SECONDS = 5.0
_UNAUTHENTICATED = 401
_AGAIN = frozenset({429, 502, 503, 504})


class Problem(Exception):
    """Raised when the gateway refuses or does not answer; reads as one line."""

    def __init__(
        self,
        status: int,
        code: str,
        title: str,
        detail: str = "",
        *,
        faults: list[str] | None = None,
    ) -> None:
        self.status, self.code, self.title, self.detail = status, code, title, detail
        self.faults = faults or []
        self.retry_after: float | None = None
        super().__init__(str(self))

    def __str__(self) -> str:
        said = dict.fromkeys(part for part in (self.title, self.detail) if part)
        return "; ".join([": ".join(said), *self.faults])


class Answered(NamedTuple, Generic[T]):
    """An answer, and whether an earlier request with the same key had done it already."""

    value: T
    repeated: bool


class Wire:
    """One user's connections to one gateway."""

    def __init__(
        self, url: str, *, language: str = "en", patience: float = 30.0, connections: int = 64
    ) -> None:
        self.url = url.rstrip("/")
        self.patience = patience
        self._language = language
        self._connections = connections
        self._token = self._refresh_token = ""
        self.staff: Staff | None = None
        self._renewing = asyncio.Lock()

    async def __aenter__(self) -> Self:
        """Open connections as they are needed."""
        self._http = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._connections),
            timeout=aiohttp.ClientTimeout(total=_ATTEMPT_SECONDS),
            headers={"Accept-Language": self._language},
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close every connection."""
        await self._http.close()

    # -- who asks --------------------------------------------------------------------------------

    async def sign_in(self, username: str, password: str) -> Staff:
        """Open a session; it is continued by itself when it runs out."""
        self._token = self._refresh_token = ""
        body = {"username": username, "password": password}
        return self._opened((await self._patient("POST", "/api/v1/sessions", body=body)).value)

    def come_with(self, key: str) -> None:
        """Come as an outside system, with its key in place of a session."""
        self._token, self._refresh_token, self.staff = key, "", None

    def _opened(self, session: Mapping[str, Any]) -> Staff:
        self._token, self._refresh_token = session["token"], session["refresh_token"]
        self.staff = msgspec.convert(session["staff"], Staff)
        return self.staff

    async def _renew_session(self, stale: str) -> None:
        """Continue the session unless another request has done so meanwhile."""
        async with self._renewing:
            if self._token == stale:
                self._token = ""
                body = {"refresh_token": self._refresh_token}
                answered = await self._patient("POST", "/api/v1/sessions/refresh", body=body)
                self._opened(answered.value)

    # -- asking --------------------------------------------------------------------------------

    async def get(self, path: str, answer: type[T], query: Mapping[str, str] | None = None) -> T:
        """Read something."""
        answered = await self._patient("GET", path, query=query)
        return _as(answered.value, answer)

    async def get_optional(self, path: str, answer: type[T]) -> T | None:
        """Read something that there may be none of."""
        answered = await self._patient("GET", path)
        return None if answered.value is None else _as(answered.value, answer)

    async def command(
        self,
        path: str,
        body: Mapping[str, Any] | None,
        answer: type[T],
        *,
        method: str = "POST",
        at: datetime | None = None,
        key: str | None = None,
        behalf: str | None = None,
        proof: str | None = None,
    ) -> Answered[T]:
        """Have something done, once however often it has to be sent."""
        headers = {
            "Idempotency-Key": key or secrets.token_hex(16),
            "Peygir-At": at.astimezone(UTC).isoformat() if at else None,
            "Peygir-Behalf": behalf,
            "Peygir-Proof": proof,
        }
        given = {name: value for name, value in headers.items() if value is not None}
        answered = await self._patient(method, path, body=body, headers=given)
        return Answered(_as(answered.value, answer), answered.repeated)

    async def put(self, path: str, body: Mapping[str, Any]) -> Any:
        """Define something; the same again changes nothing."""
        headers = {"Idempotency-Key": secrets.token_hex(16)}
        return (await self._patient("PUT", path, body=body, headers=headers)).value

    async def _patient(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answered[Any]:
        """Send until it is answered, refused for good, or patience ends."""
        deadline = time.monotonic() + self.patience
        pause = _FIRST_PAUSE_SECONDS
        while True:
            token = self._token
            try:
                return await self._once(method, path, query, body, headers or {})
            except Problem as problem:
                if problem.status == _UNAUTHENTICATED and token and self._refresh_token:
                    await self._renew_session(token)
                elif problem.status not in _AGAIN:
                    raise
                wait = problem.retry_after or pause
                if time.monotonic() + wait > deadline:
                    raise
                await asyncio.sleep(0 if problem.status == _UNAUTHENTICATED else wait)
                pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)

    async def _once(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None,
        body: Any,
        headers: Mapping[str, str],
    ) -> Answered[Any]:
        sent = dict(headers)
        if self._token:
            sent["Authorization"] = f"Bearer {self._token}"
        data = None
        if body is not None:
            data, sent["Content-Type"] = msgspec.json.encode(body), "application/json"
        try:
            async with self._http.request(
                method, URL(self.url + path, encoded=True), params=query, data=data, headers=sent
            ) as response:
                content = await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            said = f"{self.url} does not answer"
            raise Problem(503, "gateway_away", said, type(error).__name__) from None
        if not response.ok:
            raise _problem(response.status, content, response.headers.get("Retry-After"))
        repeated = response.headers.get("Idempotent-Replayed") == "true"
        return Answered(msgspec.json.decode(content) if content else None, repeated)


def _as(value: Any, kind: type[T]) -> T:
    """Read an answer as its type; what a newer gateway adds is ignored."""
    return msgspec.convert(value, kind)


def _problem(status: int, content: bytes, retry_after: str | None) -> Problem:
    """Read a problem document; anything else is told by its status."""
    try:
        said: dict[str, Any] = msgspec.json.decode(content, type=dict[str, Any])
    except msgspec.DecodeError:
        said = {}
    faults = [
        f"{fault.get('pointer', '')} {fault.get('message') or fault.get('code', '')}".strip()
        for fault in said.get("errors", [])
    ]
    title = said.get("title") or f"The gateway answered {status}"
    problem = Problem(
        status, said.get("code", "http_error"), title, said.get("detail") or "", faults=faults
    )
    if retry_after and retry_after.isdigit():
        problem.retry_after = float(retry_after)
    return problem
