"""GET /api/v1/track/{code} and what the requester does there."""

import pytest

from chassis.errors import NotFound
from contracts.calls.intake import Message
from tests.unit.gateway.samples import CODE, NOON, a_followed, a_tracked

PROOF = {"Peygir-Proof": "۴۵۶۷"}


async def test_code_and_proof_show_the_allowed_fields_and_nothing_else(world):
    reply = await world.get(f"/api/v1/track/{CODE}", headers=PROOF)

    assert reply.status == 200
    assert set(reply.json) == {
        "code",
        "state",
        "title",
        "subject",
        "kind",
        "channel",
        "registered_at",
        "updated_at",
        "finished_at",
        "waiting_for",
        "handled_by",
        "rating",
        "actions",
        "messages",
        "answers",
        "timeline",
        "expected",
    }
    assert reply.json["handled_by"] == "سارا رضایی"


async def test_the_proof_is_read_in_any_digits_and_the_code_with_separators(world):
    reply = await world.get("/api/v1/track/4819-2037-4654", headers={"Peygir-Proof": "4567 "})

    assert reply.status == 200
    asked = world.services.last("track").request
    assert (asked.code, asked.proof) == (CODE, "4567")


async def test_routing_is_asked_as_the_requester_who_was_proved(world):
    await world.get(f"/api/v1/track/{CODE}", headers=PROOF)

    identity = world.services.last("follow").identity
    assert (identity.subject, identity.role) == ("requester:r1", "requester")


async def test_messages_stand_in_the_timeline_where_they_belong(world):
    message = Message(id="m1", at=NOON.replace(minute=35), text="اتاق ۱۲")
    world.services.tell("intake", "track", a_tracked(messages=[message]))

    reply = await world.get(f"/api/v1/track/{CODE}", headers=PROOF)

    assert [step["type"] for step in reply.json["timeline"]] == [
        "ticket.registered",
        "ticket.owned",
        "ticket.assigned",
        "ticket.message_received",
        "ticket.waiting",
    ]


async def test_an_unknown_code_and_a_wrong_proof_look_the_same(world):
    world.services.tell("intake", "track", NotFound("tracking_refused"))

    unknown = await world.get("/api/v1/track/111111111111", headers=PROOF)
    wrong = await world.get("/api/v1/track/111111111111", headers={"Peygir-Proof": "0000"})

    assert unknown.status == wrong.status == 404
    assert {**unknown.json, "trace_id": ""} == {**wrong.json, "trace_id": ""}


@pytest.mark.parametrize("code", ["12345", "12345678901x", "1234567890123"])
async def test_what_can_be_no_code_is_told_so_without_asking(world, code):
    reply = await world.get(f"/api/v1/track/{code}", headers=PROOF)

    assert reply.status == 422
    assert reply.json["errors"][0]["pointer"] == "/path/code"
    assert world.services.asked == []


async def test_a_missing_proof_is_told(world):
    reply = await world.get(f"/api/v1/track/{CODE}")

    assert reply.status == 422
    assert reply.json["errors"][0]["code"] == "required"


async def test_tries_are_counted_by_address_and_by_code(world):
    await world.get(f"/api/v1/track/{CODE}", headers=PROOF, address="2001:db8:1:2:3::4")

    assert world.limits.spent == [("track", "2001:db8:1:2::"), ("track_code", CODE)]


async def test_a_message_goes_to_intake_with_the_proof(world):
    reply = await world.post(
        f"/api/v1/track/{CODE}/messages", json={"text": "اتاق ۱۲"}, headers=PROOF
    )

    assert reply.status == 201
    asked = world.services.last("add_message").request
    assert (asked.proof, asked.text, asked.address) == ("4567", "اتاق ۱۲", "192.0.2.7")


async def test_feedback_is_rated_in_the_requesters_name(world):
    reply = await world.post(
        f"/api/v1/track/{CODE}/feedback", json={"score": 5, "comment": "خوب بود"}, headers=PROOF
    )

    assert reply.json == {"code": CODE, "score": 5}
    asked = world.services.last("act")
    assert asked.identity.subject == "requester:r1"
    assert (asked.request.action, asked.request.arguments) == (
        "rate",
        {"score": 5, "comment": "خوب بود"},
    )


@pytest.mark.parametrize("score", [0, 6, "five", 4.5])
async def test_a_score_is_one_to_five(world, score):
    reply = await world.post(f"/api/v1/track/{CODE}/feedback", json={"score": score}, headers=PROOF)

    assert reply.status == 422


async def test_a_finished_ticket_is_taken_up_again(world):
    world.services.tell(
        "routing", "follow", a_followed(state="in_progress", actions=["withdraw", "note"])
    )

    reply = await world.post(
        f"/api/v1/track/{CODE}/actions/reopen", json={"reason": "هنوز قطع است"}, headers=PROOF
    )

    assert world.services.last("act").request.action == "reopen"
    assert reply.json["actions"] == ["withdraw"]


async def test_a_ticket_that_routing_has_not_heard_of_yet_is_new(world):
    world.services.tell("routing", "follow", NotFound("ticket_not_found"))

    reply = await world.get(f"/api/v1/track/{CODE}", headers=PROOF)

    assert (reply.status, reply.json["state"]) == (200, "new")
    assert [step["type"] for step in reply.json["timeline"]] == ["ticket.registered"]
