"""Saved filters: kept from a list, shown beside it and found by their name."""

from __future__ import annotations

import pytest

from chassis.errors import Conflict
from contracts.calls.routing import Inbox, SavedFilter, TicketPage
from tests.unit.gateway.fakes import Outcome, World
from tests.unit.gateway.samples import CODE, a_staff_member, a_view


def kept(name: str, **changes: object) -> SavedFilter:
    usual = {"id": name, "name": name, "list": "inbox", "query": "", "shared": False}
    return SavedFilter(**{**usual, "position": 0, "owner": "desk", **changes})


@pytest.fixture
def desk(world: World) -> World:
    """A desk agent with one ticket and three filters."""
    world.services.tell("routing", "inbox", Inbox(work=[a_view(priority=1)], out=[], queue=[]))
    world.services.tell("routing", "tickets", TicketPage(items=[a_view()], next=None))
    world.services.tell("sla", "next_due", {})
    world.services.tell("routing", "staff", [])
    world.services.tell("routing", "units", [])
    filters = [
        kept("urgent", query="priority=1"),
        kept("quiet", query="priority=5"),
        kept("waits", list="tickets", query="state=waiting", owner="other"),
    ]
    world.services.tell("routing", "filters", filters)
    world.cookies["session"] = world.gateway.sessions.open(a_staff_member()).token
    return world


async def test_filters_stand_beside_the_inbox_with_what_they_show(desk: World):
    page = (await desk.get("/desk?priority=1&lang=en")).text

    assert 'href="/desk?priority=1" aria-current="true"' in page
    assert '<bdi>urgent</bdi> <span class="count">1</span>' in page
    assert '<bdi>quiet</bdi> <span class="count">0</span>' in page
    assert 'href="/desk/tickets?state=waiting"' in page
    assert 'name="query" value="priority=1"' in page


async def test_a_part_of_a_page_asks_for_no_filters(desk: World):
    await desk.get("/desk", headers={"hx-request": "true"})
    await desk.get("/desk/tickets", headers={"hx-request": "true"})

    assert not any(asked.method == "filters" for asked in desk.services.asked)


async def test_lists_do_without_filters_while_routing_has_none(desk: World):
    del desk.services.answers["routing", "filters"]

    assert (await desk.get("/desk/tickets")).status == 200


async def test_a_list_is_kept_as_it_is_shown(desk: World):
    desk.services.tell(
        "routing", "save_filter", lambda asked: Outcome(kept(asked.id, query=asked.query))
    )
    form = {"key": "0123456789abcdefXYZ", "name": "فوری‌ها", "list": "inbox"}

    saved = await desk.post("/desk/filters", form=form | {"query": "priority=1&q=شبکه"})

    asked = desk.services.last("save_filter").request
    assert (asked.id, asked.name, asked.shared) == ("0123456789abcdef", "فوری‌ها", False)
    assert asked.query.isascii()
    assert saved.headers["location"].startswith("/desk?priority=1&q=%D8")


@pytest.mark.parametrize("wrong", [{"list": "//evil.example"}, {"name": ""}])
async def test_nothing_but_our_lists_can_be_kept(desk: World, wrong: dict[str, str]):
    form = {"name": "x", "list": "inbox", "query": ""} | wrong

    assert (await desk.post("/desk/filters", form=form)).status == 422


async def test_ones_own_are_renamed_and_dropped_on_their_page(desk: World):
    desk.services.tell("routing", "drop_filter", True)
    shown = (await desk.get("/desk/filters")).text
    assert 'action="/desk/filters/urgent"' in shown
    assert 'action="/desk/filters/waits"' not in shown

    gone = await desk.post("/desk/filters/urgent", form={"do": "drop"})

    assert gone.headers["location"] == "/desk/filters"
    assert desk.services.last("drop_filter").request.id == "urgent"
    desk.services.tell("routing", "save_filter", Conflict("too_many_filters"))
    form = {"name": "x", "list": "inbox", "query": ""}
    assert (await desk.post("/desk/filters/urgent", form=form)).status == 409


async def test_the_search_of_everything_finds_them(desk: World):
    desk.services.tell("intake", "search_tickets", [CODE])

    found = (await desk.get("/desk/find?q=WAI", headers={"hx-request": "true"})).text

    assert 'href="/desk/tickets?state=waiting"' in found
    assert "priority=5" not in found
