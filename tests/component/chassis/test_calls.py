"""The internal HTTP server: what it refuses, what it survives, what it never tells."""

import contextlib
import json
import socket
import struct
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from chassis.calls import wire
from chassis.identity import ANONYMOUS, Identity
from tests.component.chassis.world import new_stream
from tests.component.waiting import eventually


def raw(port, sent, *, end=True, seconds=10.0):
    """Send bytes, and give all that comes back."""
    answer = b""
    with (
        socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection,
        # The server may well have had enough before we have said all.
        contextlib.suppress(OSError),
    ):
        connection.sendall(sent)
        if end:
            connection.shutdown(socket.SHUT_WR)
        while piece := connection.recv(65536):
            answer += piece
    return answer


def a_request(process, *lines, body=b"", method="echo", **headers):
    """Write a call as it stands on the wire."""
    given = process.headers() | {"Host": "x"} | headers
    head = [f"POST /call/{method} HTTP/1.1", *(f"{name}: {given[name]}" for name in given), *lines]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def code_of(answer):
    return json.loads(answer.rpartition(b"\r\n\r\n")[2])["code"]


def test_a_call_is_answered(intake):
    assert intake.ask("echo", {"value": [1, "۲", None]}) == [1, "۲", None]


def test_a_value_that_looks_like_a_marked_type_stays_what_it_is(intake):
    value = {"__type__": "uuid", "__value__": {"hex": "no"}}

    assert intake.ask("echo", {"value": value}) == value


@pytest.mark.parametrize(
    ("path", "request_", "status", "code"),
    [
        ("no_such_method", {}, 404, "no_such_method"),
        ("told", {}, 422, "request_invalid"),
        ("told", {"stream": 1}, 422, "request_invalid"),
        ("told", {"stream": "x", "more": 1}, 422, "request_invalid"),
        ("tell", {"stream": new_stream(), "acts": ["ok"], "after": 7}, 409, "not_as_expected"),
    ],
)
def test_a_refusal_has_a_status_and_a_code(intake, path, request_, status, code):
    answer = intake.call(path, request_).expect(status)

    assert answer.json["code"] == code


def test_a_refusal_says_which_field(intake):
    answer = intake.call("told", {"stream": 1}).expect(422)

    assert answer.json["fields"][0]["pointer"] == "/stream"


@pytest.mark.parametrize("fault", ["error", "timeout"])
def test_the_text_of_an_exception_is_never_in_an_answer(intake, fault):
    answer = intake.call("echo", {"value": 1, "fault": fault}).expect(500)

    assert answer.json["code"] == "internal"
    assert "SECRET" not in answer.text + str(answer.headers)
    assert "Traceback" not in answer.text


def test_a_call_that_hangs_is_given_up_at_its_deadline(intake):
    answer = intake.call("echo", {"value": 1, "fault": "hang"}, seconds=0.5).expect(503)

    assert answer.json["code"] == "unavailable"
    assert intake.ask("echo", {"value": 1}) == 1


def test_a_metric_that_nobody_registered_fails_the_call(gentle, sla):
    sla.call("count", {"stream": "peygir_invented_total"}).expect(500)


# -- who calls -------------------------------------------------------------------------------------


def test_nobody_calls_without_a_pass(intake):
    answer = raw(intake.port, b"POST /call/echo HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}")

    assert b" 401 " in answer.partition(b"\r\n")[0]
    assert code_of(answer) == "pass_missing"


def test_a_pass_that_is_not_ours_opens_nothing(intake):
    request = a_request(intake, "Content-Length: 2", body=b"{}", **{wire.PASS: "A" * 80})

    assert code_of(raw(intake.port, request)) == "pass_invalid"


@pytest.mark.parametrize("method", ["journal_read", "journal_heads"])
def test_journals_are_read_by_services_only(intake, method):
    admin = Identity(subject="person:admin", role="admin")

    intake.call(method, {"after": 0}, by=admin).expect(401)


