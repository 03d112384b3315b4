"""Lists of holidays on real servers: seeded once, edited, and what that does to calendars."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.component.sla.world import AGENT, SlaWorld
from tests.servers import Servers
from tests.unit.sla.world import every_day

OFFICE = {"week": every_day("08:00-16:00"), "holidays": ["ir-official"], "default": True}


@pytest.fixture(scope="module")
def world(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SlaWorld]:
    """Two replicas that start at once, both on an empty database."""
    with SlaWorld(servers, tmp_path_factory.mktemp("sla"), 2) as started:
        started.start_all("intake", "routing", *started.replicas)
        started.define("calendar", "office", OFFICE)
        yield started


def test_replicas_seed_the_official_list_once(world):
    stored = list(world.database("sla")["published"].find({"kind": "holidays"}))

    assert [item["id"] for item in stored] == ["ir-official"]
    seeded = world.ask("sla-2", "holiday_list", {"id": "ir-official"})
    assert seeded["version"] == 1
    assert seeded["definition"]["days"]["1405-01-13"]["en"] == "Nature's Day"


def test_an_edited_list_survives_a_restart_and_moves_its_calendars(world):
    days = {"1405-02-15": {"fa": "روز شیراز", "en": "Shiraz Day"}}
    assert world.define("holidays", "ir-official", {"days": days})["version"] == 2

    world.kill("sla-1")
    world.start("sla-1")

    for replica in world.replicas:
        assert world.ask(replica, "holiday_list", {"id": "ir-official"})["definition"] == {
            "days": days
        }
        assert [(each["id"], each["version"]) for each in world.ask(replica, "calendars", {})] == [
            ("office", 2)
        ]


def test_a_second_calendar_for_everybody_is_refused(world):
    request = {"id": "other", "definition": OFFICE}

    refused = world.call("sla-1", "define_calendar", request).expect(422).json

    assert [(field["pointer"], field["code"]) for field in refused["fields"]] == [
        ("/definition/default", "another_default_calendar")
    ]


def test_only_administrators_change_a_list(world):
    request = {"id": "ours", "definition": {"days": {}}}

    world.call("sla-1", "define_holidays", request, by=AGENT).expect(403)
    assert world.call("sla-1", "holiday_list", {"id": "ours"}).expect(404).json["code"] == (
        "definition_not_found"
    )


def test_a_seed_brings_back_what_was_edited_only_when_asked(world):
    days = world.ask("sla-1", "holiday_list", {"id": "ir-official"})["definition"]["days"]
    edited = {**days, "1405-02-15": {"fa": "روز شیراز", "en": "Shiraz Day"}}
    edited.pop("1405-01-13", None)
    world.define("holidays", "ir-official", {"days": edited})

    kept = world.ask("sla-1", "seed_holidays", {"id": "ir-official"})
    brought = world.ask("sla-2", "seed_holidays", {"id": "ir-official", "overwrite": True})

    assert kept["definition"]["days"] == edited
    assert brought["version"] == kept["version"] + 1
    assert brought["definition"]["days"]["1405-01-13"]["en"] == "Nature's Day"
    assert brought["definition"]["days"]["1405-02-15"]["en"] == "Shiraz Day"
    world.call("sla-1", "seed_holidays", {"id": "province-fars"}).expect(404)
