"""The decision table: which row decides, why, and what may not be published."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.calls.routing import Rule, RuleRow
from contracts.routing import TicketAssigned, TicketOpened
from services.routing.domain.rule_faults import Known, review
from services.routing.domain.rules import Facts, Table, changed_rows, differing, numbered
from tests.unit.routing.world import ORGANISATION, SUBJECTS, World, a_rule

TEHRAN = ZoneInfo("Asia/Tehran")
#: A Sunday.
MORNING = datetime(2026, 11, 22, 9, 30, tzinfo=TEHRAN)
KNOWN = Known(ORGANISATION, {"default", "replay"}, SUBJECTS)


def facts(**given_: Any) -> Facts:
    usual: dict[str, Any] = {
        "subjects": ("it.network", "it"),
        "kind": "request",
        "channel": "web",
        "segment": "public",
        "language": "fa",
        "units": (),
        "mentions": (),
        "at": MORNING,
        "zone": "Asia/Tehran",
        "answers": {"total": 5000},
    }
    return Facts(**{**usual, **given_})


def row(name: str, unit: str = "it", **fields: Any) -> Rule:
    return a_rule(name, fields.pop("order", 1), unit=unit, **fields)


def found(rules: list[Rule], **given_: Any) -> str | None:
    rule = Table(rules).rule_for(facts(**given_))
    return rule.id if rule else None


@pytest.mark.parametrize(
    ("conditions", "holds"),
    [
        ({}, True),
        ({"subject": "it.network"}, True),
        ({"subject": "it"}, True),
        ({"subject": "it.network.wifi"}, False),
        ({"kind": "request", "channel": "web"}, True),
        ({"kind": "request", "channel": "phone"}, False),
        ({"segment": "vip"}, False),
        ({"language": "fa"}, True),
        ({"registered_in": "hq"}, False),
        ({"active": False}, False),
        ({"when": {"===": [{"var": "weekday"}, "sunday"]}}, True),
        ({"when": {"<": [{"var": "hour"}, 9]}}, False),
        ({"when": {"in": ["it", {"var": "subjects"}]}}, True),
        ({"channel": "web", "when": {"===": [{"var": "minute"}, 30]}}, True),
        ({"when": {">": [{"var": "answers.total"}, 1000]}}, True),
        ({"when": {"===": [{"var": "answers.purpose"}, "home"]}}, False),
        ({"when": {">": [{"var": "segment"}, 1]}}, False),
    ],
)
def test_a_row_holds_where_each_of_its_conditions_does(
    conditions: dict[str, Any],
    holds: bool,  # noqa: FBT001 - a parameter of the table above
) -> None:
    assert (found([row("one", **conditions)]) == "one") is holds


def test_who_registers_counts_for_his_unit_and_those_above() -> None:
    rules = [row("branch", registered_in="isfahan"), row("province", registered_in="provinces")]

    assert found(rules, units=("isfahan", "provinces", "hq")) == "branch"
    assert found(rules, units=("khorasan", "provinces", "hq")) == "province"
    assert found(rules) is None


def test_the_first_row_decides_and_the_order_is_that_of_the_table() -> None:
    rules = [row("late", order=20), row("early", order=10), row("also-early", order=10)]

    assert found(rules) == "also-early"


def test_a_row_whose_logic_does_not_hold_leaves_the_request_to_the_next() -> None:
    rules = [row("night", order=1, when={">=": [{"var": "hour"}, 20]}), row("day", order=2)]

    assert found(rules) == "day"
    assert found(rules, at=MORNING.replace(hour=21)) == "night"
    assert found(rules) == "day"


def test_every_row_says_which_of_its_conditions_hold() -> None:
    rules = [
        row("phone", order=1, subject="it", channel="phone", when={"<": [{"var": "hour"}, 12]}),
        row("all", order=2),
        row("off", order=3, active=False),
    ]

    told = [
        (verdict.row, verdict.holds, verdict.held, verdict.failed)
        for verdict in Table(rules).explain(facts())
    ]

    assert told == [
        ("phone", False, ["subject", "when"], ["channel"]),
        ("all", True, [], []),
    ]


def test_only_results_make_a_difference() -> None:
    one = row("one", tier=1, channel="web")

    assert differing(one, row("other", tier=1, kind="request")) == []
    assert differing(one, row("one", tier=2, priority=1)) == ["tier", "priority"]
    assert differing(one, None) == ["unit", "tier", "strategy", "weight"]
    assert differing(None, None) == []


VALUES = {
    "subject": ["it", "it.network", "finance", None],
    "kind": ["request", "complaint", None],
    "channel": ["web", "phone", None],
    "segment": ["vip", None],
}
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            **{name: st.sampled_from(values) for name, values in VALUES.items()},
            "when": st.sampled_from(
                [None, {"<": [{"var": "hour"}, 10]}, {"===": [{"var": "language"}, "en"]}]
            ),
            "active": st.booleans(),
        }
    ),
    max_size=8,
)
ASKED = st.fixed_dictionaries(
    {
        "subjects": st.sampled_from([("it.network", "it"), ("it",), ("finance",)]),
        "kind": st.sampled_from(["request", "complaint"]),
        "channel": st.sampled_from(["web", "phone"]),
        "segment": st.sampled_from(["vip", "public"]),
        "language": st.sampled_from(["fa", "en"]),
        "at": st.sampled_from([MORNING, MORNING.replace(hour=15)]),
    }
)


@given(rows=ROWS, asked=st.lists(ASKED, min_size=1, max_size=6))
def test_a_table_decides_as_its_rows_read_one_by_one(
    rows: list[dict[str, Any]], asked: list[dict[str, Any]]
) -> None:
    rules = [row(f"r{number}", order=number, **fields) for number, fields in enumerate(rows)]
    table = Table(rules)

    for request in asked:
        known = facts(**request)
        explained = next((v.row for v in table.explain(known) if v.holds), None)
        decided = table.rule_for(known)
        assert (decided.id if decided else None) == explained


@given(rows=ROWS, asked=ASKED)
def test_a_row_said_never_to_be_reached_never_decides(
    rows: list[dict[str, Any]], asked: dict[str, Any]
) -> None:
    rules = [row(f"r{number}", order=number, **fields) for number, fields in enumerate(rows)]
    _faults, odd = review(rules, rules, KNOWN)
    never = {
        rules[int(fault.pointer.split("/")[2])].id
        for fault in odd
        if fault.code == "row_never_reached"
    }

    decided = Table(rules).rule_for(facts(**asked))

    assert decided is None or decided.id not in never


@pytest.mark.parametrize(
    ("fields", "pointer", "code"),
    [
        ({"unit": "nowhere"}, "/rows/0/unit", "unit_unknown"),
        ({"registered_in": "nowhere"}, "/rows/0/registered_in", "unit_unknown"),
        ({"tier": 7}, "/rows/0/tier", "tier_without_people"),
        ({"skill": "juggling"}, "/rows/0/skill", "skill_nobody_has"),
        ({"workflow": "none"}, "/rows/0/workflow", "workflow_unknown"),
        ({"strategy": "dice"}, "/rows/0/strategy", "strategy_unknown"),
        ({"when": {"var": "title"}}, "/rows/0/when", "logic_name_unknown"),
        ({"when": {"exec": []}}, "/rows/0/when", "logic_operator_unknown"),
    ],
)
def test_a_fault_is_named_where_it_stands(fields: dict[str, Any], pointer: str, code: str) -> None:
    faults, _odd = review([row("one", **fields)], [], KNOWN)

    assert [(fault.pointer, fault.code) for fault in faults] == [(pointer, code)]


def test_people_who_are_off_at_the_moment_are_people_all_the_same() -> None:
    asleep: Any = dict.fromkeys(ORGANISATION.people, "off_shift")
    night = Known(msgspec.structs.replace(ORGANISATION, off=asleep), {"default"}, SUBJECTS)

    faults, _odd = review([row("one", unit="finance")], [], night)

    assert faults == []


def test_all_faults_are_named_at_once() -> None:
    rules = [row("one", unit="nowhere"), row("one", tier=7, workflow="none")]

    faults, _odd = review(rules, [], KNOWN)

    assert [fault.code for fault in faults] == [
        "row_repeated",
        "unit_unknown",
        "workflow_unknown",
        "tier_without_people",
    ]


def test_a_row_that_has_lost_its_people_keeps_nobody_from_changing_another() -> None:
    lonely, other = row("lonely", tier=7, kind="complaint"), row("other")

    faults, odd = review([lonely, other], [msgspec.structs.replace(lonely, order=99)], KNOWN)

    assert faults == []
    assert [fault.code for fault in odd] == ["tier_without_people"]


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ({}, {"subject": "it"}),
        ({"subject": "it"}, {"subject": "it.network", "kind": "request"}),
        ({"registered_in": "hq"}, {"registered_in": "it"}),
        ({"when": {"var": "hour"}}, {"when": {"var": "hour"}, "channel": "web"}),
    ],
)
def test_a_row_behind_one_that_takes_all_of_it_is_odd(
    earlier: dict[str, Any], later: dict[str, Any]
) -> None:
    rules = [row("earlier", **earlier), row("later", **later)]

    _faults, odd = review(rules, rules, KNOWN)
    _faults, none = review(rules[::-1], rules, KNOWN)

    assert [(f.pointer, f.code, f.params) for f in odd] == [
        ("/rows/1/id", "row_never_reached", {"row": "earlier"})
    ]
    assert none == []


def test_a_subject_that_intake_does_not_know_is_odd() -> None:
    rules = [row("one", subject="lost")]

    _faults, odd = review(rules, rules, KNOWN)

    assert [fault.code for fault in odd] == ["subject_unknown"]


def test_rows_of_a_whole_table_leave_room_between_them() -> None:
    rows = [RuleRow(id="a", unit="it"), RuleRow(id="b", unit="it")]

    assert [(rule.id, rule.order) for rule in numbered(rows)] == [("a", 10), ("b", 20)]


def test_changed_rows_are_those_that_are_new_gone_or_different() -> None:
    before = [row("same"), row("gone"), row("other", tier=1)]
    after = [row("same"), row("new"), row("other", tier=2)]

    assert changed_rows(before, after) == ["gone", "new", "other"]


def test_a_row_says_by_which_workflow_a_request_goes() -> None:
    flow = msgspec.structs.replace(World().workflows["default", 1], id="careful")
    rules = (row("careful", workflow="careful"),)
    world = World(msgspec.structs.replace(ORGANISATION, rules=rules, rules_version=4), [flow])

    world.register("000000000001")
    world.register("000000000002", workflow="replay")

    opened = world.last(TicketOpened, "000000000001")
    assert (opened.workflow, opened.rules) == ("careful", 4)
    assert world.last(TicketOpened, "000000000002").workflow == "replay"


def test_the_answers_of_a_form_may_decide_also_when_the_case_was_opened_before() -> None:
    costly = row("costly", "finance", when={">": [{"var": "answers.total"}, 1000]})
    lost = msgspec.structs.replace(ORGANISATION, people={}, units={}, rules=())
    world = World(lost)
    world.register(answers={"total": 5000})

    world.organisation = msgspec.structs.replace(ORGANISATION, rules=(costly,))

    assert world.hand_out().unit == "finance"


def test_who_registers_on_behalf_may_decide_where_the_work_goes() -> None:
    rules = (row("by-desk", registered_in="hq", order=1), row("others", "finance", order=2))
    world = World(msgspec.structs.replace(ORGANISATION, rules=rules))

    world.register("000000000001", registered_by="person:desk2", channel="phone")
    world.register("000000000002")

    assert world.last(TicketAssigned, "000000000001").rule == "by-desk"
    assert world.last(TicketOpened, "000000000001").registered_in == "hq"
    assert world.last(TicketAssigned, "000000000002").rule == "others"
