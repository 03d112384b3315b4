"""Ports on 127.0.0.1: free ones that stay ours, or friendly ones for people."""

import random
import socket
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Self

HOST = "127.0.0.1"

# Below the range from which Linux takes the near ends of outgoing connections (32768 and up):
# a port from there may be free now and taken by anybody's connection a second later.
_FIRST, _LAST = 20_000, 32_000
_ATTEMPTS = 200


class NoFreePort(Exception):
    """Raised when no run of free ports was found."""


class PortBlock:
    """A run of free ports, one for each name, that no other installation takes meanwhile.

    Looking for a free port and binding it are two steps, and another test run may step between.
    So the first port of the block is bound and kept as long as the block is held, and whoever
    cannot bind the first port of a block looks elsewhere.
    """

    def __init__(self, names: Iterable[str]) -> None:
        names = list(names)
        self._holder, first = _hold_block(len(names) + 1)
        self.ports: dict[str, int] = {name: first + n for n, name in enumerate(names, start=1)}

    def release(self) -> None:
        self._holder.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


def free_port() -> int:
    """Return a port that is free now; who needs it to stay so holds a PortBlock instead."""
    with PortBlock(["any"]) as block:
        return block.ports["any"]


def friendly(wanted: Mapping[str, int]) -> dict[str, int]:
    """Give each name the port it wants, or the next free one above it."""
    chosen: dict[str, int] = {}
    for name, port in wanted.items():
        taken = set(chosen.values())
        chosen[name] = next(
            candidate
            for candidate in range(port, port + _ATTEMPTS)
            if candidate not in taken and is_free(candidate)
        )
    return chosen


def is_free(port: int) -> bool:
    """Tell whether a server could bind this port now.

    Lingering connections of an earlier server do not count, since servers set SO_REUSEADDR.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def _hold_block(size: int) -> tuple[socket.socket, int]:
    # Blocks begin at multiples of their size rounded up, so that blocks of like installations
    # either are the same block or do not touch at all.
    stride = -(-size // 64) * 64
    for _ in range(_ATTEMPTS):
        first = random.randrange(_FIRST, _LAST - stride, stride)  # noqa: S311 - no secret
        holder = socket.socket()
        try:
            holder.bind((HOST, first))
        except OSError:
            holder.close()
            continue
        if all(is_free(port) for port in range(first + 1, first + size)):
            return holder, first
        holder.close()
    raise NoFreePort(f"no {size} neighbouring ports are free between {_FIRST} and {_LAST}")
