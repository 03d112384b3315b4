"""Servers of tests answer on threads of the system, also beside modules that import eventlet."""

import http.server
import socket
import threading

import chassis.wsgi  # noqa: F401


def test_a_request_in_two_pieces_is_answered() -> None:
    began = threading.Event()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            began.set()
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(202)
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        with socket.create_connection(server.server_address, timeout=10) as connection:
            connection.sendall(b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n")
            assert began.wait(10)
            connection.sendall(b"{}")
            assert b"202" in connection.recv(100)
        server.shutdown()
