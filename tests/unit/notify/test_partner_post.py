"""Posting to partners that misbehave: what is tried again, what is given up, where we connect."""

from __future__ import annotations

import http.client
import socket
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import standardwebhooks
from msgspec.structs import replace

from contracts.calls.routing import PartnerLink
from services.notify.channels import NotTaken, Outgoing, outside
from services.notify.channels.partner import PartnerPost
from services.notify.channels.posting import seconds_of
from services.notify.domain import attempts
from services.notify.domain.attempts import Attempts, Pointless, Refused
from services.notify.partners import hand_over
from services.notify.settings import NotifySettings
from tests.unit.notify.samples import NOON, a_partner, a_registered_ticket
from tests.unit.notify.test_partners import SENT_OUT

NEW, OLD = "whsec_" + "TmV3MTIz" * 5, "whsec_" + "T2xkMTIz" * 5
ADDRESS = "https://telecom.example.com/hook?a=1"
MESSAGE = Outgoing("8b1f0a6c52d94e37", "telecom", "مخابرات", "fa", '{"type":"handoff.closed"}')


class Receiver:
    """Stands for a partner's server and the connection to it; answers as scripted."""

    sock = None

    def __init__(self) -> None:
        #: A status with its headers, or what breaks; the last one for ever.
        self.script: list[Any] = [(202, {})]
        self.got: list[tuple[str, str, dict[str, str], bytes]] = []
        self.closed = 0

    def request(self, verb: str, path: str, body: bytes, headers: dict[str, str]) -> None:
        self.got.append((verb, path, headers, body))

    def getresponse(self) -> Any:
        said = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(said, Exception):
            raise said
        status, headers = said
        return SimpleNamespace(
            status=status,
            headers=headers,
            will_close=False,
            read=lambda _most: b"",
            isclosed=lambda: True,
        )

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Receiver:
    partner = Receiver()
    monkeypatch.setattr(outside, "connect", lambda *_place, **_options: partner)
    return partner


class Known:
    """One partner, and whether it wants no more."""

    def __init__(self, **changes: Any) -> None:
        usual = {"secrets": [NEW], "address": ADDRESS}
        self.link: PartnerLink | None = a_partner(**{**usual, **changes})
        self.stopped: dict[str, int] = {}

    def of(self, _ids: Any) -> dict[str, PartnerLink]:
        return {"telecom": self.link} if self.link else {}

    def stop(self, partner: str, version: int, _at: datetime) -> None:
        self.stopped[partner] = version

    def holds(self, partner: str, version: int) -> bool:
        return self.stopped.get(partner, -1) >= version


def posting(known: Known) -> PartnerPost:
    return PartnerPost(known, known, clock=lambda: datetime.now(UTC), seconds=2.0)


def refusal(known: Known) -> NotTaken:
    with pytest.raises(NotTaken) as refused:
        posting(known).send(MESSAGE)
    return refused.value


def test_what_is_posted_is_signed_with_every_secret_and_has_the_same_id_each_time(
    receiver: Receiver,
):
    channel = posting(Known(secrets=[NEW, OLD]))

    channel.send(MESSAGE)
    channel.send(MESSAGE)

    assert len(receiver.got) == 2
    for verb, path, head, body in receiver.got:
        for secret in (NEW, OLD):
            assert standardwebhooks.Webhook(secret).verify(body, head) == {"type": "handoff.closed"}
        assert (verb, path) == ("POST", "/hook?a=1")
        assert head["webhook-id"] == MESSAGE.id
        assert head["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ((500, {}), "provider_busy"),
        ((503, {}), "provider_busy"),
        ((429, {}), "provider_busy"),
        ((400, {}), "message_refused"),
        ((401, {}), "message_refused"),
        ((404, {}), "message_refused"),
        ((302, {"Location": "https://elsewhere.example.com/"}), "redirected"),
        ((307, {"Location": "https://elsewhere.example.com/"}), "redirected"),
        (TimeoutError(), "timeout"),
        (ConnectionResetError(), "unreachable"),
        (http.client.RemoteDisconnected(), "unreachable"),
        (http.client.BadStatusLine("x"), "unreachable"),
    ],
)
def test_whatever_is_not_taken_is_tried_again(receiver: Receiver, said: Any, code: str):
    receiver.script = [said]

    refused = refusal(Known())

    assert (refused.code, refused.lasting) == (code, False)
    assert len(receiver.got) == 1


def test_a_partner_that_is_gone_gets_nothing_more_until_it_is_defined_anew(receiver: Receiver):
    receiver.script = [(410, {}), (202, {})]
    known = Known()

    assert refusal(known).lasting
    assert refusal(known).lasting
    assert len(receiver.got) == 1
    known.link = a_partner(address=ADDRESS, secrets=[NEW], version=2)
    posting(known).send(MESSAGE)
    assert len(receiver.got) == 2


def test_who_asks_for_time_is_given_it(receiver: Receiver):
    receiver.script = [(429, {"Retry-After": "7200"})]

    assert refusal(Known()).retry_after == 7200


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
    ],
)
def test_nobody_is_reached_within_our_network(address: str, monkeypatch: pytest.MonkeyPatch):
    """Names are looked up here as the system would; what they lead to is never connected to."""

    def connected(*_arguments: Any, **_options: Any) -> Any:
        pytest.fail("a connection was made")

    monkeypatch.setattr(outside.socket, "create_connection", connected)

    assert refusal(Known(address=address)).code in ("address_not_allowed", "unreachable")


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


@pytest.mark.parametrize(
    "result",
    [
        Refused(delivery="", code="message_refused", lasting=True),
        Pointless(delivery="", reason="no_recipient"),
    ],
    ids=["refused", "nobody"],
)
def test_our_people_are_told_when_a_partner_cannot_be_asked(result: Refused | Pointless):
    ticket = a_registered_ticket()
    ticket.decide(hand_over, SENT_OUT)
    known = replace(result, delivery=ticket.ids()[-1])

    events = ticket.decide(attempts.settle, Attempts(results=[known], pauses=()))

    told = events[-1]
    assert (told.template, told.recipient) == ("partner_unreached", "role:responsible")
    assert told.particulars.state in ("message_refused", "no_recipient")
    assert ticket.decide(attempts.settle, Attempts(results=[known], pauses=())) == []


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
