"""Who may do what to a ticket: rights, relations, guards, conditions.

The one place that decides it, both for what a ticket offers its reader and for what is refused.
How somebody stands to it is in `standing.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from chassis.errors import Conflict, Forbidden
from services.routing.domain import aside
from services.routing.domain.facts import facts_of
from services.routing.domain.standing import (
    RELATION_TESTS,
    Asker,
    Standing,
    Test,
    absentees,
    asker_of,
    asker_of_person,
    meaning,
)
from services.routing.domain.ticket import AT_WORK, Ticket
from services.routing.domain.workflow import AUTOMATIC, Transition, Workflow

__all__ = [
    "GUARD_TESTS",
    "RELATION_TESTS",
    "Asker",
    "Standing",
    "absentees",
    "allowed",
    "asker_of",
    "asker_of_person",
    "not_now",
    "permitted",
]


def _is_in_my_queue(standing: Standing) -> bool:
    ticket, asker = standing.ticket, standing.asker
    mine = asker.importing or (ticket.unit == asker.unit and (ticket.tier or 1) <= asker.tier)
    return mine and ticket.assignee is None and ticket.for_person in (None, asker.person)


def _is_not_by_doer(standing: Standing) -> bool:
    asker = standing.asker
    return asker.importing or asker.person is None or asker.person != standing.ticket.done_by


GUARD_TESTS: Mapping[str, Test] = {
    "in_my_queue": _is_in_my_queue,
    "held_by_me_or_nobody": lambda he: (
        he.asker.importing or he.ticket.assignee in (None, he.asker.person)
    ),
    "is_out": lambda he: bool(he.ticket.referrals),
    "nothing_out": lambda he: not he.ticket.referrals and not he.ticket.is_outside,
    "not_by_doer": _is_not_by_doer,
    "not_rated": lambda he: he.ticket.rating is None,
    "is_outside": lambda he: he.ticket.is_outside,
    "linked": lambda he: bool(he.ticket.ties.links),
    "attached": lambda he: he.ticket.ties.parent is not None,
    "no_parent": lambda he: he.ticket.ties.parent is None,
    "has_asked": lambda he: bool(he.ticket.attention.questions),
    "is_away": lambda he: (
        bool(he.ticket.attention.questions) or he.ticket.assignee != he.asker.person
    ),
    "follows": lambda he: he.asker.person in he.ticket.attention.followers,
    "has_snoozed": lambda he: any(
        each.by == he.asker.person for each in he.ticket.attention.snoozes
    ),
    "at_work": lambda he: he.ticket.state in AT_WORK,
}
#: What must hold for an action whatever the workflow says: only what is out comes back, and what is
#: no longer on anybody's desk gets there by being given, which takes a place.
ALWAYS: Mapping[str, tuple[str, ...]] = {
    "return": ("is_out",),
    "ask": ("at_work",),
    "resume": ("at_work",),
}
#: Done in other people's names and past their capacity, so by nobody else.
FOR_IMPORTERS = frozenset({"record"})
#: Somebody's ways at a step that a workflow remembers; only a bound on memory.
_MOST_REMEMBERED = 5_000


def permitted(standing: Standing, workflow: Workflow, action: str, at: datetime) -> Transition:
    """Give the transition that lets somebody act now; raises Conflict or Forbidden.

    Who had the work a moment ago is told what changed, not that he has no right. Who neither may
    see the ticket nor belongs where it came from is told nothing of how it stands.
    """
    ticket = standing.ticket
    if not standing.knows_of_it:
        raise Forbidden("ticket_not_yours")
    leaving = workflow.leaving(ticket.step, action) or aside.leaving(workflow, ticket, action)
    if not leaving:
        raise not_now(action, ticket, "state")
    open_to_him = [transition for transition in leaving if _is_open(transition, standing)]
    if not open_to_him:
        if standing.had_it:
            raise not_now(action, ticket, "moved_on")
        raise Forbidden("action_not_yours", action=action)
    hindrances = [_hindrance(transition, standing, at) for transition in open_to_him]
    for transition, hindrance in zip(open_to_him, hindrances, strict=True):
        if hindrance is None:
            return transition
    raise not_now(action, ticket, hindrances[0] or "state")


def ways(standing: Standing, workflow: Workflow, action: str, at: datetime) -> list[Transition]:
    """Give every transition by which somebody may act now; `permitted` gives the first."""
    leaving = workflow.leaving(standing.ticket.step, action)
    return [
        transition
        for transition in leaving
        if _is_open(transition, standing) and _hindrance(transition, standing, at) is None
    ]


class _Way(NamedTuple):
    """A transition that may be open to somebody: one of the tests has to hold, and every guard."""

    action: str
    tests: Sequence[Test]
    guards: Sequence[Test]
    #: Where that is not all.
    transition: Transition | None

    def is_open(self, standing: Standing, at: datetime) -> bool:
        # Plain loops: this is asked twenty times for each line of a list.
        for test in self.tests:
            if test(standing):
                break
        else:
            return False
        for guard in self.guards:
            if not guard(standing):
                return False
        return self.transition is None or _fault(self.transition, standing, at) is None


def allowed(standing: Standing, workflow: Workflow, at: datetime) -> list[str]:
    """Give the actions for which `permitted` would not refuse now, in alphabetical order."""
    if not standing.knows_of_it:
        return []
    found: set[str] = set()
    for way in _ways_of(standing, workflow):
        if way.action not in found and way.is_open(standing, at):
            found.add(way.action)
    return sorted(found)


def _ways_of(standing: Standing, workflow: Workflow) -> Sequence[_Way]:
    """Give the ways that the same person has at every ticket which stands there.

    Worked out once: a list of two hundred tickets asks for the same few ways two hundred times.
    """
    ticket, asker = standing.ticket, standing.asker
    key = (ticket.step, ticket.state, asker.role, asker.person, asker.unit, asker.importing)
    known: dict[Any, list[_Way]] = workflow.remembered
    if key not in known:
        if len(known) >= _MOST_REMEMBERED:
            known.clear()
        leaving = (*workflow.leaving(ticket.step), *aside.all_leaving(workflow, ticket))
        ways = (_way(transition, asker) for transition in leaving)
        known[key] = [way for way in ways if way.tests]
    return known[key]


def _way(transition: Transition, asker: Asker) -> _Way:
    tests: Iterable[Test | None]
    if asker.importing:
        tests = [] if transition.action in AUTOMATIC else [lambda _he: True]
    elif transition.action in FOR_IMPORTERS:
        tests = []
    else:
        tests = (meaning(who, asker) for who in transition.who)
    guards = (*transition.guards, *ALWAYS.get(transition.action, ()))
    is_plain = transition.condition is None and transition.within is None
    return _Way(
        transition.action,
        [test for test in tests if test is not None],
        [GUARD_TESTS[guard] for guard in guards],
        None if is_plain else transition,
    )


def not_now(action: str, ticket: Ticket, reason: str) -> Conflict:
    """Make the refusal that tells how the ticket stands by now."""
    return Conflict(
        "action_not_allowed_now",
        action=action,
        reason=reason,
        state=ticket.state,
        step=ticket.step,
        assignee=ticket.assignee,
        unit=ticket.unit,
    )


def _is_open(transition: Transition, standing: Standing) -> bool:
    if standing.asker.importing:
        return transition.action not in AUTOMATIC
    return transition.action not in FOR_IMPORTERS and any(map(standing.is_meant, transition.who))


def _hindrance(transition: Transition, standing: Standing, at: datetime) -> str | None:
    """Give what stands in the way: the name of a guard, or a fault."""
    for guard in (*transition.guards, *ALWAYS.get(transition.action, ())):
        if not GUARD_TESTS[guard](standing):
            return guard
    return _fault(transition, standing, at)


def _fault(transition: Transition, standing: Standing, at: datetime) -> str | None:
    """Give what else does: `condition`, or `too_late`."""
    condition = transition.condition
    if condition is not None and not condition.holds(facts_of(standing.ticket)):
        return "condition"
    ended_at = standing.ticket.ended_at
    late = (
        transition.within is not None
        and not standing.asker.importing
        and ended_at is not None
        and at - ended_at > transition.within
    )
    return "too_late" if late else None
