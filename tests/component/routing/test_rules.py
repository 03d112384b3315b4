"""The rules as administrators change them, on real servers: versions, the record, two replicas."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from tests.component.routing.world import FIRST, REPLICAS, RoutingWorld
from tests.component.waiting import eventually

IT = {"id": "it", "unit": "it", "subject": "it", "priority": 2}
CROWD = {"id": "network", "unit": "crowd", "subject": "it.network"}


def publish(world: RoutingWorld, *rows: dict[str, Any], **fields: Any) -> dict[str, Any]:
    told: dict[str, Any] = world.get("publish_rules", {"rows": list(rows), **fields})
    return told


def current(world: RoutingWorld) -> dict[str, Any]:
    told: dict[str, Any] = world.get("rule_set", {})
    return told


def told_of(world: RoutingWorld) -> list[dict[str, Any]]:
    """Give what the record says of the rules."""
    journal = world.database("routing")["journal"]
    commits = journal.find({"stream": "rules:routing"}, sort=[("version", 1)])
    return [event for commit in commits for event in commit["events"]]


def unit_of(world: RoutingWorld, code: str) -> str | None:
    eventually(lambda: world.ticket(code).get("unit") is not None)
    unit: str = world.ticket(code)["unit"]
    return unit


def test_single_rules_are_rows_of_the_current_version(world: RoutingWorld) -> None:
    before = current(world)

    world.get("define_rule", {"id": "late", "order": 99, "unit": "it", "kind": "question"})
    after = current(world)

    assert after["version"] == before["version"] + 1
    assert [row["id"] for row in after["rows"]] == ["network", "it", "finance", "late"]
    assert world.get("rules", {}) == after["rows"]


def test_a_row_defined_as_it_is_makes_no_version(world: RoutingWorld) -> None:
    rule = {"id": "same", "order": 98, "unit": "it", "kind": "question"}
    world.get("define_rule", rule)
    before = current(world)["version"]

    world.get("define_rule", rule)

    assert current(world)["version"] == before


def test_a_published_table_routes_on_every_replica(world: RoutingWorld) -> None:
    publish(
        world,
        {**IT, "unit": "crowd", "when": {"===": [{"var": "channel"}, "phone"]}},
        IT | {"id": "others"},
    )
    for replica in REPLICAS:
        eventually(partial(world.knows, replica, "others"))

    for _time in range(4):
        phone, web = world.register(channel="phone"), world.register()
        eventually(lambda phone=phone: unit_of(world, phone) == "crowd")
        eventually(lambda web=web: unit_of(world, web) == "it")


def test_a_table_with_faults_is_refused_with_all_of_them(world: RoutingWorld) -> None:
    rows = [
        IT | {"unit": "nowhere"},
        IT | {"tier": 8},
        {"id": "odd", "unit": "it", "when": {"var": "title"}},
    ]
    before = current(world)

    answer = world.call(FIRST, "publish_rules", {"rows": rows})

    assert (answer.status, answer.json["code"]) == (422, "rules_invalid")
    assert {(fault["pointer"], fault["code"]) for fault in answer.json["fields"]} == {
        ("/rows/0/unit", "unit_unknown"),
        ("/rows/1/id", "row_repeated"),
        ("/rows/1/tier", "tier_without_people"),
        ("/rows/2/when", "logic_name_unknown"),
    }
    assert current(world) == before


def test_who_changes_an_older_version_is_told_so(world: RoutingWorld) -> None:
    seen = current(world)["version"]
    publish(world, IT, expects=seen)

    answer = world.call(FIRST, "publish_rules", {"rows": [IT, CROWD], "expects": seen})

    assert (answer.status, answer.json["code"]) == (409, "rules_changed_meanwhile")


def test_a_repeated_command_publishes_once_and_is_told_once(world: RoutingWorld) -> None:
    before = len(told_of(world))
    request = {"rows": [CROWD, IT], "note": "twice"}

    first = world.call(FIRST, "publish_rules", request, key="again")
    second = world.call(REPLICAS[1], "publish_rules", request, key="again")
    other = world.call(FIRST, "publish_rules", {"rows": [IT]}, key="again")

    assert first.json["version"] == second.json["version"] == current(world)["version"]
    assert (other.status, other.json["code"]) == (422, "idempotency_key_reused")
    assert len(told_of(world)) == before + 1


def test_many_change_single_rows_at_once_and_none_is_lost(world: RoutingWorld) -> None:
    publish(world, IT)
    names = [f"row-{number}" for number in range(8)]

    answers = world.together(
        partial(
            world.call,
            REPLICAS[number % 2],
            "define_rule",
            {"id": name, "order": 100 + number, "unit": "it", "kind": "question"},
        )
        for number, name in enumerate(names)
    )

    assert {answer.status for answer in answers} == {200}
    assert [row["id"] for row in current(world)["rows"]] == ["it", *names]


def test_an_earlier_version_comes_back_as_the_next_one(world: RoutingWorld) -> None:
    old = publish(world, CROWD, IT)
    publish(world, IT)

    restored = world.get("restore_rules", {"version": old["version"]})

    assert restored["version"] == old["version"] + 2
    assert (restored["origin"], restored["restored"]) == ("restored", old["version"])
    assert restored["rows"] == old["rows"]
    heads = world.get("rule_sets", {})
    assert [head["version"] for head in heads] == list(range(restored["version"], 0, -1))


def test_the_record_tells_every_version_in_order(world: RoutingWorld) -> None:
    publish(world, CROWD, IT)
    publish(world, IT | {"priority": 1})

    told = [event["data"] for event in told_of(world) if event["type"] == "rules.published"]

    assert [data["number"] for data in told] == list(range(1, current(world)["version"] + 1))
    assert told[-1]["changed"] == ["it", "network"]
    assert told[-1]["by"] == "person:admin"


def test_rules_of_an_older_installation_hold_until_the_first_version(world: RoutingWorld) -> None:
    database = world.database("routing")
    kept = list(database["rule_sets"].find())
    database["rule_sets"].delete_many({})
    database["rules"].insert_one({
        "_id": "old", "order": 1, "unit": "it", "tier": 1, "subject": "it", "kind": None,
        "channel": None, "skill": None, "priority": 1, "strategy": "least_loaded", "active": True,
    })  # fmt: skip

    found = current(world)
    database["rules"].delete_many({})
    database["rule_sets"].insert_many(kept)

    assert (found["version"], [row["id"] for row in found["rows"]]) == (0, ["old"])
    assert found["origin"] is None


def trial(world: RoutingWorld, **fields: Any) -> dict[str, Any]:
    told: dict[str, Any] = world.get("try_rules", {"since": "2026-01-01T00:00:00Z", **fields})
    return told


def test_a_draft_is_tried_on_past_requests_and_nothing_is_published(world: RoutingWorld) -> None:
    publish(world, IT)
    code = world.register(channel="email")
    unit_of(world, code)
    draft = [{"id": "mails", "unit": "crowd", "channel": "email"}, IT]
    before = current(world)

    told = trial(world, rows=draft, most=5000)

    assert told["looked_at"] == told["requests"] > 0
    assert code in {example["code"] for example in told["examples"]}
    mails = next(row for row in told["rows"] if row["row"] == "mails")
    assert (mails["before"], mails["after"]) == (0, told["changed"])
    assert trial(world)["changed"] == 0
    assert current(world) == before


def test_of_many_past_requests_a_sample_is_looked_at_however_they_are_bunched(
    world: RoutingWorld,
) -> None:
    start = datetime(2025, 1, 1, tzinfo=UTC)
    for number in range(12):
        unit_of(world, world.register(at=start + timedelta(minutes=number)))
    unit_of(world, world.register(at=start + timedelta(days=300)))

    told = trial(world, since="2025-01-01T00:00:00Z", until="2026-01-01T00:00:00Z", most=10)

    assert told["requests"] == 13
    assert 10 <= told["looked_at"] <= 12


def test_a_draft_with_faults_is_not_tried(world: RoutingWorld) -> None:
    request = {"since": "2026-01-01T00:00:00Z", "rows": [IT | {"unit": "nowhere"}]}

    assert world.call(FIRST, "try_rules", request).status == 422


def test_where_a_made_up_request_would_go_is_explained(world: RoutingWorld) -> None:
    publish(world, CROWD, IT)

    told = world.get("explain_rules", {"subject": "it.software"})

    assert told["decided"]["row"] == "it"
    assert told["rows"] == [
        {"row": "network", "holds": False, "held": [], "failed": ["subject"]},
        {"row": "it", "holds": True, "held": ["subject"], "failed": []},
    ]


def test_a_shadow_decides_beside_the_rules_and_is_promoted(world: RoutingWorld) -> None:
    publish(world, CROWD, IT)
    draft = [{"id": "mails", "unit": "crowd", "channel": "email", "priority": 1}, CROWD, IT]
    begun = world.get("begin_shadow", {"rows": draft})
    mails: list[str] = []

    def differs() -> dict[str, Any] | None:
        # What comes before a replica has heard of the draft is not counted.
        mails.append(world.register(channel="email"))
        assert unit_of(world, mails[-1]) == "it"
        told: dict[str, Any] = world.get("shadow", {})
        return told if told["different"] >= 3 else None

    shadow = eventually(differs, seconds=30)
    promoted = world.get("promote_shadow", {"shadow": begun["shadow"]})

    (difference,) = shadow["differences"]
    assert (difference["live"], difference["shadow"]) == ("it", "mails")
    assert difference["differing"] == ["unit", "priority"]
    assert difference["count"] == shadow["different"] <= shadow["looked_at"]
    assert set(difference["examples"]) <= set(mails)
    assert promoted["version"] == current(world)["version"]
    assert promoted["origin"] == "promoted"
    assert [row["id"] for row in current(world)["rows"]] == ["mails", "network", "it"]
    assert world.call(FIRST, "shadow", {}).status == 404
    ended = told_of(world)[-1]
    assert (ended["type"], ended["data"]["promoted"]) == ("rules.shadow_ended", True)


def test_a_dropped_shadow_leaves_the_rules_as_they_are(world: RoutingWorld) -> None:
    publish(world, IT)
    before = current(world)
    first = world.get("begin_shadow", {"rows": [CROWD]})
    second = world.get("begin_shadow", {"rows": [CROWD, IT]})

    other = world.call(FIRST, "drop_shadow", {"shadow": first["shadow"]})
    world.get("drop_shadow", {"shadow": second["shadow"]})

    assert (other.status, other.json["code"]) == (409, "another_shadow")
    assert current(world) == before
    told = [event["type"] for event in told_of(world)][-4:]
    assert told == [
        "rules.shadow_begun",
        "rules.shadow_ended",
        "rules.shadow_begun",
        "rules.shadow_ended",
    ]
