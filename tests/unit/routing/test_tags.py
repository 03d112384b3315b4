"""What a ticket is about: said by the rules, all of them that hold, and by people."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import msgspec
import pytest

from chassis.errors import Conflict, Forbidden
from contracts.calls.routing import Rule
from contracts.routing import TicketPrioritised, TicketTagged
from services.routing.domain.rule_faults import Known, review
from services.routing.domain.rules import Table, decided
from services.routing.workflows import examples
from tests.unit.routing.test_flows import Trade
from tests.unit.routing.test_rules import facts
from tests.unit.routing.world import ORGANISATION, REQUESTER, SUBJECTS, World, a_rule, with_people


def rows(*, go_on: bool = True) -> tuple[Rule, ...]:
    return (
        a_rule("vip", 0, unit="it", segment="vip", tags=["vip"]),
        a_rule("network", 1, unit="it", subject="it.network", skill="network", go_on=go_on),
        a_rule("web", 2, unit="desk", channel="web", tags=["web", "fast"], priority=2, go_on=True),
        a_rule("fa", 3, unit="desk", language="fa", tags=["fast"], skill="farsi", priority=4),
        a_rule("all", 4, unit="desk", tags=["never"]),
    )


def test_rows_that_let_others_come_after_them_are_united_up_to_the_first_that_does_not() -> None:
    result = decided(Table(rows()).rule_for(facts()))

    assert (result.row, result.unit) == ("network", "it")
    assert (result.tags, result.priority) == (["web", "fast"], 2)
    assert result.skill == "network+farsi"


def test_without_them_the_first_row_decides_alone() -> None:
    result = decided(Table(rows(go_on=False)).rule_for(facts()))

    assert (result.row, result.tags, result.priority) == ("network", [], None)


def test_conditions_in_json_logic_hold_for_what_is_added_too() -> None:
    night: dict[str, Any] = {">=": [{"var": "hour"}, 20]}
    table = Table(
        [
            a_rule("first", 1, unit="it", go_on=True),
            a_rule("night", 2, unit="it", when=night, tags=["night"], go_on=True),
            a_rule("last", 3, unit="it", tags=["last"]),
        ]
    )

    assert decided(table.rule_for(facts())).tags == ["last"]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_tags_and_priority_do_not_depend_on_the_order_of_rows_that_all_go_on(
    order: tuple[int, ...],
) -> None:
    names = ("a", "b", "c")
    table = Table(
        a_rule(names[n], place, unit="it", tags=[names[n]], priority=n + 1, go_on=True)
        for place, n in enumerate(order)
    )

    result = decided(table.rule_for(facts()))

    assert (sorted(result.tags), result.priority) == (["a", "b", "c"], 1)


def test_rows_go_by_the_groups_of_words_that_a_request_mentions() -> None:
    words = {"in": ["money", {"var": "mentions"}]}
    table = Table(
        [
            a_rule("outage", 1, unit="it", mentions="outage"),
            a_rule("money", 2, unit="it", when=words),
            a_rule("rest", 3, unit="it"),
        ]
    )

    def found(*mentions: str) -> str | None:
        return decided(table.rule_for(facts(mentions=mentions))).row

    assert [found("outage", "money"), found("money"), found("vip")] == ["outage", "money", "rest"]


def test_a_group_of_words_that_is_not_there_is_odd() -> None:
    known = Known(ORGANISATION, {"default"}, SUBJECTS, {"outage"})

    faults, odd = review([a_rule("a", 1, unit="it", mentions="outrage")], [], known)

    assert faults == []
    assert [(each.pointer, each.code) for each in odd] == [("/rows/0/mentions", "words_unknown")]


def test_a_row_behind_one_that_goes_on_is_reached() -> None:
    table = [a_rule("a", 1, unit="it", go_on=True), a_rule("b", 2, unit="it", tags=["b"])]

    assert review(table, [], Known(ORGANISATION, {"default"}, SUBJECTS)) == ([], [])


def world_with(*rules: Rule, **skills: set[str]) -> World:
    people = [
        msgspec.structs.replace(ORGANISATION.people[name], skills=frozenset(known))
        for name, known in skills.items()
    ]
    others = [person for name, person in ORGANISATION.people.items() if name not in skills]
    return World(msgspec.structs.replace(with_people(*others, *people), rules=rules))


BOTH = (
    a_rule("a", 1, unit="it", skill="network", tags=["a"], go_on=True),
    a_rule("b", 2, unit="it", skill="vpn", tags=["b"], priority=1),
)


def test_work_that_asks_for_two_skills_goes_to_who_has_both() -> None:
    world = world_with(*BOTH, expert={"network"}, expert2={"network", "vpn"})

    ticket = world.register()

    assert (ticket.assignee, ticket.skill) == ("expert2", "network+vpn")
    assert (ticket.tags, ticket.priority) == (("a", "b"), 1)
    assert world.last(TicketTagged) == TicketTagged(added=["a", "b"])
    assert world.last(TicketPrioritised).rule == "a"


def test_where_nobody_has_both_the_first_is_asked_for() -> None:
    world = world_with(*BOTH, expert={"network"}, expert2={"vpn"})

    assert world.register().assignee == "expert"


def test_people_put_tags_on_and_take_them_off() -> None:
    world = World()
    world.register()
    world.do("tag", "expert", add=["outage", "tehran", "outage"])

    ticket = world.do("tag", "supervisor", add=["outage", "vpn"], remove=["tehran", "never-had"])

    assert ticket.tags == ("outage", "vpn")
    told = world.last(TicketTagged)
    assert (told.added, told.removed, told.by) == (["vpn"], ["tehran"], "supervisor")


def test_a_tag_on_a_ticket_that_has_it_changes_nothing() -> None:
    world = World()
    world.register()
    before = world.do("tag", "expert", add=["outage"])

    assert world.do("tag", "expert", add=["outage"]) == before


def test_a_ticket_has_so_many_tags_and_no_more() -> None:
    world = World()
    world.register()
    for batch in range(3):
        names = [f"t{batch}-{number}" for number in range(20 if batch < 2 else 10)]
        world.do("tag", "expert", add=names)

    with pytest.raises(Conflict):
        world.do("tag", "expert", add=["one-more"])


def test_a_requester_tags_nothing() -> None:
    world = World()
    world.register()

    with pytest.raises(Forbidden):
        world.do("tag", REQUESTER, add=["urgent"])


def test_a_workflow_puts_tags_on_and_asks_for_them() -> None:
    definition = examples()["purchase"]
    ways = [
        way | {"effects": {"tags": ["bought", "outage"]}} if way["action"] == "take-up" else way
        for way in definition["transitions"]
    ]
    asks = {"in": ["outage", {"var": "ticket.tags"}]}
    blocked = [way | {"when": asks} if way["action"] == "take-up" else way for way in ways]
    world = Trade({**definition, "transitions": blocked})
    world.begin()
    taker = str(world.ticket().assignee)
    with pytest.raises(Conflict):
        world.by(taker, "take-up")

    world.by(taker, "tag", add=["outage"])
    world.by(taker, "take-up")

    assert world.ticket().tags == ("outage", "bought")
    assert world.last(TicketTagged).added == ["bought"]
