"""How a registered request becomes somebody's work."""

from __future__ import annotations

import msgspec
import pytest

from contracts.routing import TicketAssigned, TicketOpened, TicketQueued
from tests.unit.routing.world import CODE, ORGANISATION, World, a_person, with_people


def test_a_request_from_the_web_has_an_owner_and_an_assignee_and_is_in_progress_at_once() -> None:
    world = World()

    ticket = world.register(subject="it.software")

    assert (ticket.owner, ticket.assignee, ticket.state) == ("desk", "expert", "in_progress")
    assert world.recorded() == [
        "ticket.opened",
        "ticket.prioritised",
        "ticket.owned",
        "ticket.assigned",
    ]


def test_who_registered_on_behalf_owns_the_ticket() -> None:
    world = World()

    ticket = world.register(registered_by="desk2", channel="phone")

    assert ticket.owner == "desk2"


def test_owners_of_web_tickets_take_turns() -> None:
    world = World()

    owners = [world.register(f"{n:012}").owner for n in range(4)]

    assert owners == ["desk", "desk2", "desk", "desk2"]


@pytest.mark.parametrize(
    ("subject", "kind", "rule", "unit", "tier"),
    [
        ("it.network", "request", "network", "it", 2),
        ("it.software", "request", "it", "it", 1),
        ("it", "complaint", "it", "it", 1),
        ("finance", "complaint", "complaints", "finance", 1),
    ],
)
def test_the_first_rule_that_fits_the_subject_or_one_above_it_decides(
    subject: str, kind: str, rule: str, unit: str, tier: int
) -> None:
    world = World()

    world.register(subject=subject, kind=kind)

    assigned = world.last(TicketAssigned)
    assert (assigned.rule, assigned.unit, assigned.tier) == (rule, unit, tier)


def test_without_a_rule_the_desk_gets_the_work() -> None:
    world = World()

    ticket = world.register(subject="finance", kind="request")

    assert (ticket.assignee, ticket.unit) == ("desk", "hq")


def test_the_least_loaded_in_proportion_to_his_capacity_gets_the_work() -> None:
    world = World(
        with_people(a_person("large", "it", capacity=4), a_person("small", "it", capacity=2))
    )

    assignees = [world.register(f"{n:012}").assignee for n in range(6)]

    assert assignees == ["large", "small", "large", "large", "small", "large"]


def test_when_all_are_full_the_work_is_queued_and_nobody_is_above_his_capacity() -> None:
    world = World(with_people(a_person("only", "it", capacity=1)))

    world.register("000000000001")
    second = world.register("000000000002")

    assert (second.assignee, second.is_queued, second.state) == (None, True, "in_progress")
    assert world.last(TicketQueued, "000000000002").rule == "it"


def test_queued_work_goes_to_the_next_free_person() -> None:
    world = World(with_people(a_person("only", "it", capacity=1)))
    world.register("000000000001")
    world.register("000000000002")

    still = world.hand_out("000000000002")
    world.tickets["000000000001"] = msgspec.structs.replace(
        world.ticket("000000000001"), state="done", step="done"
    )
    given = world.hand_out("000000000002")

    assert (still.assignee, given.assignee) == (None, "only")


def test_an_imported_request_is_only_opened() -> None:
    world = World()

    ticket = world.register(imported=True)

    assert world.recorded() == ["ticket.opened", "ticket.prioritised"]
    assert (ticket.state, ticket.assignee, ticket.is_queued) == ("new", None, False)


def test_registering_twice_opens_once() -> None:
    world = World()
    first = world.register()

    second = world.register()

    assert first == second


def test_an_unknown_workflow_counts_as_the_default() -> None:
    world = World()

    world.register(workflow="no-such")

    assert world.last(TicketOpened).workflow == "default"


def test_without_an_organisation_the_ticket_is_new_and_kept() -> None:
    world = World(msgspec.structs.replace(ORGANISATION, people={}, units={}, rules=()))

    ticket = world.register()

    assert (ticket.state, ticket.owner, ticket.assignee) == ("new", None, None)
    assert CODE in world.tickets


def test_what_came_before_the_organisation_is_taken_up_once_there_is_one() -> None:
    world = World(msgspec.structs.replace(ORGANISATION, people={}, units={}, rules=()))
    world.register()
    adrift = world.hand_out()
    world.organisation = ORGANISATION

    ticket = world.hand_out()

    assert adrift.is_adrift
    assert (ticket.owner, ticket.assignee, ticket.priority) == ("desk", "expert", 4)
    assert ticket.state == "in_progress"
