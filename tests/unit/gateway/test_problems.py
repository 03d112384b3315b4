"""Everything that goes wrong comes as a problem document, and says nothing of the inside."""

import pytest

from chassis.errors import Conflict
from gateway.texts import preferred
from tests.unit.gateway.samples import CODE, a_request, signed_in

JSON = {"content-type": "application/json"}


async def test_a_problem_has_all_that_rfc_9457_and_our_conventions_ask_for(world):
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"

    reply = await world.get(
        "/api/v1/nothing", headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
    )

    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json == {
        "type": "urn:peygir:problem:path_not_found",
        "title": "پیدا نشد",
        "status": 404,
        "detail": "در این نشانی چیزی نیست.",
        "instance": "/api/v1/nothing",
        "code": "path_not_found",
        "trace_id": trace,
    }


async def test_a_wrong_method_says_which_are_right(world):
    reply = await world.send("DELETE", "/api/v1/tickets", headers={"Accept-Language": "en"})

    assert (reply.status, reply.json["code"]) == (405, "method_not_allowed")
    assert reply.headers["allow"] in {"POST", "GET", "GET, POST", "POST, GET"}


async def test_a_body_that_is_too_long_is_refused(world):
    body = b'{"subject":"' + b"x" * 300_000 + b'"}'

    reply = await world.post("/api/v1/tickets", body=body, headers=JSON)

    assert (reply.status, reply.json["code"]) == (413, "body_too_large")


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_what_is_not_said_to_be_json_is_not_read(world, content_type):
    reply = await world.post("/api/v1/tickets", body=b"{}", headers={"content-type": content_type})

    assert (reply.status, reply.json["code"]) == (415, "media_type_not_supported")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "json_invalid"),
        (b"", "required"),
        (b'{"subject": NaN}', "json_invalid"),
        (b'{"subject": "\\ud800"}', "json_invalid"),
        (b'{"subject": "\xff"}', "json_invalid"),
        (b"[" * 5000 + b"]" * 5000, "json_invalid"),
        (b'{"title": "a\\u0000b"}', "null_character"),
        (b'{"title": 9223372036854775808}', "number_too_large"),
        (b'{"title": [{"x": -9223372036854775809}]}', "number_too_large"),
        (b"[]", "wrong_type"),
        (b"null", "wrong_type"),
    ],
)
async def test_bad_json_is_told_apart(world, body, code):
    reply = await world.post("/api/v1/tickets", body=body, headers=JSON)

    assert reply.status == 422
    assert code in {item["code"] for item in reply.json["errors"]}
    assert world.services.asked == []


async def test_a_backslash_that_a_person_typed_is_no_null_character(world):
    reply = await world.post("/api/v1/tickets", json=a_request(title=r"error \u0000 on screen"))

    assert reply.status == 201


async def test_free_form_objects_have_a_bottom(world):
    deep: dict = {}
    for _ in range(30):
        deep = {"a": deep}

    reply = await world.post(
        f"/api/v1/tickets/{CODE}/actions/note", json=deep, headers=signed_in(world, "agent")
    )

    assert reply.json["errors"][0]["code"] == "too_deep"


async def test_a_key_with_blanks_is_no_key(world):
    reply = await world.post(
        "/api/v1/tickets", json=a_request(), headers={"Idempotency-Key": "a b"}
    )

    assert reply.json["errors"][0]["pointer"] == "/header/Idempotency-Key"


async def test_an_unexpected_error_tells_nothing(world):
    world.services.tell("intake", "subjects", RuntimeError("mongodb://user:secret@host"))

    reply = await world.get("/api/v1/subjects")

    assert (reply.status, reply.json["code"]) == (500, "unexpected")
    assert "secret" not in reply.text


async def test_parameters_of_a_refusal_cannot_disturb_its_text(world):
    world.services.tell(
        "routing", "act", Conflict("action_unknown", language="en", key="x", action="{x}")
    )

    reply = await world.post(
        f"/api/v1/tickets/{CODE}/actions/done", headers=signed_in(world, "agent")
    )

    assert reply.status == 409
    assert "{x}" in reply.json["detail"]


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "fa"),
        ("", "fa"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("fa-IR,en;q=0.5", "fa"),
        ("de,en;q=0.3", "en"),
        ("de", "fa"),
        ("en;q=0,fa;q=0.1", "fa"),
        ("en;q=rubbish", "fa"),
    ],
)
def test_the_readers_language(header, language):
    assert preferred(header) == language
