"""Conditions as data: what is let in, what is refused with its place, what an evaluation gives."""

from typing import Any

import pytest

from chassis import logic
from chassis.errors import Invalid


def faults(rule: Any, names: set[str] | None = None) -> list[tuple[str, str]]:
    return [(fault.pointer, fault.code) for fault in logic.check(rule, at="/when", names=names)]


@pytest.mark.parametrize(
    ("rule", "data", "value"),
    [
        ({"===": [{"var": "kind"}, "complaint"]}, {"kind": "complaint"}, True),
        ({">": [{"var": "form.amount"}, 10]}, {"form": {"amount": 11}}, True),
        ({">": [{"var": "form.amount"}, 10]}, {}, False),
        ({"in": [{"var": "province"}, ["fars", "yazd"]]}, {"province": "yazd"}, True),
        ({"some": [{"var": "rows"}, {">": [{"var": "n"}, 1]}]}, {"rows": [{"n": 2}]}, True),
        (
            {"reduce": [{"var": "rows"}, {"+": [{"var": "accumulator"}, {"var": "current"}]}, 0]},
            {"rows": [1, 2, 3]},
            6,
        ),
        (True, {}, True),
    ],
)
def test_a_rule_gives_its_value(rule: Any, data: dict[str, Any], value: Any) -> None:
    assert logic.read(rule, at="/when").value(data) == value


@pytest.mark.parametrize("name", ["==", "!=", "cat", "now", "try", "zeros", "nonsense"])
def test_an_operator_that_means_something_else_elsewhere_is_refused(name: str) -> None:
    assert faults({"and": [True, {name: [1, 1]}]}) == [("/when/and/1", "logic_operator_unknown")]


def test_an_object_with_two_operators_is_refused() -> None:
    assert faults({"and": [True], "or": [False]}) == [("/when", "logic_malformed")]


def test_a_name_that_nobody_gives_is_refused() -> None:
    rule = {"===": [{"var": "form.kind"}, {"var": "colour"}]}
    assert faults(rule, {"form"}) == [("/when", "logic_name_unknown")]
    assert faults(rule, {"form", "colour"}) == []


def test_what_it_reads_must_be_known_before() -> None:
    assert faults({"var": [{"var": "x"}]}) == [("/when", "logic_reads_computed")]


def test_a_rule_may_not_be_deep_or_long() -> None:
    deep: Any = True
    for _ in range(5_000):
        deep = {"!": [deep]}
    assert faults(deep) == [("/when", "logic_too_large")]
    assert faults({"in": ["x", ["y" * 20_000]]}) == [("/when", "logic_too_large")]


def test_a_rule_is_refused_with_its_faults() -> None:
    with pytest.raises(Invalid) as refused:
        logic.read({"nonsense": []}, at="/rules/0/when")
    assert [fault.pointer for fault in refused.value.fields] == ["/rules/0/when"]


def test_a_condition_that_cannot_be_evaluated_does_not_hold() -> None:
    rule = logic.read({">": [{"/": [1, {"var": "n"}]}, 0]}, at="/when")
    assert not rule.holds({"n": 0})
    with pytest.raises(logic.LogicFailed):
        rule.value({"n": 0})


def test_an_evaluation_has_a_budget() -> None:
    every = {"all": [{"var": "a"}, {"all": [{"var": "b"}, {">": [{"var": ""}, 0]}]}]}
    rule = logic.read({"all": [{"var": "rows"}, {">": [{"var": ""}, 0]}]}, at="/when")
    with pytest.raises(logic.LogicFailed):
        rule.value({"rows": [1] * 50_000})
    assert logic.check(every, at="/when") == []


def test_it_tells_what_it_reads() -> None:
    rule = logic.read({"and": [{"var": "a.b"}, {"var": "c"}]}, at="/when")
    assert rule.reads == {("a", "b"), ("c",)}
