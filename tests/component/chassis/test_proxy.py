"""The proxy that other tests harm connections with, before a server that echoes."""

import contextlib
import socket
import socketserver
import threading
import time

import pytest

from tests.faults.proxy import Proxy


class Echo(socketserver.StreamRequestHandler):
    def handle(self):
        while piece := self.request.recv(65536):
            self.request.sendall(piece)
        with contextlib.suppress(OSError):
            self.request.sendall(b"end")


@pytest.fixture(scope="module")
def echo():
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Echo) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"echo://127.0.0.1:{server.server_address[1]}/x"
        server.shutdown()


@pytest.fixture
def proxy(echo):
    with Proxy.before(echo) as proxy:
        yield proxy


@pytest.fixture
def connection(proxy):
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=0.5) as connection:
        say(connection, b"hello")
        yield connection


def say(connection, text):
    connection.sendall(text)
    assert connection.recv(100) == text


def test_the_address_names_the_proxy_and_keeps_the_rest(proxy):
    assert proxy.instead_of("amqp://me:pw@host:5672/v") == f"amqp://me:pw@127.0.0.1:{proxy.port}/v"


def test_a_cut_resets_every_connection(proxy, connection):
    proxy.cut()

    with pytest.raises(ConnectionResetError):
        connection.recv(100)


def hold(proxy, connection):
    """Freeze the proxy with something of the connection's in it."""
    proxy.freeze()
    connection.sendall(b"held")
    with pytest.raises(TimeoutError):
        connection.recv(100)


def test_nothing_passes_while_frozen_and_nothing_is_lost(proxy, connection):
    hold(proxy, connection)

    proxy.thaw()

    assert connection.recv(100) == b"held"


def test_what_was_cut_while_frozen_may_be_cut_again(proxy, connection):
    hold(proxy, connection)
    proxy.cut()

    proxy.cut()

    with pytest.raises(ConnectionResetError):
        connection.recv(100)


def test_everything_is_late_by_the_latency(proxy, connection):
    proxy.latency = 0.05
    started = time.monotonic()

    say(connection, b"slow")

    assert time.monotonic() - started >= 0.1


def test_a_half_closed_connection_still_answers(proxy, connection):
    proxy.half_close()

    assert connection.recv(100) == b"end"


def test_what_is_said_into_a_half_closed_connection_is_lost_and_nothing_else(proxy, connection):
    proxy.half_close()
    assert connection.recv(100) == b"end"

    connection.sendall(b"too late")

    with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as another:
        say(another, b"hello")


def test_what_passes_can_be_watched_and_kept_from_arriving(proxy, connection):
    seen = []

    def watch(direction, piece):
        seen.append((direction, piece))
        if piece == b"secret":
            proxy.cut_now()

    proxy.watch = watch
    say(connection, b"open")
    connection.sendall(b"secret")

    with pytest.raises(ConnectionResetError):
        connection.recv(100)
    assert seen == [("out", b"open"), ("back", b"open"), ("out", b"secret")]


def test_new_connections_can_be_refused(proxy):
    proxy.accepting = False

    with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as connection:
        assert connection.recv(1) == b""
