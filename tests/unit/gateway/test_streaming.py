"""GET /api/v1/events/stream."""

import asyncio

from gateway.api.events import _stream
from gateway.caller import Caller
from gateway.event_log import Cursor, Filter
from tests.unit.gateway.samples import a_staff_member
from tests.unit.gateway.test_events import an_event, tell_log


def a_caller(world) -> Caller:
    session = world.gateway.sessions.open(a_staff_member("manager")).session
    return Caller(world.gateway, session.identity, language="fa", address="", session=session)


def quiet(world) -> None:
    for service in ("intake", "routing", "sla", "notify"):
        tell_log(world, service, [])


async def test_events_come_with_a_cursor_that_goes_on_behind_them(world):
    quiet(world)
    tell_log(world, "intake", [an_event("intake", 1), an_event("intake", 2)])
    stream = _stream(a_caller(world), Cursor(), Filter(None))

    assert await anext(stream) == b"retry: 2000\n\n"
    first, second = (await anext(stream)).decode().strip().split("\n\n")

    name, kind, data = first.split("\n")
    assert kind == "event: ticket.registered"
    assert data.startswith('data: {"id":')
    world.gateway.closing.set()
    rest = _stream(a_caller(world), Cursor.read(name.removeprefix("id: ")), Filter(None))
    world.gateway.closing.clear()
    await anext(rest)
    assert (await anext(rest)).decode().strip() == second


async def test_a_stream_ends_when_the_process_stops(world):
    quiet(world)
    stream = _stream(a_caller(world), Cursor(), Filter(None))
    await anext(stream)

    world.gateway.closing.set()

    assert [part async for part in stream] == []
    assert world.gateway.open_streams == 0


async def test_a_stream_ends_with_its_session(world):
    quiet(world)
    caller = a_caller(world)
    stream = _stream(caller, Cursor(), Filter(None))
    await anext(stream)

    await world.revocations.end(caller.session)

    async with asyncio.timeout(5):
        assert [part async for part in stream] == []


async def test_there_are_only_so_many_streams(world):
    world.gateway.open_streams = world.gateway.settings.streams

    session = world.gateway.sessions.open(a_staff_member("manager"))
    reply = await world.get(
        "/api/v1/events/stream", headers={"Authorization": f"Bearer {session.token}"}
    )

    assert (reply.status, reply.json["code"]) == (429, "too_many_streams")
