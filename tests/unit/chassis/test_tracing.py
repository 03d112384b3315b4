"""Spans of one request find their parents without having been told; nothing is kept when off."""

import json
from pathlib import Path
from typing import Any

import pytest

from chassis import tracing
from chassis.tracing import Tracer
from contracts import envelope
from contracts.envelope import CloudEvent

EXAMPLE = Path(__file__).parents[3] / "contracts" / "examples" / "ticket.registered.json"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def tracer(service: str, share: float = 1.0) -> Tracer:
    return Tracer(service, "http://127.0.0.1:9", share=share)


def told(one: Tracer) -> list[dict[str, Any]]:
    document = json.loads(one.encoded(one._waiting))
    return document["resourceSpans"][0]["scopeSpans"][0]["spans"]


def an_event(source: str, correlation: str, cause: str | None = None) -> CloudEvent:
    event = envelope.decode(EXAMPLE.read_bytes())
    fields = {name: getattr(event, name) for name in event.__struct_fields__}
    fields |= {"source": f"/peygir/{source}", "correlationid": correlation}
    if cause is not None:
        fields["causationid"] = cause
    return CloudEvent(**fields)


def test_an_event_of_a_command_is_the_child_of_the_call_and_what_follows_is_its_own() -> None:
    intake, routing, sla = (tracer(name) for name in ("intake", "routing", "sla"))
    correlation = intake.begin(TRACE)
    intake.call(correlation, "register_ticket", key="k", began=1, outcome="ok")
    registered = an_event("intake", correlation)
    routing.handled("intake", [registered], began=2)
    opened = an_event("routing", correlation, f"intake:{registered.id}")
    sla.handled("routing", [opened], began=3)

    (call,), (first,), (second,) = told(intake), told(routing), told(sla)
    assert {span["traceId"] for span in (call, first, second)} == {TRACE}
    assert call["parentSpanId"] == correlation.partition("-")[2]
    assert first["parentSpanId"] == call["spanId"]
    assert second["parentSpanId"] == first["spanId"]
    assert second["name"] == "sla on ticket.registered"


def test_a_request_that_is_not_of_the_share_leaves_nothing() -> None:
    one = tracer("intake", share=0)
    correlation = one.begin(TRACE)

    one.call(correlation, "register_ticket", key="k", began=1, outcome="ok")
    one.handled("intake", [an_event("intake", correlation)], began=1)
    one.call(None, "tickets", key=None, began=1, outcome="ok")

    assert correlation == TRACE
    assert told(one) == []


def test_two_queries_of_a_request_have_spans_of_their_own() -> None:
    one = tracer("routing")
    correlation = one.begin(TRACE)

    for _ in range(2):
        one.call(correlation, "ticket", key=None, began=1, outcome="failed")

    assert len({span["spanId"] for span in told(one)}) == 2
    assert all(span["status"] == {"code": 2} for span in told(one))


def test_a_collector_that_is_away_costs_what_waited_and_no_more() -> None:
    one = tracer("intake")
    one.call(one.begin(TRACE), "register_ticket", key="k", began=1, outcome="ok")

    one.send()

    assert told(one) == []


def test_without_an_endpoint_there_is_no_tracer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracing, "tracer", None)

    assert tracing.begin("intake", "") is None
    assert tracing.tracer is None
