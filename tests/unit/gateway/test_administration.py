"""What administrators define, operators repair, providers tell and managers read."""

from chassis.errors import NotFound
from contracts.calls.journal import StuckRow
from contracts.calls.notify import Receipt
from contracts.calls.reporting import Column, Report
from contracts.calls.routing import Unit
from contracts.calls.sla import HolidaysView
from tests.unit.gateway.fakes import World
from tests.unit.gateway.samples import NOON, SUBJECTS, a_staff_member, signed_in

UNIT = Unit(id="it", title={"fa": "فناوری"}, parent=None, desk=True, active=True)


async def define(world, path: str, document):
    return await world.send("PUT", path, json=document, headers=signed_in(world, "admin"))


async def test_a_definition_is_what_the_service_takes_with_the_id_of_the_address(world):
    world.services.tell("routing", "define_unit", UNIT)

    reply = await define(world, "/api/v1/admin/units/it", {"title": {"fa": "فناوری"}, "desk": True})

    assert reply.json["id"] == "it"
    asked = world.services.last("define_unit").request
    assert (asked.id, asked.desk, asked.active) == ("it", True, True)


async def test_who_is_defined_anew_has_to_sign_in_again(world):
    world.services.tell("routing", "define_person", a_staff_member("agent"))
    person = {"name": "سارا", "role": "agent", "unit": "hq"}

    await define(world, "/api/v1/admin/people/desk", person)
    await define(world, "/api/v1/admin/people/expert", {"name": "سارا"})

    assert world.revocations.people == {"desk"}


async def test_a_list_of_holidays_is_read_and_published_by_its_id(world):
    days = {"1405-02-15": {"fa": "روز شیراز", "en": "Shiraz Day"}}
    fars = HolidaysView(id="province-fars", version=2, definition={"days": days})
    world.services.tell("sla", "define_holidays", fars)
    world.services.tell("sla", "holiday_list", fars)

    path = "/api/v1/admin/holidays/province-fars"
    published = await define(world, path, {"definition": {"days": days}})
    read = await world.get(path, headers=signed_in(world, "admin"))

    assert (published.json, read.json["version"]) == (read.json, 2)
    assert world.services.last("define_holidays").request.definition == {"days": days}
    assert world.services.last("holiday_list").request.id == "province-fars"


async def test_official_holidays_are_seeded_anew_only_as_far_as_asked(world):
    official = HolidaysView(id="ir-official", version=2, definition={"days": {}})
    world.services.tell("sla", "seed_holidays", official)
    path, admin = "/api/v1/admin/holidays/ir-official/seed", signed_in(world, "admin")

    reply = await world.post(path, json={}, headers=admin)
    await world.post(path, json={"overwrite": True}, headers=admin)

    assert reply.json["version"] == 2
    asked = [each.request.overwrite for each in world.services.asked]
    assert asked == [False, True]


async def test_a_list_of_holidays_that_nobody_published_is_not_found(world):
    world.services.tell("sla", "holiday_list", NotFound("definition_not_found"))

    reply = await world.get("/api/v1/admin/holidays/none", headers=signed_in(world, "admin"))

    assert (reply.status, reply.json["code"]) == (404, "definition_not_found")


async def test_a_wrong_definition_names_the_field(world):
    missing = await define(world, "/api/v1/admin/units/it", {})
    unknown = await define(world, "/api/v1/admin/units/it", {"title": {"fa": "x"}, "size": 3})
    wrong = await define(world, "/api/v1/admin/units/it", {"title": {"fa": 7}})
    twice = await define(world, "/api/v1/admin/units/it", {"title": {"fa": "x"}, "id": "other"})
    none = await define(world, "/api/v1/admin/units/it", [])

    found = [
        (reply.json["errors"][0]["pointer"], reply.json["errors"][0]["code"])
        for reply in (missing, unknown, wrong, twice, none)
    ]
    assert found == [
        ("/title", "required"),
        ("/size", "unknown_field"),
        ("/title/...", "malformed"),
        ("/id", "unknown_field"),
        ("", "wrong_type"),
    ]
    assert world.services.asked == []


