"""Reporting on real servers: every event counts once, whatever happens to the process."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pymongo.database import Database

from contracts.envelope import CloudEvent
from services.reporting.domain.facts import TicketFacts, apply
from services.reporting.domain.rollups import Contributions, Key, add, contributions
from services.reporting.repository import end_abandoned
from tests.component.reporting.world import TELLERS, ReportingWorld
from tests.component.waiting import eventually_equal
from tests.servers import Servers
from tests.unit.reporting.stories import (
    Story,
    answered,
    assigned,
    finished,
    logged,
    registered,
    reopened,
    resumed,
    waiting,
)

TEHRAN = ZoneInfo("Asia/Tehran")
_STEPS = (
    lambda chance: assigned(chance.choice(["sara", "reza"]), chance.choice(["it", "desk"])),
    lambda chance: logged(chance.randint(60, 900), group=chance.choice(["network", "training"])),
    lambda _: waiting(),
    lambda _: resumed(),
    lambda _: answered(),
    lambda _: finished(),
    lambda _: reopened(),
)


@pytest.fixture
def world(servers: Servers, tmp_path: Path) -> Iterator[ReportingWorld]:
    with ReportingWorld(servers, tmp_path) as started:
        started.start_all(*TELLERS, "reporting")
        yield started


@pytest.fixture
def database(world: ReportingWorld) -> Database[dict[str, Any]]:
    return world.database("reporting")


def some_stories(count: int) -> list[Story]:
    chance = random.Random(7)
    stories = []
    for number in range(count):
        story = Story(f"{number:012d}").after(hours=number)
        story.tells(registered(channel=chance.choice(["web", "phone"])))
        for _ in range(chance.randint(3, 9)):
            story.after(minutes=chance.randint(1, 300)).tells(chance.choice(_STEPS)(chance))
        stories.append(story)
    return stories


def counted_here(stories: list[Story]) -> Contributions:
    """Count what the roll-ups must hold, without the service."""
    total: Contributions = {}
    for story in stories:
        facts = TicketFacts()
        for event in story.events:
            facts = apply(facts, event.payload(), event.time)
        add(total, contributions(facts, TEHRAN))
    return without_zeros(total)


def counted_there(database: Database[dict[str, Any]]) -> Contributions:
    """Read what the roll-ups of the current generation hold."""
    current = database["generations"].find_one({"_id": "current"}) or {"number": 1}
    total: Contributions = {}
    for row in database[f"rollups_{current['number']}"].find():
        key = Key(row["cube"], row["day"], row["by"], row["value"], row["part"])
        add(total, {key: row["measures"]})
    return without_zeros(total)


def without_zeros(rows: Contributions) -> Contributions:
    kept = {
        key._replace(day=str(key.day)): {name: n for name, n in row.items() if n}  # type: ignore[arg-type]
        for key, row in rows.items()
    }
    return {key: row for key, row in kept.items() if row}


def mixed(stories: list[Story]) -> list[CloudEvent]:
    return sorted((event for story in stories for event in story.events), key=lambda e: e.time)


def test_reports_show_what_services_told(world: ReportingWorld) -> None:
    story = Story().tells(registered(), assigned("sara"), waiting())
    story.after(hours=3).tells(resumed(), *[logged(120, cost=1_500_000_000)] * 2)
    story.tells(assigned("reza", "desk"))
    world.tell_all(story.tells(answered(), finished(), reopened()).events)

    eventually_equal(lambda: world.report("reopenings"), [[1, 1, 1, 100.0, 1]])

    assert world.report("handovers") == [[1, 1, 1]]
    assert world.report("waits") == [[1, 1, 3 * 3600, 0, 0]]
    assert world.report("teams_touched") == [["desk", 1], ["it", 1]]
    assert world.report("work_groups", by="day") == [
        ["2026-11-22", "network", 1, 100.0, 240, 100.0, 3_000_000_000, 100.0]
    ]
    assert world.report("handovers", since="2026-11-23") == [[0, 0, 0]]


def test_a_process_killed_again_and_again_counts_everything_once(
    world: ReportingWorld, database: Database[dict[str, Any]]
) -> None:
    stories = some_stories(40)
    events = mixed(stories)

    for start in range(0, len(events), 60):
        world.tell_all(events[start : start + 60])
        world.kill("reporting")
        world.start("reporting")

    expected = counted_here(stories)
    eventually_equal(lambda: counted_there(database), expected)
    assert end_abandoned(database) == 0


def test_a_rebuild_gives_the_same_figures_while_events_go_on(
    world: ReportingWorld, database: Database[dict[str, Any]]
) -> None:
    stories = some_stories(40)
    events = mixed(stories)
    half = len(events) // 2
    world.tell_all(events[:half])

    world.ask("reporting", "rebuild", {})
    world.tell_all(events[half:])

    eventually_equal(lambda: world.ask("reporting", "rebuild_progress", {})["state"], "done")
    expected = counted_here(stories)
    eventually_equal(lambda: counted_there(database), expected)
    assert database["generations"].find_one({"_id": "current"})["number"] == 2  # type: ignore[index]
    assert "facts_1" not in database.list_collection_names()
    # What came while the generations changed is tried again, and then nothing lags.
    eventually_equal(lambda: world.ask("reporting", "stuck_list", {"lagging": True}), [])


def test_an_operator_can_have_an_event_passed_over(
    world: ReportingWorld, database: Database[dict[str, Any]]
) -> None:
    story = Story().tells(assigned("sara"), assigned("reza"), assigned("sara"))
    stuck = {"_id": f"routing|{story.code}", "source": "routing", "stream": story.code}
    database["lagging"].insert_one({**stuck, "stuck": True, "reason": "event_unreadable"})

    answer = world.ask("reporting", "stuck_skip", {"id": stuck["_id"]})
    world.tell_all([*Story(story.code).tells(registered()).events, *story.events])

    assert answer == {"skipped": 1}
    eventually_equal(lambda: world.report("handovers"), [[1, 1, 1]])
    assert database["skips"].find_one({}, {"_id": 0, "at": 0}) == {
        "stream": story.code,
        "source": "routing",
        "sequence": 1,
        "actor": "person:admin",
    }
