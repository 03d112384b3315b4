"""Colleagues who follow a ticket: who they are, and what each is told of.

A ticket that nobody follows pays nothing for it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from chassis.decisions import Context
from contracts.envelope import Event
from contracts.notify import NotificationFollowing
from contracts.routing import News, TicketFollowed, TicketUnfollowed
from services.notify.domain.deliveries import PERSON, Ledger
from services.notify.domain.ladders import Grounds
from services.notify.domain.notices import EMAIL, Notice, owe

Decide = Callable[[Ledger, Any, Context, Grounds], list[Event]]


def begin(
    _ledger: Ledger, event: TicketFollowed, _context: Context, _grounds: Grounds
) -> list[Event]:
    """Remember what a colleague wants to be told of."""
    return [NotificationFollowing(person=event.person, news=list(event.news))]


def end(
    ledger: Ledger, event: TicketUnfollowed, _context: Context, _grounds: Grounds
) -> list[Event]:
    """Forget a colleague."""
    known = event.person in ledger.followers
    return [NotificationFollowing(person=event.person, news=[])] if known else []


def telling(news: News, decide: Decide) -> Decide:
    """Give a decision that tells followers too, but for who did it himself."""

    @functools.wraps(decide)
    def tell(ledger: Ledger, event: Any, context: Context, grounds: Grounds) -> list[Event]:
        events = decide(ledger, event, context, grounds)
        by = getattr(event, "by", None)
        notices = [
            Notice(f"followed_{news}", PERSON + person, (EMAIL,))
            for person, wanted in ledger.followers.items()
            if news in wanted and person != by
        ]
        return [*events, *owe(ledger, context, *notices)] if notices else events

    return tell
