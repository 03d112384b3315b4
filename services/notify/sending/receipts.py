"""What became of messages, as the provider tells.

It reports by itself where it was given an address. A report may get lost, or come before we have
recorded that the message was sent; so what is still open is asked about at growing ages. A run
that is missed loses nothing, as the next age comes.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from chassis.gather import Gathered
from services.notify.channels.kavenegar import ENDED, MOST_STATES, PROVIDER
from services.notify.domain.receipts import Reported

#: Ages at which a message that nothing was heard of is asked about.
AGES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=3),
    timedelta(hours=12),
)


class States(Protocol):
    """The provider."""

    def states(self, references: Sequence[str]) -> dict[str, int]:
        """Give the states of messages by reference; raises NotTaken."""
        ...


class Open(Protocol):
    """The messages whose fate is open."""

    def now(self) -> datetime: ...
    def report(self, reports: Sequence[Reported]) -> set[str]: ...
    def awaiting_receipt(
        self, provider: str, since: datetime, until: datetime, most: int
    ) -> Iterable[str]: ...


class Receipts:
    """Takes the provider's word, given or asked for, and has it recorded."""

    def __init__(self, provider: States, ledgers: Open) -> None:
        self._provider = provider
        self._ledgers = ledgers
        self._taken: Gathered[tuple[str, int], bool] = Gathered(self._take)

    def take(self, reference: str, state: int) -> bool:
        """Record the fate of a message where its end has come; tells whether that was news."""
        return self._taken.one((reference, state))

    def _take(self, told: list[tuple[str, int]]) -> list[bool]:
        news = self._record(dict(told))
        return [reference in news for reference, _state in told]

    def ask(self, period: timedelta) -> int:
        """Ask about messages that have come to one of the ages within the last `period`.

        Raises NotTaken when the provider does not tell. Gives how many had come to their end.
        """
        now = self._ledgers.now()
        silent = itertools.chain.from_iterable(
            self._ledgers.awaiting_receipt(PROVIDER, now - age - period, now - age, MOST_STATES)
            for age in AGES
        )
        references = list(dict.fromkeys(silent))
        ended = 0
        for start in range(0, len(references), MOST_STATES):
            states = self._provider.states(references[start : start + MOST_STATES])
            ended += len(self._record(states))
        return ended

    def _record(self, states: Mapping[str, int]) -> set[str]:
        """Record those that have come to their end; gives those of which that was news."""
        ended = [
            Reported(provider=PROVIDER, reference=reference, failure=ENDED[state])
            for reference, state in states.items()
            if state in ENDED
        ]
        return self._ledgers.report(ended) if ended else set()
