"""Workflows of one's own: actions, conditions, tasks beside one another, consent, what follows."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from chassis.errors import Conflict, Forbidden, Invalid
from contracts.routing import TicketApprovalAsked, TicketApprovalGiven, TicketFormFilled
from contracts.sla import Action
from services.routing.actions import ARGUMENTS
from services.routing.domain.life import TICKETS
from services.routing.domain.organisation import Organisation
from services.routing.domain.permission import Standing, asker_of
from services.routing.domain.ticket import Ticket, index
from services.routing.domain.workflow import read
from services.routing.handlers import allowed
from services.routing.parts import asked_as
from services.routing.workflows import examples
from tests.unit.routing.world import CODE, World, a_person, a_unit, identity_of

TRADE = (
    a_person("desk", "hq", "agent", capacity=5),
    a_person("manager", "hq", "manager", capacity=0),
    a_person("sara", "purchasing", capacity=3),
    a_person("reza", "purchasing", capacity=3),
    a_person("chief", "purchasing", "supervisor", tier=2, capacity=1),
    a_person("omid", "legal", capacity=1),
    a_person("mina", "finance", "supervisor", capacity=1),
    a_person("store", "store", capacity=3),
)


def an_organisation() -> Organisation:
    units = [a_unit("hq", desk=True)]
    units += [a_unit(name, "hq") for name in ("purchasing", "legal", "finance", "store")]
    return Organisation(people={p.id: p for p in TRADE}, units={unit.id: unit for unit in units})


class Trade(World):
    """A World whose people buy things."""

    def __init__(self, definition: dict[str, Any] | None = None) -> None:
        flow = read(definition or examples()["purchase"], ARGUMENTS)
        super().__init__(an_organisation(), [flow])
        self.flow = flow.id

    def begin(self, code: str = CODE) -> Ticket:
        return self.register(code, workflow=self.flow, subject="office.chairs")

    def by(self, person: str, action: str, code: str = CODE, **arguments: Any) -> Ticket:
        found = self.organisation.people[person]
        return self.do(action, identity_of(person, found), code, **arguments)

    def offered(self, person: str, code: str = CODE) -> set[str]:
        identity = identity_of(person, self.organisation.people[person])
        asker = asker_of(identity, self.organisation)
        return set(allowed(self.ticket(code), asker, self.now, self.grounds()))

    def compared(self) -> Ticket:
        """A ticket whose two tasks are done."""
        self.begin()
        self.by("sara" if self.ticket().assignee == "sara" else "reza", "take-up")
        for task, person in (("offers", "reza"), ("legal", "omid")):
            self.hand_out_task(task)
            assignee = self.ticket().task(task).assignee or person  # type: ignore[union-attr]
            self.by(assignee, "finish-task", task=task)
        return self.ticket()


def test_the_work_begins_where_the_workflow_says() -> None:
    ticket = Trade().begin()

    assert (ticket.state, ticket.step, ticket.unit) == ("new", "new", "purchasing")
    assert ticket.assignee in {"sara", "reza"}


def test_a_purchase_goes_its_whole_way() -> None:
    world = Trade()
    world.compared()
    assert world.ticket().step == "approval"
    assert world.ticket().unit == "purchasing"
    world.by("chief", "approve")
    assert world.ticket().step == "approval"
    world.by("mina", "approve")
    assert (world.ticket().step, world.ticket().priority) == ("ordering", 2)
    world.by(str(world.ticket().assignee), "ordered")
    ticket = world.ticket()
    assert (ticket.state, ticket.waiting_for, ticket.assignee) == ("waiting", "supplier", "store")

    ticket = world.by("store", "received")

    assert (ticket.state, ticket.step, ticket.result) == ("finished", "finished", "solved")
    assert TICKETS.fold(world.events[CODE]) == ticket
    assert world.loads() == {}


def test_tasks_are_work_beside_the_tickets_own_and_take_a_place_each() -> None:
    world = Trade()
    world.begin()
    world.by(str(world.ticket().assignee), "take-up")
    world.hand_out_task("offers")
    world.hand_out_task("legal")

    assert world.loads()["omid"] == 1
    assert world.loads()["sara"] + world.loads()["reza"] == 2
    assert {"finish-task", "refuse-task"} <= world.offered("omid")
    assert "finish-task" not in world.offered("store")
    assert "person:omid" in index(world.ticket())["asked"]


def test_a_task_waits_while_its_team_is_full() -> None:
    world = Trade()
    for code in ("1", "2"):
        world.begin(code)
        world.by(str(world.ticket(code).assignee), "take-up", code)
        world.hand_out_task("legal", code)

    waiting = world.ticket("2").task("legal")
    assert waiting is not None
    assert waiting.assignee is None
    assert index(world.ticket("2"))["tasks_queued"] is True
    with pytest.raises(Conflict, match="person_at_capacity"):
        world.by("omid", "take-task", "2", task="legal")


def test_only_who_has_a_task_settles_it_and_once() -> None:
    world = Trade()
    world.begin()
    world.by(str(world.ticket().assignee), "take-up")
    world.hand_out_task("legal")

    with pytest.raises(Forbidden):
        world.by("store", "finish-task", task="legal")
    with pytest.raises(Invalid, match="task_unknown"):
        world.by("omid", "finish-task", task="nothing")
    world.by("omid", "finish-task", task="legal")
    with pytest.raises((Conflict, Forbidden)):
        world.by("omid", "finish-task", task="legal")


def test_a_refused_task_ends_a_join_of_all_and_the_reason_is_told() -> None:
    world = Trade()
    world.begin()
    world.by(str(world.ticket().assignee), "take-up")
    world.hand_out_task("legal")

    ticket = world.by("omid", "refuse-task", task="legal", reason="The contract binds for ever.")

    assert (ticket.state, ticket.step, ticket.tasks) == ("declined", "declined", ())
    assert world.recorded()[-4:] == [
        "ticket.task_done",
        "ticket.moved",
        "ticket.declined",
        "ticket.task_cancelled",
    ]
    assert world.loads() == {}


def test_consent_is_given_once_each_in_order_and_not_by_the_doer() -> None:
    world = Trade()
    world.compared()

    assert world.last(TicketApprovalAsked).told == ["chief"]
    with pytest.raises((Conflict, Forbidden)):
        world.by("mina", "approve")
    world.by("chief", "approve")
    assert world.last(TicketApprovalGiven).told == ["mina"]
    with pytest.raises((Conflict, Forbidden)):
        world.by("chief", "approve")
    assert world.offered("mina") >= {"approve", "refuse"}
    assert index(world.ticket())["asked"] == ["unit:finance/supervisor"]


def test_a_refusal_ends_an_approval_of_all() -> None:
    world = Trade()
    world.compared()

    ticket = world.by("chief", "refuse", reason="Too dear.")

    assert (ticket.state, ticket.consent) == ("declined", None)


def test_two_of_three_are_enough_and_two_refusals_too_many() -> None:
    definition = approval_of(["person:sara", "person:reza", "person:omid"], needs=2)
    for verdicts, step in (("aa", "yes"), ("ra", "asking"), ("raa", "yes"), ("rr", "no")):
        world = Trade(definition)
        world.begin()
        world.by("manager", "ask-all")
        for person, verdict in zip(("sara", "reza", "omid"), verdicts, strict=False):
            if verdict == "a":
                world.by(person, "approve")
            else:
                world.by(person, "refuse", reason="No.")
        assert world.ticket().step == step


def test_whoever_did_it_does_not_consent() -> None:
    world = Trade(approval_of(["role:manager"], needs=1))
    world.begin()
    world.by("manager", "ask-all")

    with pytest.raises((Conflict, Forbidden)):
        world.by("manager", "approve")


def test_whoever_is_asked_may_read() -> None:
    world = Trade(approval_of(["person:omid"], needs=1))
    world.begin()
    before = Standing(
        world.ticket(),
        asker_of(identity_of("omid", TRADE[5]), world.organisation),
        world.organisation,
    )
    assert not before.may_read
    world.by("manager", "ask-all")

    asker = asker_of(identity_of("omid", TRADE[5]), world.organisation)
    assert Standing(world.ticket(), asker, world.organisation).may_read


def test_a_condition_decides_which_way_is_open() -> None:
    definition = approval_of(["person:omid"], needs=1)
    urgent = {"===": [{"var": "ticket.priority"}, 1]}
    definition["transitions"].insert(
        0, {"action": "ask-all", "from": ["new"], "to": "yes", "who": ["staff"], "when": urgent}
    )
    world = Trade(definition)
    world.begin()
    world.by("manager", "prioritise", priority=1)

    assert world.by("sara", "ask-all").step == "yes"


def test_a_mark_of_a_clock_may_move_the_ticket_on() -> None:
    definition = approval_of(["person:omid"], needs=1)
    definition["actions"]["too-late"] = {"title": {"fa": "دیر شد", "en": "Too late"}}
    late = {"action": "too-late", "from": ["asking"], "to": "new"}
    definition["transitions"].append(late | {"who": ["ticket.assign"]})
    world = Trade(definition)
    world.begin()
    world.by("manager", "ask-all")

    ticket = world.demand(Action(do="move", action="too-late"))

    assert (ticket.step, ticket.consent, ticket.unit) == ("new", None, "purchasing")
    assert world.demand(Action(do="move", action="too-late")).step == "new"
    assert world.recorded()[-1] == "ticket.demand_refused"


def test_an_unknown_action_is_refused_as_before() -> None:
    world = Trade()
    world.begin()

    with pytest.raises(Invalid, match="action_unknown"):
        world.by("sara", "explode")


def approval_of(seats: list[str], needs: int) -> dict[str, Any]:
    """A flow of one approval."""
    return {
        "id": "consent",
        "start": "new",
        "actions": {"ask-all": {"title": {"fa": "پرسش", "en": "Ask all"}}},
        "steps": {
            "new": {"kind": "new", "unit": "purchasing"},
            "asking": {"kind": "in_progress", "approvals": {"by": seats, "needs": needs}},
            "yes": {"kind": "finished"},
            "no": {"kind": "finished"},
        },
        "transitions": [
            {"action": "ask-all", "from": ["new"], "to": "asking", "who": ["ticket.assign"]},
            {"action": "prioritise", "from": ["new"], "who": ["ticket.assign"]},
            {"action": "passed", "from": ["asking"], "to": "yes"},
            {"action": "failed", "from": ["asking"], "to": "no"},
        ],
    }


# -- forms ---------------------------------------------------------------------------------------


def with_forms() -> dict[str, Any]:
    """An approval whose way depends on what was filled in."""
    definition = approval_of(["person:omid"], needs=1)
    definition["transitions"][0]["form"] = "offer"
    dear = {">": [{"var": "answers.offer.amount"}, 100]}
    way = {"action": "passed", "from": ["asking"], "to": "no", "when": dear}
    return definition | {"transitions": [way, *definition["transitions"]]}


@pytest.mark.parametrize(("amount", "step"), [(50, "yes"), (500, "no")])
def test_what_was_filled_in_decides_the_way(amount: int, step: str) -> None:
    world = Trade(with_forms())
    world.begin()
    world.by("manager", "ask-all", filled={"offer": {"amount": amount}})
    filled = world.last(TicketFormFilled)
    assert (filled.form, filled.by, filled.values) == ("offer", "manager", {"amount": amount})

    assert world.by("omid", "approve").step == step


def test_a_form_is_filled_in_where_it_is_asked_for_and_nowhere_else() -> None:
    world = Trade(with_forms())
    world.begin()

    with pytest.raises(Invalid, match="form_required"):
        world.by("manager", "ask-all")
    with pytest.raises(Invalid, match="no_form_here"):
        world.by("manager", "ask-all", filled={"other": {}})
    with pytest.raises(Invalid, match="no_form_here"):
        world.by("manager", "prioritise", priority=1, filled={"offer": {}})


def test_a_task_is_finished_with_its_form_and_refused_without() -> None:
    definition = examples()["purchase"]
    steps = definition["steps"] | {
        "comparing": definition["steps"]["comparing"]
        | {
            "tasks": {
                "legal": definition["steps"]["comparing"]["tasks"]["legal"] | {"form": "check"}
            }
        }
    }
    world = Trade(definition | {"steps": steps})
    world.begin()
    world.by(str(world.ticket().assignee), "take-up")
    world.hand_out_task("legal")
    with pytest.raises(Invalid, match="form_required"):
        world.by("omid", "finish-task", task="legal")

    assert world.by("omid", "finish-task", task="legal", filled={"check": {}}).step == "approval"


def test_what_was_answered_at_registering_can_be_asked_too() -> None:
    definition = approval_of(["person:omid"], needs=1)
    urgent = {"===": [{"var": "answers.request.place"}, "abroad"]}
    definition["transitions"][0]["when"] = urgent
    world = Trade(definition)
    world.register(workflow="consent", subject="office", answers={"place": "home"})

    with pytest.raises(Conflict):
        world.by("manager", "ask-all")
    world.register("2", workflow="consent", subject="office", answers={"place": "abroad"})
    assert world.by("manager", "ask-all", "2").step == "asking"


# -- who is not there ----------------------------------------------------------------------------


def test_who_stands_in_consents_in_his_place_and_once_for_both() -> None:
    world = Trade(approval_of(["person:sara", "person:omid"], needs=2))
    world.begin()
    world.by("manager", "ask-all")
    world.organisation = msgspec.structs.replace(world.organisation, stand_ins={"sara": "omid"})

    world.by("omid", "approve")
    assert world.last(TicketApprovalGiven).instead_of is None
    with pytest.raises((Conflict, Forbidden)):
        world.by("omid", "approve")

    world = Trade(approval_of(["person:sara"], needs=1))
    world.begin()
    world.by("manager", "ask-all")
    world.organisation = msgspec.structs.replace(world.organisation, stand_ins={"sara": "omid"})
    assert "person:sara" in asked_as(
        asker_of(identity_of("omid", TRADE[5]), world.organisation), world.organisation
    )

    assert world.by("omid", "approve").step == "yes"
    assert world.last(TicketApprovalGiven).instead_of == "sara"


def test_a_task_of_who_has_left_goes_back_to_its_team() -> None:
    world = Trade()
    world.begin()
    world.by(str(world.ticket().assignee), "take-up")
    world.hand_out_task("legal")

    ticket = world.leaves("omid")

    assert ticket.task("legal") is not None
    assert ticket.places == {"": ticket.assignee}
    assert index(ticket)["tasks_queued"] is True
    assert TICKETS.fold(world.events[CODE]) == ticket
