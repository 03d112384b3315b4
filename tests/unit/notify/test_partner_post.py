"""Posting to partners that misbehave: what is tried again, what is given up, where we connect."""

from __future__ import annotations

import http.server
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import standardwebhooks

from contracts.calls.routing import PartnerLink
from services.notify.channels import NotTaken, Outgoing, outside
from services.notify.channels.partner import PartnerPost, seconds_of
from services.notify.domain import attempts
from services.notify.domain.attempts import Attempts, Refused
from services.notify.partners import hand_over
from services.notify.settings import NotifySettings
from tests.unit.notify.samples import NOON, a_partner, a_registered_ticket
from tests.unit.notify.test_partners import SENT_OUT

NEW, OLD = "whsec_" + "TmV3MTIz" * 5, "whsec_" + "T2xkMTIz" * 5
MESSAGE = Outgoing("8b1f0a6c52d94e37", "telecom", "مخابرات", "fa", '{"type":"handoff.closed"}')


class Receiver(http.server.BaseHTTPRequestHandler):
    """Answers as scripted, the last way for ever; `None` cuts the connection off."""

    script: Any
    got: list[tuple[dict[str, str], bytes]]

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        head = {name.lower(): value for name, value in self.headers.items()}
        self.got.append((head, self.rfile.read(length)))
        status, more = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if status is None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(status)
        for name, value in more.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST  # noqa: N815 - to see who follows a redirect

    def log_message(self, *_arguments: Any) -> None:
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[Any]:
    handler = type("Scripted", (Receiver,), {"script": [(202, {})], "got": []})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield handler, f"http://127.0.0.1:{server.server_port}/api/v1/partners/us/events?a=1"
    server.shutdown()
    server.server_close()


class Known:
    """One partner, and whether it wants no more."""

    def __init__(self, **changes: Any) -> None:
        self.link: PartnerLink | None = a_partner(**{"secrets": [NEW], **changes})
        self.stopped: dict[str, int] = {}

    def of(self, _ids: Any) -> dict[str, PartnerLink]:
        return {"telecom": self.link} if self.link else {}

    def stop(self, partner: str, version: int, _at: datetime) -> None:
        self.stopped[partner] = version

    def holds(self, partner: str, version: int) -> bool:
        return self.stopped.get(partner, -1) >= version


def posting(known: Known, inside: str = "127.0.0.1", seconds: float = 2.0) -> PartnerPost:
    return PartnerPost(
        known,
        known,
        clock=lambda: datetime.now(UTC),
        inside=frozenset(filter(None, [inside])),
        seconds=seconds,
    )


def refusal(known: Known, **options: Any) -> NotTaken:
    with pytest.raises(NotTaken) as refused:
        posting(known, **options).send(MESSAGE)
    return refused.value


def test_what_is_posted_is_signed_with_every_secret_and_has_the_same_id_each_time(receiver: Any):
    handler, address = receiver
    channel = posting(Known(address=address, secrets=[NEW, OLD]))

    channel.send(MESSAGE)
    channel.send(MESSAGE)
    channel.close()

    for head, body in handler.got:
        for secret in (NEW, OLD):
            assert standardwebhooks.Webhook(secret).verify(body, head) == {"type": "handoff.closed"}
        assert head["webhook-id"] == MESSAGE.id
        assert head["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (500, "provider_busy"),
        (503, "provider_busy"),
        (429, "provider_busy"),
        (400, "message_refused"),
        (401, "message_refused"),
        (404, "message_refused"),
        (302, "redirected"),
        (307, "redirected"),
        (None, "unreachable"),
    ],
)
def test_whatever_is_not_taken_is_tried_again(receiver: Any, status: int | None, code: str):
    handler, address = receiver
    handler.script = [(status, {"Location": address})]

    refused = refusal(Known(address=address))

    assert (refused.code, refused.lasting) == (code, False)
    assert len(handler.got) == 1


