"""Saved filters: each is its owner's, and his colleagues see those that he shares."""

import msgspec

from chassis.calls.call import Call
from chassis.errors import Conflict, Forbidden
from contracts.calls.routing import DropFilter, SavedFilter, SaveFilter
from services.routing.repository.filters import Filters

#: So many anybody may have.
MOST = 50


def seen(call: Call, filters: Filters) -> list[SavedFilter]:
    """Give the caller's own in their order, then what his colleagues share."""
    return filters.seen_by(_person(call), call.identity.unit)


def save(request: SaveFilter, call: Call, filters: Filters) -> SavedFilter:
    """Keep one of the caller's, over what it was; raises Conflict when he has too many."""
    person = _person(call)
    if filters.count(person, but=request.id) >= MOST:
        raise Conflict("too_many_filters", most=MOST)
    kept = SavedFilter(owner=person, **msgspec.structs.asdict(request))
    filters.save(kept, call.identity.unit)
    return kept


def drop(request: DropFilter, call: Call, filters: Filters) -> bool:
    """Forget one of the caller's."""
    return filters.drop(_person(call), request.id)


def _person(call: Call) -> str:
    kind, _, person = call.identity.subject.partition(":")
    if kind != "person":
        raise Forbidden("right_missing", right="staff")
    return person
