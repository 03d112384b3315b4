"""How refusals travel between processes, and what a server reads from headers."""

import pytest

from chassis.calls import server, wire
from chassis.errors import (
    Conflict,
    FieldFault,
    Forbidden,
    Invalid,
    KeyReused,
    NotFound,
    TooMany,
    Unauthenticated,
    Unavailable,
)


@pytest.mark.parametrize(
    "error",
    [
        Conflict("action_not_allowed_now", action="done", state="new"),
        Forbidden("right_missing", right="import"),
        Invalid("request_invalid", fields=[FieldFault(pointer="/title", code="empty")]),
        KeyReused(),
        NotFound("ticket_not_found"),
        TooMany("too_many", retry_after=3.5),
        Unauthenticated("pass_expired"),
        Unavailable("service_unavailable", retry_after=1, service="sla"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_refusal_arrives_as_it_was_raised(error):
    arrived = wire.decode_fault(error.status, wire.encode_fault(error))

    assert type(arrived) is type(error)
    assert (arrived.code, arrived.params) == (error.code, error.params)
    assert (arrived.fields, arrived.retry_after) == (error.fields, error.retry_after)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"code": 1}', b"\xff" * 100])
def test_an_answer_that_is_not_ours_counts_as_no_answer(body):
    assert isinstance(wire.decode_fault(502, body), Unavailable)


@pytest.mark.parametrize("text", [None, "", "soon", "-1", "0", "nan"])
def test_a_deadline_that_makes_no_sense_is_the_usual_one(text):
    assert server._number(text, 10.0) == 10.0
