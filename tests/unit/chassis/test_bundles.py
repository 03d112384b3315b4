"""Calls that travel together: how they are written, and which of the gateway's queries do."""

import asyncio
import json

import pytest

from chassis.calls import bundles, wire
from chassis.calls.bundles import Letter
from chassis.calls.messages import Response
from chassis.calls.questions import Questions
from chassis.errors import Invalid, Unavailable

HEADERS = {wire.PASS: "abc", wire.SECONDS: "2.5"}


def test_a_bundle_is_read_as_it_was_written():
    letters = [Letter(HEADERS, b'{"a":1}'), Letter({}, '"۲"'.encode())]

    assert bundles.decode(bundles.encode(letters)) == letters


def test_answers_are_read_in_the_order_of_the_calls():
    responses = [Response(200, b"[1]", repeated=True), Response(404, b'{"code":"not_found"}')]

    written = bundles.encode_answers(responses)

    assert json.loads(written.body)[1] == {"status": 404, "body": {"code": "not_found"}}
    assert bundles.decode_answers(written.body, 2) == responses


def test_one_answer_after_which_the_connection_ends_ends_that_of_its_bundle():
    responses = [Response(200, b"1"), Response(503, b"{}", is_last=True)]

    assert bundles.encode_answers(responses).is_last


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"[1]", b'[{"headers":{}}]', b'[{"headers":{"a":1},"body":1}]', b"[" * 9999],
)
def test_what_is_no_bundle_is_refused(body):
    with pytest.raises(Invalid, match="not_json"):
        bundles.decode(body)


def test_a_bundle_of_too_many_is_refused():
    with pytest.raises(Invalid, match="too_large"):
        bundles.decode(bundles.encode([Letter({}, b"1")] * (bundles.MOST + 1)))


@pytest.mark.parametrize("body", [b"", b"[1, 2]", b'[{"status":200,"body":1}]'])
def test_answers_that_were_not_promised_are_none(body):
    with pytest.raises(Unavailable):
        bundles.decode_answers(body, 2)


class Doors:
    """A service as the gateway's connections see it; what is unknown is refused."""

    def __init__(self, *, knows_bundles=True, is_silent=False):
        self.asked = []
        self._knows_bundles = knows_bundles
        self._is_silent = is_silent

    async def ask(self, path, _headers, body):
        self.asked.append((path, body))
        if self._is_silent:
            await asyncio.Event().wait()
        if path.startswith(wire.PATH):
            return Response(200, body)
        if not self._knows_bundles:
            return Response(401, b"{}")
        return bundles.encode_answers([Response(200, each.body) for each in bundles.decode(body)])


async def asked(questions, numbers, method="echo", seconds="2.5"):
    """Ask about numbers in one turn of the loop; gives the bodies, or what was raised."""
    headers = HEADERS | {wire.SECONDS: seconds}
    tasks = [questions.ask(method, headers, str(number).encode()) for number in numbers]
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    return [answer.body if isinstance(answer, Response) else answer for answer in answers]


async def test_queries_of_one_turn_of_the_loop_travel_together():
    doors = Doors()

    assert await asked(Questions(doors), range(5)) == [b"0", b"1", b"2", b"3", b"4"]
    assert [path for path, _body in doors.asked] == ["/calls/echo"]


async def test_a_query_alone_travels_as_it_always_did():
    doors = Doors()

    assert await asked(Questions(doors), [7]) == [b"7"]
    assert doors.asked == [("/call/echo", b"7")]


async def test_queries_of_different_methods_travel_apart():
    doors = Doors()
    questions = Questions(doors)

    await asyncio.gather(asked(questions, [1]), asked(questions, [2], method="other"))

    assert sorted(path for path, _body in doors.asked) == ["/call/echo", "/call/other"]


async def test_a_service_that_knows_no_bundles_is_asked_for_each():
    doors = Doors(knows_bundles=False)

    assert await asked(Questions(doors), range(3)) == [b"0", b"1", b"2"]
    assert [path for path, _body in doors.asked] == ["/calls/echo", *["/call/echo"] * 3]


async def test_a_service_that_is_silent_is_waited_for_no_longer_than_anybody_does():
    answers = await asked(Questions(Doors(is_silent=True)), range(3), seconds="0.01")

    assert all(isinstance(answer, TimeoutError) for answer in answers)
