"""The operators' port: /metrics, /healthz (the process lives) and /readyz (it can do its work)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import eventlet
import msgspec
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from chassis import wsgi

_TEXT = [("Content-Type", "application/json")]


def serve(host: str, port: int, unready: Callable[[], list[str]]) -> int:
    """Serve in the background; gives the port."""
    listening = wsgi.listen(host, port)

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == "/metrics":
            start("200 OK", [("Content-Type", CONTENT_TYPE_LATEST)])
            return [generate_latest()]
        if path == "/healthz":
            start("200 OK", _TEXT)
            return [b'{"status":"alive"}']
        if path == "/readyz":
            faults = unready()
            start("503 Not Ready" if faults else "200 OK", _TEXT)
            return [msgspec.json.encode({"ready": not faults, "missing": faults})]
        start("404 Not Found", _TEXT)
        return [b"{}"]

    eventlet.spawn_n(wsgi.serve, listening, answer, most=20)
    return int(listening.getsockname()[1])
