"""POST /api/v1/tickets."""

import pytest

from chassis.errors import FieldFault, Invalid, KeyReused, Unavailable
from tests.unit.gateway.fakes import Outcome
from tests.unit.gateway.samples import CODE, a_request, signed_in


async def test_anybody_registers_and_gets_a_code(world):
    reply = await world.post("/api/v1/tickets", json=a_request())

    assert reply.status == 201
    assert reply.json["code"] == CODE
    assert reply.headers["location"] == f"/api/v1/tickets/{CODE}"
    asked = world.services.last("register_ticket")
    assert asked.identity.subject == "anonymous"
    assert asked.request.requester.mobile == "09121234567"
    assert asked.request.language == "fa"


async def test_the_requester_is_written_to_in_the_language_of_the_request(world):
    await world.post("/api/v1/tickets", json=a_request(), headers={"Accept-Language": "en"})

    assert world.services.last("register_ticket").request.language == "en"


async def test_the_idempotency_key_becomes_the_commands_key(world):
    world.services.tell(
        "intake",
        "register_ticket",
        Outcome(world.services.answers["intake", "register_ticket"], True),
    )

    reply = await world.post(
        "/api/v1/tickets", json=a_request(), headers={"Idempotency-Key": "crm-4711"}
    )

    assert world.services.last("register_ticket").key == "crm-4711"
    assert reply.headers["idempotent-replayed"] == "true"


async def test_without_a_key_each_request_gets_one_of_its_own(world):
    await world.post("/api/v1/tickets", json=a_request())
    await world.post("/api/v1/tickets", json=a_request())

    keys = {asked.key for asked in world.services.asked}
    assert len(keys) == 2


async def test_a_key_with_another_body_is_refused(world):
    world.services.tell("intake", "register_ticket", KeyReused())

    reply = await world.post("/api/v1/tickets", json=a_request())

    assert (reply.status, reply.json["code"]) == (422, "idempotency_key_reused")


async def test_every_wrong_field_is_told_at_once(world):
    body = {"subject": "network", "title": " ", "requester": {"name": ""}, "colour": "red"}

    reply = await world.post("/api/v1/tickets", json=body, headers={"Accept-Language": "en"})

    assert reply.status == 422
    assert {(item["pointer"], item["code"]) for item in reply.json["errors"]} == {
        ("/title", "too_short"),
        ("/description", "required"),
        ("/requester/name", "too_short"),
        ("/requester/mobile", "contact_missing"),
        ("/colour", "unknown_field"),
    }
    assert world.services.asked == []


async def test_what_intake_refuses_comes_back_with_its_field(world):
    fault = FieldFault(pointer="/subject", code="subject_unknown")
    world.services.tell("intake", "register_ticket", Invalid("request_invalid", fields=[fault]))

    reply = await world.post("/api/v1/tickets", json=a_request(subject="nothing"))

    assert reply.json["errors"] == [
        {
            "pointer": "/subject",
            "code": "subject_unknown",
            "message": "لطفاً موضوع را از فهرست انتخاب کنید.",
        }
    ]


@pytest.mark.parametrize("role", ["anonymous", "agent"])
async def test_an_earlier_time_is_for_importers_only(world, role):
    headers = signed_in(world, role) if role != "anonymous" else {}

    reply = await world.post(
        "/api/v1/tickets",
        json=a_request(),
        headers={**headers, "Peygir-At": "2026-01-01T08:00:00Z"},
    )

    assert (reply.status, reply.json["code"]) == (403, "right_missing")


async def test_an_importer_gives_the_time_and_the_workflow(world):
    reply = await world.post(
        "/api/v1/tickets",
        json=a_request(workflow="replay"),
        headers={**signed_in(world, "importer"), "Peygir-At": "2026-01-01T08:00:00Z"},
    )

    assert reply.status == 201
    asked = world.services.last("register_ticket")
    assert asked.at.isoformat() == "2026-01-01T08:00:00+00:00"
    assert asked.request.workflow == "replay"


async def test_nobody_else_chooses_a_workflow(world):
    reply = await world.post("/api/v1/tickets", json=a_request(workflow="replay"))

    assert reply.status == 403


async def test_intake_away_gives_503_with_a_time_to_come_again(world):
    world.services.tell(
        "intake", "register_ticket", Unavailable("service_unavailable", retry_after=1)
    )

    reply = await world.post("/api/v1/tickets", json=a_request())

    assert reply.status == 503
    assert reply.headers["retry-after"] == "1"
    assert reply.headers["content-type"] == "application/problem+json"


async def test_who_registers_too_often_waits(world):
    world.limits.reached.add("register")

    reply = await world.post("/api/v1/tickets", json=a_request())

    assert (reply.status, reply.headers["retry-after"]) == (429, "7")
    assert world.services.asked == []


async def test_integrations_that_are_exempt_are_not_counted(world):
    await world.post("/api/v1/tickets", json=a_request(), headers=signed_in(world, "importer"))

    assert world.limits.spent == []
