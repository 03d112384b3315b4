"""What the requester of a merged ticket follows: the one that goes on in its place.

Anybody can register under a stranger's number, so nothing that was said before the merging is his
to read. Of another requester's ticket he sees how it stands; what is answered there since then is
answered in his own as well.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import msgspec

from chassis.journal import Aggregates, Snapshot
from contracts.calls.routing import Followed, Step, TicketView
from contracts.routing import TicketMerged, TicketOwned
from services.routing import timeline
from services.routing.domain.public import PublicEvent
from services.routing.domain.ticket import Ticket
from services.routing.timeline import Bodies, told_whole

#: A ticket that was merged may be merged again, but not for ever.
_MOST = 10
#: What is told of somebody else's ticket.
_OF_ANOTHER = frozenset(
    {"ticket.owned", "ticket.escalated", "ticket.done", "ticket.finished", "ticket.reopened"}
)


def followed_on(
    own: Followed,
    tickets: Aggregates[Ticket],
    bodies: Bodies,
    names: Mapping[str, str],
) -> Followed:
    """Give a merged ticket as its requester follows it now."""
    view, found = own.ticket, _onward(own.ticket.merged_into, tickets)
    if found is None:
        return own
    state = told_whole(found.stream, found.state, tickets)
    same = state.requester == view.requester
    steps = timeline.public(_since(state.public, _merged_at(own.steps)), bodies, names)
    if not same:
        steps = [
            msgspec.structs.replace(step, texts={}) for step in steps if step.type in _OF_ANOTHER
        ]
    return Followed(
        ticket=_standing(view, state, found.updated_at, waits=same),
        steps=sorted([*own.steps, *steps], key=lambda step: step.at),
    )


def _onward(code: str | None, tickets: Aggregates[Ticket]) -> Snapshot[Ticket] | None:
    """Give the ticket at the end of the chain."""
    for _ in range(_MOST):
        found = tickets.find({"_id": code}, limit=1) if code else []
        if not found:
            return None
        code = found[0].state.ties.merged_into
        if code is None:
            return found[0]
    return None


def _since(told: Sequence[PublicEvent], since: datetime) -> Iterator[PublicEvent]:
    """Give what was told since then, and before it who owns the ticket."""
    owned = [each for each in told if each.type == TicketOwned.type and each.at < since]
    yield from (msgspec.structs.replace(each, at=since) for each in owned[-1:])
    yield from (each for each in told if each.at >= since)


def _merged_at(steps: Sequence[Step]) -> datetime:
    return next(step.at for step in reversed(steps) if step.type == TicketMerged.type)


def _standing(view: TicketView, state: Ticket, updated_at: datetime, *, waits: bool) -> TicketView:
    return msgspec.structs.replace(
        view,
        state=state.state,
        updated_at=max(updated_at, view.updated_at),
        finished_at=state.finished_at,
        waiting_for=state.waiting_for if waits else None,
    )
