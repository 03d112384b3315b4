"""Joins who is spared with what he is told instead: what the courier asks before each message."""

from __future__ import annotations

from collections.abc import Callable

from services.notify.domain.attempts import Gathered
from services.notify.domain.policy import Policy
from services.notify.repository import Digests
from services.notify.sending.addressing import Addressed
from services.notify.sending.digests import Hand, Ledgers, Teller
from services.notify.sending.sparing import Spared


class Gathering:
    """The digests of the one who sends."""

    def __init__(
        self, kept: Digests, ledgers: Ledgers, teller: Teller, policy: Callable[[], Policy]
    ) -> None:
        self._kept = kept
        self._ledgers = ledgers
        self._teller = teller
        self._policy = policy
        self._spared = Spared()
        #: Digests that this process knows to be kept.
        self._opened: set[str] = set()

    def begin(self) -> None:
        """Know what is open, and nothing else; raises Unavailable."""
        self._opened.clear()
        self._spared.begin(self._kept.all())

    def take(self, item: Addressed) -> Gathered | None:
        """Make a message part of a digest; None where it is told by itself. Raises Unavailable."""
        delivery = item.owed.delivery
        role, person = delivery.role, item.to or delivery.recipient
        terms = self._policy().digest(role) if role else None
        if terms is None:
            return None
        now = self._ledgers.now()
        digest = self._spared.judge(person, delivery.channel, terms, now)
        if digest is None:
            return None
        if digest.id not in self._opened:
            self._kept.open(digest)
            self._opened.add(digest.id)
        return Gathered(delivery=delivery.id, digest=digest.id, to=person, at=digest.at)

    def tell(self, hand: Hand) -> None:
        """Tell the digests that are due; raises Unavailable."""
        self._teller.tell(hand)
