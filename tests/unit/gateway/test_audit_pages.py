"""Who changed what: put together of two services, and on a page."""

from __future__ import annotations

from datetime import timedelta

import pytest

from contracts.calls.audit import AuditEntry
from contracts.calls.routing import StaffMember
from gateway.texts import text
from tests.unit.gateway.fakes import World
from tests.unit.gateway.samples import NOON, a_staff_member, signed_in

EARLIER, LATER = NOON - timedelta(hours=1), NOON + timedelta(hours=1)
PERSON = AuditEntry(at=NOON, by="person:admin", kind="person", id="expert", fields=["tier"])
OLD = {"targets": [{"clock": "a", "within": "PT1H"}]}
NEW = {"targets": [{"clock": "a", "within": "PT2H"}]}
AGREEMENT = AuditEntry(
    at=LATER, by="system:sla", kind="agreement", id="ticket", version=2, before=OLD, after=NEW
)
FIRST = AuditEntry(
    at=EARLIER, by="person:admin", kind="calendar", id="office", after={"zone": "UTC"}
)


@pytest.fixture
def admin(world: World) -> World:
    world.services.tell("routing", "audit", [PERSON])
    world.services.tell("sla", "audit", [AGREEMENT, FIRST])
    world.services.tell("notify", "audit", [])
    world.services.tell("routing", "staff", list[StaffMember]())
    world.cookies["session"] = world.gateway.sessions.open(a_staff_member("admin")).token
    return world


async def test_changes_of_all_services_come_newest_first(admin):
    reply = await admin.get("/api/v1/admin/audit", headers=signed_in(admin, "admin"))

    assert [each["id"] for each in reply.json["items"]] == ["ticket", "expert", "office"]
    assert reply.json["next"] is None


async def test_a_page_ends_where_the_next_one_begins(admin):
    reply = await admin.get("/api/v1/admin/audit?limit=2", headers=signed_in(admin, "admin"))

    assert [each["id"] for each in reply.json["items"]] == ["ticket", "expert"]
    assert reply.json["next"] == "2026-11-22T08:30:00Z"


async def test_without_routing_the_rest_is_told(admin):
    del admin.services.answers["routing", "audit"]

    reply = await admin.get("/api/v1/admin/audit", headers=signed_in(admin, "admin"))

    assert reply.json["unavailable"] == ["routing"]
    assert [each["id"] for each in reply.json["items"]] == ["ticket", "office"]


@pytest.mark.parametrize("language", ["fa", "en"])
async def test_the_page_tells_what_differs(admin, language):
    page = (await admin.get(f"/admin/audit?person=admin&before=nonsense&lang={language}")).text

    assert "PT2H" in page
    assert "tier" in page
    assert text(language, "operation.first") in page
    assert admin.services.last("audit").request.by == "person:admin"
    assert admin.services.last("audit").request.before is None


async def test_it_is_for_administrators(admin):
    assert (
        await admin.get("/api/v1/admin/audit", headers=signed_in(admin, "manager"))
    ).status == 403
