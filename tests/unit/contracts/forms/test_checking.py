from __future__ import annotations

from typing import Any

import pytest

from contracts.forms.checking import checked_block, checked_form
from contracts.forms.definition import Block
from tests.unit.contracts.forms.samples import (
    ROWS,
    TOTAL,
    a_field,
    a_form,
    options,
    var,
    words,
)

AT = "/sections/0/fields/0"


def found(definition: dict[str, Any], blocks: dict[str, Block] | None = None) -> list[Any]:
    _, faults = checked_form(definition, blocks or {})
    return [(fault.pointer, fault.code) for fault in faults]


def a_block(*fields: dict[str, Any]) -> Block:
    block, faults = checked_block({"title": words(), "fields": list(fields)})
    assert faults == []
    assert block is not None
    return block


def deep(levels: int) -> list[dict[str, Any]]:
    below = options("end")
    for level in range(levels):
        below = [{**options(f"l{level}")[0], "options": below}]
    return below


def test_a_form_of_everything_is_accepted():
    assert found(a_form(ROWS, TOTAL)) == []


@pytest.mark.parametrize(
    ("field", "place", "code"),
    [
        (a_field("colour", "a"), "/type", "field_type_unknown"),
        ({"id": "a", "label": words()}, "/type", "required"),
        (a_field("text", "A"), "/id", "malformed"),
        (a_field("text", "context"), "/id", "id_reserved"),
        (a_field("text", "a", size=3), "/size", "unknown_field"),
        (a_field("text", "a", label={"fa": "نام"}), "/label/en", "language_missing"),
        (a_field("text", "a", help={"en": "Name"}), "/help/fa", "language_missing"),
        (a_field("text", "a", label={"fa": "نام", "de": "Name"}), "/label", "malformed"),
        (a_field("text", "a", pattern="(a+)+"), "/pattern", "pattern_malformed"),
        (a_field("text", "a", pattern="[a-z]+"), "/pattern", "pattern_malformed"),
        (a_field("text", "a", min_length=9, max_length=3), "/min_length", "bounds_reversed"),
        (a_field("number", "a", min=2, max=1), "/min", "bounds_reversed"),
        (a_field("number", "a", step=0), "/step", "step_not_positive"),
        (a_field("number", "a", unit={"fa": "ریال"}), "/unit/en", "language_missing"),
        (a_field("date", "a", min="1405-13-01"), "/min", "date_malformed"),
        (a_field("date", "a", min="1405-01-01", max="2020-01-01"), "/min", "bounds_reversed"),
        (a_field("choice", "a"), "/options", "required"),
        (a_field("choice", "a", options=options("x", "x")), "/options/1/value", "named_twice"),
        (
            a_field("choice", "a", options=[{"value": "x", "label": {"en": "X"}}]),
            "/options/0/label/fa",
            "language_missing",
        ),
        (a_field("multi_choice", "a", options=options("x"), min=2), "/min", "bounds_reversed"),
        (a_field("cascade", "a", options=deep(7)), "/options", "too_many"),
        (a_field("text", "a", default=5), "/default", "default_unfit"),
        (a_field("national_id", "a", default="1"), "/default", "default_unfit"),
        (a_field("text", "a", routable=True), "/routable", "not_routable"),
        (a_field("national_id", "a", routable=True), "/routable", "not_routable"),
        (a_field("long_text", "a", searchable=True), "/searchable", "not_found_by"),
        (
            a_field("number", "a", computed={"+": [1, 2]}, required=True),
            "/required",
            "not_with_computed",
        ),
        (a_field("text", "a", visible={"==": [1, 1]}), "/visible", "logic_operator_unknown"),
        (a_field("text", "a", visible=var("b")), "/visible", "logic_name_unknown"),
        (a_field("text", "a", required=var("")), "/required", "logic_reads_all"),
        (a_field("text", "a", visible=var("a")), "", "hangs_on_itself"),
        (
            a_field("table", "a", columns=[a_field("text", "x"), a_field("text", "x")]),
            "/columns/1/id",
            "named_twice",
        ),
        (
            a_field("table", "a", columns=[a_field("text", "x", public=True)]),
            "/columns/0/public",
            "not_in_table",
        ),
        (
            a_field("table", "a", columns=[a_field("text", "x", required=var("a"))]),
            "/columns/0/required",
            "logic_name_unknown",
        ),
        (
            a_field("table", "a", columns=[ROWS]),
            "/columns/0/type",
            "field_type_unknown",
        ),
        (
            a_field("table", "a", columns=[a_field("text", "x")], min_rows=3, max_rows=2),
            "/min_rows",
            "bounds_reversed",
        ),
    ],
)
def test_a_wrong_field_is_named_with_its_place(field, place, code):
    assert found(a_form(field)) == [(f"{AT}{place}", code)]


