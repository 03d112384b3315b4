"""Stuck events on a page."""

from __future__ import annotations

import pytest

from chassis.errors import NotFound
from contracts.calls.journal import StuckRow
from gateway.texts import text
from tests.unit.gateway.fakes import World
from tests.unit.gateway.samples import CODE, NOON, a_staff_member

ROW = StuckRow(
    id=f"routing/{CODE}",
    source="routing",
    stream=CODE,
    reason="decision_failed",
    attempts=7,
    stuck=True,
    since=NOON,
    next_at=NOON,
)


@pytest.fixture
def operator(world: World) -> World:
    """An operator's browser; sla has one stuck event, notify does not answer."""
    for service in ("routing", "reporting"):
        world.services.tell(service, "stuck_list", [])
    world.services.tell("sla", "stuck_list", [ROW])
    world.services.tell("sla", "stuck_retry", {"tried": True})
    world.services.tell("sla", "stuck_skip", {"sequence": 3})
    world.cookies["session"] = world.gateway.sessions.open(a_staff_member("admin")).token
    return world


@pytest.mark.parametrize("language", ["fa", "en"])
async def test_what_is_stuck_is_shown_with_its_reason_in_words(operator, language):
    page = (await operator.get(f"/stuck?lang={language}")).text

    assert "decision_failed" in page
    assert f"/desk/tickets/{CODE}" in page
    assert text(language, "error.decision_failed") in page
    assert text(language, "service.notify") in page


async def test_it_is_tried_again_once_per_form(operator):
    reply = await operator.post("/stuck/sla/retry", form={"row": ROW.id, "key": "once"})

    asked = operator.services.last("stuck_retry")
    assert (reply.status, reply.headers["location"]) == (303, "/stuck?done=retried")
    assert (asked.service, asked.request.id, asked.key) == ("sla", ROW.id, "once")


async def test_it_is_passed_over_only_when_that_is_confirmed(operator):
    unsure = await operator.post("/stuck/sla/skip", form={"row": ROW.id})
    assert unsure.status == 422
    assert "stuck_skip" not in [call.method for call in operator.services.asked]

    sure = await operator.post("/stuck/sla/skip", form={"row": ROW.id, "sure": "1"})
    assert sure.headers["location"] == "/stuck?done=skipped"
    assert operator.services.last("stuck_skip").request.id == ROW.id


async def test_what_somebody_else_mended_meanwhile_is_said(operator):
    operator.services.tell("sla", "stuck_retry", NotFound("stuck_not_found"))

    reply = await operator.post("/stuck/sla/retry", form={"row": ROW.id})

    assert reply.status == 404
    assert CODE in reply.text.replace("-", "")


async def test_it_is_for_operators(operator):
    operator.cookies["session"] = operator.gateway.sessions.open(a_staff_member("manager")).token

    assert (await operator.get("/stuck")).status == 403
    assert (await operator.post("/stuck/intake/retry", form={})).status in (403, 422)
