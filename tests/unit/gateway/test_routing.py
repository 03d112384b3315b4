"""The index of routes finds what asking all of them in turn finds."""

from __future__ import annotations

import re

import pytest
from fastapi import APIRouter, Response
from starlette.routing import Match, Route

from gateway.routing import Index, take
from tests.unit.gateway.fakes import World, shared_app

ROUTES = [route for route in shared_app().router.routes if isinstance(route, Route)]
INDEX = Index(shared_app().router)


def scope_of(path: str, method: str = "GET") -> dict:
    return {"type": "http", "method": method, "path": path, "root_path": "", "headers": []}


async def answer() -> Response:
    return Response()


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{sorted(route.methods)} {route.path}")
def test_every_route_is_found_as_by_asking_all_in_turn(route: Route) -> None:
    path = re.sub(r"{(\w+)(:\w+)?}", "482913047716", route.path)
    scope = scope_of(path, max(route.methods or {"GET"}))

    first = next(each for each in ROUTES if each.matches(scope)[0] is Match.FULL)
    found = INDEX.find(scope)

    assert first is route, "stands behind a route that takes its paths"
    # A page whose path begins with something of its own is left to the router.
    assert found is first or (found is None and not path.startswith("/api/"))


async def test_what_no_route_takes_is_answered_as_ever() -> None:
    world = World()

    assert (await world.get("/api/v1/nowhere")).status == 404
    assert (await world.send("DELETE", "/api/v1/subjects")).status == 405


def test_a_route_whose_path_begins_with_anything_keeps_its_turn() -> None:
    wide, narrow, router = APIRouter(), APIRouter(), APIRouter()

    wide.add_api_route("/{a}/{b}/{c}/end", answer)
    narrow.add_api_route("/api/v1/tickets/{code}", answer)
    take(router, (wide, narrow))

    index = Index(router)

    assert index.find(scope_of("/api/v1/tickets/end")) is router.routes[0]
    assert index.find(scope_of("/api/v1/tickets/1")) is router.routes[1]
