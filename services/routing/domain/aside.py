"""What may be done to a ticket beside its way: it changes nothing of where the ticket stands.

Links, children, followers and the like are every workflow's; one that names such an action itself
says so otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from contracts.routing import ENDED, STATES, State
from services.routing.domain.ticket import Ticket
from services.routing.domain.workflow import Transition, Workflow

_ANY: list[str] = [*STATES]
_ALIVE: list[str] = [state for state in STATES if state not in ENDED]
_WORKERS = ["owner", "assignee", "ticket.assign"]

#: By action; `leaves` names kinds of steps.
_TABLE: dict[str, Transition] = {
    each.action: each
    for each in (
        Transition(action="link", leaves=_ANY, who=["ticket.work", *_WORKERS]),
        Transition(action="unlink", leaves=_ANY, who=["ticket.work", *_WORKERS], guards=["linked"]),
        Transition(action="attach", leaves=_ALIVE, who=_WORKERS, guards=["no_parent"]),
        Transition(action="detach", leaves=_ALIVE, who=_WORKERS, guards=["attached"]),
        Transition(action="ask-unit", leaves=_ALIVE, who=["ticket.work", *_WORKERS]),
        Transition(action="answer-question", leaves=_ALIVE, who=["asked"]),
        Transition(
            action="take-question-back",
            leaves=_ALIVE,
            who=["ticket.work", *_WORKERS],
            guards=["has_asked"],
        ),
        Transition(
            action="chase", leaves=_ALIVE, who=["ticket.work", *_WORKERS], guards=["is_away"]
        ),
        Transition(action="tag", leaves=_ANY, who=["ticket.work", *_WORKERS]),
        Transition(action="follow", leaves=_ANY, who=["reader"]),
        Transition(action="unfollow", leaves=_ANY, who=["reader"], guards=["follows"]),
        Transition(action="snooze", leaves=_ALIVE, who=["owner", "assignee"]),
        Transition(action="wake", leaves=_ALIVE, who=["owner", "assignee"], guards=["has_snoozed"]),
    )
}


def leaving(workflow: Workflow, ticket: Ticket, action: str) -> Sequence[Transition]:
    """Give the way of an action that the workflow says nothing of; none where there is not any."""
    way = _TABLE.get(action)
    if way is None or action in workflow.names or ticket.state not in way.leaves:
        return ()
    return (way,)


def all_leaving(workflow: Workflow, ticket: Ticket) -> Sequence[Transition]:
    """Give the ways of all such actions."""
    return _beside(workflow.names, ticket.state)


@lru_cache(maxsize=1024)
def _beside(named: frozenset[str], state: State) -> tuple[Transition, ...]:
    return tuple(way for way in _TABLE.values() if way.action not in named and state in way.leaves)
