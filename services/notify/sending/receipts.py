"""What became of messages, asked of the provider.

A provider's report is a hint that there is news: whoever knows a message's number could have sent
it, so the provider is asked. Who sends no report is asked at growing ages of a message; a minute
of silence in between loses nothing, as the next age comes.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

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
    def report(self, report: Reported) -> bool: ...
    def is_awaited(self, provider: str, reference: str) -> bool: ...
    def awaiting_receipt(
        self, provider: str, since: datetime, until: datetime, most: int
    ) -> Iterable[str]: ...


class Receipts:
    """Asks the provider and records the answers."""

    def __init__(self, provider: States, ledgers: Open) -> None:
        self._provider = provider
        self._ledgers = ledgers

    def hear(self, reference: str) -> bool:
        """Look into a report about a message; raises NotTaken. Tells whether it was news."""
        return self._ledgers.is_awaited(PROVIDER, reference) and self.check([reference]) > 0

    def check(self, references: Sequence[str]) -> int:
        """Record the fate of messages whose end has come; raises NotTaken. Gives how many."""
        news = 0
        for reference, state in self._provider.states(references).items():
            if state in ENDED:
                report = Reported(provider=PROVIDER, reference=reference, failure=ENDED[state])
                news += self._ledgers.report(report)
        return news

    def check_silent(self, period: timedelta) -> int:
        """Ask about the messages that have come to one of the ages within the last `period`."""
        now = self._ledgers.now()
        silent = itertools.chain.from_iterable(
            self._ledgers.awaiting_receipt(PROVIDER, now - age - period, now - age, MOST_STATES)
            for age in AGES
        )
        references = list(dict.fromkeys(silent))
        return sum(
            self.check(references[start : start + MOST_STATES])
            for start in range(0, len(references), MOST_STATES)
        )
