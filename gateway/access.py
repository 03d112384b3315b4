"""Who may use a route.

Every route takes its caller through `allow(right)`, `allow_command(right)`, one of the two for
everybody, `SignedIn`, or `ProvedRequester`; a test finds those that do not. The services check the
same right again, with its scope.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import Header, Request
from fastapi.params import Depends

from chassis.clock import as_utc
from chassis.errors import DomainError, Forbidden, Unauthenticated
from chassis.identity import ANONYMOUS
from chassis.logging import get_logger
from gateway.caller import Caller, Gateway, gateway_of
from gateway.errors import language_of
from gateway.keys import PREFIX, KeySession
from gateway.requesters import PREFIX as REQUESTER_PREFIX
from gateway.requesters import RequesterSession
from gateway.security import Session

_SUBJECT: Final = "peygir.subject"
_NOT_LET_IN: Final = frozenset({401, 403})

log = get_logger(__name__)

#: What a route declares that asks for no right of `contracts.rights`.
ANYONE: Final = "anyone"
SIGNED_IN: Final = "signed-in"
#: Of a requester who has proved a contact by a one-time code; of nobody else.
REQUESTER: Final = "requester"

#: Whoever has come with something that proves who he is.
AnySession = Session | KeySession | RequesterSession


class Allow:
    """Lets callers through who have a right, anyone, or whoever is signed in."""

    def __init__(self, right: str, *, enrolling: bool = False) -> None:
        """With `enrolling`, who owes a second factor is let through, too."""
        self.right = right
        self._enrolling = enrolling

    @property
    def is_open(self) -> bool:
        """Whether the route may be used without a session."""
        return self.right == ANYONE

    async def __call__(self, request: Request) -> Caller:
        """Give the caller; raises Unauthenticated or Forbidden."""
        return self._caller(request, await _session(gateway_of(request), request))

    def _caller(
        self,
        request: Request,
        session: AnySession | None,
        *,
        key: str | None = None,
        at: datetime | None = None,
    ) -> Caller:
        gateway = gateway_of(request)
        identity = session.identity if session else ANONYMOUS
        request.scope[_SUBJECT] = identity.subject
        if not self.is_open:
            if session is None:
                raise Unauthenticated("sign_in_required")
            if isinstance(session, Session) and session.staff.owes_second_factor:
                self._refuse_enrolling()
            if self.right == REQUESTER:
                if not isinstance(session, RequesterSession):
                    raise Forbidden("requesters_only")
            elif self.right != SIGNED_IN:
                identity.require(self.right)
            elif not isinstance(session, Session):
                raise Forbidden("right_missing", right="staff")
        if at is not None:
            identity.require("import")
        caller = Caller(
            gateway,
            identity,
            language=language_of(request),
            address=request.client.host if request.client else "",
            correlation=request.scope.get("correlation"),
            session=session,
            key=key,
            at=at,
        )
        caller.agent = request.headers.get("user-agent", "")
        return caller

    def _refuse_enrolling(self) -> None:
        if not self._enrolling:
            raise Forbidden("second_factor_owed")


class AllowCommand(Allow):
    """The same for a route that changes something: takes the headers that go with that."""

    async def __call__(
        self,
        request: Request,
        idempotency_key: Annotated[
            str | None,
            Header(
                alias="Idempotency-Key",
                pattern=r"^[\x21-\x7e]{1,128}$",
                description="Names this command: sent again with it, nothing happens twice.",
                examples=["3c1d7a52-5f0b-4c64-9a3e-1f6a0c2b8e11"],
            ),
        ] = None,
        peygir_at: Annotated[
            datetime | None,
            Header(
                alias="Peygir-At",
                description="When it happened, earlier than now; needs the right `import`.",
            ),
        ] = None,
    ) -> Caller:
        at = as_utc(peygir_at) if peygir_at else None
        session = await _session(gateway_of(request), request)
        return self._caller(request, session, key=idempotency_key, at=at)


def allow(right: str) -> Any:
    """Give the dependency of a route that reads, for callers with the right."""
    return Depends(Allow(right))


def allow_command(right: str) -> Any:
    """Give the dependency of a route that changes something, for callers with the right."""
    return Depends(AllowCommand(right))


Anyone = Annotated[Caller, allow(ANYONE)]
AnyoneCommanding = Annotated[Caller, allow_command(ANYONE)]
#: Whose role does not matter; the caller's `session` is there.
SignedIn = Annotated[Caller, allow(SIGNED_IN)]
SignedInCommanding = Annotated[Caller, allow_command(SIGNED_IN)]
#: The same, and who has to set up a second factor before anything else.
Entering = Annotated[Caller, Depends(Allow(SIGNED_IN, enrolling=True))]
EnteringCommanding = Annotated[Caller, Depends(AllowCommand(SIGNED_IN, enrolling=True))]
ProvedRequester = Annotated[Caller, allow(REQUESTER)]
ProvedRequesterCommanding = Annotated[Caller, allow_command(REQUESTER)]


def log_refusal(request: Request, error: DomainError) -> None:
    """Log who was not let in where; who came too often is counted, so that no flood fills logs."""
    if error.status in _NOT_LET_IN:
        log.info(
            "not_let_in",
            code=error.code,
            method=request.method,
            route=getattr(request.scope.get("route"), "path", "unmatched"),
            subject=request.scope.get(_SUBJECT, ANONYMOUS.subject),
            address=request.client.host if request.client else "",
        )


async def _session(gateway: Gateway, request: Request) -> AnySession | None:
    header = request.headers.get("authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("session_invalid")
    if token.startswith(PREFIX):
        return await gateway.keys.open(token, request.client.host if request.client else "")
    if token.startswith(REQUESTER_PREFIX):
        return requester_session(gateway, token.strip())
    session = gateway.sessions.read(token.strip())
    if gateway.revocations.has_ended(session):
        raise Unauthenticated("session_ended")
    return session


def requester_session(gateway: Gateway, token: str) -> RequesterSession:
    """Give the session of a requester's token; raises Unauthenticated."""
    session = gateway.requesters.read(token)
    if gateway.revocations.has_ended_named(session.id):
        raise Unauthenticated("session_ended")
    return session
