"""The pages of the routing rules: the table, its trial, its shadow and versions."""

from datetime import timedelta

import msgspec
import pytest

from chassis.errors import Conflict, FieldFault, Invalid, NotFound
from contracts.calls.routing import (
    Changed,
    Decided,
    Rule,
    RuleRow,
    RuleSet,
    RulesTrial,
    RuleWarning,
    Shadow,
    UnitCount,
)
from gateway.admin.rules.rows import as_rows, plain
from tests.unit.gateway.samples import NOON, a_staff_member

PATH = "/admin/rules"
NIGHT = {"or": [{">=": [{"var": "hour"}, 20]}, {"===": [{"var": "weekday"}, "friday"]}]}
RULES = [
    Rule(id="night", order=1, unit="it", tier=2, when=NIGHT, skill="network"),
    Rule(id="it", order=2, unit="it", subject="network"),
]
TRIAL = RulesTrial(
    requests=90,
    looked_at=80,
    changed=1,
    rows=[],
    units=[UnitCount(unit="it", tier=2, before=0, after=1)],
    idle=[],
    examples=[
        Changed(
            code="481920374654",
            at=NOON,
            differing=["tier"],
            before=Decided(row="it", tier=1),
            after=Decided(row="night", tier=2),
        )
    ],
    warnings=[RuleWarning(pointer="/rows/1/id", code="row_never_reached", params={"row": "night"})],
)


def a_set(version: int = 5, rows: list[Rule] = RULES) -> RuleSet:
    return RuleSet(
        version=version,
        size=len(rows),
        origin="edited",
        restored=None,
        by="person:admin",
        at=NOON,
        note=None,
        rows=rows,
    )


@pytest.fixture
async def admin(world):
    """An administrator before the fifth version of the rules."""
    world.services.tell("routing", "authenticate", a_staff_member("admin"))
    world.services.tell("routing", "rule_set", a_set())
    world.services.tell("routing", "try_rules", TRIAL)
    await world.post("/sign-in", form={"username": "admin", "password": "secret"})
    return world


def typed(do: str = "apply", rows=None, **fields: str) -> dict[str, str]:
    draft = plain(RULES) if rows is None else rows
    return {"draft": msgspec.json.encode(draft).decode(), "do": do, "version": "5", **fields}


def test_a_draft_says_no_more_than_it_must_and_means_the_same():
    rows = plain(RULES)

    assert rows[1] == {"id": "it", "unit": "it", "subject": "network"}
    assert as_rows(rows)[0] == RuleRow(id="night", unit="it", tier=2, when=NIGHT, skill="network")


async def test_the_table_says_its_conditions_and_results_in_words(admin):
    reply = await admin.get(f"{PATH}?lang=en")

    assert reply.status == 200
    assert "hour is 20 or more or weekday is “Friday”" in reply.text
    assert "tier 2 · skill network" in reply.text


async def test_a_row_is_changed_in_the_draft_and_what_is_odd_is_said(admin):
    fields = {"open": "rows/1", "id": "it", "unit": "it", "tier": "۲", "active": "yes"}
    reply = await admin.post(f"{PATH}?lang=en", form=typed(**fields))

    asked = admin.services.last("try_rules").request
    assert (asked.rows[1].tier, asked.rows[1].subject) == (2, None)
    assert "“night”" in reply.text


async def test_rows_move_and_go(admin):
    await admin.post(PATH, form=typed("down:rows/0"))
    assert [row.id for row in admin.services.last("try_rules").request.rows] == ["it", "night"]

    await admin.post(PATH, form=typed("remove:rows/0"))
    assert [row.id for row in admin.services.last("try_rules").request.rows] == ["it"]

    await admin.post(PATH, form=typed("copy:rows/1"))
    assert [row.id for row in admin.services.last("try_rules").request.rows] == [
        "night",
        "it",
        "it-2",
    ]


