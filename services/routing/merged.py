"""What the requester of a merged ticket follows: the one that goes on in its place.

Anybody can register under a stranger's number, so nothing that was said before the merging is his
to read. Of another requester's ticket he sees how it stands; what is answered there since then is
answered in his own as well.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

import msgspec

from chassis.journal import Aggregates, Recorded
from contracts.calls.routing import Followed, TicketView
from contracts.routing import TicketMerged, TicketOwned
from services.routing import timeline
from services.routing.domain.ticket import Ticket
from services.routing.timeline import Bodies

#: A ticket that was merged may be merged again, but not for ever.
_MOST = 10
#: What is told of somebody else's ticket.
_OF_ANOTHER = frozenset(
    {"ticket.owned", "ticket.escalated", "ticket.done", "ticket.finished", "ticket.reopened"}
)


def followed_on(
    own: Followed,
    history: list[Recorded],
    tickets: Aggregates[Ticket],
    bodies: Bodies,
    names: Mapping[str, str],
) -> Followed:
    """Give a merged ticket as its requester follows it now."""
    view, since = own.ticket, _merged_at(history)
    for code in _onward(view.merged_into, tickets):
        found, told = tickets.told(code)
        if found is None:
            continue
        state = found.state
        same = state.requester == view.requester
        steps = timeline.public(_since(told, since), bodies, names)
        if not same:
            steps = [
                msgspec.structs.replace(step, texts={})
                for step in steps
                if step.type in _OF_ANOTHER
            ]
        view = _standing(view, state, found.updated_at, waits=same)
        merged = sorted([*own.steps, *steps], key=lambda step: step.at)
        own = Followed(ticket=view, steps=merged)
    return own


def _onward(code: str | None, tickets: Aggregates[Ticket]) -> Iterator[str]:
    """Give the ticket at the end of the chain."""
    for _ in range(_MOST):
        state = tickets.state(code) if code else None
        if state is None:
            return
        if state.ties.merged_into is None:
            yield code or ""
            return
        code = state.ties.merged_into


def _since(told: list[Recorded], since: datetime) -> Iterator[Recorded]:
    """Give what was told since then, and before it who owns the ticket."""
    owned = [each for each in told if isinstance(each.event, TicketOwned) and each.at < since]
    yield from (each._replace(at=since) for each in owned[-1:])
    yield from (each for each in told if each.at >= since)


def _merged_at(history: list[Recorded]) -> datetime:
    return next(each.at for each in reversed(history) if isinstance(each.event, TicketMerged))


def _standing(view: TicketView, state: Ticket, updated_at: datetime, *, waits: bool) -> TicketView:
    return msgspec.structs.replace(
        view,
        state=state.state,
        updated_at=max(updated_at, view.updated_at),
        finished_at=state.finished_at,
        waiting_for=state.waiting_for if waits else None,
    )