@pytest.mark.parametrize(
    ("method", "request_"),
    [("stuck_list", {}), ("stuck_skip", {"id": "x"}), ("journal_verify", {})],
)
def test_operators_calls_need_the_right(sla, method, request_):
    answer = sla.call(method, request_, by=ANONYMOUS).expect(403)

    assert answer.json["code"] == "right_missing"


def test_only_importers_give_calls_a_time_of_their_own(intake):
    agent = Identity(subject="person:desk", role="agent")
    body = json.dumps({"stream": new_stream(), "acts": ["ok"]}).encode()
    headers = intake.headers(agent) | {wire.AT: "2020-01-01T00:00:00+00:00"}

    answer = raw(
        intake.port,
        a_request(intake, f"Content-Length: {len(body)}", body=body, method="tell", **headers),
    )

    assert code_of(answer) == "right_missing"


# -- bodies ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "body", "code"),
    [
        (["Transfer-Encoding: chunked"], b"5\r\nabcde\r\n0\r\n\r\n", "length_required"),
        ([], b"", "length_required"),
        (["Content-Length: 2000000"], b"{", "too_large"),
        (["Content-Length: 10"], b"{}", "body_incomplete"),
        (["Content-Length: 100000"], b'{"value":' + b"[" * 99_991, "not_json"),
        (["Content-Length: 5000"], b"9" * 5000, "request_invalid"),
        (["Content-Length: 3"], b"\xff\xfe\xfd", "not_json"),
        (["Content-Length: 0"], b"", "not_json"),
    ],
    ids=["chunked", "no length", "oversized", "truncated", "nested", "digits", "bytes", "empty"],
)
def test_a_body_that_is_not_as_it_should_be_is_refused(intake, lines, body, code):
    answer = raw(intake.port, a_request(intake, *lines, body=body))

    assert b" 422 " in answer.partition(b"\r\n")[0]
    assert code_of(answer) == code


def test_slow_bodies_do_not_keep_others_waiting(intake):
    started = threading.Barrier(21)

    def slow(_number):
        request = a_request(intake, "Content-Length: 9", body=b"{", **{wire.SECONDS: "3"})
        with socket.create_connection(("127.0.0.1", intake.port), timeout=20) as connection:
            connection.sendall(request)
            started.wait()
            return connection.recv(65536)

    with ThreadPoolExecutor(20) as pool:
        answers = [pool.submit(slow, number) for number in range(20)]
        started.wait()

        assert intake.ask("echo", {"value": 1}, seconds=2.5) == 1
        assert all(b" 503 " in answer.result() for answer in answers)


# -- bundles ---------------------------------------------------------------------------------------


def a_letter(process, value, *, seconds=2.5, by=None, **more):
    """Write a call of a bundle."""
    headers = process.headers(*([by] if by else [])) | {wire.SECONDS: str(seconds)}
    return {"headers": headers, "body": {"value": value, **more}}


def in_one(process, letters, *, method="echo"):
    """Send calls in one message; gives their answers, or the refusal of all of them."""
    body = json.dumps(letters).encode()
    head = f"POST /calls/{method} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
    return json.loads(raw(process.port, head.encode() + body).rpartition(b"\r\n\r\n")[2])


def test_the_calls_of_a_bundle_are_answered_in_their_order(intake):
    answers = in_one(intake, [a_letter(intake, value) for value in ("a", 2, None)])

    assert answers == [{"status": 200, "body": value} for value in ("a", 2, None)]


def test_who_is_refused_in_a_bundle_is_refused_alone(intake):
    without_pass = {"headers": {}, "body": {"value": 2}}
    broken = a_letter(intake, 3, fault="error")

    well, unknown, failed = in_one(intake, [a_letter(intake, 1), without_pass, broken])

    assert well == {"status": 200, "body": 1}
    assert (unknown["status"], unknown["body"]["code"]) == (401, "pass_missing")
    assert (failed["status"], failed["body"]["code"]) == (500, "internal")


def test_a_call_of_a_bundle_that_hangs_is_given_up_at_its_own_deadline(intake):
    well, hung = in_one(
        intake, [a_letter(intake, 1), a_letter(intake, 2, fault="hang", seconds=0.5)]
    )

    assert well == {"status": 200, "body": 1}
    assert (hung["status"], hung["body"]["code"]) == (503, "unavailable")