def test_a_partner_that_is_gone_gets_nothing_more_until_it_is_defined_anew(receiver: Any):
    handler, address = receiver
    handler.script = [(410, {}), (202, {})]
    known = Known(address=address)

    assert refusal(known).lasting
    assert refusal(known).lasting
    assert len(handler.got) == 1
    known.link = a_partner(address=address, secrets=[NEW], version=2)
    posting(known).send(MESSAGE)
    assert len(handler.got) == 2


def test_who_asks_for_time_is_given_it(receiver: Any):
    handler, address = receiver
    handler.script = [(429, {"Retry-After": "7200"})]

    assert refusal(Known(address=address)).retry_after == 7200


def test_who_hangs_is_left(receiver: Any):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        assert refusal(Known(address=address), seconds=0.2).code == "timeout"


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://169.254.169.254/latest/meta-data",
        "https://10.0.0.8/",
        "https://user@telecom.example.com/",
        "https://telecom.example.com:22/",
        "http://telecom.example.com/",
        "gopher://telecom.example.com/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://localhost/",
    ],
)
def test_nobody_is_reached_within_our_network(address: str, monkeypatch: pytest.MonkeyPatch):
    """Names are looked up here as the system would; what they lead to is never connected to."""

    def connected(*_arguments: Any, **_options: Any) -> Any:
        pytest.fail("a connection was made")

    monkeypatch.setattr(outside.socket, "create_connection", connected)

    assert refusal(Known(address=address), inside="").code in ("address_not_allowed", "unreachable")


def test_a_name_that_leads_inside_leads_nowhere(monkeypatch: pytest.MonkeyPatch):
    def inside(*_arguments: Any, **_options: Any) -> Any:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.8", 443))]

    monkeypatch.setattr(outside.socket, "getaddrinfo", inside)

    assert refusal(Known(address="https://telecom.example.com/")).code == "address_not_allowed"


@pytest.mark.parametrize("changes", [{"secrets": []}, {"address": None}])
def test_a_partner_that_cannot_be_posted_to_is_no_reason_to_go_on_trying(changes: dict[str, Any]):
    assert refusal(Known(**changes)).lasting


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("", 0),
        ("120", 120),
        ("-5", 0),
        ("soon", 0),
        ("Sun, 22 Nov 2026 08:40:00 GMT", 600),
        ("Sun, 22 Nov 2026 08:00:00 GMT", 0),
    ],
)
def test_a_retry_after_is_read_by_number_and_by_date(text: str, seconds: float):
    assert seconds_of(text, NOON) == seconds


def test_a_message_is_tried_for_days_on_its_schedule_and_then_given_up():
    schedule = NotifySettings.model_fields["partner_retry_seconds"].default
    ticket = a_registered_ticket()
    ticket.decide(hand_over, SENT_OUT)
    delivery = ticket.ids()[-1]
    refused = Refused(delivery=delivery, code="unreachable")
    tried = Attempts(results=[refused], pauses=(), pauses_by={"partner": schedule})
    began, tries = ticket.now, 0

    while (at := ticket.ledger.deliveries[delivery].next_attempt_at) is not None:
        ticket.now, tries = at, tries + 1
        ticket.decide(attempts.settle, tried)

    assert tries == len(schedule) + 1
    assert ticket.now - began == timedelta(seconds=sum(schedule))
    assert timedelta(days=3) < ticket.now - began < timedelta(days=4)
    assert ticket.ledger.deliveries[delivery].state == "failed"


def test_a_partner_that_asks_for_time_moves_its_next_attempt_by_a_day_at_most():
    ticket = a_registered_ticket()
    ticket.decide(hand_over, SENT_OUT)
    delivery = ticket.ids()[-1]
    for asked, waited in ((600.0, 600.0), (1e9, 86_400.0)):
        refused = Refused(delivery=delivery, code="provider_busy", retry_after=asked)
        tried = Attempts(results=[refused], pauses=(), pauses_by={"partner": (5.0, 30.0)})
        ticket.decide(attempts.settle, tried)
        at = ticket.ledger.deliveries[delivery].next_attempt_at
        assert at == ticket.now + timedelta(seconds=waited)
