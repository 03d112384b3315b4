"""The local SMS provider answers as Kavenegar's REST API is documented to."""

import socket
import threading
from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest

from deploy.local.ports import HOST
from deploy.local.waiting import wait_until
from tests.component.deploy.conftest import KEY
from tests.http import Answer, Http

SEND = f"/v1/{KEY}/sms/send.json"


def send(provider: Http, **parameters: str) -> Answer:
    form = {"receptor": "09120000001", "sender": "10004346", "message": "سلام"} | parameters
    return provider.post(SEND, form=form)


def test_a_sent_message_is_queued_and_listed(sms_provider):
    answer = send(sms_provider, localid="7").expect(200).json

    assert answer["return"] == {"status": 200, "message": "تایید شد"}
    (entry,) = answer["entries"]
    assert (entry["status"], entry["receptor"], entry["cost"]) == (1, "09120000001", 120)
    (listed,) = sms_provider.get("/messages?receptor=09120000001").json
    assert (listed["message"], listed["localid"]) == ("سلام", "7")
    assert listed["messageid"] == entry["messageid"]


def test_parameters_may_stand_in_the_address(sms_provider):
    answer = sms_provider.get(f"{SEND}?receptor=09120000001&message=hi").expect(200)

    assert answer.json["entries"][0]["message"] == "hi"


def test_each_of_several_receptors_gets_a_message(sms_provider):
    answer = send(sms_provider, receptor="09120000001,09120000002", localid="1,2").expect(200)

    assert [entry["receptor"] for entry in answer.json["entries"]] == [
        "09120000001",
        "09120000002",
    ]
    (second,) = sms_provider.get("/messages?localid=2").json
    assert second["receptor"] == "09120000002"


def test_a_repeated_localid_is_a_second_message(sms_provider):
    send(sms_provider, localid="7")
    send(sms_provider, localid="7")

    assert len(sms_provider.get("/messages?localid=7").json) == 2


def test_a_message_goes_from_queue_to_carrier_to_receiver(sms_provider):
    sms_provider.put("/receipts", {"seconds": 0.4}).expect(200)
    messageid = send(sms_provider).json["entries"][0]["messageid"]

    seen = [1]

    def delivered() -> bool:
        (entry,) = sms_provider.get(f"/v1/{KEY}/sms/status.json?messageid={messageid}").json[
            "entries"
        ]
        if entry["status"] != seen[-1]:
            seen.append(entry["status"])
        return entry["status"] == 10

    wait_until(delivered, seconds=10, what="delivery")
    assert seen == [1, 5, 10]


def test_the_state_is_found_by_our_own_number(sms_provider):
    sms_provider.put("/receipts", {"seconds": 0, "final_status": 11}).expect(200)
    sent = send(sms_provider, localid="41").json["entries"][0]

    answer = sms_provider.get(f"/v1/{KEY}/sms/statuslocalmessageid.json?localid=41,42").json

    known, unknown = answer["entries"]
    assert known == {
        "messageid": sent["messageid"],
        "localid": "41",
        "status": 11,
        "statustext": "نرسیده به گیرنده",
    }
    assert unknown["status"] == 100


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"receptor": ""}, 400),
        ({"receptor": "nobody"}, 411),
        ({"message": " "}, 413),
        ({"message": "x" * 901}, 413),
        ({"receptor": ",".join(["09120000001"] * 201)}, 414),
        ({"localid": "1,2"}, 419),
    ],
)
def test_what_is_wrong_is_refused_with_its_code(sms_provider, change, code):
    answer = send(sms_provider, **change).expect(code).json

    assert answer["return"]["status"] == code
    assert sms_provider.get("/count").json == {"received": 0}


def test_another_key_is_refused(sms_provider):
    sms_provider.post("/v1/other/sms/send.json", form={"receptor": "09120000001"}).expect(403)


def test_told_to_fail_twice_it_is_well_the_third_time(sms_provider):
    sms_provider.put("/behaviour", {"status": 503, "times": 2}).expect(200)

    statuses = [send(sms_provider).status for _ in range(3)]

    assert statuses == [503, 503, 200]


def test_told_to_refuse_for_want_of_credit_it_says_so_in_its_own_form(sms_provider):
    sms_provider.put("/behaviour", {"status": 418}).expect(200)

    assert send(sms_provider).expect(418).json["return"]["status"] == 418


def test_told_to_hang_it_answers_late(sms_provider, sms_provider_url):
    sms_provider.put("/behaviour", {"hang_seconds": 30, "times": 1}).expect(200)

    with Http(sms_provider_url, seconds=0.3) as impatient, pytest.raises(TimeoutError):
        send(impatient)

    send(sms_provider).expect(200)


def test_unknown_manners_are_refused(sms_provider):
    sms_provider.put("/behaviour", {"statis": 503}).expect(422)


@pytest.fixture
def callback() -> Iterator[tuple[str, list[dict[str, list[str]]]]]:
    """An address that takes receipts, and the receipts that it got."""
    receipts: list[dict[str, list[str]]] = []

    def take_all(listening: socket.socket) -> None:
        while True:
            try:
                connection, _address = listening.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as request:
                headers = dict(
                    line.decode().lower().strip().split(": ", 1)
                    for line in list(iter(request.readline, b"\r\n"))[1:]
                )
                body = request.read(int(headers["content-length"]))
                receipts.append(parse_qs(body.decode()))
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    with socket.create_server((HOST, 0)) as listening:
        threading.Thread(target=take_all, args=(listening,), daemon=True).start()
        yield f"http://{HOST}:{listening.getsockname()[1]}/receipt", receipts
        # Closing alone would not wake who waits in accept.
        listening.shutdown(socket.SHUT_RDWR)


def test_receipts_are_posted_once_a_message_has_ended(sms_provider, callback):
    url, receipts = callback
    sms_provider.put("/receipts", {"seconds": 0.1, "callback_url": url}).expect(200)

    ids = [str(send(sms_provider).json["entries"][0]["messageid"]) for _ in range(3)]

    wait_until(lambda: len(receipts) == len(ids), seconds=10, what="three receipts")
    assert receipts == [{"messageid": [each], "status": ["10"]} for each in ids]