@pytest.mark.parametrize(
    ("letters", "code"),
    [("PLANTED", "not_json"), ([{"body": 1}], "not_json"), ([None] * 65, "not_json")],
)
def test_a_bundle_that_is_none_is_refused(intake, letters, code):
    assert in_one(intake, letters)["code"] == code


def test_a_bundle_of_too_many_calls_is_refused(intake):
    assert in_one(intake, [a_letter(intake, 1)] * 65)["code"] == "too_large"


# -- what is no HTTP -------------------------------------------------------------------------------

MALFORMED = {
    "nothing": b"",
    "a lone line end": b"\r\n",
    "noise": bytes(range(256)) * 20,
    "no version": b"GET /\r\n\r\n",
    "HTTP/0.9": b"GET /call/echo\n",
    "version nine": b"POST /call/echo HTTP/9.9\r\n\r\n",
    "no path": b"POST  HTTP/1.1\r\n\r\n",
    "lowercase method": b"post /call/echo HTTP/1.1\r\n\r\n",
    "invented method": b"EAT /call/echo HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
    "endless line": b"POST /" + b"a" * 100_000,
    "endless header": b"POST /call/echo HTTP/1.1\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
    "a thousand headers": b"POST /call/echo HTTP/1.1\r\n" + b"X: y\r\n" * 5_000 + b"\r\n",
    "header without colon": b"POST /call/echo HTTP/1.1\r\nHost\r\n\r\n",
    "header with a null": b"POST /call/echo HTTP/1.1\r\nHo\x00st: x\r\n\r\n",
    "folded header": b"POST /call/echo HTTP/1.1\r\nHost: x\r\n y\r\n\r\n",
    "two lengths": b"POST /call/echo HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
    "length and chunks": b"POST /call/echo HTTP/1.1\r\nContent-Length: 4\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "negative length": b"POST /call/echo HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    "length in letters": b"POST /call/echo HTTP/1.1\r\nContent-Length: ten\r\n\r\n",
    "length of 5,000 digits": b"POST /call/echo HTTP/1.1\r\nContent-Length: "
    + b"9" * 5000
    + b"\r\n\r\n",
    "chunk size in letters": b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "unknown coding": b"POST /call/echo HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n",
    "upgrade": b"GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 500,
    "bad escapes": b"POST /call/%ff%00%zz HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
    "path upwards": b"POST /call/../../etc/passwd HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
}


@pytest.mark.parametrize("port", ["port", "metrics_port"])
def test_malformed_requests_leave_the_process_alive(intake, port):
    number = getattr(intake, port)

    with ThreadPoolExecutor(10) as pool:
        for end in (True, False):
            answers = pool.map(
                lambda sent, end=end: raw(number, sent, end=end, seconds=1), MALFORMED.values()
            )
            assert not any(b"Traceback" in answer for answer in answers)

    assert intake.ask("echo", {"value": 1}) == 1
    assert intake.look("/healthz").status == 200


def test_resets_leave_the_process_alive(intake):
    request = a_request(intake, "Content-Length: 100", body=b"{")

    for cut in range(1, len(request), max(1, len(request) // 100)):
        with socket.create_connection(("127.0.0.1", intake.port)) as connection:
            connection.sendall(request[:cut])
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    assert intake.ask("echo", {"value": 1}) == 1


def test_what_strangers_send_is_not_in_the_log(intake):
    raw(intake.port, b"PLANTED\r\n\r\n")
    raw(intake.metrics_port, b"PLANTED\r\n\r\n")

    lines = intake.log.read_text().splitlines()

    assert not any("PLANTED" in line for line in lines)
    assert all(isinstance(json.loads(line), dict) for line in lines)


def test_what_the_process_counts_can_be_read(intake):
    intake.ask("echo", {"value": 1})

    assert eventually(lambda: intake.metric("peygir_calls_total", method="echo", outcome="ok"))
