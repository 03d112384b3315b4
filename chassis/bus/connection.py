"""How to reach RabbitMQ: with time-outs on everything, because a broker can fall silent."""

from __future__ import annotations

import socket
from urllib.parse import unquote, urlsplit

from amqp import Connection
from amqp.exceptions import AMQPError

#: What a broken or silent connection raises; EOFError is eventlet's word for a socket that another
#: green thread has closed.
BROKEN = (AMQPError, OSError, socket.timeout, EOFError)
HEARTBEAT_SECONDS = 10


def connect(
    uri: str,
    *,
    seconds: float = 3.0,
    heartbeat: float = HEARTBEAT_SECONDS,
) -> Connection:
    """Give an open connection; raises one of BROKEN.

    Who asks for a heartbeat must read and tick; zero is for connections that may lie idle.
    """
    parts = urlsplit(uri)
    connection = Connection(
        host=f"{parts.hostname}:{parts.port or 5672}",
        userid=unquote(parts.username or "guest"),
        password=unquote(parts.password or "guest"),
        virtual_host=unquote(parts.path[1:]) or "/",
        heartbeat=heartbeat,
        connect_timeout=seconds,
        read_timeout=None,
        write_timeout=seconds,
    )
    connection.connect()
    return connection
