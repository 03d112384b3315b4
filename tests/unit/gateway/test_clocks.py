"""A ticket's clocks by the API."""

from datetime import UTC, datetime

from chassis.errors import Forbidden, NotFound
from contracts.calls.sla import (
    Charge,
    ClockView,
    Explanation,
    ExplanationLine,
    Replanning,
    UnitClocksPage,
)
from tests.unit.gateway.samples import CODE, signed_in

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PATH = f"/api/v1/tickets/{CODE}/clocks"
A_CLOCK = ClockView(
    clock="resolution",
    agreement="general",
    agreement_version=1,
    state="breached",
    started_at=NOON,
    due_at=NOON,
    target_seconds=3600,
    left_seconds=-60,
    stopped_at=None,
    breached_at=NOON,
    held_by=None,
    exception="requested",
)
AN_EXPLANATION = Explanation(
    code=CODE,
    clock="resolution",
    state="running",
    target_seconds=3600,
    left_seconds=0,
    due_at=NOON.replace(hour=13),
    lines=[
        ExplanationLine(
            kind="counted",
            from_at=NOON,
            to_at=NOON.replace(hour=13),
            seconds=3600,
            holder="unit:network/2",
        ),
        ExplanationLine(kind="due", from_at=NOON.replace(hour=13)),
    ],
    charges=[Charge(holder="unit:network/2", seconds=3600, counted=True)],
)


async def test_a_past_second_is_asked_for_as_it_is_written(world):
    world.services.tell("sla", "clocks", {CODE: [A_CLOCK]})

    reply = await world.get(
        f"{PATH}?at=2026-11-22T12:00:00%2B03:30", headers=signed_in(world, "agent")
    )

    assert [clock["exception"] for clock in reply.json] == ["requested"]
    asked = world.services.last("clocks").request
    assert asked.at == datetime(2026, 11, 22, 8, 30, tzinfo=UTC)


async def test_an_explanation_is_told_in_the_readers_language(world):
    world.services.tell("sla", "explain", AN_EXPLANATION)
    headers = signed_in(world, "agent")

    english = await world.get(
        f"{PATH}/resolution/explanation", headers={**headers, "accept-language": "en"}
    )
    persian = await world.get(
        f"{PATH}/resolution/explanation", headers={**headers, "accept-language": "fa"}
    )

    line = english.json["lines"][0]
    assert (line["kind"], line["seconds"]) == ("counted", 3600)
    assert "1 h count; with the unit" in line["text"]
    assert "۱ ساعت شمرده می‌شود" in persian.json["lines"][0]["text"]
    assert english.json["charges"][0]["holder"] == "unit:network/2"


async def test_who_may_not_see_the_ticket_learns_nothing_of_its_clocks(world):
    world.services.tell("routing", "ticket", Forbidden("ticket_not_yours"))

    reply = await world.get(f"{PATH}/resolution/explanation", headers=signed_in(world, "expert"))

    assert (reply.status, reply.json["code"]) == (403, "ticket_not_yours")


async def test_an_unknown_clock_is_not_found(world):
    world.services.tell("sla", "explain", NotFound("clock_not_found"))

    reply = await world.get(f"{PATH}/patience/explanation", headers=signed_in(world, "agent"))

    assert (reply.status, reply.json["code"]) == (404, "clock_not_found")


async def test_reason_exception_and_decision_are_commands_of_who_may(world):
    for command in ("give_reason", "request_exception", "decide_exception"):
        world.services.tell("sla", command, A_CLOCK)
    worker = {**signed_in(world, "expert"), "idempotency-key": "one"}
    approver = {**signed_in(world, "supervisor"), "idempotency-key": "one"}
    at = f"{PATH}/resolution"

    given = await world.post(f"{at}/reason", json={"reason": "staff-short"}, headers=worker)
    asked = await world.post(f"{at}/exception", json={"reason": "power-cut"}, headers=worker)
    own = await world.post(f"{at}/exception/decision", json={"approved": True}, headers=worker)
    decided = await world.post(
        f"{at}/exception/decision", json={"approved": True}, headers=approver
    )

    assert [reply.status for reply in (given, asked, own, decided)] == [200, 200, 403, 200]
    assert world.services.last("decide_exception").request.approved is True


async def test_a_units_clocks_are_read_by_who_reads_reports(world):
    world.services.tell("sla", "unit_clocks", UnitClocksPage(tickets={CODE: [A_CLOCK]}, next=None))
    path = "/api/v1/units/network/clocks?at=2026-11-22T12:00:00Z&limit=5"

    read = await world.get(path, headers=signed_in(world, "supervisor"))
    refused = await world.get(path, headers=signed_in(world, "expert"))

    assert (read.status, refused.status) == (200, 403)
    assert list(read.json["tickets"]) == [CODE]
    asked = world.services.last("unit_clocks").request
    assert (asked.unit, asked.at, asked.limit) == ("network", NOON, 5)


async def test_an_administrator_sees_how_far_a_change_of_calendar_has_come(world):
    world.services.tell("sla", "replanning", Replanning(left=12, calendars=["tehran-office"]))

    reply = await world.get("/api/v1/admin/replanning", headers=signed_in(world, "admin"))

    assert reply.json == {"left": 12, "calendars": ["tehran-office"]}
