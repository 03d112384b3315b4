"""What open pages are told, and when."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import msgspec
import pytest

from chassis.errors import Unavailable
from contracts.calls.journal import LogPart, ReadLog
from contracts.calls.routing import Readable
from contracts.envelope import CloudEvent
from gateway.hints import hint_of
from gateway.live import Listener, Live
from tests.unit.gateway.samples import CODE, NOON, a_staff_member

OTHER = "481920374655"


def an_event(
    kind: str = "ticket.noted", subject: str = CODE, unit: str = "it", **data: Any
) -> CloudEvent:
    return CloudEvent(
        id=f"{subject}.1",
        source="/peygir/routing",
        type=f"ir.peygir.{kind}.v1",
        subject=subject,
        time=NOON,
        sequence=1,
        epoch="e",
        actor="system:routing",
        unit=unit,
        data=msgspec.Raw(json.dumps(data).encode()),
    )


class Logs:
    """Logs that a test writes while they are followed."""

    def __init__(self) -> None:
        self.events: list[CloudEvent] = [an_event("ticket.old")]
        self.epoch = "one"
        self.away = False
        self.reads = 0

    async def read(self, source: str, request: ReadLog) -> LogPart:
        self.reads += 1
        if self.away:
            raise Unavailable("service_unavailable")
        events = self.events if source == "routing" else []
        news = [] if request.tail else events[request.after :]
        return LogPart(epoch=self.epoch, events=news, next=len(events), end=True)


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.following._PAUSE", 0.001)
    monkeypatch.setattr("gateway.following._AWAY_PAUSE", 0.001)


async def told(listener: Listener) -> tuple[str, list[Any]]:
    """Give the next server-sent event: its type, and its data."""
    async with asyncio.timeout(5):
        await listener.woken.wait()
    _, kind, data = listener.take().decode().strip().split("\n")
    return kind.removeprefix("event: "), json.loads(data.removeprefix("data: "))


# -- whom an event concerns ------------------------------------------------------------------------


def test_an_assignment_concerns_the_person_and_the_queue_of_the_unit():
    hint = hint_of(an_event("ticket.assigned", assignee="sara", unit="it"), 1)

    assert hint is not None
    assert hint.names == {CODE, "person:sara", "unit:it", "team:it"}


def test_a_note_is_no_business_of_the_queue():
    hint = hint_of(an_event("ticket.noted", by="sara"), 1)

    assert hint is not None
    assert hint.names == {CODE, "unit:it"}


def test_who_was_mentioned_is_concerned():
    hint = hint_of(an_event("ticket.mentioned", persons=["ali", "sara"]), 1)

    assert hint is not None
    assert {"person:ali", "person:sara"} <= hint.names


def test_what_is_about_no_ticket_is_no_hint():
    assert hint_of(an_event("person.changed", subject="person:sara"), 1) is None


# -- following -------------------------------------------------------------------------------------


async def test_a_page_hears_what_it_shows_and_nothing_else():
    logs = Logs()
    live = Live(logs.read, asyncio.Event())
    listener = Listener({CODE: CODE})
    with live.listening(listener):
        await live.catch_up(listener, "")
        assert (await told(listener))[0] == "all"

        logs.events += [an_event(subject=OTHER), an_event("ticket.done")]

        assert await told(listener) == (
            "changed",
            [{"code": CODE, "kind": "ticket.done", "of": [CODE]}],
        )
    live.stop()


async def test_a_page_that_comes_back_hears_what_it_has_missed():
    logs = Logs()
    live = Live(logs.read, asyncio.Event())
    first, second = Listener({CODE: CODE}), Listener({CODE: CODE})
    with live.listening(first):
        await live.catch_up(first, "")
        await told(first)
        mark = live.mark
        logs.events.append(an_event("ticket.done"))
        await told(first)

        with live.listening(second):
            await live.catch_up(second, mark)

            assert (await told(second))[1][0]["kind"] == "ticket.done"
    live.stop()


async def test_a_page_with_the_mark_of_another_process_fetches_everything():
    logs = Logs()
    live = Live(logs.read, asyncio.Event())
    listener = Listener({CODE: CODE})
    with live.listening(listener):
        await live.catch_up(listener, "abcd1234.7")

        assert (await told(listener))[0] == "all"
    live.stop()


async def test_a_restored_log_has_every_page_fetch_everything():
    logs = Logs()
    live = Live(logs.read, asyncio.Event())
    listener = Listener({CODE: CODE})
    with live.listening(listener):
        await live.catch_up(listener, "")
        await told(listener)

        logs.epoch = "two"

        assert (await told(listener))[0] == "all"
    live.stop()


async def test_a_log_that_was_away_is_read_on_from_where_it_was():
    logs = Logs()
    live = Live(logs.read, asyncio.Event())
    listener = Listener({CODE: CODE})
    with live.listening(listener):
        await live.catch_up(listener, "")
        await told(listener)
        logs.away = True
        logs.events.append(an_event("ticket.done"))
        logs.away = False

        assert (await told(listener))[1][0]["kind"] == "ticket.done"
    live.stop()


async def test_a_page_that_could_not_wait_for_a_log_fetches_everything_once_it_is_heard(
    monkeypatch,
):
    monkeypatch.setattr("gateway.live._READY_SECONDS", 0.001)
    logs = Logs()
    logs.away = True
    live = Live(logs.read, asyncio.Event())
    listener = Listener({CODE: CODE})
    with live.listening(listener):
        await live.catch_up(listener, "")
        assert (await told(listener))[0] == "all"
        logs.events.append(an_event("ticket.done"))

        logs.away = False

        assert (await told(listener))[0] == "all"
    live.stop()


async def test_where_very_much_happens_a_page_is_told_that_alone():
    logs = Logs()
    live = Live(logs.read, asyncio.Event())
    listener = Listener({CODE: CODE})
    with live.listening(listener):
        await live.catch_up(listener, "")
        await told(listener)
        logs.events += [an_event("ticket.noted") for _ in range(41)]

        assert (await told(listener))[0] == "all"

        logs.events.append(an_event("ticket.done"))
        assert (await told(listener))[1][0]["kind"] == "ticket.done"
    live.stop()


async def test_nothing_is_read_while_nobody_listens(monkeypatch):
    monkeypatch.setattr("gateway.live._LINGER", 0)
    logs = Logs()
    live = Live(logs.read, asyncio.Event())
    listener = Listener({CODE: CODE})
    assert (logs.reads, live.mark) == (0, "")
    with live.listening(listener):
        await live.catch_up(listener, "")
    followers = [task for task in asyncio.all_tasks() if "follow()" in repr(task)]
    await asyncio.wait(followers, timeout=5)

    assert (live.open, live.mark) == (0, "")


# -- the stream ------------------------------------------------------------------------------------


async def test_of_what_one_may_not_read_one_is_told_nothing(world):
    world.services.tell("routing", "readable", Readable(codes=[CODE], units=[]))
    session = world.gateway.sessions.open(a_staff_member("expert"))
    world.cookies["session"] = session.token
    world.gateway.closing.set()

    reply = await world.get(f"/desk/live?codes={CODE},{OTHER}&units=finance")

    assert (reply.status, reply.headers["content-type"]) == (
        200,
        "text/event-stream; charset=utf-8",
    )
    asked = world.services.last("readable").request
    assert (asked.codes, asked.units) == ([CODE, OTHER], ["finance"])
    assert world.gateway.live.open == 0
    world.gateway.live.stop()


async def test_there_are_only_so_many_live_pages(world, monkeypatch):
    session = world.gateway.sessions.open(a_staff_member("expert"))
    world.cookies["session"] = session.token
    monkeypatch.setattr(world.gateway.live, "_open", world.gateway.settings.live_pages)

    reply = await world.get("/desk/live")

    assert reply.status == 429
