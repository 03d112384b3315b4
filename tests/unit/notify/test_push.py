"""Web push: what a device reads, who signs, where we connect, and what becomes of an answer."""

import base64
from datetime import datetime
from typing import Any

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from contracts.notify import ToDevice
from deploy.local.push_sink.browser import Browser, NotSigned, Unreadable, signer_of
from services.notify.channels import NotTaken, Outgoing, outside, push
from services.notify.channels.push import WebPush, encrypted, is_device, outcome_of
from services.notify.channels.vapid import Vapid, decoded
from services.notify.repository import Device
from tests.unit.notify.samples import NOON

# RFC 8291, appendix A.
RFC_KEY = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
RFC_AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
RFC_BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6"
    "TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulc"
    "y4a-fN"
)
KEY = base64.urlsafe_b64encode(bytes(range(1, 33))).decode().rstrip("=")
ORIGIN = "https://push.example"
MESSAGE = Outgoing(
    "0123456789abcdef", "person:boss", "رئیس", "fa", "متن", "عنوان", link="https://p/a/x"
)


def a_device(browser: Browser, origin: str = ORIGIN) -> Device:
    subscription: Any = browser.subscription(origin)
    return Device(
        id=browser.id[:8],
        person="person:boss",
        endpoint=subscription["endpoint"],
        p256dh=subscription["keys"]["p256dh"],
        auth=subscription["keys"]["auth"],
        label="",
        added_at=datetime.fromisoformat(NOON.isoformat()),
    )


class Kept:
    """The devices of one person."""

    def __init__(self, *devices: Device) -> None:
        self.devices = list(devices)

    def of(self, persons: Any) -> dict[str, list[Device]]:
        return {person: list(self.devices) for person in persons if self.devices}

    def forget(self, device: str, _auth: str) -> None:
        self.devices = [each for each in self.devices if each.id != device]


def pushing(kept: Kept, *answers: Any) -> WebPush:
    """Give a channel whose push services answer so, one after the other."""
    left = list(answers)

    def post(*_arguments: Any) -> int:
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return int(answer)

    channel = WebPush(kept, Vapid(KEY, "mailto:a@b.example"))  # type: ignore[arg-type]
    channel._post = post  # type: ignore[method-assign]
    return channel


def test_the_examples_of_the_standard_are_read():
    number = int.from_bytes(decoded(RFC_KEY), "big")
    private = ec.derive_private_key(number, ec.SECP256R1())

    read = http_ece.decrypt(
        decoded(RFC_BODY), private_key=private, auth_secret=decoded(RFC_AUTH), version="aes128gcm"
    )

    assert read == b"When I grow up, I want to be a watermelon"


def test_only_the_device_reads_what_is_pushed():
    browser, other = Browser(), Browser()
    body = encrypted(a_device(browser), "سلام".encode())

    assert browser.read(body).decode() == "سلام"
    with pytest.raises(Unreadable):
        other.read(body)


def test_every_message_has_a_key_of_its_own():
    device = a_device(Browser())

    assert encrypted(device, b"x") != encrypted(device, b"x")


def test_what_is_signed_is_good_for_one_push_service_and_for_hours():
    vapid = Vapid(KEY, "mailto:a@b.example", clock=lambda: 1_000_000.0)
    header = vapid.header(ORIGIN)

    assert signer_of(header, ORIGIN, 1_000_000.0) == vapid.public
    for origin, now in (("https://other.example", 1_000_000.0), (ORIGIN, 1_000_000.0 + 13 * 3600)):
        with pytest.raises(NotSigned):
            signer_of(header, origin, now)


def test_a_word_is_renewed_before_it_ends():
    times = iter([0.0, 3600.0, 7 * 3600.0])
    vapid = Vapid(KEY, "mailto:a@b.example", clock=lambda: next(times))

    first, same, renewed = (vapid.header(ORIGIN) for _ in range(3))

    assert first == same != renewed


def test_a_key_of_another_length_is_refused_at_the_start():
    with pytest.raises(ValueError, match="PEYGIR_PUSH_KEY"):
        Vapid("AAAA", "mailto:a@b.example")


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (201, "taken"),
        (404, "gone"),
        (410, "gone"),
        (429, "provider_busy"),
        (500, "provider_busy"),
        (503, "provider_busy"),
        (302, "message_refused"),
        (400, "message_refused"),
        (403, "message_refused"),
        (413, "message_refused"),
    ],
)
def test_what_an_answer_means(status: int, outcome: str):
    assert outcome_of(status) == outcome


