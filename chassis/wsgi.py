"""Eventlet's HTTP server as every port of ours has it: quiet, and not sharing its port."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import eventlet
import eventlet.wsgi

_SOCKET_SECONDS = 15

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class _Protocol(eventlet.wsgi.HttpProtocol):
    """Keeps to itself what strangers send: it does not belong in a log."""

    def log_message(self, *_arguments: Any) -> None:
        """Say nothing."""


def listen(host: str, port: int, *, backlog: int = 50) -> Any:
    """Give a listening socket; raises OSError when another process has the port."""
    return eventlet.listen((host, port), backlog=backlog, reuse_port=False)


def serve(listening: Any, application: Application, *, most: int) -> None:
    """Answer for ever, `most` connections at the same time."""
    eventlet.wsgi.server(
        listening,
        application,
        log_output=False,
        max_size=most,
        socket_timeout=_SOCKET_SECONDS,
        protocol=_Protocol,
        debug=False,
    )
