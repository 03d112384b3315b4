"""The gateway as a process: limits and sessions in Redis, everything else away."""

from __future__ import annotations

import http.client
import signal
import time

from tests.component.waiting import eventually_equal

TICKET = {
    "subject": "it",
    "title": "T",
    "description": "D",
    "requester": {"name": "N", "mobile": "09121234567"},
}
LIMIT = {"PEYGIR_LIMIT_REGISTER": "3/minute"}


def test_with_its_services_away_it_says_so_in_time(a_gateway, redis_url):
    door = a_gateway(redis_url)

    started = time.monotonic()
    answer = door.http.post("/api/v1/tickets", TICKET)

    assert time.monotonic() - started < 3
    answer.expect(503)
    assert answer.headers["Retry-After"]
    assert answer.json["code"] == "service_unavailable"
    assert door.http.get("/track").status == 200


def test_limits_are_counted_for_all_gateways_together(a_gateway, redis_url):
    doors = [a_gateway(redis_url, number=number, **LIMIT) for number in (1, 2)]

    statuses = [doors[n % 2].http.post("/api/v1/tickets", TICKET).status for n in range(5)]

    assert statuses == [503, 503, 503, 429, 429]
    refused = doors[0].http.post("/api/v1/tickets", TICKET)
    assert 0 < int(refused.headers["Retry-After"]) <= 80
    assert refused.headers["RateLimit-Policy"] == '"register";q=3;w=60'


def test_a_forged_address_opens_no_limit(a_gateway, redis_url):
    door = a_gateway(redis_url, **LIMIT)

    statuses = [
        door.http.post(
            "/api/v1/tickets", TICKET, headers={"X-Forwarded-For": f"198.51.100.{n}"}
        ).status
        for n in range(5)
    ]

    assert statuses.count(429) == 2


def test_a_proxy_that_is_trusted_tells_the_address(a_gateway, redis_url):
    door = a_gateway(redis_url, **LIMIT, PEYGIR_TRUSTED_PROXIES="127.0.0.1")

    statuses = [
        door.http.post(
            "/api/v1/tickets", TICKET, headers={"X-Forwarded-For": f"198.51.100.{n}"}
        ).status
        for n in range(5)
    ]

    assert statuses == [503] * 5


def test_without_redis_limits_hold_in_each_process_and_nothing_waits(a_gateway, silent_url):
    door = a_gateway(silent_url, **LIMIT)

    times, statuses = [], []
    for _ in range(5):
        started = time.monotonic()
        statuses.append(door.http.post("/api/v1/tickets", TICKET).status)
        times.append(time.monotonic() - started)

    assert statuses == [503, 503, 503, 429, 429]
    assert max(times) < 3.5
    assert min(times) < 0.5


def test_signing_out_counts_at_every_gateway(a_gateway, start_gateway, redis_url, token):
    here, there = (a_gateway(redis_url, number=number) for number in (1, 2))
    mine = {"Authorization": f"Bearer {token}"}
    there.http.get("/api/v1/sessions/current", headers=mine).expect(200)

    here.http.request("DELETE", "/api/v1/sessions/current", headers=mine).expect(204)

    here.http.get("/api/v1/sessions/current", headers=mine).expect(401)
    eventually_equal(lambda: there.http.get("/api/v1/sessions/current", headers=mine).status, 401)
    later = start_gateway(redis_url)
    eventually_equal(lambda: later.http.get("/api/v1/sessions/current", headers=mine).status, 401)


def test_sessions_stay_good_without_redis(a_gateway, silent_url, token):
    door = a_gateway(silent_url, **LIMIT)
    mine = {"Authorization": f"Bearer {token}"}

    door.http.get("/api/v1/sessions/current", headers=mine).expect(200)
    door.http.request("DELETE", "/api/v1/sessions/current", headers=mine).expect(204)

    door.http.get("/api/v1/sessions/current", headers=mine).expect(401)


def test_operators_see_figures_by_route_and_not_by_path(a_gateway, redis_url):
    door = a_gateway(redis_url)
    door.http.get("/api/v1/track/481920374654", headers={"Peygir-Proof": "1234"})
    door.http.get("/nothing/here")

    figures = door.operators.get("/metrics").text

    assert 'route="/api/v1/track/{code}"' in figures
    assert 'route="unmatched"' in figures
    assert "481920374654" not in figures
    assert door.operators.get("/healthz").status == 200


def test_it_stops_in_order_when_told(start_gateway, redis_url):
    door = start_gateway(redis_url)

    door.signal(signal.SIGTERM)

    assert door.wait(15) == 0


def test_an_open_stream_does_not_keep_it_from_stopping(start_gateway, redis_url, token):
    door = start_gateway(redis_url)
    connection = http.client.HTTPConnection("127.0.0.1", door.port, timeout=20)
    connection.request("GET", "/api/v1/events/stream", headers={"Authorization": f"Bearer {token}"})
    answer = connection.getresponse()
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    assert answer.readline() == b"retry: 2000\n"

    door.signal(signal.SIGTERM)

    assert door.wait(15) == 0
    connection.close()
