"""Bugs to plant, each where the product guards against it: a walk has to find them.

A plant puts a careless version in the place of one careful function, for as long as it is in force.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from unittest.mock import PropertyMock, patch

import msgspec

from contracts.routing import (
    TicketAssigned,
    TicketEscalated,
    TicketFinished,
    TicketReferred,
    TicketWorkLogged,
)
from services.routing import timeline
from services.routing.domain import permission, public, standing
from services.routing.domain.life import TICKETS
from services.routing.domain.parts import Consent, Task
from services.routing.domain.standing import Standing
from services.routing.handlers import conversation, deeds, effects, ending, placing, referral, steps
from services.routing.handlers.case import Case
from services.routing.places import Places

Plant = Callable[[], AbstractContextManager[Any]]


def _decides(action: str, decide: Callable[[Case], Any]) -> AbstractContextManager[Any]:
    """Have an action decided in another way."""
    other = deeds.ACTIONS[action]._replace(decide=decide)
    return patch.dict(deeds.ACTIONS, {action: other})


def _folds(event: type[Any], change: Callable[[Any, Any, Any], Any]) -> AbstractContextManager[Any]:
    """Have what an event makes of a ticket changed afterwards: (before, event, after)."""
    step = TICKETS._steps[event]

    def other(state: Any, told: Any, at: Any) -> Any:
        return change(state, told, step(state, told, at))

    return patch.dict(TICKETS._steps, {event: other})


def _passes(guard: str) -> AbstractContextManager[Any]:
    return patch.dict(permission.GUARD_TESTS, {guard: lambda _standing: True})


def _means(relation: str, other: str) -> AbstractContextManager[Any]:
    tests: dict[str, Any] = dict(standing.RELATION_TESTS)
    return patch.dict(standing.RELATION_TESTS, {relation: tests[other]})


def capacity_ignored() -> AbstractContextManager[Any]:
    """Work goes to whoever is wished for, with a place or without."""

    def careless(case: Case, wish: Any) -> TicketAssigned:
        person = wish.person or case.grounds.place(case.context).assignee
        return TicketAssigned(
            **case.stand,
            assignee=person,
            unit=wish.unit,
            tier=wish.tier,
            from_assignee=case.ticket.assignee,
        )

    return _decides("assign", lambda case: [careless(case, placing.wish_for_assign(case))])


def token_dropped() -> AbstractContextManager[Any]:
    """An escalation makes routing forget what was out before."""
    return _folds(
        TicketEscalated,
        lambda _before, _event, after: msgspec.structs.replace(
            after, referrals=after.referrals[-1:]
        ),
    )


def first_token_back() -> AbstractContextManager[Any]:
    """What comes back is what went out first."""

    def careless(case: Case) -> Any:
        swapped = tuple(reversed(case.ticket.referrals))
        ticket = msgspec.structs.replace(case.ticket, referrals=swapped)
        return referral.give_back(msgspec.structs.replace(case, ticket=ticket))

    return _decides("return", careless)


def owner_lost() -> AbstractContextManager[Any]:
    """A referral makes routing forget who owns the ticket."""
    return _folds(
        TicketReferred, lambda _before, _event, after: msgspec.structs.replace(after, owner=None)
    )


def anybody_answers() -> AbstractContextManager[Any]:
    """Whoever works on a ticket counts as its owner."""
    return _means("owner", "assignee")


def answer_with_done() -> AbstractContextManager[Any]:
    """Who says that the work is done may answer with it, owner or not."""

    def careless(case: Case) -> Any:
        text, done = case.text("answer"), msgspec.structs.replace(case.deed, texts={})
        said = conversation.answering(case, text) if text is not None else []
        return [*said, *ending.done(msgspec.structs.replace(case, deed=done))]

    return _decides("done", careless)


def doer_approves() -> AbstractContextManager[Any]:
    """Who did the work may approve it."""
    return _passes("not_by_doer")


def out_and_done() -> AbstractContextManager[Any]:
    """Work that is out can be done."""
    return _passes("nothing_out")


def taken_from_a_colleague() -> AbstractContextManager[Any]:
    """Whoever is of the team may claim what a colleague works on."""
    return _passes("in_my_queue")


def every_unit_is_mine() -> AbstractContextManager[Any]:
    """A right over the units below reaches all others too."""
    return patch.object(Standing, "is_below", PropertyMock(return_value=True))


def reopened_for_ever() -> AbstractContextManager[Any]:
    """A requester may reopen however long ago it was."""
    fault = permission._fault

    def careless(*of: Any) -> str | None:
        found = fault(*of)
        return None if found == "too_late" else found

    return patch.object(permission, "_fault", careless)


def anybody_behalf() -> AbstractContextManager[Any]:
    """Anybody may act in another one's name."""
    gather = deeds.case_of

    def careless(ticket: Any, deed: Any, context: Any, grounds: Any) -> Case:
        bare = msgspec.structs.replace(deed, behalf=None)
        case = gather(ticket, bare, context, grounds)
        asker = msgspec.structs.replace(case.asker, person=deed.behalf or case.asker.person)
        return msgspec.structs.replace(case, asker=asker)

    return patch.object(deeds, "case_of", careless)


