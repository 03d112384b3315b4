"""Following a service's log from where it ends: open pages and subscribers hear by it.

Nothing durable hangs on it: what a follower loses is read again from the log.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

from chassis.errors import DomainError
from contracts.calls.journal import LogPart, ReadLog

#: Reads a part of a service's log; raises DomainError.
ReadPart = Callable[[str, ReadLog], Awaitable[LogPart]]

_PAUSE: Final = 0.15
_AWAY_PAUSE: Final = 1.0


class Follower(Protocol):
    """Who is told of what services record from now on."""

    def came(self, source: str, part: LogPart) -> None:
        """Take what followed; the first part is empty and says where the log ends."""

    def restored(self, source: str) -> None:
        """Learn that the log was restored from a backup: positions of before mean nothing."""

    def away(self, source: str) -> None:
        """Learn that the service does not answer now."""


async def follow(read: ReadPart, source: str, follower: Follower) -> None:
    """Read a service's log on and on, until cancelled."""
    epoch, after = "", 0
    while True:
        request = ReadLog(after=after) if epoch else ReadLog(tail=True)
        try:
            part = await read(source, request)
        except DomainError:
            follower.away(source)
            await asyncio.sleep(_AWAY_PAUSE)
            continue
        if epoch and part.epoch != epoch:
            epoch = ""
            follower.restored(source)
            continue
        epoch, after = part.epoch, part.next
        follower.came(source, part)
        if part.end:
            await asyncio.sleep(_PAUSE)
