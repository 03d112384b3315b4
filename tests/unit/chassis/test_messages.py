"""What the processes say to each other, as bytes: whole, in pieces, and not at all like that."""

import json

import pytest

from chassis.calls import messages
from chassis.calls.messages import Malformed, RequestReader, Response, ResponseReader

HEADERS = {"Peygir-Pass": "abc", "Idempotency-Key": "k-1"}


def a_request(body=b'{"value":1}'):
    return messages.request("here:1", "/call/echo", HEADERS, body)


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_request_is_read_in_whatever_pieces_it_comes(size):
    reader, sent = RequestReader(), a_request()

    for start in range(0, len(sent), size):
        reader.feed(sent[start : start + size])

    assert reader.ended
    assert reader.keeps_alive
    assert (reader.head.verb, reader.head.path, reader.body) == (
        "POST",
        "/call/echo",
        b'{"value":1}',
    )
    assert reader.head.headers["peygir-pass"] == "abc"
    assert reader.head.headers["content-length"] == "11"


def test_a_connection_brings_one_request_after_the_other():
    reader = RequestReader()

    for body in (b"{}", b"[1]"):
        assert reader.is_between
        reader.feed(a_request(body))
        assert reader.body == body
        reader.go_on()


def test_the_head_is_there_before_the_body():
    reader, sent = RequestReader(), a_request()
    reader.feed(sent[:-5])

    assert reader.head.path == "/call/echo"
    assert not reader.ended


def test_who_does_not_wait_for_his_answer_is_none_of_ours():
    with pytest.raises(Malformed):
        RequestReader().feed(a_request() + a_request())


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"PLANTED\r\n\r\n", 400),
        (b"POST /call/echo HTTP/9.9\r\n\r\n", 400),
        (b"POST /call/echo HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx", 400),
        (b"POST /call/echo HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST /" + b"a" * 100_000, 431),
        (b"POST /call/echo HTTP/1.1\r\nX: " + b"a" * 100_000, 431),
    ],
)
def test_what_is_no_http_is_told_so(sent, status):
    with pytest.raises(Malformed) as raised:
        RequestReader().feed(sent)

    assert raised.value.status == status


@pytest.mark.parametrize("line_end", ["\n", "\r"])
def test_a_header_cannot_bring_another_one(line_end):
    with pytest.raises(ValueError, match="more than one line"):
        messages.request(
            "here", "/call/echo", {"Idempotency-Key": f"a{line_end}Peygir-Pass: b"}, b""
        )


@pytest.mark.parametrize("size", [1, 9, 1000])
@pytest.mark.parametrize(
    "response",
    [
        Response(200, b'{"a":1}'),
        Response(200, b"null", repeated=True),
        Response(503, b'{"code":"draining"}', is_last=True),
        Response(200, json.dumps("خ" * 5000).encode()),
        Response(200, b""),
    ],
)
def test_a_response_arrives_as_it_was_sent(response, size):
    reader, sent = ResponseReader(), response.encoded()

    read = [reader.feed(sent[start : start + size]) for start in range(0, len(sent), size)]

    assert [item for item in read if item is not None] == [response]


def test_a_response_that_is_none_is_not_taken_for_one():
    with pytest.raises(Malformed):
        ResponseReader().feed(b"<html>nothing here</html>\r\n\r\n")
