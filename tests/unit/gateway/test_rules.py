"""The rules as a whole by the API: published, tried, beside live traffic."""

from datetime import UTC, datetime

import pytest

from contracts.calls.routing import Decided, RuleSet, RulesExplained, RuleWarning, Shadow
from tests.unit.gateway.samples import signed_in

PATH = "/api/v1/admin/rule-sets"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
A_SET = RuleSet(
    version=5,
    size=0,
    origin="edited",
    restored=None,
    by="person:admin",
    at=NOW,
    note=None,
    rows=[],
    warnings=[
        RuleWarning(pointer="/rows/1/id", code="row_never_reached", params={"row": "it"}),
    ],
)
A_SHADOW = Shadow(
    shadow="5f0b4c649a3e1f6a",
    rows=[],
    by="person:admin",
    since=NOW,
    note=None,
    looked_at=3,
    different=1,
    differences=[],
)
ROWS = {"rows": [{"id": "it", "unit": "it", "subject": "it"}]}


async def test_a_table_is_published_and_told_what_is_odd_about_it(world):
    world.services.tell("routing", "publish_rules", A_SET)

    reply = await world.send("POST", PATH, json=ROWS, headers=signed_in(world, "admin"))

    assert (reply.status, reply.json["version"]) == (200, 5)
    (warning,) = reply.json["warnings"]
    assert "«it»" in warning["message"]
    asked = world.services.last("publish_rules").request
    assert (asked.rows[0].id, asked.rows[0].tier, asked.expects) == ("it", 1, None)


async def test_what_is_no_row_is_refused_at_its_place(world):
    body = {"rows": [{"id": "it", "unit": "it", "colour": "red"}]}

    reply = await world.send("POST", PATH, json=body, headers=signed_in(world, "admin"))

    assert reply.status == 422
    assert reply.json["errors"][0]["code"] == "unknown_field"
    assert world.services.asked == []


@pytest.mark.parametrize("path", ["current", "5"])
async def test_a_version_is_read(world, path):
    world.services.tell("routing", "rule_set", A_SET)

    reply = await world.get(f"{PATH}/{path}", headers=signed_in(world, "admin"))

    assert reply.status == 200
    asked = world.services.last("rule_set").request
    assert asked.version == (None if path == "current" else 5)


async def test_a_request_that_need_not_exist_is_explained(world):
    world.services.tell("routing", "explain_rules", RulesExplained(decided=Decided(), rows=[]))

    reply = await world.send(
        "POST", f"{PATH}/explanation", json={"subject": "it"}, headers=signed_in(world, "admin")
    )

    assert (reply.status, reply.json["decided"]["row"]) == (200, None)


async def test_a_shadow_is_read_promoted_and_dropped(world):
    headers = signed_in(world, "admin")
    world.services.tell("routing", "shadow", A_SHADOW)
    world.services.tell("routing", "promote_shadow", A_SET)
    world.services.tell("routing", "drop_shadow", A_SHADOW)

    read = await world.get(f"{PATH}/shadow", headers=headers)
    promoted = await world.send("POST", f"{PATH}/shadow/5f0b4c649a3e1f6a/promote", headers=headers)
    dropped = await world.send("DELETE", f"{PATH}/shadow/5f0b4c649a3e1f6a", headers=headers)

    assert (read.status, promoted.status, dropped.status) == (200, 200, 200)
    assert world.services.last("drop_shadow").request.shadow == "5f0b4c649a3e1f6a"


async def test_who_may_not_define_may_not_try(world):
    headers = signed_in(world, "supervisor")

    for method, path in (("POST", PATH), ("POST", f"{PATH}/trial"), ("GET", f"{PATH}/current")):
        assert (await world.send(method, path, json=ROWS, headers=headers)).status == 403
