"""The operators' port: /metrics, /healthz (the process lives) and /readyz (it can do its work)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import eventlet
import eventlet.wsgi
import msgspec
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

_TEXT = [("Content-Type", "application/json")]


def serve(host: str, port: int, unready: Callable[[], list[str]]) -> int:
    """Serve in the background; gives the port."""
    listening = eventlet.listen((host, port), reuse_port=False)

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

    eventlet.spawn_n(
        eventlet.wsgi.server, listening, answer, log_output=False, socket_timeout=15, max_size=20
    )
    return int(listening.getsockname()[1])
