"""Redis: holds nothing that is not also in MongoDB, so it keeps nothing on disk."""

import socket
from pathlib import Path

from deploy.local.ports import HOST
from deploy.local.programs import Program, find_program

NAME = "redis"


def program(folder: Path, port: int) -> Program:
    folder.mkdir(parents=True, exist_ok=True)
    return Program(
        NAME,
        [
            find_program("redis-server", package="redis-server"),
            *("--bind", HOST, "--port", str(port)),
            *("--dir", str(folder), "--save", "", "--appendonly", "no"),
            *("--maxmemory", "256mb", "--maxmemory-policy", "noeviction"),
        ],
        folder=folder,
    )


def url(port: int) -> str:
    return f"redis://{HOST}:{port}/0"


def is_ready(port: int) -> bool:
    try:
        with socket.create_connection((HOST, port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False
