"""Standard answers, drafts, and who else is looking."""

import pytest

from chassis.errors import Forbidden
from contracts.calls.routing import Draft, FilledIn
from gateway.presence import SEEN_SECONDS, Presence, Viewer
from tests.unit.gateway.samples import CODE, NOON, a_content, signed_in


class FakePresence:
    """Who is looking, in memory."""

    def __init__(self) -> None:
        self.viewers: dict[str, Viewer] = {}

    async def see(self, _code, viewer):
        self.viewers[viewer.person] = viewer

    async def leave(self, _code, person):
        self.viewers.pop(person, None)

    async def at(self, _code):
        return list(self.viewers.values())


@pytest.fixture
def presence(world):
    world.gateway.presence = FakePresence()
    return world.gateway.presence


async def test_a_standard_answer_is_filled_in_with_what_intake_knows(world):
    filled_in = FilledIn(id="thanks", use="answer", language="fa", text="مریم گرامی")
    world.services.tell("routing", "use_macro", filled_in)
    world.services.tell("intake", "describe_tickets", {CODE: a_content()})

    reply = await world.post(
        f"/api/v1/tickets/{CODE}/macros/thanks", headers=signed_in(world, "agent")
    )

    assert reply.json["text"] == "مریم گرامی"
    asked = world.services.last("use_macro").request
    assert asked.words == {"requester": "مریم احمدی", "title": "شبکه قطع است"}


async def test_a_draft_is_kept_read_and_forgotten(world):
    draft = Draft(code=CODE, use="answer", text="Dear", at=NOON)
    for method in ("save_draft", "draft"):
        world.services.tell("routing", method, draft)
    world.services.tell("routing", "drop_draft", True)
    path, headers = f"/api/v1/tickets/{CODE}/draft", signed_in(world, "agent")

    kept = await world.send("PUT", path, json={"text": "Dear"}, headers=headers)
    read = await world.get(path, headers=headers)
    gone = await world.send("DELETE", path, headers=headers)

    assert (kept.json["text"], read.json["text"], gone.status) == ("Dear", "Dear", 204)
    assert world.services.last("save_draft").request.text == "Dear"


async def test_others_who_look_are_seen_and_who_is_writing(world, presence):
    presence.viewers["expert"] = Viewer(person="expert", name="Ali", typing=True, seen=1.0)
    path, headers = f"/api/v1/tickets/{CODE}/viewers", signed_in(world, "agent")

    said = await world.send("PUT", path, json={"typing": False}, headers=headers)
    left = await world.send("DELETE", path, headers=headers)

    assert [(each["person"], each["typing"]) for each in said.json["others"]] == [("expert", True)]
    assert (left.status, list(presence.viewers)) == (204, ["expert"])


async def test_of_a_ticket_that_one_may_not_see_nobody_is_seen(world, presence):
    world.services.tell("routing", "ticket", Forbidden("ticket_not_yours"))

    reply = await world.send(
        "PUT", f"/api/v1/tickets/{CODE}/viewers", json={}, headers=signed_in(world, "expert")
    )

    assert (reply.status, presence.viewers) == (403, {})


async def test_without_redis_nobody_is_seen_and_nothing_fails():
    presence = Presence("redis://127.0.0.1:1/0")

    await presence.see(CODE, Viewer(person="desk", name="Sara", typing=False, seen=0.0))

    assert await presence.at(CODE) == []
    assert SEEN_SECONDS > 0
