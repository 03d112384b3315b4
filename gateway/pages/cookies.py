"""Cookies of the pages: for this host alone, closed to scripts, and not sent from other sites."""

from __future__ import annotations

from fastapi import Request, Response

from gateway.caller import gateway_of

#: Browsers take a cookie with this prefix only over TLS, from this host, for all of its paths.
_HOST_ONLY = "__Host-"


def set_cookie(request: Request, response: Response, name: str, value: str, seconds: int) -> None:
    """Have the browser keep a value."""
    settings = gateway_of(request).settings
    response.set_cookie(
        _named(request, name),
        value,
        max_age=seconds,
        httponly=True,
        samesite="lax",
        secure=settings.is_secure,
    )


def drop_cookie(request: Request, response: Response, name: str) -> None:
    """Have the browser forget a value."""
    secure = gateway_of(request).settings.is_secure
    response.delete_cookie(_named(request, name), httponly=True, samesite="lax", secure=secure)


def cookie(request: Request, name: str) -> str | None:
    """Give what the browser has kept."""
    return request.cookies.get(_named(request, name))


def _named(request: Request, name: str) -> str:
    return f"{_HOST_ONLY}{name}" if gateway_of(request).settings.is_secure else name
