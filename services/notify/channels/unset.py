"""A channel that is not set up: what is owed by it fails visibly, and a ladder goes on."""

from __future__ import annotations

from typing import NoReturn

from services.notify.channels.base import NotTaken, Outgoing


class Unset:
    """Takes nothing."""

    width = 1

    def send(self, _outgoing: Outgoing) -> NoReturn:
        """Refuse for good; raises NotTaken."""
        raise NotTaken("channel_not_set_up", lasting=True)

    def close(self) -> None:
        """Have nothing to close."""
