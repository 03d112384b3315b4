"""Who changed what: put together of two services, and on a page."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from contracts.calls.audit import AuditEntry
from contracts.calls.routing import DefinePartner, DefinePerson, StaffMember
from contracts.calls.webhooks import DefineWebhook
from gateway.texts import has, text
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
    assert text(language, "operation.field.tier") in page
    assert text(language, "operation.first") in page
    assert admin.services.last("audit").request.by == "person:admin"
    assert admin.services.last("audit").request.before is None


async def told(admin: World, **entry: Any) -> str:
    """Give what the page says of a change."""
    changed = AuditEntry(**{"at": NOON, "by": "person:admin", "id": "x", **entry})
    for service in ("routing", "sla", "notify"):
        admin.services.tell(service, "audit", [changed] if service == "routing" else [])
    page = (await admin.get("/admin/audit?lang=fa")).text
    cell = page.partition("<tbody>")[2].partition("</tbody>")[0].rpartition("<td>")[2]
    return re.sub("<[^>]*>", "", cell).strip()


@pytest.mark.parametrize(
    ("kind", "fields", "said"),
    [
        ("person", ["hourly_rate", "skill_levels"], "هزینهٔ هر ساعت، سطح مهارت‌ها"),
        ("person", [*DefinePerson.__struct_fields__], "ساخته شد"),
        ("partner", [*DefinePartner.__struct_fields__], "ساخته شد"),
        ("key", ["title", "rights", "addresses", "secret"], "ساخته شد"),
        ("key", ["secret"], "رمز"),
        ("rules", ["unit", "network"], "unit، network"),
        ("unit", [], "ذخیره شد"),
    ],
)
async def test_what_changed_is_told_by_names_and_what_was_made_as_such(admin, kind, fields, said):
    assert await told(admin, kind=kind, fields=fields) == said


@pytest.mark.parametrize("asked", [DefinePerson, DefinePartner, DefineWebhook])
def test_every_field_that_may_change_has_a_name(asked):
    fields = {*asked.__struct_fields__} - {"id"} | {"secret", "replay", "removed", "expires_at"}

    assert [name for name in sorted(fields) if not has(f"operation.field.{name}")] == []


async def test_it_is_for_administrators(admin):
    assert (
        await admin.get("/api/v1/admin/audit", headers=signed_in(admin, "manager"))
    ).status == 403
