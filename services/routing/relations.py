"""The tickets that belong together with one, as far as the caller may see them."""

from collections.abc import Iterator

from chassis.calls.call import Call
from chassis.journal import Aggregates
from contracts.calls.routing import OpenPassage, Related, RelatedTicket
from services.routing.domain.permission import Standing, asker_of
from services.routing.domain.ticket import Ticket
from services.routing.domain.ties import Ties
from services.routing.handlers.case import Grounds


def related(
    ticket: Ticket, code: str, *, tickets: Aggregates[Ticket], grounds: Grounds, call: Call
) -> Related:
    """Give them; a child that never became one, or went its own way, is left out."""
    ties, organisation = ticket.ties, grounds.organisation
    pairs = list(_pairs(ties))
    states = tickets.states([other for other, _ in pairs])
    asker = asker_of(call.identity, organisation)
    found = []
    for other, relation in pairs:
        state = states.get(other)
        if state is None or not _is_so(state.ties, relation, code):
            continue
        readable = Standing(state, asker, organisation).may_read
        found.append(_shown(other, relation, state if readable else None))
    passages = [
        OpenPassage(what=each.what, by=each.by, tickets=len(ties.reach(each)))
        for each in ties.passages
    ]
    return Related(tickets=found, passages=passages)


def _pairs(ties: Ties) -> Iterator[tuple[str, str]]:
    if ties.parent is not None:
        yield ties.parent, "parent"
    if ties.merged_into is not None:
        yield ties.merged_into, "merged_into"
    yield from ((child, "child") for child in ties.children)
    yield from ((merged, "merged") for merged in ties.merged)
    yield from ties.links.items()


def _is_so(other: Ties, relation: str, code: str) -> bool:
    if relation == "child":
        return other.parent == code
    return relation != "merged" or other.merged_into == code


def _shown(code: str, relation: str, state: Ticket | None) -> RelatedTicket:
    if state is None:
        return RelatedTicket(code=code, relation=relation)
    return RelatedTicket(
        code=code,
        relation=relation,
        state=state.state,
        priority=state.priority,
        owner=state.owner,
        assignee=state.assignee,
    )
