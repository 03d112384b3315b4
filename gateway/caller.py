"""Who a request is served for, what it shares with others, and how it asks the services.

Everything a request does shares one deadline, so that it is answered in time or refused in time.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from copy import copy
from datetime import datetime
from types import UnionType
from typing import Any, Final, Protocol, TypeVar, cast

from fastapi import Request

from chassis.errors import NotFound, Unavailable
from chassis.identity import Identity
from contracts.calls.base import Request as CallRequest
from contracts.calls.intake import DescribeTickets, Subject, TicketContent
from contracts.calls.journal import LogPart, ReadLog
from contracts.calls.routing import KeyGrant, OpenKey
from contracts.calls.sla import ExpectedView, GetTimes
from contracts.forms import ReadyForm
from gateway.directory import NAMING, Directory, Names
from gateway.keys import Keys, KeySession
from gateway.limits import Limits
from gateway.live import Live
from gateway.logs import Logs
from gateway.oidc.client import Client
from gateway.outlook import Outlook
from gateway.own_sessions import OwnSessions
from gateway.presence import Presence
from gateway.requesters import RequesterSession, RequesterSessions
from gateway.revocations import Revocations
from gateway.security import Session, Sessions
from gateway.settings import GatewaySettings
from gateway.tail import Tail

A = TypeVar("A")
B = TypeVar("B")

#: The gateway asking in its own name.
GATEWAY: Final = Identity(subject="system:gateway", role="service")
#: The most that one request may take, so that a service which hangs gives 503 within 3 s.
_REQUEST_SECONDS: Final = 2.8
#: What a part may take that an answer can do without.
_OPTIONAL_SECONDS: Final = 1.0
#: After which a service is asked again about a ticket that it has not heard of yet.
_NEWS_PAUSE: Final = 0.1


class Outcome(Protocol):
    """What a command gave, and whether an earlier one under its key had done it."""

    value: Any
    repeated: bool


class Services(Protocol):
    """What the gateway needs of `chassis.calls.aio.Services`, which tries twice by itself."""

    async def command(  # noqa: PLR0913 - one option per header of a call
        self,
        service: str,
        method: str,
        request: CallRequest,
        *,
        identity: Identity,
        answer: Any = ...,
        key: str | None = ...,
        at: datetime | None = ...,
        timeout: float = ...,  # noqa: ASYNC109 - the client's own name for its deadline
        correlation: str | None = ...,
    ) -> Outcome: ...

    async def query(
        self,
        service: str,
        method: str,
        request: CallRequest,
        *,
        identity: Identity,
        answer: Any = ...,
        timeout: float = ...,  # noqa: ASYNC109
        correlation: str | None = ...,
    ) -> Any: ...


class Gateway:
    """What requests share; stands in the application's state."""

    def __init__(
        self,
        settings: GatewaySettings,
        services: Services,
        *,
        limits: Limits,
        revocations: Revocations,
    ) -> None:
        self.settings = settings
        self.services = services
        self.limits = limits
        self.revocations = revocations
        self.sessions = Sessions(
            settings.signing_keys,
            seconds=settings.session_seconds,
            refresh_seconds=settings.refresh_seconds,
            idle_seconds=settings.idle_seconds,
        )
        self.requesters = RequesterSessions(
            settings.signing_keys,
            idle_seconds=settings.idle_seconds,
            keep_seconds=settings.refresh_seconds,
        )
        self.keys = Keys(self._open_key, limits, revocations)
        self.outlook = Outlook(self._ask_expected)
        self.presence = Presence(settings.redis_url.get_secret_value())
        self.own_sessions = OwnSessions(
            settings.redis_url.get_secret_value(),
            idle_seconds=settings.idle_seconds,
            keep_seconds=settings.refresh_seconds,
        )
        self.directory = Directory()
        self.oidc = Client(settings.oidc_providers.get_secret_value())
        #: Set when the process is told to stop: open streams end.
        self.closing = asyncio.Event()
        self.open_streams = 0
        self.live = Live(self._read_log, self.closing)
        self.logs = Logs(Tail(self._read_log, self.closing))
        #: The catalogue as it was last read: forms show it while intake is away.
        self.last_subjects: list[Subject] = []
        #: What most requests are about, as it was last counted, and until when that holds.
        self.common_subjects: list[str] = []
        self.common_until = 0.0
        #: Set once somebody administers, and once it is set up: neither is asked again.
        self.is_founded = False
        self.is_set_up = False
        #: Forms as they were last read, with the same use.
        self.last_forms: dict[str, tuple[int, ReadyForm]] = {}

    async def _ask_expected(self, codes: Sequence[str]) -> Sequence[ExpectedView | None]:
        caller = Caller(self, GATEWAY, language="en", address="")
        request, answer = GetTimes(codes=[*codes]), dict[str, ExpectedView]
        found = await caller.query("sla", "expected", request, answer, seconds=_OPTIONAL_SECONDS)
        return [found.get(code) for code in codes]

    async def _open_key(self, request: OpenKey) -> KeyGrant:
        caller = Caller(self, GATEWAY, language="en", address="")
        return await caller.query("routing", "open_key", request, KeyGrant)

    async def _read_log(self, source: str, request: ReadLog) -> LogPart:
        caller = Caller(self, GATEWAY, language="en", address="")
        return await caller.query(source, "journal_log", request, LogPart)


