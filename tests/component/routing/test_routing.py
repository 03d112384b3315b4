"""Routing on real servers: what only shows with several processes and a database."""

from __future__ import annotations

from tests.component.routing.world import World, eventually, person


def test_a_registered_request_reaches_an_inbox(world: World) -> None:
    code = world.register()

    eventually(lambda: world.ticket(code))

    ticket = world.ticket(code)
    assert (ticket["state"], ticket["owner"], ticket["unit"]) == ("in_progress", "desk", "it")
    inbox = world.get("inbox", {}, person(ticket["assignee"]))
    assert code in [item["code"] for item in inbox["work"]]
