"""Handing letters to mail servers of all kinds, in one go where they bear it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from services.notify.channels.base import NotTaken, Outgoing
from services.notify.channels.smtp import Smtp

LETTER = Outgoing(
    id="ab12",
    address="r@example.org",
    name="Requester",
    language="en",
    text=".begins with a dot",
    subject="Code",
    html="<p>.</p>",
)


class Server:
    """Answers each verb as told, and keeps letters and how many connections there were."""

    def __init__(self, *, pipelining: bool, **replies: str) -> None:
        self.replies = {"MAIL": "250 OK", "RCPT": "250 OK", "DATA": "354 go on"} | replies
        self.end = replies.get("END", "250 OK")
        self.extensions = "250-PIPELINING\r\n" if pipelining else ""
        self.letters: list[bytes] = []
        self.connections = 0
        self.listening = socket.create_server(("127.0.0.1", 0))

    def serve(self) -> None:
        while True:
            try:
                connection, _address = self.listening.accept()
            except OSError:
                return
            self.connections += 1
            with connection, connection.makefile("rwb") as stream:
                self._talk(stream)

    def _talk(self, stream) -> None:
        self._say(stream, "220 here")
        for line in stream:
            verb = line.split()[0].decode().upper()
            if verb == "EHLO":
                self._say(stream, f"{self.extensions}250 SIZE 1000000")
            elif verb == "DATA" and self.replies["DATA"].startswith("354"):
                self._say(stream, self.replies["DATA"])
                self._say(stream, self._take(stream))
            else:
                self._say(stream, self.replies.get(verb, "250 OK"))
                if self.replies.get(verb, "").startswith("421"):
                    return

    def _take(self, stream) -> str:
        letter = b""
        while (line := stream.readline()) != b".\r\n":
            letter += line
        if not letter:
            return "554 no recipient"
        self.letters.append(letter)
        return self.end

    def _say(self, stream, text: str) -> None:
        stream.write(text.encode() + b"\r\n")
        stream.flush()


@contextmanager
def serving(**options) -> Iterator[tuple[Server, Smtp]]:
    server = Server(**options)
    threading.Thread(target=server.serve, daemon=True).start()
    port = server.listening.getsockname()[1]
    smtp = Smtp(url=f"smtp://127.0.0.1:{port}", sender="Peygir <peygir@example.ir>", seconds=5)
    try:
        yield server, smtp
    finally:
        smtp.close()
        server.listening.close()


@pytest.fixture(params=[True, False], ids=["in one go", "step by step"])
def pipelining(request) -> bool:
    return request.param


def test_letters_go_over_one_connection(pipelining):
    with serving(pipelining=pipelining) as (server, smtp):
        smtp.send(LETTER)
        smtp.send(LETTER)

    assert len(server.letters) == 2
    assert server.connections == 1
    assert server.letters[0].endswith(b"--=_ab12--\r\n")


@pytest.mark.parametrize(
    ("replies", "code", "lasting", "closed"),
    [
        ({"RCPT": "550 nobody"}, "mailbox_refused", True, False),
        ({"RCPT": "550 nobody", "DATA": "503 no recipient"}, "mailbox_refused", True, False),
        ({"RCPT": "450 later"}, "provider_busy", False, False),
        ({"MAIL": "550 not you"}, "sender_refused", False, True),
        ({"END": "554 spam"}, "message_refused", True, False),
        ({"MAIL": "421 going"}, "provider_busy", False, True),
    ],
)
def test_what_a_server_refuses_is_told_with_its_reason(pipelining, replies, code, lasting, closed):
    with (
        serving(pipelining=pipelining, **replies) as (_server, smtp),
        pytest.raises(NotTaken) as refused,
    ):
        smtp.send(LETTER)

    told = refused.value
    assert (told.code, told.lasting, told.closed) == (code, lasting, closed)


def test_after_a_refusal_the_connection_is_good_for_the_next(pipelining):
    with serving(pipelining=pipelining, RCPT="550 nobody") as (server, smtp):
        with pytest.raises(NotTaken):
            smtp.send(LETTER)
        server.replies["RCPT"] = "250 OK"
        smtp.send(LETTER)

    assert (len(server.letters), server.connections) == (1, 1)