def gateway_of(request: Request) -> Gateway:
    """Give what requests share."""
    return cast("Gateway", request.app.state.gateway)


class Caller:
    """The one a request is served for, with what is left of the request's time."""

    def __init__(
        self,
        gateway: Gateway,
        identity: Identity,
        *,
        language: str,
        address: str,
        correlation: str | None = None,
        session: Session | KeySession | RequesterSession | None = None,
        key: str | None = None,
        at: datetime | None = None,
    ) -> None:
        self.gateway = gateway
        self.identity = identity
        self.language = language
        self.address = address
        #: What the browser or program calls itself.
        self.agent = ""
        #: Of all that comes of the request: its trace, and its span where it is traced.
        self.correlation = correlation
        self.session = session if isinstance(session, Session) else None
        #: The requester who has proved who he is.
        self.requester = session if isinstance(session, RequesterSession) else None
        #: The system that has come with its key.
        self.system = session if isinstance(session, KeySession) else None
        self.key = key or secrets.token_hex(16)
        self.at = at
        #: Set once a command's key had come before.
        self.replayed = False
        self._deadline = asyncio.get_running_loop().time() + _REQUEST_SECONDS

    async def command(self, service: str, method: str, request: CallRequest, answer: type[A]) -> A:
        """Have a service change something, at most once per key."""
        command = self.gateway.services.command
        outcome = await self._asked(
            command, service, method, request, answer, key=self.key, at=self.at
        )
        self.replayed = self.replayed or outcome.repeated
        if method in NAMING:
            self.gateway.directory.forget()
        return cast("A", outcome.value)

    async def query(
        self,
        service: str,
        method: str,
        request: CallRequest,
        answer: type[A] | UnionType,
        *,
        seconds: float = _REQUEST_SECONDS,
    ) -> A:
        """Ask a service."""
        query = self.gateway.services.query
        value = await self._asked(query, service, method, request, answer, seconds=seconds)
        return cast("A", value)

    async def optional(
        self, service: str, method: str, request: CallRequest, answer: type[A]
    ) -> A | None:
        """Ask a service, but not for long; None when it does not answer."""
        try:
            return await self.query(service, method, request, answer, seconds=_OPTIONAL_SECONDS)
        except Unavailable:
            return None

    async def names(self) -> Names:
        """Give the names of people, units and subjects, in the caller's language."""
        return await self.gateway.directory.names(self, self.language)

    async def spend(self, **tries: str) -> None:
        """Count a try against each limit, for whom it names; not for who is past the limits."""
        if self.identity.scope("limit.exempt") is None:
            await self.gateway.limits.spend(**tries)

    def acting_as(self, identity: Identity) -> Caller:
        """Give the same request on behalf of somebody who has proved himself otherwise."""
        other = copy(self)
        other.identity = identity
        return other

    def renewed(self) -> Caller:
        """Give the same caller with a request's whole time again, for streams."""
        other = copy(self)
        other._deadline = asyncio.get_running_loop().time() + _REQUEST_SECONDS  # noqa: SLF001
        return other

    def is_signed_in(self) -> bool:
        """Tell whether the session or key that the request came with is still good."""
        if self.system is not None:
            return self.gateway.keys.is_good(self.system)
        session = self.session
        return (
            session is not None
            and session.expires > time.time()
            and not self.gateway.revocations.has_ended(session)
        )

    def replay_headers(self) -> dict[str, str]:
        """Give the header that says that nothing was done twice, where that is so."""
        return {"idempotent-replayed": "true"} if self.replayed else {}

    async def _asked(
        self,
        call: Callable[..., Awaitable[B]],
        service: str,
        method: str,
        request: CallRequest,
        answer: Any,
        *,
        seconds: float = _REQUEST_SECONDS,
        **more: Any,
    ) -> B:
        """Ask; again for so long as a service has not heard of a ticket that was just registered.

        Only for staff and systems, who may act on it at once; raises Unavailable when the request's
        time is over.
        """
        is_registered = False
        while True:
            try:
                return await call(
                    service,
                    method,
                    request,
                    identity=self.identity,
                    answer=answer,
                    timeout=min(seconds, self._left()),
                    correlation=self.correlation,
                    **more,
                )
            except NotFound as error:
                if error.code != "ticket_not_found" or service == "intake":
                    raise
                is_registered = is_registered or await self._is_registered(request)
                if not is_registered:
                    raise
            await asyncio.sleep(_NEWS_PAUSE)

    async def _is_registered(self, request: CallRequest) -> bool:
        code = getattr(request, "code", None)
        if not code or not (self.session or self.system):
            return False
        wanted, answer = DescribeTickets(codes=[code]), dict[str, TicketContent]
        return code in await self.acting_as(GATEWAY).query(
            "intake", "describe_tickets", wanted, answer
        )

    def _left(self) -> float:
        left = self._deadline - asyncio.get_running_loop().time()
        if left <= 0:
            raise Unavailable("service_unavailable")
        return left
