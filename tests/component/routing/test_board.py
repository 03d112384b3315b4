"""How units stand, on a real database: counts from the index, by whom may read what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.component.routing.world import FIRST, RoutingWorld, person
from tests.component.waiting import eventually, eventually_equal

MIDNIGHT = (datetime.now(UTC) - timedelta(hours=12)).isoformat()
SUPERVISOR = person("supervisor", "supervisor", tier=3)
MANAGER = person("manager", "manager", "hq")


def board(world: RoutingWorld, by=MANAGER, **request: Any) -> dict[str, Any]:
    return world.get("board", {"midnight": MIDNIGHT, **request}, by)


def counted(found: dict[str, Any], unit: str, state: str) -> int:
    return sum(
        each["tickets"]
        for each in found["counts"]
        if (each["unit"], each["state"]) == (unit, state)
    )


def test_the_board_counts_what_is_open_and_leads_to_it(world: RoutingWorld) -> None:
    before = board(world, unit="it")
    code = world.register()
    eventually(lambda: world.ticket(code).get("assignee"))

    after = board(world, unit="it")
    listed = world.get("board_tickets", {"unit": "it", "age": 0, "limit": 200}, MANAGER)

    assert counted(after, "it", "in_progress") == counted(before, "it", "in_progress") + 1
    assert after["registered"] == before["registered"] + 1
    assert code in [each["code"] for each in listed["items"]]
    assert after["units"] == ["it"]
    assert {each["id"] for each in after["people"]} >= {"e1", "e2", "senior"}


def test_what_has_ended_today_is_counted(world: RoutingWorld) -> None:
    code = world.register(subject="it")
    eventually(lambda: world.ticket(code).get("assignee"))
    assignee = world.ticket(code)["assignee"]
    before = board(world, unit="it")["ended"]

    assert world.act(code, "done", person(assignee), result="done").status == 200
    assert world.act(code, "approve", MANAGER).status == 200

    eventually_equal(lambda: board(world, unit="it")["ended"], before + 1)


def test_a_supervisor_sees_his_own_units_alone(world: RoutingWorld) -> None:
    assert board(world, SUPERVISOR)["units"] == ["it"]
    foreign = {"midnight": MIDNIGHT, "unit": "vault"}
    assert world.call(FIRST, "board", foreign, by=SUPERVISOR).status == 403
    assert world.call(FIRST, "board", {"midnight": MIDNIGHT}, by=person("e1")).status == 403
    unknown = {"midnight": MIDNIGHT, "unit": "nowhere"}
    assert world.call(FIRST, "board", unknown, by=MANAGER).json["code"] == "unit_unknown"


def test_pages_of_tickets_follow_one_another_without_a_gap(world: RoutingWorld) -> None:
    codes = {world.register(subject="it.network") for _ in range(5)}
    eventually(lambda: all(world.ticket(code).get("unit") for code in codes))

    found, cursor = [], None
    while cursor is not None or not found:
        request = {"unit": "crowd", "limit": 2, "cursor": cursor}
        page = world.get("board_tickets", request, MANAGER)
        found += [each["code"] for each in page["items"]]
        cursor = page["next"]

    assert codes <= set(found)
    assert len(found) == len(set(found))


def test_the_counts_are_read_from_the_index_of_what_is_open(world: RoutingWorld) -> None:
    database = world.database("routing")
    plan = database.command(
        "explain",
        {
            "aggregate": "tickets",
            "pipeline": [
                {"$match": {"unit": {"$in": ["it"]}, "status": {"$in": ["in_progress"]}}},
                {"$group": {"_id": ["$unit", "$status"], "tickets": {"$sum": 1}}},
            ],
            "hint": "open",
            "cursor": {},
        },
        verbosity="executionStats",
    )

    assert '"totalDocsExamined": 0' in str(plan).replace("'", '"')


def test_changes_of_the_organisation_are_told_without_reading_tickets(world: RoutingWorld) -> None:
    world.get("define_unit", {"id": "audited", "title": {"en": "Audited"}, "parent": "hq"})
    world.register()

    found = world.get("audit", {"limit": 200})
    own = world.get("audit", {"limit": 5, "by": "person:nobody"})

    assert found[0]["id"] == "audited"
    assert {each["kind"] for each in found} == {"unit", "person", "rules"}
    assert own == []
    assert world.call(FIRST, "audit", {}, by=SUPERVISOR).status == 403