async def test_a_new_row_is_open_and_waits_for_its_id_and_unit(admin):
    reply = await admin.post(PATH, form=typed("add", rows=[]))

    assert reply.status == 422
    assert 'class="part is-open is-wrong" id="row-0"' in reply.text


async def test_a_draft_is_tried_on_past_requests(admin):
    reply = await admin.post(f"{PATH}?lang=en", form=typed("try", days="7"))

    asked = admin.services.last("try_rules").request
    assert asked.until is None
    assert timedelta(days=6) < NOON.now(NOON.tzinfo) - asked.since < timedelta(days=8)
    assert "Of 90 requests 80 were looked at; 1 would have gone otherwise." in reply.text
    assert "4819-2037-4654" in reply.text


async def test_a_draft_is_published_over_the_version_that_it_was_made_of(admin):
    admin.services.tell("routing", "publish_rules", a_set(6))

    reply = await admin.post(PATH, form=typed("publish", note="Nights", key="k1"))

    assert (reply.status, reply.headers["location"]) == (303, f"{PATH}?published=6")
    asked = admin.services.last("publish_rules")
    assert (asked.key, asked.request.expects, asked.request.note) == ("k1", 5, "Nights")


async def test_what_somebody_else_published_meanwhile_loses_no_draft(admin):
    admin.services.tell("routing", "publish_rules", Conflict("rules_changed_meanwhile"))

    reply = await admin.post(PATH, form=typed("publish"))

    assert reply.status == 409
    assert "night" in reply.text


async def test_faults_are_said_at_their_rows(admin):
    fault = FieldFault(pointer="/rows/1/unit", code="unit_unknown")
    admin.services.tell("routing", "publish_rules", Invalid("rules_invalid", fields=[fault]))

    reply = await admin.post(PATH, form=typed("publish"))

    assert reply.status == 422
    assert 'class="part is-wrong" id="row-1"' in reply.text


@pytest.mark.parametrize(
    "draft", ["{", "{}", "[7]", '[{"id": []}]', '[{"when": [[]], "tier": {}}]']
)
async def test_what_is_no_table_is_refused_and_breaks_nothing(admin, draft):
    form = {"draft": draft, "do": "open:rows/0", "version": "5"}

    assert (await admin.post(PATH, form=form)).status == 422


async def test_versions_say_what_they_changed_and_can_be_gone_back_to(admin):
    admin.services.tell("routing", "rule_sets", [a_set(5), a_set(4)])
    admin.services.tell(
        "routing", "rule_set", lambda asked: a_set(asked.version, RULES[5 - asked.version :])
    )
    admin.services.tell("routing", "restore_rules", a_set(6))

    reply = await admin.get(f"{PATH}/versions?lang=en")
    back = await admin.post(f"{PATH}/versions/4/restore", form={"key": "k"})

    assert "Rule night" in reply.text
    assert back.headers["location"] == f"{PATH}?published=6"


async def test_a_shadow_is_begun_seen_and_ended(admin):
    shadow = Shadow(
        shadow="5f0b",
        rows=RULES,
        by="person:admin",
        since=NOON,
        note=None,
        looked_at=3,
        different=0,
        differences=[],
    )
    admin.services.tell("routing", "shadow", NotFound("no_shadow"))
    assert (await admin.get(f"{PATH}/shadow")).status == 200

    for method, answer in (("begin_shadow", shadow), ("shadow", shadow), ("drop_shadow", shadow)):
        admin.services.tell("routing", method, answer)
    begun = await admin.post(PATH, form=typed("shadow"))
    seen = await admin.get(f"{PATH}/shadow?lang=en")
    dropped = await admin.post(f"{PATH}/shadow/5f0b/drop", form={"key": "k"})

    assert begun.headers["location"] == dropped.headers["location"] == f"{PATH}/shadow"
    assert "Of 3 requests 0 would have gone otherwise." in seen.text
    assert (await admin.post(f"{PATH}/shadow/5f0b/burn", form={})).status == 404
