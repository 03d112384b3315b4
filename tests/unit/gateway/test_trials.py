"""Trials by the API: taken in, read, cancelled."""

from datetime import UTC, datetime

from chassis.errors import Conflict, NotFound
from contracts.calls.trials import TrialView
from tests.unit.gateway.samples import signed_in

PATH = "/api/v1/admin/agreements/web/trial"
SINCE = {"since": "2026-08-22T00:00:00+03:30"}
A_TRIAL = TrialView(
    trial="5f0b4c649a3e1f6a",
    kind="agreement",
    id="web",
    since=datetime(2026, 8, 22, tzinfo=UTC),
    until=datetime(2026, 11, 22, tzinfo=UTC),
    state="asked",
    asked_at=datetime(2026, 11, 22, tzinfo=UTC),
    asked_by="person:admin",
)


async def post(world, path=PATH, role="admin", **document):
    body = {"definition": {"targets": []}, **SINCE, **document}
    return await world.send("POST", path, json=body, headers=signed_in(world, role))


async def test_a_trial_is_taken_in_and_says_where_it_is_read(world):
    world.services.tell("sla", "start_trial", A_TRIAL)

    agreement = await post(world)
    calendar = await post(world, "/api/v1/admin/calendars/office/trial")

    assert (agreement.status, agreement.json["state"]) == (202, "asked")
    assert agreement.headers["location"] == "/api/v1/admin/trials/5f0b4c649a3e1f6a"
    assert calendar.status == 202
    asked = world.services.last("start_trial").request
    assert (asked.kind, asked.id, asked.until) == ("calendar", "office", None)
    assert asked.since == datetime(2026, 8, 21, 20, 30, tzinfo=UTC)
    assert asked.zone == "Asia/Tehran"


async def test_an_instant_without_a_zone_and_an_unknown_field_are_refused(world):
    naive = await post(world, since="2026-08-22T00:00:00")
    unknown = await post(world, size=3)

    assert (naive.status, unknown.status) == (422, 422)
    assert world.services.asked == []


async def test_who_may_not_define_may_not_try(world):
    assert (await post(world, role="agent")).status == 403
    reply = await world.get("/api/v1/admin/trials", headers=signed_in(world, "agent"))
    assert reply.status == 403


async def test_a_trial_is_read_listed_and_cancelled(world):
    headers = signed_in(world, "admin")
    path = f"/api/v1/admin/trials/{A_TRIAL.trial}"
    world.services.tell("sla", "trial", A_TRIAL)
    world.services.tell("sla", "trials", [A_TRIAL])
    world.services.tell("sla", "cancel_trial", A_TRIAL)

    one = await world.get(path, headers=headers)
    listed = await world.get("/api/v1/admin/trials", headers=headers)
    cancelled = await world.send("DELETE", path, headers=headers)

    assert (one.status, cancelled.status) == (200, 200)
    assert listed.json == [one.json]
    assert world.services.last("cancel_trial").request.trial == A_TRIAL.trial


async def test_refusals_have_texts(world):
    headers = {**signed_in(world, "admin"), "Accept-Language": "en"}
    path = f"/api/v1/admin/trials/{A_TRIAL.trial}"
    world.services.tell("sla", "trial", NotFound("trial_not_found"))
    world.services.tell("sla", "cancel_trial", Conflict("trial_has_ended"))

    missing = await world.get(path, headers=headers)
    late = await world.send("DELETE", path, headers=headers)

    assert (missing.status, missing.json["detail"]) == (404, "There is no such trial.")
    assert (late.status, late.json["detail"]) == (409, "The trial has ended already.")
