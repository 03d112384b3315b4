"""What is kept of the logs' ends for who waits, and what is read ahead."""

import asyncio

import pytest

from contracts.calls.journal import LogPart
from gateway.event_log import Cursor, Filter, Place
from gateway.logs import Ahead
from gateway.tail import Tail
from tests.unit.gateway.samples import signed_in
from tests.unit.gateway.test_events import an_event, tell_log
from tests.unit.gateway.test_streaming import a_caller, quiet


def a_part(*positions: int, epoch: str = "e1", end: bool = True) -> LogPart:
    events = [an_event("intake", position) for position in positions]
    return LogPart(epoch=epoch, events=events, next=positions[-1], end=end)


@pytest.fixture
def tail() -> Tail:
    """A tail that has seen the events 11 to 13."""
    tail = Tail(None, asyncio.Event())  # type: ignore[arg-type]
    tail.came("intake", LogPart(epoch="e1", events=[], next=10, end=True))
    tail.came("intake", a_part(11, 12, 13))
    return tail


def positions(part: LogPart | None) -> list[object] | None:
    return part and [event.position for event in part.events]


def test_what_is_kept_is_given_from_any_position_in_it(tail):
    assert positions(tail.part("intake", "e1", 10, 100)) == [11, 12, 13]
    assert positions(tail.part("intake", "e1", 12, 100)) == [13]
    first = tail.part("intake", "e1", 10, 2)
    assert first is not None
    assert (positions(first), first.next, first.end) == ([11, 12], 12, False)


def test_who_has_seen_all_is_told_that_it_is_the_end(tail):
    part = tail.part("intake", "e1", 13, 100)

    assert part == LogPart(epoch="e1", events=[], next=13, end=True)


@pytest.mark.parametrize(("epoch", "position"), [("e1", 9), ("e1", 14), ("e2", 12), ("", 0)])
def test_what_is_not_kept_whole_has_to_be_read(tail, epoch, position):
    assert tail.part("intake", epoch, position, 100) is None
    assert tail.part("routing", epoch, position, 100) is None


def test_after_a_gap_only_what_follows_is_kept(tail):
    tail.came("intake", a_part(20, 21))

    assert tail.part("intake", "e1", 13, 100) is None
    assert positions(tail.part("intake", "e1", 19, 100)) == [20, 21]


def test_a_restored_log_is_forgotten(tail):
    tail.restored("intake")

    assert tail.part("intake", "e1", 12, 100) is None


def test_news_taken_before_a_look_are_not_missed_after_it(tail):
    news = tail.news
    tail.came("intake", a_part(14))

    assert news.is_set()
    assert not tail.news.is_set()


def test_a_service_that_is_back_is_news(tail):
    tail.away("intake")
    assert tail.is_away("intake")
    news = tail.news

    tail.came("intake", LogPart(epoch="e1", events=[], next=13, end=True))

    assert news.is_set()
    assert not tail.is_away("intake")


def test_what_was_read_ahead_is_given_once_and_while_it_is_fresh():
    now = [0.0]
    ahead, place = Ahead(lambda: now[0]), Place("e1", 1)
    ahead.keep("intake", place, a_part(2))

    assert positions(ahead.take("intake", place)) == [2]
    assert ahead.take("intake", place) is None
    ahead.keep("intake", place, a_part(2))
    now[0] = 6.0
    assert ahead.take("intake", place) is None


def test_only_so_much_is_kept_ahead(monkeypatch):
    monkeypatch.setattr("gateway.logs._MOST_AHEAD", 3)
    ahead = Ahead()
    for position in (1, 2):
        ahead.keep("intake", Place("e1", position), a_part(position + 1, position + 2))

    assert ahead.take("intake", Place("e1", 1)) is None
    assert ahead.take("intake", Place("e1", 2)) is not None


async def test_page_by_page_each_event_is_read_from_its_service_once(world):
    quiet(world)
    tell_log(world, "intake", [an_event("intake", n, second=n) for n in range(1, 30)])
    tell_log(world, "routing", [an_event("routing", n, second=100 + n) for n in range(1, 30)])
    given, caller, cursor, end = [], a_caller(world), Cursor(), False

    while not end:
        found = await world.gateway.logs.read_on(caller, cursor, 10, Filter())
        given += [(logged.event.service, logged.event.position) for logged in found.logged]
        end = found.end

    asked = [a.request.after for a in world.services.asked if a.service == "routing"]
    assert given == [(name, n) for name in ("intake", "routing") for n in range(1, 30)]
    assert asked == sorted(set(asked))


async def test_who_waits_is_answered_with_what_comes(world, monkeypatch):
    monkeypatch.setattr("gateway.following._PAUSE", 0.001)
    quiet(world)
    headers = signed_in(world, "manager")
    end = (await world.get("/api/v1/events?after=now", headers=headers)).json["next"]

    async with asyncio.timeout(10):
        waiting = asyncio.create_task(
            world.get(f"/api/v1/events?after={end}&wait=20", headers=headers)
        )
        await asyncio.sleep(0.01)
        tell_log(world, "sla", [an_event("sla", 1, kind="sla.started")])
        page = (await waiting).json

    world.gateway.logs.tail.stop()
    assert [event["type"] for event in page["events"]] == ["ir.peygir.sla.started.v1"]
    assert world.gateway.open_streams == 0


async def test_who_waits_in_vain_gets_an_empty_page(world):
    quiet(world)

    reply = await world.get("/api/v1/events?wait=0.05", headers=signed_in(world, "manager"))

    world.gateway.logs.tail.stop()
    assert (reply.status, reply.json["events"], reply.json["end"]) == (200, [], True)


async def test_only_so_many_may_wait(world):
    quiet(world)
    world.gateway.open_streams = world.gateway.settings.streams

    reply = await world.get("/api/v1/events?wait=5", headers=signed_in(world, "manager"))

    assert (reply.status, reply.json["code"]) == (429, "too_many_streams")
