"""What the requester is told of his ticket: an allow-list of events, and of what is in them.

He sees one name, his owner's; who else worked on it, notes, logs and referrals are not his
business, but that it went to a higher tier is told in plain words.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from contracts.envelope import ContentRef, Event
from contracts.routing import TicketMoved

REGISTERED = "ticket.registered"
#: Event types with their fields and texts. The first is what a timeline begins with, whatever
#: routing calls it.
PUBLIC: Mapping[str, tuple[str, ...]] = {
    REGISTERED: ("state", "subject", "kind", "channel"),
    "ticket.owned": ("owner",),
    "ticket.assigned": ("state",),
    "ticket.escalated": (),
    "ticket.moved": ("state", "tells"),
    "ticket.waiting": ("state", "waiting_for", "question"),
    "ticket.resumed": ("state",),
    "ticket.answered": ("answer",),
    "ticket.done": ("state", "result"),
    "ticket.finished": ("state", "result"),
    "ticket.reopened": ("state", "times"),
    "ticket.withdrawn": ("state",),
    "ticket.declined": ("state", "reason"),
    "ticket.merged": ("state",),
    "ticket.attached": (),
    "ticket.handed_off": ("state",),
    "ticket.rated": ("score",),
}


class PublicEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An event as far as the requester sees it."""

    at: datetime
    type: str
    data: dict[str, Any] = {}
    #: The ids of its texts, by field.
    texts: dict[str, str] = {}


def shown_as(event: Event) -> str:
    """Give the type by which timelines show an event."""
    return REGISTERED if event.type == "ticket.opened" else event.type


def public(event: Event, at: datetime) -> PublicEvent | None:
    """Give what the requester sees of an event, if anything.

    Of a workflow's own steps he sees those that tell him something.
    """
    shown = shown_as(event)
    fields = PUBLIC.get(shown)
    if fields is None or (isinstance(event, TicketMoved) and event.tells is None):
        return None
    data, texts = {}, {}
    for field in fields:
        value = getattr(event, field, None)
        if isinstance(value, ContentRef):
            texts[field] = value.id
        elif value is not None:
            data[field] = msgspec.to_builtins(value)
    return PublicEvent(at=at, type=shown, data=data, texts=texts)