def given_out_of_reach() -> AbstractContextManager[Any]:
    """Who may assign in his own units may assign to any."""
    return patch.object(placing, "_may_give_to", lambda _case, _person: True)


def place_kept() -> AbstractContextManager[Any]:
    """Places are not given back when work leaves somebody."""
    return patch.object(Places, "settle", lambda *_of: None)


def back_without_a_place() -> AbstractContextManager[Any]:
    """Work that was ended comes back to who had it, full or not."""
    return patch.object(permission, "ALWAYS", {})


def importer_for_a_day() -> AbstractContextManager[Any]:
    """Rows of another system are recorded by whoever a workflow lets."""
    return patch.object(permission, "FOR_IMPORTERS", frozenset())


def last_holder_told() -> AbstractContextManager[Any]:
    """Work is told to come from nobody although somebody has it."""
    given = placing.given_to
    return patch.object(
        placing,
        "given_to",
        lambda case, wish: msgspec.structs.replace(given(case, wish), from_assignee=None),
    )


def end_keeps_tokens() -> AbstractContextManager[Any]:
    """An end leaves referrals open."""
    return _folds(
        TicketFinished,
        lambda before, _event, after: msgspec.structs.replace(after, referrals=before.referrals),
    )


def hours_not_added() -> AbstractContextManager[Any]:
    """The last log is taken for all of the work."""
    return _folds(
        TicketWorkLogged,
        lambda _before, event, after: msgspec.structs.replace(
            after, touch_seconds=event.touch_seconds
        ),
    )


@contextmanager
def fold_with_a_memory() -> Iterator[None]:
    """What an event makes of a ticket depends on what was folded before it, elsewhere."""
    seen: list[int] = []

    def forgetful(_before: Any, _event: Any, after: Any) -> Any:
        seen.append(1)
        return msgspec.structs.replace(after, cost=after.cost + len(seen) % 2)

    with _folds(TicketWorkLogged, forgetful):
        yield


def names_leaked() -> AbstractContextManager[Any]:
    """The requester is told who works on his request."""
    shown: Mapping[str, Any] = {**public.PUBLIC, "ticket.assigned": ("state", "assignee")}
    return patch.object(public, "PUBLIC", shown)


def timeline_with_a_gap() -> AbstractContextManager[Any]:
    """The timeline leaves queues out."""
    full = timeline.full

    def careless(history: Any, bodies: Any) -> Any:
        return full([step for step in history if step.event.type != "ticket.queued"], bodies)

    return patch.object(timeline, "full", careless)


def doer_consents() -> AbstractContextManager[Any]:
    """Whoever did the work may take a seat in its approval."""
    return patch.object(Consent, "may_speak", lambda _consent, person: person is not None)


def task_of_another_team() -> AbstractContextManager[Any]:
    """Tasks may be taken out of any team's queue."""

    def careless(he: Standing) -> list[Task]:
        return [task for task in he.ticket.tasks if task.is_open and task.assignee is None]

    return patch.object(Standing, "open_tasks", property(careless))


def done_and_back() -> AbstractContextManager[Any]:
    """What was done comes back to a desk by a workflow's own way without a place."""
    return patch.object(steps, "_back", lambda _ticket: None)


def handed_over_twice() -> AbstractContextManager[Any]:
    """A workflow hands over by itself what another partner has."""
    hand_over = effects.handed_over

    def careless(asked: Any, ticket: Any, *of: Any) -> Any:
        return hand_over(asked, msgspec.structs.replace(ticket, outside=None), *of)

    return patch.object(effects, "handed_over", careless)


BUGS: dict[str, Plant] = {
    plant.__name__.replace("_", "-"): plant
    for plant in (
        capacity_ignored,
        token_dropped,
        first_token_back,
        owner_lost,
        anybody_answers,
        answer_with_done,
        doer_approves,
        out_and_done,
        taken_from_a_colleague,
        every_unit_is_mine,
        reopened_for_ever,
        anybody_behalf,
        given_out_of_reach,
        place_kept,
        back_without_a_place,
        importer_for_a_day,
        last_holder_told,
        end_keeps_tokens,
        hours_not_added,
        fold_with_a_memory,
        names_leaked,
        timeline_with_a_gap,
        doer_consents,
        task_of_another_team,
        done_and_back,
        handed_over_twice,
    )
}
