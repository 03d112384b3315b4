"""The workflows that ship to begin with, walked from the first step to the last."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import Forbidden, Invalid
from contracts.routing import TicketMoved
from services.routing.actions import ARGUMENTS
from services.routing.domain.organisation import Organisation
from services.routing.domain.ticket import Ticket
from services.routing.domain.workflow import faults_in, read
from services.routing.workflows import examples
from tests.unit.routing.world import CODE, World, a_person, a_unit, identity_of

UNITS = {
    "complaint": ("quality",),
    "passport": ("reception", "printing", "dispatch"),
    "triage": ("intake", "technical", "planning"),
}


class Walk(World):
    """An example with one expert and one supervisor in each of its units."""

    def __init__(self, name: str) -> None:
        units, people = [a_unit("hq", desk=True)], [a_person("desk", "hq", "agent")]
        for unit in UNITS[name]:
            units.append(a_unit(unit, "hq"))
            people += [
                a_person(f"{unit}.expert", unit),
                a_person(f"{unit}.chief", unit, "supervisor", tier=2),
            ]
        flow = read(examples()[name], ARGUMENTS)
        organisation = Organisation(
            people={person.id: person for person in people},
            units={unit.id: unit for unit in units},
        )
        assert faults_in(organisation, flow, (), {"printing.machine"}) == []
        super().__init__(organisation, [flow])
        self.register(workflow=name, subject="anything")

    def by(self, person: str, action: str, **arguments: Any) -> Ticket:
        return self.do(action, identity_of(person, self.organisation.people[person]), **arguments)

    def told(self) -> list[str]:
        moves = (event for event, _at in self.events[CODE] if isinstance(event, TicketMoved))
        return [move.tells["en"] for move in moves if move.tells]


def test_a_passport_is_printed_again_and_posted_and_its_applicant_is_told_each_step() -> None:
    walk = Walk("passport")
    walk.by("desk", "ask", question="Your photograph?")
    assert walk.message().step == "new"
    assert walk.by("reception.expert", "papers-complete").unit == "printing"
    walk.by("printing.expert", "printed")
    walk.by("dispatch.expert", "misprinted")
    assert walk.ticket().assignee == "printing.expert"
    walk.by("printing.expert", "printed")

    ticket = walk.by("dispatch.expert", "posted")

    assert ticket.state == "finished"
    assert walk.told() == [
        "Your papers are complete; the passport is being printed.",
        "Your passport was printed and will be posted.",
        "Your papers are complete; the passport is being printed.",
        "Your passport was printed and will be posted.",
        "Your passport is in the post.",
    ]


def test_a_remedy_needs_somebody_elses_consent_and_a_refusal_goes_back() -> None:
    walk = Walk("complaint")
    walk.by("quality.expert", "look-into")
    walk.by("quality.expert", "propose-remedy")
    with pytest.raises(Forbidden):
        walk.by("quality.expert", "approve")
    assert walk.by("quality.chief", "refuse", reason="Too little.").step == "looking"
    walk.by("quality.expert", "propose-remedy", comment="Twice as much.")

    assert walk.by("quality.chief", "approve").state == "done"
    assert walk.by("desk", "finish").state == "finished"


def evaluated(priority: int, *, outcome: str = "finish-task") -> Walk:
    walk = Walk("triage")
    walk.by("intake.chief", "prioritise", priority=priority)
    walk.by("intake.expert", "evaluate")
    for task, unit in (("technical", "technical"), ("resources", "planning")):
        walk.hand_out_task(task)
        if walk.ticket().task(task) is not None:
            more = {"reason": "Out of the question."} if outcome == "refuse-task" else {}
            walk.by(f"{unit}.expert", outcome, task=task, **more)
    return walk


@pytest.mark.parametrize(("priority", "step"), [(5, "working"), (4, "working"), (3, "agreeing")])
def test_only_what_is_urgent_needs_the_supervisors_consent(priority: int, step: str) -> None:
    assert evaluated(priority).ticket().step == step


def test_what_was_agreed_goes_to_the_technicians() -> None:
    walk = evaluated(1)

    walk.by("intake.chief", "approve")

    assert (walk.ticket().step, walk.ticket().unit) == ("working", "technical")
    assert walk.hand_out().assignee == "technical.expert"


def test_one_evaluator_who_refuses_ends_it_with_his_reason() -> None:
    assert evaluated(1, outcome="refuse-task").ticket().state == "declined"


def test_what_is_not_admissible_needs_a_reason() -> None:
    walk = Walk("triage")
    with pytest.raises(Invalid):
        walk.by("intake.expert", "not-admissible")

    assert walk.by("intake.expert", "not-admissible", comment="Not ours.").state == "declined"


def test_what_is_settled_at_the_triage_ends_there() -> None:
    ticket = Walk("triage").by("intake.expert", "settled-at-once", result="answered")

    assert (ticket.state, ticket.step, ticket.result) == ("finished", "settled", "answered")
