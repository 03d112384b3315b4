"""Random people do random things on the shipped examples: what must hold whatever they do."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from chassis.errors import Permanent
from contracts.routing import ENDED, TicketApprovalAsked, TicketApprovalGiven, TicketTaskDone
from services.routing.actions import ARGUMENTS
from services.routing.domain.life import TICKETS
from services.routing.domain.permission import asker_of
from services.routing.domain.workflow import read
from services.routing.handlers import allowed
from services.routing.workflows import examples
from tests.unit.routing.test_examples import UNITS, Walk
from tests.unit.routing.world import CODE, REQUESTER, identity_of

WALKS, STEPS = 25, 60
#: They would end nearly every walk at once.
ENDINGS = frozenset({"withdraw", "decline", "not-admissible", "not-justified", "settled-at-once"})
TEXTS = {"reason": "No.", "question": "?", "text": "!", "comment": "So.", "note": "."}


@pytest.mark.parametrize("seed", range(WALKS))
@pytest.mark.parametrize("name", sorted(UNITS))
def test_laws_of_a_workflow_with_tasks_and_approvals(name: str, seed: int) -> None:
    walk, chance = Walk(name), Random(f"{name}{seed}")
    for _step in range(STEPS):
        somebody_acts(walk, chance)
        for task in walk.ticket().tasks:
            if chance.random() < 0.5:
                walk.hand_out_task(task.id)
        if chance.random() < 0.5:
            walk.hand_out()

        assert TICKETS.fold(walk.events[CODE]) == walk.ticket()
        nobody_has_too_much(walk)
        parts_are_those_of_the_step(walk)
        everybody_speaks_once_and_not_about_himself(walk)
        if walk.ticket().state in ENDED:
            return
        assert any(offered(walk, person) for person in walk.organisation.people)


def somebody_acts(walk: Walk, chance: Random) -> None:
    """Do one of the things that somebody is offered, or something that he is not."""
    person = chance.choice(sorted(walk.organisation.people))
    offers = offered(walk, person)
    usual = sorted(set(offers) - ENDINGS) or offers
    known = [*ARGUMENTS, *read(examples()[walk.ticket().workflow], ARGUMENTS).actions]
    action = chance.choice(usual if usual and chance.random() < 0.9 else known)
    identity = identity_of(person, walk.organisation.people[person])
    if chance.random() < 0.02:
        identity = REQUESTER
    before = walk.ticket()
    try:
        walk.do(action, identity, **arguments(walk, action, chance))
    except Permanent:
        assert walk.ticket() == before


def arguments(walk: Walk, action: str, chance: Random) -> dict[str, Any]:
    fields = ARGUMENTS[action].__struct_fields__ if action in ARGUMENTS else ("comment",)
    tasks = [task.id for task in walk.ticket().tasks] or ["none"]
    told: dict[str, Any] = {
        "task": chance.choice(tasks),
        "person": chance.choice(sorted(walk.organisation.people)),
        "priority": chance.randint(1, 5),
        "score": 3,
        "duration": 60,
        "work_group": "other",
        **TEXTS,
    }
    return {field: told[field] for field in fields if field in told}


def offered(walk: Walk, person: str) -> list[str]:
    identity = identity_of(person, walk.organisation.people[person])
    asker = asker_of(identity, walk.organisation)
    return allowed(walk.ticket(), asker, walk.now, walk.grounds())


def nobody_has_too_much(walk: Walk) -> None:
    for person, held in walk.loads().items():
        assert held <= walk.organisation.people[person].capacity


def parts_are_those_of_the_step(walk: Walk) -> None:
    ticket = walk.ticket()
    step = walk.grounds().workflow_of(ticket).steps[ticket.step]
    assert {task.id for task in ticket.tasks} == set(step.tasks)
    assert (ticket.consent is not None) == (step.approvals is not None)


def everybody_speaks_once_and_not_about_himself(walk: Walk) -> None:
    asked: TicketApprovalAsked | None = None
    spoken: set[str] = set()
    done: set[str] = set()
    for event, _at in walk.events[CODE]:
        if isinstance(event, TicketApprovalAsked):
            asked, spoken = event, set()
        elif isinstance(event, TicketApprovalGiven):
            assert asked is not None
            assert event.by not in spoken | {asked.doer}
            spoken.add(event.by)
        elif event.type == "ticket.task_opened":
            done.discard(event.task)  # type: ignore[attr-defined]  # narrowed by its type
        elif isinstance(event, TicketTaskDone):
            assert event.task not in done
            done.add(event.task)
