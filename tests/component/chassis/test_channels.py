"""The gateway's kept connections, on the loop that the gateway runs on."""

import asyncio
import contextlib

import pytest
import uvloop

from chassis.calls.channels import Channels
from chassis.calls.messages import Response

SECONDS = 5


class Server:
    """Answers what it is told to, and counts its connections."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.connections = 0

    async def handle(self, reader, writer):
        self.connections += 1
        with contextlib.suppress(asyncio.IncompleteReadError):
            while True:
                await reader.readuntil(b"\r\n\r\n{}")
                answer = self.answers.pop(0)
                if answer is None:
                    break
                writer.write(answer)
        writer.close()


async def asking(server, ask):
    """Run with channels to a server."""
    listening = await asyncio.start_server(server.handle, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    channels = Channels([f"http://127.0.0.1:{port}"])
    try:
        async with asyncio.timeout(SECONDS):
            return await ask(channels)
    finally:
        channels.close()
        listening.close()


def run(server, ask):
    return uvloop.run(asking(server, ask))


def once(channels):
    return channels.ask("/call/echo", {"Peygir-Pass": "x"}, b"{}")


WELL = Response(200, b'{"a":1}')


def test_one_connection_serves_one_call_after_the_other():
    server = Server(WELL.encoded(), WELL.encoded())

    async def twice(channels):
        return [await once(channels), await once(channels)]

    assert run(server, twice) == [WELL, WELL]
    assert server.connections == 1


def test_calls_at_the_same_time_have_connections_of_their_own():
    server = Server(*[WELL.encoded()] * 5)

    async def together(channels):
        return await asyncio.gather(*(once(channels) for _ in range(5)))

    assert run(server, together) == [WELL] * 5
    assert server.connections == 5


def test_a_connection_that_the_server_ends_is_not_used_again():
    last = Response(503, b"{}", is_last=True)
    server = Server(last.encoded(), WELL.encoded())

    async def twice(channels):
        return [await once(channels), await once(channels)]

    assert run(server, twice) == [last, WELL]
    assert server.connections == 2


@pytest.mark.parametrize("answer", [None, b"<html>\r\n\r\n"], ids=["none", "no answer of ours"])
def test_who_gets_no_answer_is_told_so(answer):
    server = Server(answer, WELL.encoded())

    async def try_again(channels):
        with pytest.raises(ConnectionError):
            await once(channels)
        return await once(channels)

    assert run(server, try_again) == WELL


def test_who_gave_up_leaves_no_answer_to_the_next():
    server = Server(b"", WELL.encoded())

    async def give_up(channels):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await once(channels)
        return await once(channels)

    assert run(server, give_up) == WELL


def test_nobody_there_is_an_error_of_the_network():
    async def nowhere():
        await once(Channels(["http://127.0.0.1:1"]))

    with pytest.raises(ConnectionRefusedError):
        uvloop.run(nowhere())
