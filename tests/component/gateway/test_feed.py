"""Subscribers of the event feed: who was away, who waits, who follows."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from chassis.bus.topology import SOURCES
from tests.component.gateway.queues import PublicWorld, channel_of, command_of, taken
from tests.component.waiting import eventually
from tests.load.events import draw_codes, example
from tests.servers import Servers

_TICKETS = 500
_COMMITS_EACH = 5
_EVENTS_EACH = 50
_ALL = _TICKETS * _EVENTS_EACH * len(SOURCES)
#: What a queue holds that is too small for so long an absence.
_FEW, _SEEN = 1000, 300


@pytest.fixture(scope="module")
def tickets() -> list[str]:
    return draw_codes(_TICKETS)


@pytest.fixture(scope="module")
def world(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PublicWorld]:
    with PublicWorld(servers, tmp_path_factory.mktemp("feed")) as started:
        yield started


@pytest.fixture(scope="module")
def queues(world: PublicWorld, servers: Servers) -> Mapping[str, dict[str, str]]:
    """A queue that holds all that is to happen, also where some comes again; and a small one."""
    command = command_of(world, servers)
    return {
        "large": command("make", "large", "all", "--most", str(2 * _ALL)),
        "small": command("make", "small", "all", "--most", str(_FEW)),
    }


@pytest.fixture(scope="module")
def feed(
    world: PublicWorld, queues: Mapping[str, dict[str, str]], tickets: list[str]
) -> PublicWorld:
    """A feed of 100,000 events, all recorded while nobody subscribed but the queues."""
    assert queues
    for version in range(1, _COMMITS_EACH + 1):
        for service in SOURCES:
            times = _EVENTS_EACH // _COMMITS_EACH
            world.put(service, tickets, version=version, times=times)
    world.start_all(*SOURCES)
    world.open_gateway()
    for service in SOURCES:
        world.await_numbered(service, _ALL // len(SOURCES))
    return world


def assert_complete(events: list[dict[str, Any]], tickets: list[str]) -> None:
    """Each event came once, and those of a service about a ticket in their order."""
    sequences: dict[tuple[str, str], list[int]] = defaultdict(list)
    for event in events:
        sequences[event["source"], event["subject"]].append(event["sequence"])
    wanted = list(range(1, _EVENTS_EACH + 1))
    assert len(sequences) == len(tickets) * len(SOURCES)
    assert all(found == wanted for found in sequences.values())


def test_who_was_away_for_100_000_events_reads_them_all_in_order(feed, tickets):
    events = [event for page in feed.pages() for event in page]

    assert len(events) == _ALL
    assert_complete(events, tickets)


def test_a_stream_that_is_cut_goes_on_behind_the_last_id(feed, tickets):
    half, ids = feed.streamed(lambda events: len(events) == _ALL // 2 + 137)
    rest, _ids = feed.streamed(lambda events: len(half) + len(events) == _ALL, last_id=ids[-1])

    assert_complete(half + rest, tickets)


def test_a_queue_that_nobody_read_meanwhile_gives_them_all_in_order(feed, queues, tickets):
    large = queues["large"]

    events = taken(channel_of(feed, large), large["queue"], _ALL)

    assert_complete(events, tickets)


def test_a_queue_that_was_too_small_shows_the_gap_and_the_feed_fills_it(feed, queues, tickets):
    for service in SOURCES:
        eventually(
            lambda service=service: feed.published(service), f"{service} to publish", seconds=120
        )
    small = queues["small"]

    kept = taken(channel_of(feed, small), small["queue"], _SEEN)
    known = {(event["source"], event["id"]) for event in kept}
    missed = [
        event
        for page in feed.pages()
        for event in page
        if (event["source"], event["id"]) not in known
    ]

    assert min(event["position"] for event in kept) > 1
    assert_complete(sorted(missed + kept, key=lambda event: event["position"]), tickets)


def test_who_waits_is_answered_as_soon_as_something_happens(feed):
    http = feed.subscriber()
    end = http.get("/api/v1/events?after=now&limit=1").expect(200).json["next"]
    code = draw_codes(1)[0]
    later = threading.Timer(0.5, lambda: feed.tell(code, example("ticket.registered")))
    later.start()

    started = time.monotonic()
    page = http.get(f"/api/v1/events?after={end}&wait=20").expect(200).json

    assert time.monotonic() - started < 15
    assert [event["subject"] for event in page["events"]] == [code]
    later.join()


def test_a_follower_hears_of_what_happens_from_now_on(feed):
    codes = draw_codes(20)
    later = threading.Timer(
        0.5, lambda: [feed.tell(code, example("sla.started")) for code in codes]
    )
    later.start()

    events, _ids = feed.streamed(lambda events: len(events) == len(codes), after="now")

    assert [event["subject"] for event in events] == codes
    later.join()
