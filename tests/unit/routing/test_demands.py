"""What marks of clocks want done with the work."""

import pytest

from contracts.routing import TicketAssigned, TicketDemandRefused, TicketEscalated
from contracts.sla import Action
from tests.unit.routing.world import World


def a_ticket(**fields) -> World:
    world = World()
    world.register(**fields)
    return world


def refusals(world: World) -> list[tuple[str, str]]:
    told = (event for event, _ in world.events["100000000009"])
    return [(e.action, e.reason) for e in told if isinstance(e, TicketDemandRefused)]


def test_a_mark_escalates_to_the_next_tier_and_the_work_comes_back_as_any_other():
    world = a_ticket()

    ticket = world.demand(Action(do="escalate"))

    assert (ticket.unit, ticket.tier, ticket.assignee) == ("it", 2, "senior")
    assert world.last(TicketEscalated).by == "system:sla"
    back = world.do("return", "senior")
    assert back.assignee == back.owner


def test_a_mark_may_name_where_it_goes():
    world = a_ticket()

    ticket = world.demand(Action(do="escalate", unit="finance"))

    assert (ticket.unit, ticket.assignee) == ("finance", "clerk")


def test_a_mark_raises_the_priority_and_never_lowers_it():
    world = a_ticket()
    assert world.demand(Action(do="prioritise", priority=1)).priority == 1

    assert world.demand(Action(do="prioritise", priority=3)).priority == 1


def test_a_mark_gives_the_work_to_another_team_for_good():
    world = a_ticket()

    ticket = world.demand(Action(do="reassign", unit="finance"))

    assert world.last(TicketAssigned).assignee == "clerk"
    assert ticket.referrals == ()


def test_several_actions_are_done_one_after_the_other():
    world = a_ticket()

    ticket = world.demand(Action(do="prioritise", priority=1), Action(do="escalate"))

    assert (ticket.priority, ticket.tier) == (1, 2)


def test_work_for_a_full_team_waits_in_its_queue():
    world = a_ticket()
    for code in ("100000000017", "100000000025"):
        world.register(code)
        world.demand(Action(do="escalate"), code=code)

    ticket = world.demand(Action(do="escalate"))

    assert (ticket.tier, ticket.assignee, ticket.is_queued) == (2, None, True)


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        (Action(do="reassign", unit="nowhere"), "unit_unknown"),
        (Action(do="reassign", unit="it"), "referral_leads_nowhere"),
        (Action(do="question", unit="nowhere"), "unit_unknown"),
    ],
)
def test_what_cannot_be_done_is_noted_with_its_reason(action, reason):
    world = a_ticket()

    world.demand(action)

    assert refusals(world) == [(action.do, reason)]


def test_above_the_highest_tier_there_is_nobody():
    world = a_ticket()
    for _ in range(4):
        world.demand(Action(do="escalate"))

    assert ("escalate", "no_higher_tier") in refusals(world)


def test_the_workflow_decides_what_a_mark_may_do():
    world = a_ticket()
    world.do("done", world.ticket().assignee, result="solved")

    world.demand(Action(do="escalate"))

    assert refusals(world) == [("escalate", "action_not_allowed_now")]


def test_an_ended_ticket_needs_nothing_any_more():
    world = a_ticket()
    world.do("decline", "supervisor", reason="no")
    before = world.recorded()

    world.demand(Action(do="escalate"), Action(do="prioritise", priority=1))

    assert world.recorded() == before
