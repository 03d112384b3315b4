"""Saved filters on real servers: whose they are, and who sees them."""

from typing import Any

from chassis.identity import ANONYMOUS, Identity
from services.routing.filtering import MOST
from tests.component.routing.world import REPLICAS, RoutingWorld, person

FIRST, SECOND = REPLICAS
MINE, COLLEAGUE = person("e1"), person("e2")
ELSEWHERE = person("c1", unit="crowd")


def save(world: RoutingWorld, by: Identity, name: str, /, **changes: Any) -> Any:
    usual = {"id": name, "name": name, "list": "inbox", "query": "state=new"}
    return world.call(FIRST, "save_filter", usual | changes, by=by)


def seen(world: RoutingWorld, by: Identity) -> list[tuple[str, str]]:
    return [(each["owner"], each["id"]) for each in world.ask(SECOND, "filters", {}, by=by)]


def test_ones_own_come_in_order_and_then_what_colleagues_share(world: RoutingWorld):
    save(world, MINE, "second", position=2)
    save(world, MINE, "first", position=1, shared=True)
    save(world, COLLEAGUE, "first", query="", list="tickets")

    assert seen(world, MINE) == [("e1", "first"), ("e1", "second")]
    assert seen(world, COLLEAGUE) == [("e2", "first"), ("e1", "first")]
    assert seen(world, ELSEWHERE) == []

    save(world, MINE, "first", shared=False)
    world.ask(SECOND, "drop_filter", {"id": "second"}, by=MINE)
    assert world.ask(FIRST, "drop_filter", {"id": "second"}, by=COLLEAGUE) is False

    assert seen(world, MINE) == [("e1", "first")]
    assert seen(world, COLLEAGUE) == [("e2", "first")]


def test_nobody_keeps_more_than_a_page_bears_and_strangers_none(world: RoutingWorld):
    for number in range(MOST):
        assert save(world, ELSEWHERE, f"f{number}").status == 200

    refused = save(world, ELSEWHERE, "one-more")
    again = save(world, ELSEWHERE, "f0", name="renamed")

    assert (refused.status, refused.json["code"]) == (409, "too_many_filters")
    assert again.status == 200
    assert save(world, ANONYMOUS, "x").status == 403
    assert save(world, MINE, "x", query="a b").status == 422
