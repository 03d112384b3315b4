"""Conditions as lines of a form and as sentences."""

from functools import partial

import pytest

from chassis.errors import Invalid
from gateway.admin.conditions import Line, Lines, Words, lines_of, read_condition, rule_of, told
from gateway.admin.editing import Fields
from gateway.texts import text

RULES = [
    {"===": [{"var": "ticket.kind"}, "complaint"]},
    {">=": [{"var": "hour"}, 20]},
    {"===": [{"var": "answers.code"}, "12"]},
    {"===": [{"var": "answers.agreed"}, True]},
    {"in": [{"var": "weekday"}, ["thursday", "friday"]]},
    {"!": [{"in": [{"var": "channel"}, ["web", "sms"]]}]},
    {"in": ["it", {"var": "subjects"}]},
    {"!!": [{"var": "segment"}]},
    {"!": [{"var": "segment"}]},
    {"or": [{"<": [{"var": "hour"}, 8]}, {">=": [{"var": "hour"}, 16]}]},
    {"and": [{"===": [{"var": "kind"}, "incident"]}, {"!==": [{"var": "language"}, "fa"]}]},
]
WORDS = Words(lambda fact: fact, lambda _fact, value: str(value), partial(text, "en"))


@pytest.mark.parametrize("rule", RULES)
def test_lines_say_the_same_again(rule):
    assert rule_of(lines_of(rule)) == rule


def test_no_condition_is_no_line():
    assert lines_of(None) == Lines("and", ())
    assert rule_of(Lines("and", ())) is None


@pytest.mark.parametrize(
    "rule",
    [
        {">": [{"+": [{"var": "hour"}, 1]}, 2]},
        {"and": [{"or": [{"!!": [{"var": "a"}]}]}, {"some": [{"var": "x"}, True]}]},
        {"===": [{"var": "name"}, "one, two"]},
        [],
        7,
    ],
)
def test_what_lines_cannot_say_stays_json(rule):
    assert lines_of(rule) is None


def test_persian_digits_and_commas_are_read():
    assert rule_of(Lines("and", [Line("hour", "one_of", "۸، ۹")])) == {
        "in": [{"var": "hour"}, [8, 9]]
    }


def test_a_condition_is_read_from_its_lines_or_from_json():
    lines = Fields([("when.0.fact", "hour"), ("when.0.sign", ">="), ("when.0.value", "20")])
    other = Fields([("when.0.other", "answers.sum"), ("when.0.sign", ">"), ("when.0.value", "5")])
    raw = Fields([("when.raw", '{"!!": [{"var": "x"}]}')])

    assert read_condition(lines, "when") == {">=": [{"var": "hour"}, 20]}
    assert read_condition(other, "when") == {">": [{"var": "answers.sum"}, 5]}
    assert read_condition(raw, "when") == {"!!": [{"var": "x"}]}
    with pytest.raises(Invalid):
        read_condition(Fields([("when.raw", "{")]), "when")


def test_conditions_are_told_in_sentences():
    nested = {
        "and": [{"===": [{"var": "kind"}, "incident"]}, {"or": [RULES[1], RULES[4]]}],
    }

    assert told(nested, WORDS) == (
        "kind is “incident” and (hour is 20 or more or weekday is one of “thursday, friday”)"
    )
    assert told({"some": [1, 2]}, WORDS) == '{"some":[1,2]}'
