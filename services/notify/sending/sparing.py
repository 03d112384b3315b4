"""Who has been told enough: so many single messages in a window, and the rest in a digest.

Known in memory by the one who sends. A sender that takes over knows the digests that are open, and
else begins to count anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from services.notify.domain.policy import Digest as Terms
from services.notify.repository import Digest

#: Windows that are over are forgotten once there are so many.
_MANY = 2000


class Window:
    """What one person has been told by one channel lately."""

    __slots__ = ("digest", "ends", "told")

    def __init__(self, ends: datetime) -> None:
        self.ends = ends
        self.told = 0
        #: What the rest is part of, once there is a rest.
        self.digest: str | None = None


class Spared:
    """The windows of all people."""

    def __init__(self) -> None:
        self._windows: dict[tuple[str, str], Window] = {}

    def begin(self, digests: Iterable[Digest]) -> None:
        """Know nothing but what is open."""
        self._windows.clear()
        for digest in digests:
            if not digest.items:
                window = self._windows[digest.person, digest.channel] = Window(digest.at)
                window.digest = digest.id

    def judge(self, person: str, channel: str, terms: Terms, now: datetime) -> Digest | None:
        """Give the digest that a message is part of; None where it is told by itself."""
        window = self._windows.get((person, channel))
        if window is None or window.ends <= now:
            window = self._begin(person, channel, now + terms.within, now)
        if window.digest is None:
            if window.told < terms.most:
                window.told += 1
                return None
            window.digest = _id(person, channel, window.ends)
        return Digest(id=window.digest, person=person, channel=channel, at=window.ends)

    def _begin(self, person: str, channel: str, ends: datetime, now: datetime) -> Window:
        if len(self._windows) >= _MANY:
            open_ = {key: each for key, each in self._windows.items() if each.ends > now}
            self._windows = open_
        window = self._windows[person, channel] = Window(ends)
        return window


def _id(person: str, channel: str, ends: datetime) -> str:
    text = f"{person}\0{channel}\0{ends.isoformat()}"
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def after(at: datetime, attempts: int, pauses: tuple[float, ...]) -> datetime | None:
    """Give when a digest that failed so many times is tried again; None when it is given up."""
    if attempts > len(pauses):
        return None
    return at + timedelta(seconds=pauses[attempts - 1])
