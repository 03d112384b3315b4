"""Finding a request's route: among those of its resource, not among all in turn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fastapi import APIRouter
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Receive, Scope, Send

#: `/api/v1/tickets/...`: what stands first says whose routes may be meant.
_SEGMENTS: Final = 3

_Key = tuple[str, ...]


class Index:
    """Stands in front of a router, and hands it what no route of the resource takes."""

    def __init__(self, router: APIRouter) -> None:
        self._router = router
        self._otherwise = router.middleware_stack
        routes = [(_key(_path_of(route)), route) for route in router.routes]
        fixed = {key for key, _route in routes if not any("{" in segment for segment in key)}
        self._routes: dict[_Key, Sequence[BaseRoute]] = {
            key: [route for other, route in routes if _may_be(other, key)] for key in fixed
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request."""
        route = self.find(scope) if scope["type"] == "http" else None
        if route is None:
            await self._otherwise(scope, receive, send)
        else:
            await route.handle(scope, receive, send)

    def find(self, scope: Scope) -> BaseRoute | None:
        """Give the route that takes a request, and note in its scope what the path says."""
        for route in self._routes.get(_key(scope["path"]), ()):
            match, found = route.matches(scope)
            if match is Match.FULL:
                scope.update(found, router=self._router)
                return route
        return None


def take(router: APIRouter, parts: Sequence[APIRouter]) -> None:
    """Have a router serve the routes of others as its own, found by an index.

    Included, each would be asked twice: once for whether it has a route, once for which.
    """
    for part in parts:
        router.routes.extend(part.routes)


def _path_of(route: BaseRoute) -> str:
    # Whatever else there is (a folder of files) may take any path.
    return route.path if isinstance(route, Route) else "/{any}/{any}/{any}"


def _key(path: str) -> _Key:
    return tuple(path.split("/", _SEGMENTS + 1)[1 : _SEGMENTS + 1])


def _may_be(pattern: _Key, key: _Key) -> bool:
    """Tell whether a path that begins with the key may be one of the pattern."""
    return all("{" in one or one == other for one, other in zip(pattern, key, strict=False))
