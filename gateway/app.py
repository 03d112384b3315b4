"""The application: routes, error answers and the documents about them put together."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from chassis.errors import DomainError
from gateway import (
    access,
    admin,
    api,
    board,
    clockwork,
    desk,
    openapi,
    operation,
    portal,
    reference,
    setup,
)
from gateway.caller import Gateway
from gateway.edge import Edge
from gateway.errors import as_domain_error, problem_response
from gateway.oidc import pages as oidc_pages
from gateway.pages.rendering import error_page, mount_static
from gateway.pages.staff import trouble
from gateway.routing import Index, take


def create_app(gateway: Gateway) -> FastAPI:
    """Give the application; what it shares with its surroundings comes in `gateway`."""
    app = FastAPI(
        title="Peygir",
        version=openapi.VERSION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        redirect_slashes=False,
    )
    app.state.gateway = gateway
    app.state.documents = {}
    take(
        app.router,
        (
            *api.ROUTERS,
            *portal.ROUTERS,
            *desk.ROUTERS,
            *board.ROUTERS,
            *clockwork.ROUTERS,
            *operation.ROUTERS,
            *admin.ROUTERS,
            *setup.ROUTERS,
            oidc_pages.router,
            reference.router,
        ),
    )
    mount_static(app)
    app.router.middleware_stack = Index(app.router)
    kinds = (DomainError, RequestValidationError, HTTPException, ClientDisconnect, Exception)
    for kind in kinds:
        app.add_exception_handler(kind, _answer_error)
    return app


def at_the_edge(app: FastAPI) -> Edge:
    """Give the application as it is served: within what every request passes."""
    gateway: Gateway = app.state.gateway
    settings = gateway.settings
    return Edge(app, body_bytes=settings.body_bytes, secure=settings.is_secure)


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    gateway: Gateway = app.state.gateway
    following = asyncio.create_task(gateway.revocations.follow())
    try:
        yield
    finally:
        gateway.live.stop()
        gateway.logs.tail.stop()
        following.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await following


async def _answer_error(request: Request, raised: Exception) -> Response:
    error = as_domain_error(raised)
    access.log_refusal(request, error)
    if request.url.path.startswith("/api/"):
        return problem_response(request, error)
    return trouble(request, error) or error_page(request, error)
