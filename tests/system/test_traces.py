"""One ticket followed by its trace: from the gateway's request to the last service that hears."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from deploy.local.installation import Installation
from tests.servers import started_installation
from tests.system.client import Api, wait_for

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
EVERYBODY = {
    *("peygir-gateway", "peygir-intake", "peygir-routing"),
    *("peygir-sla", "peygir-notify", "peygir-reporting"),
}
_READY_SECONDS = 120.0


class Collector(ThreadingHTTPServer):
    """Takes what a collector of OpenTelemetry takes: OTLP over HTTP, in JSON."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self.spans: list[dict[str, Any]] = []

    def of(self, trace: str) -> list[dict[str, Any]]:
        return [span for span in list(self.spans) if span["traceId"] == trace]


class _Taking(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        document = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert self.path == "/v1/traces"
        for part in document["resourceSpans"]:
            (name,) = (each["value"]["stringValue"] for each in part["resource"]["attributes"])
            for scope in part["scopeSpans"]:
                self.server.spans += [{**span, "service": name} for span in scope["spans"]]
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with Collector() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def traced(
    collector: Collector, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    endpoint = f"http://127.0.0.1:{collector.server_port}"
    folder = tmp_path_factory.mktemp("traced")
    environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint}
    with started_installation(folder, demo=True, environment=environment) as started:
        started.start_processes()
        started.wait_ready(_READY_SECONDS)
        yield started


def test_a_ticket_is_followed_through_every_service(
    traced: Installation, collector: Collector
) -> None:
    api = Api(traced.addresses.gateway, headers={"traceparent": f"00-{TRACE}-{PARENT}-01"})
    code = api.register(
        subject="it.software",
        title="سامانه باز نمی‌شود",
        description="صفحه سفید می‌ماند.",
        requester={"name": "رضا احمدی", "mobile": "09121234567"},
    )

    def whole() -> list[dict[str, Any]] | None:
        # Each service sends its spans when it comes to it, so a parent may come after its child.
        spans = collector.of(TRACE)
        known = {PARENT, *(span["spanId"] for span in spans)}
        is_whole = {span["parentSpanId"] for span in spans} <= known
        return spans if is_whole and {span["service"] for span in spans} == EVERYBODY else None

    spans = wait_for(whole, 60.0, "a span of every service, and each one's parent")
    ids = [span["spanId"] for span in spans]
    assert len(set(ids)) == len(ids)
    (root,) = (span for span in spans if span["parentSpanId"] == PARENT)
    assert root["name"] == "POST /api/v1/tickets"
    told = json.dumps(spans, ensure_ascii=False)
    assert code in told
    assert "رضا" not in told
    assert "09121234567" not in told
    assert all(int(span["startTimeUnixNano"]) <= int(span["endTimeUnixNano"]) for span in spans)
