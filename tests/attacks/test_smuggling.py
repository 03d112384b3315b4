"""Requests that two readers would understand differently: the gateway reads none of them twice."""

import pytest

from tests.attacks.sockets import answers_to

#: What a smuggled request would be; its answer would be a second one.
INNER = b"GET /api/v1/subjects HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
LENGTH = b"Content-Length: %d\r\n" % (5 + len(INNER))
END = b"0\r\n\r\n"

AMBIGUOUS = {
    "CL.TE": POST + LENGTH + CHUNKED + b"\r\n" + END + INNER,
    "TE.CL": POST + CHUNKED + b"Content-Length: 4\r\n\r\n" + b"5c\r\n" + INNER + b"\r\n" + END,
    "TE twice": POST + CHUNKED + b"Transfer-Encoding: identity\r\n\r\n" + END + INNER,
    "TE not last": POST + b"Transfer-Encoding: chunked, identity\r\n\r\n" + END + INNER,
    "TE unknown": POST + LENGTH + b"Transfer-Encoding: xchunked\r\n\r\n" + END + INNER,
    "TE after a tab": POST + LENGTH + b"Transfer-Encoding:\tchunked\r\n\r\n" + END + INNER,
    "TE with a blank before the colon": POST
    + LENGTH
    + b"Transfer-Encoding : chunked\r\n\r\n"
    + END
    + INNER,
    "TE behind a lone line feed": POST
    + LENGTH
    + b"X: y\nTransfer-Encoding: chunked\r\n\r\n"
    + END
    + INNER,
    "TE behind a lone return": POST
    + LENGTH
    + b"X: y\rTransfer-Encoding: chunked\r\n\r\n"
    + END
    + INNER,
    "TE on a folded line": POST
    + LENGTH
    + b"X: y\r\n Transfer-Encoding: chunked\r\n\r\n"
    + END
    + INNER,
    "TE folded": POST + LENGTH + b"Transfer-Encoding:\r\n chunked\r\n\r\n" + END + INNER,
    "two lengths": POST + b"Content-Length: 0\r\n" + LENGTH + b"\r\n" + END + INNER,
    "the same length twice": POST + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "lengths in a list": POST + b"Content-Length: 2, 2\r\n\r\n{}",
    "length with a sign": POST + b"Content-Length: +2\r\n\r\n{}",
    "length below nothing": POST + b"Content-Length: -2\r\n\r\n{}",
    "length in hexadecimal": POST + b"Content-Length: 0x2\r\n\r\n{}",
    "length without end": POST + b"Content-Length: 99999999999999999999999\r\n\r\n{}",
    "length in other digits": POST + "Content-Length: ۲\r\n\r\n{}".encode(),
    "chunk without end": POST + CHUNKED + b"\r\nFFFFFFFFFFFFFFFFF\r\n{}",
    "chunk with a sign": POST + CHUNKED + b"\r\n-2\r\n{}\r\n" + END,
    "chunk in hexadecimal": POST + CHUNKED + b"\r\n0x2\r\n{}\r\n" + END,
    "chunk longer than it says": POST + CHUNKED + b"\r\n1\r\n{}\r\n" + END,
    "chunk ended by a line feed": POST + CHUNKED + b"\r\n2\n{}\n0\n\n" + INNER,
    "null in a header": POST + b"X: a\0b\r\nContent-Length: 2\r\n\r\n{}",
    "null in a name": POST + b"X\0Y: a\r\nContent-Length: 2\r\n\r\n{}",
    "a name that is none": POST + b"X Y: a\r\nContent-Length: 2\r\n\r\n{}",
    "no name": POST + b": a\r\nContent-Length: 2\r\n\r\n{}",
    "a blank before the first header": b"GET / HTTP/1.1\r\n Host: x\r\n\r\n",
    "a blank in the address": b"GET /api/v1/subjects x HTTP/1.1\r\nHost: x\r\n\r\n",
    "another protocol": b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
    "no protocol": b"GET /\r\n\r\n",
    "HTTP/2 by force": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS": bytes.fromhex("16030100c8010000c40303") + b"\0" * 60,
}


@pytest.mark.parametrize("name", AMBIGUOUS)
def test_what_can_be_read_in_two_ways_is_refused_and_ends_the_connection(name, url):
    statuses, came, closed = answers_to(url, AMBIGUOUS[name])

    assert statuses == [400], came
    assert closed
    assert b'"code":"request_malformed"' in came


HARMLESS = {
    "a length and no more": POST + b"Content-Length: 2\r\n\r\n{}",
    "chunks": POST + CHUNKED + b"\r\n2\r\n{}\r\n" + END,
    "chunks with an extension": POST + CHUNKED + b"\r\n2;x=y\r\n{}\r\n" + END,
}


@pytest.mark.parametrize("name", HARMLESS)
def test_one_way_to_read_it_is_one_request(name, url):
    assert answers_to(url, HARMLESS[name], seconds=0.7)[0] == [422]


def test_two_requests_on_one_line_are_two(url):
    assert answers_to(url, INNER * 2, seconds=0.7)[0] == [200, 200]


def test_a_body_where_none_is_expected_is_no_request(url):
    hidden = b"GET /api/v1/subjects HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(INNER)

    assert answers_to(url, hidden + INNER, seconds=0.7)[0] == [200]


def test_an_upgrade_is_not_taken(url):
    for protocol in (b"websocket", b"h2c", b"TLS/1.0"):
        request = (
            b"GET /api/v1/subjects HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\n"
            b"HTTP2-Settings: AAMAAABkAAQAAP__\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nUpgrade: " + protocol + b"\r\n\r\n"
        )

        statuses, _, _ = answers_to(url, request, seconds=0.7)

        assert statuses in ([200], [400]), protocol


@pytest.mark.parametrize(
    "host", [b"evil.example", b"localhost:1", b"x\r\nX-Forwarded-Host: evil.example", b""]
)
def test_no_answer_leads_to_the_host_that_was_asked_for(host, url):
    request = b"POST /track HTTP/1.1\r\nHost: %b\r\nContent-Length: 0\r\n\r\n" % host

    _, came, _ = answers_to(url, request, seconds=0.7)

    assert b"evil.example" not in came