def test_one_device_that_took_it_is_enough_and_one_that_is_gone_is_forgotten():
    gone, well = a_device(Browser()), a_device(Browser())
    kept = Kept(gone, well)

    taken = pushing(kept, 410, 201).send(MESSAGE)

    assert taken.devices == (
        ToDevice(device=gone.id, outcome="gone"),
        ToDevice(device=well.id, outcome="taken"),
    )
    assert kept.devices == [well]


@pytest.mark.parametrize(
    ("answers", "code", "lasting"),
    [
        ([410], "no_device", True),
        ([400], "message_refused", True),
        ([503], "provider_busy", False),
        ([TimeoutError()], "timeout", False),
        ([ConnectionRefusedError()], "unreachable", False),
        ([outside.OutOfBounds("not_public")], "message_refused", True),
    ],
)
def test_what_no_device_took_fails_or_is_tried_again(answers, code, lasting):
    with pytest.raises(NotTaken) as failure:
        pushing(Kept(a_device(Browser())), *answers).send(MESSAGE)

    assert (failure.value.code, failure.value.lasting) == (code, lasting)
    assert not failure.value.closed


def test_who_has_no_device_is_not_reached():
    with pytest.raises(NotTaken, match="no_device"):
        pushing(Kept()).send(MESSAGE)


def test_a_push_service_that_hangs_rests_and_the_others_go_on():
    hanging = a_device(Browser(), "https://slow.example")
    well = a_device(Browser(), "https://well.example")
    channel = pushing(Kept(hanging, well), TimeoutError(), 201, 201)

    first, second = channel.send(MESSAGE), channel.send(MESSAGE)

    assert [each.outcome for each in first.devices] == ["timeout", "taken"]
    assert [each.outcome for each in second.devices] == ["provider_busy", "taken"]


@pytest.mark.parametrize(
    "url",
    [
        "http://push.example/x",
        "https://push.example:8443/x",
        "ftp://push.example/x",
        "https://user@push.example/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://10.0.0.7/x",
        "https://169.254.169.254/latest",
        "https://[::ffff:10.0.0.7]/x",
        "https://[64:ff9b::a00:7]/x",
        "https:///x",
        "https://push.example/x#y",
        "https://push.example/x y",
        "https://push.example:port/x",
        "http://127.0.0.1:8028/push/x",
    ],
)
def test_an_address_that_is_none_of_a_push_service_is_refused(url: str):
    with pytest.raises(outside.OutOfBounds):
        outside.place_of(url, "http://127.0.0.1:8027")


def test_the_local_sink_is_the_one_exception():
    place = outside.place_of("http://127.0.0.1:8027/push/x", "http://127.0.0.1:8027")

    assert place.origin == "http://127.0.0.1:8027"


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2a00:1450:4001::1", True),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("224.0.0.1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("2002:a00:7::1", False),
        ("::127.0.0.1", False),
    ],
)
def test_which_addresses_are_public(address, public):
    assert outside.is_public(address) is public


def test_a_name_that_leads_into_our_network_is_not_connected_to(monkeypatch: pytest.MonkeyPatch):
    public, private = ("8.8.8.8", 443), ("10.0.0.7", 443)
    found = [(2, 1, 6, "", public), (2, 1, 6, "", private)]
    monkeypatch.setattr(outside.socket, "getaddrinfo", lambda *_a, **_k: found)
    connection = outside.connect(outside.place_of(ORIGIN), inside="", seconds=1)

    with pytest.raises(outside.OutOfBounds):
        connection.request("POST", "/x")


def test_keys_that_no_browser_made_are_refused():
    device = a_device(Browser())

    assert is_device(device.p256dh, device.auth)
    assert not is_device("B" * 87, device.auth)
    assert not is_device(device.p256dh, "AAAA")


def test_what_the_browser_shows_is_complete():
    assert push.payload(MESSAGE).decode() == (
        '{"id":"0123456789abcdef","title":"عنوان","body":"متن","link":"https://p/a/x",'
        '"lang":"fa","dir":"rtl"}'
    )
