"""A webhook's receiver that misbehaves by script: `python -m tests.receiver 8123`.

`PUT /script/{name}` with `[[status, headers], ...]` says how posts to `/hook/{name}` are answered,
the last way for ever: status 0 cuts the connection, -1 hangs. `GET /got/{name}` tells what came.
"""

from __future__ import annotations

import http.server
import json
import sys
import threading
import time
from collections import defaultdict
from typing import Any

HOST = "127.0.0.1"
CUT, HANG = 0, -1
_HANG_SECONDS = 30.0
_lock = threading.Lock()
_scripts: dict[str, list[Any]] = defaultdict(lambda: [[200, {}]])
_got: dict[str, list[dict[str, Any]]] = defaultdict(list)


class Receiver(http.server.BaseHTTPRequestHandler):
    """Answers as scripted, and remembers."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self._body()
        name = self.path.rpartition("/")[2]
        headers = {key.lower(): value for key, value in self.headers.items()}
        with _lock:
            script = _scripts[name]
            status, more = script.pop(0) if len(script) > 1 else script[0]
            came = {"headers": headers, "body": body.decode(), "status": status}
            _got[name].append(came | {"at": time.time()})
        if status == HANG:
            time.sleep(_HANG_SECONDS)
        if status in (CUT, HANG):
            self.close_connection = True
            return
        self._answer(status, b"taken" if status < 300 else b"no", more)

    def do_PUT(self) -> None:
        script = json.loads(self._body())
        with _lock:
            _scripts[self.path.rpartition("/")[2]] = script
        self._answer(200, b"{}")

    def do_GET(self) -> None:
        name = self.path.rpartition("/")[2]
        with _lock:
            if self.path.startswith("/hook/"):
                _got["followed"].append({"path": self.path})
            told = json.dumps(_got[name]).encode()
        self._answer(200, told)

    def log_message(self, *_arguments: Any) -> None:
        """Say nothing."""

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers["Content-Length"]))

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for key, value in {**(headers or {}), "Content-Length": str(len(body))}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(body)


class Server(http.server.ThreadingHTTPServer):
    """Says nothing of senders that are killed in the middle."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


if __name__ == "__main__":
    Server((HOST, int(sys.argv[1])), Receiver).serve_forever()
