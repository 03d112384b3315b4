"""What a ticket's workflow has asked for that is still to come."""

from __future__ import annotations

from datetime import datetime

import msgspec

from contracts.envelope import Answered

#: Tickets come of one another by themselves so often, wherever they are: a circle of workflows must
#: not go round for ever.
MOST_GENERATIONS = 5


class Timer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An action that is done by itself once its time has come."""

    id: str
    action: str
    since: datetime
    #: It goes when the ticket leaves this step; absent: when the ticket ends.
    step: str | None = None


class Start(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Another ticket that is to be started."""

    id: str
    subject: str
    title: dict[str, str]
    description: dict[str, str]
    workflow: str | None = None
    answers: dict[str, Answered] = {}
    generation: int = 1


class Pending(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Nothing, for the ordinary ticket."""

    timers: tuple[Timer, ...] = ()
    starts: tuple[Start, ...] = ()
    #: How many tickets came of one another by themselves before this one.
    generation: int = 0
    #: How often its workflow has handed it to a partner by itself.
    handed_over: int = 0

    def timer(self, name: str) -> Timer | None:
        """Give a timer that is still to come."""
        return next((timer for timer in self.timers if timer.id == name), None)

    def at(self, step: str, *, ended: bool) -> Pending:
        """Give what is still to come once the ticket stands somewhere."""
        kept = () if ended else tuple(t for t in self.timers if t.step in (None, step))
        return self if kept == self.timers else msgspec.structs.replace(self, timers=kept)