def test_every_fault_is_named_at_once():
    definition = a_form(
        a_field("colour", "a"),
        a_field("text", "b", label={"fa": "ب"}),
        a_field("text", "b"),
        rules=[
            {"test": {"===": [var("x"), 1]}, "message": words(), "at": "y"},
            {"test": True},
        ],
        title={"en": "Form"},
    )

    assert set(found(definition)) == {
        ("/sections/0/fields/0/type", "field_type_unknown"),
        ("/sections/0/fields/1/label/en", "language_missing"),
        ("/sections/0/fields/2/id", "named_twice"),
        ("/rules/0/test", "logic_name_unknown"),
        ("/rules/0/at", "field_unknown"),
        ("/rules/1/message", "required"),
        ("/title/fa", "language_missing"),
    }


def test_a_cycle_is_told_with_its_way():
    definition = a_form(
        a_field("number", "a", computed={"+": [var("b"), 1]}),
        a_field("number", "b", visible={">": [var("c"), 1]}),
        a_field("number", "c", default={"+": [var("a"), 1]}),
    )

    _, (fault,) = checked_form(definition, {})

    assert fault.code == "hangs_on_itself"
    names = fault.params["way"].split(" → ")
    assert names[0] == names[-1]
    assert set(names) == {"a", "b", "c"}


def test_computed_columns_may_not_hang_on_each_other():
    columns = [
        a_field("number", "x", computed={"+": [var("y"), 1]}),
        a_field("number", "y", computed={"+": [var("x"), 1]}),
    ]

    ((_, code),) = found(a_form(a_field("table", "a", columns=columns)))

    assert code == "hangs_on_itself"


def test_a_form_without_a_field_is_none():
    assert found({"title": words(), "sections": []}) == [("/sections", "too_few")]
    assert found({"title": words()}) == [("/sections", "required")]


def test_a_block_stands_where_it_is_included_and_its_faults_are_told_there():
    address = a_block(
        a_field("text", "city", required=True), a_field("text", "street", visible=var("city"))
    )
    used = {"type": "block", "block": "address"}

    draft, faults = checked_form(a_form(a_field("text", "a"), used), {"address": address})

    assert faults == []
    assert draft.form is not None
    assert [field.id for field in draft.form.fields()] == ["a", "city", "street"]
    assert draft.blocks == {"address"}
    assert found(a_form(used), {}) == [(f"{AT}/block", "block_not_found")]
    assert (
        found(a_form(used, used), {"address": address})
        == [("/sections/0/fields/1/id", "named_twice")] * 2
    )


def test_a_condition_of_a_block_is_looked_at_in_the_form():
    block = a_block(a_field("text", "b", visible=var("elsewhere")))
    used = {"type": "block", "block": "b"}

    assert found(a_form(used), {"b": block}) == [(f"{AT}/visible", "logic_name_unknown")]
    assert found(a_form(used, a_field("yes_no", "elsewhere")), {"b": block}) == []


def test_a_block_holds_no_block():
    _, faults = checked_block({"title": words(), "fields": [{"type": "block", "block": "b"}]})

    assert [(fault.pointer, fault.code) for fault in faults] == [
        ("/fields/0/type", "field_type_unknown")
    ]


def test_what_is_nested_without_end_is_refused():
    rule: Any = var("a")
    for _ in range(200):
        rule = {"!": rule}

    assert found(a_form(a_field("text", "a", visible=rule))) == [
        (f"{AT}/visible", "logic_too_large")
    ]