async def test_administrators_see_subjects_that_are_out_of_use(world):
    reply = await world.get("/api/v1/admin/subjects", headers=signed_in(world, "admin"))

    assert [subject["id"] for subject in reply.json] == [subject.id for subject in SUBJECTS]


async def test_everybody_sees_the_active_ones_as_a_tree_in_his_language(world):
    reply = await world.get("/api/v1/subjects", headers={"Accept-Language": "en"})

    assert reply.json == [
        {
            "id": "it",
            "title": "IT",
            "kind": "request",
            "form": None,
            "children": [
                {
                    "id": "network",
                    "title": "Network",
                    "kind": "incident",
                    "form": None,
                    "children": [],
                }
            ],
        },
        {"id": "pension", "title": "Pension", "kind": "question", "form": None, "children": []},
    ]


async def test_stuck_events_come_by_service_and_who_is_away_is_named(world):
    row = StuckRow(
        id="intake|481920374654",
        source="intake",
        stream="481920374654",
        reason="subject_unknown",
        attempts=3,
        stuck=True,
        since=NOON,
        next_at=NOON,
    )
    world.services.tell("routing", "stuck_list", [row])
    world.services.tell("sla", "stuck_list", [])

    reply = await world.get("/api/v1/admin/stuck", headers=signed_in(world, "admin"))

    assert reply.json["stuck"]["routing"][0]["id"] == row.id
    assert reply.json["unavailable"] == ["notify", "reporting"]


async def test_a_stuck_event_is_retried_by_its_id(world):
    world.services.tell("routing", "stuck_retry", {"retried": True})

    reply = await world.post(
        "/api/v1/admin/stuck/routing/intake%7C4819/retry", headers=signed_in(world, "admin")
    )

    assert reply.json == {"retried": True}
    assert world.services.last("stuck_retry").request.id == "intake|4819"


async def test_repair_needs_its_right(world):
    reply = await world.get("/api/v1/admin/stuck", headers=signed_in(world, "supervisor"))

    assert reply.status == 403


async def test_a_report_as_csv_holds_no_formulas(world):
    report = Report(
        name="work_groups",
        title={"fa": "سهم"},
        columns=[Column(name="group", title={"fa": "گروه"}, unit="text")],
        rows=[["=1+1"], ["شبکه"], [None]],
        until_event_at=NOON,
    )
    world.services.tell("reporting", "report", report)

    reply = await world.get(
        "/api/v1/reports/work_groups?format=csv&from=2026-11-01",
        headers=signed_in(world, "manager"),
    )

    assert reply.text.splitlines() == ["\ufeffگروه", "'=1+1", "شبکه", '""']
    assert "attachment" in reply.headers["content-disposition"]
    assert str(world.services.last("report").request.since) == "2026-11-01"


async def test_an_unknown_report_is_not_found(world):
    world.services.tell("reporting", "report", NotFound("report_not_found"))

    reply = await world.get("/api/v1/reports/nothing", headers=signed_in(world, "manager"))

    assert reply.status == 404


async def test_a_receipt_is_taken_under_its_secret_address_only():
    world = World(kavenegar_receipt_secret="hush")
    world.services.tell("notify", "record_receipt", Receipt(recorded=True))
    form = {"messageid": "8792343", "status": "10"}

    wrong = await world.post("/api/v1/providers/kavenegar/receipts/guess", form=form)
    right = await world.post("/api/v1/providers/kavenegar/receipts/hush", form=form)

    assert (wrong.status, right.status) == (404, 200)
    asked = world.services.last("record_receipt")
    assert (asked.request.reference, asked.request.status) == ("8792343", "10")
    assert asked.key == "kavenegar:8792343:10"


async def test_without_a_secret_no_receipt_is_taken(world):
    reply = await world.post("/api/v1/providers/kavenegar/receipts/None", form={"messageid": "1"})

    assert reply.status == 404
