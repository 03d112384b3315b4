"""Pages of staff: the session lives in two cookies, and goes on by itself while it is used.

A page's route takes its caller through `allow_page(right)`, and its router has `StaffRoute`: who
has no session is led to the sign-in page and comes back afterwards.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.params import Depends
from fastapi.routing import APIRoute
from starlette.responses import PlainTextResponse, RedirectResponse

from chassis.errors import DomainError, Forbidden, Unauthenticated
from chassis.identity import ANONYMOUS
from gateway.access import SIGNED_IN, Allow
from gateway.api import sessions
from gateway.caller import Caller, gateway_of
from gateway.errors import detail_of, headers_of
from gateway.pages.cookies import cookie, drop_cookie, set_cookie
from gateway.pages.navigation import navigation_of
from gateway.pages.rendering import about, page, reader_of
from gateway.security import Session, Tokens

SIGN_IN: Final = "/sign-in"
SET_UP: Final = "/me/second-factor"
_ACCESS: Final = "session"
_REFRESH: Final = "refresh"
#: Where a request keeps who sends it, for a page that says what went wrong.
_SESSION: Final = "peygir.session"
#: Where a request keeps tokens that its answer is to bring to the browser.
_RENEWED: Final = "peygir.renewed"
#: Where a request keeps the mark of live pages of when it came: what happens while its page is
#: being made may or may not be on it, and has to be told.
_MARK: Final = "peygir.mark"


class AllowPage(Allow):
    """Lets staff through who have a right, by the cookies of their browser."""

    async def __call__(self, request: Request) -> Caller:
        """Give the caller; raises Unauthenticated or Forbidden."""
        request.scope[_SESSION] = session = await _session(request)
        caller = self._caller(request, session)
        caller.language = reader_of(request)
        return caller


class StaffRoute(APIRoute):
    """A route of pages for staff."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Give the handler, around which sessions begin and go on."""
        handler = super().get_route_handler()

        async def with_session(request: Request) -> Response:
            request.scope[_MARK] = gateway_of(request).live.mark
            try:
                response = await handler(request)
            except Unauthenticated:
                return _to_sign_in(request)
            except Forbidden as refusal:
                if refusal.code != "second_factor_owed":
                    raise
                return _to_set_up(request)
            tokens: Tokens | None = request.scope.get(_RENEWED)
            if tokens is not None:
                keep(request, response, tokens)
            return response

        return with_session


def allow_page(right: str) -> Any:
    """Give the dependency of a page for staff with the right."""
    return Depends(AllowPage(right))


#: Whose role does not matter.
Someone = Annotated[Caller, allow_page(SIGNED_IN)]
#: The same, and who has to set up a second factor before anything else.
Entering = Annotated[Caller, Depends(AllowPage(SIGNED_IN, enrolling=True))]


def staff_page(
    request: Request, caller: Caller, template: str, *, status: int = 200, **context: Any
) -> Response:
    """Render a page within the frame for staff, whose navigation shows what the caller may use."""
    return _framed(request, caller.session, template, status=status, **context)


def trouble(request: Request, error: DomainError) -> Response | None:
    """Say what went wrong within the frame, to a script in words alone; None for who is no staff.

    A script's page stays as it is: nothing that was typed is lost, and it asks again by itself.
    """
    session: Session | None = request.scope.get(_SESSION)
    if session is None:
        return None
    headers, language = headers_of(error), reader_of(request)
    if is_part(request):
        headers["hx-reswap"] = "none"
        return PlainTextResponse(detail_of(error, language), error.status, headers)
    shown = about(request, error)
    return _framed(request, session, "trouble.html", status=error.status, headers=headers, **shown)


def _framed(request: Request, session: Session | None, template: str, **context: Any) -> Response:
    identity = session.identity if session else ANONYMOUS
    return page(
        request,
        template,
        me=session.staff if session else None,
        navigation=navigation_of(identity, request.url.path),
        live=request.scope.get(_MARK, ""),
        may=lambda right: identity.scope(right) is not None,
        **context,
    )


def is_part(request: Request) -> bool:
    """Tell whether a script of a page asks for a part of it, and not a browser for the whole."""
    return "hx-request" in request.headers


def keep(request: Request, response: Response, tokens: Tokens) -> None:
    """Have the browser keep a session."""
    lives = max(0, int(tokens.refresh_expires - time.time()))
    set_cookie(request, response, _ACCESS, tokens.token, lives)
    set_cookie(request, response, _REFRESH, tokens.refresh_token, lives)


def forget(request: Request, response: Response) -> None:
    """Have the browser forget its session."""
    drop_cookie(request, response, _ACCESS)
    drop_cookie(request, response, _REFRESH)


def next_of(path: str | None) -> str:
    """Give a path of ours that was to be shown; anything else is the inbox."""
    is_ours = path and path.startswith("/") and not path.startswith(("//", "/\\", SIGN_IN))
    return path if path and is_ours and path.isprintable() else "/desk"


async def _session(request: Request) -> Session | None:
    gateway = gateway_of(request)
    token = cookie(request, _ACCESS)
    if token is None:
        return None
    try:
        session = gateway.sessions.read(token)
    except Unauthenticated:
        return await _renewed(request)
    if gateway.revocations.has_ended(session):
        raise Unauthenticated("session_ended")
    return session


async def _renewed(request: Request) -> Session:
    """Go on with a session whose quarter of an hour is over; raises Unauthenticated."""
    refresh_token = cookie(request, _REFRESH)
    if refresh_token is None:
        raise Unauthenticated("session_expired")
    caller = Caller(
        gateway_of(request),
        ANONYMOUS,
        language=reader_of(request),
        address=request.client.host if request.client else "",
        correlation=request.scope.get("correlation"),
    )
    caller.agent = request.headers.get("user-agent", "")
    tokens = await sessions.refreshed(caller, refresh_token)
    request.scope[_RENEWED] = tokens
    return tokens.session


def _to_set_up(request: Request) -> Response:
    """Lead who owes a second factor to where he sets it up."""
    if is_part(request):
        return Response(status_code=204, headers={"hx-redirect": SET_UP})
    return RedirectResponse(SET_UP, 303)


def _to_sign_in(request: Request) -> Response:
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if is_part(request):
        # A script would put the sign-in page into a corner of this one.
        shown = request.headers.get("referer", "")
        path = "/" + shown.partition("://")[2].partition("/")[2]
        return Response(status_code=204, headers={"hx-redirect": _sign_in_for(path)})
    return RedirectResponse(_sign_in_for(here if request.method == "GET" else ""), 303)


def _sign_in_for(path: str) -> str:
    wanted = next_of(path)
    return SIGN_IN if wanted == "/desk" else f"{SIGN_IN}?next={quote(wanted, safe='/')}"
