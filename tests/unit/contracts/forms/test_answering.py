from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import Invalid
from contracts.forms import answered, fill_in
from tests.unit.contracts.forms.samples import (
    ROWS,
    TODAY,
    TOTAL,
    a_field,
    a_form,
    made_ready,
    options,
    var,
    words,
)


def typed(*fields: dict[str, Any], **answers: Any) -> dict[str, Any]:
    return answered(made_ready(*fields), answers, TODAY)


def faults(form: Any, answers: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as refused:
        answered(form, answers, TODAY)
    assert refused.value.code == "request_invalid"
    return [(fault.pointer, fault.code) for fault in refused.value.fields]


@pytest.mark.parametrize(
    ("field", "given", "stored"),
    [
        (a_field("text", "a"), "  دو \n خط ", "دو خط"),
        (a_field("text", "a", pattern=r"[A-Z]{2}-\d{4}"), "AB-۱۲۳۴", "AB-1234"),
        (a_field("long_text", "a"), "a\r\nb ", "a\nb"),
        (a_field("number", "a"), "۱۲٬۵۰۰٫۵", 12500.5),
        (a_field("number", "a", step=1), 7.0, 7),
        (a_field("number", "a", step=0.1), 0.3, 0.3),
        (a_field("number", "a", min=-1), "-۱", -1),
        (a_field("date", "a"), "۱۴۰۵/۹/۱", "2026-11-22"),
        (a_field("date", "a"), "2026-11-22", "2026-11-22"),
        (a_field("choice", "a", options=options("x", "y")), "y", "y"),
        (a_field("multi_choice", "a", options=options("x", "y", "z")), ["z", "x"], ["x", "z"]),
        (
            a_field(
                "cascade",
                "a",
                options=[{**options("fars")[0], "options": options("shiraz", "jahrom")}],
            ),
            "fars/shiraz",
            ["fars", "shiraz"],
        ),
        (a_field("national_id", "a"), "۰۰۸-۴۵۷۵۹۴-۸", "0084575948"),
        (a_field("legal_id", "a"), "10380284790", "10380284790"),
        (a_field("mobile", "a"), "۰۹۱۲ ۱۲۳ ۴۵۶۷", "+989121234567"),
        (
            a_field("iban", "a"),
            "ir82 0540 1026 8002 0817 9090 02",
            "IR820540102680020817909002",
        ),
        (a_field("email", "a"), " Sara@Example.COM", "sara@example.com"),
        (a_field("yes_no", "a"), "no", False),
        (a_field("yes_no", "a"), True, True),
    ],
)
def test_an_answer_has_one_form_however_it_is_typed(field, given, stored):
    assert typed(field, a=given) == {"a": stored}
    assert typed(field, a=stored) == {"a": stored}


@pytest.mark.parametrize(
    ("field", "given", "code"),
    [
        (a_field("text", "a"), 5, "wrong_type"),
        (a_field("text", "a"), "a\x1bb", "control_character"),
        (a_field("text", "a", max_length=3), "abcd", "too_long"),
        (a_field("text", "a", min_length=3), "ab", "shorter_than"),
        (a_field("text", "a", pattern=r"\d{4}"), "12345", "malformed"),
        (a_field("number", "a"), "12x", "not_a_number"),
        (a_field("number", "a"), True, "wrong_type"),
        (a_field("number", "a"), 2**53, "number_too_large"),
        (a_field("number", "a", min=1), 0, "too_small"),
        (a_field("number", "a", max=1), 2, "too_large"),
        (a_field("number", "a", min=1, step=2), 2, "not_in_steps"),
        (a_field("date", "a"), "1405-12-30", "date_malformed"),
        (a_field("date", "a", min="1405-01-01"), "1404-12-29", "too_early"),
        (a_field("date", "a", max="2026-01-01"), "2026-01-02", "too_late"),
        (a_field("choice", "a", options=options("x")), "y", "not_one_of"),
        (a_field("choice", "a", options=options("x")), {"x": 1}, "not_one_of"),
        (a_field("multi_choice", "a", options=options("x")), "x", "wrong_type"),
        (a_field("multi_choice", "a", options=options("x", "y"), min=2), ["x", "x"], "too_few"),
        (a_field("national_id", "a"), "0084575949", "national_id_invalid"),
        (a_field("national_id", "a"), "1111111111", "national_id_invalid"),
        (a_field("legal_id", "a"), "10380284791", "legal_id_invalid"),
        (a_field("mobile", "a"), "021-88776655", "mobile_invalid"),
        (a_field("iban", "a"), "IR820540102680020817909003", "iban_invalid"),
        (a_field("iban", "a"), "GB82WEST12345698765432", "iban_of_another_country"),
        (a_field("email", "a"), "sara", "email_invalid"),
        (a_field("yes_no", "a"), 1, "wrong_type"),
        (ROWS, {"item": "x"}, "wrong_type"),
        (ROWS, [{"item": "x"}] * 6, "too_many_rows"),
    ],
)
def test_what_does_not_fit_is_refused(field, given, code):
    name = field["id"]

    assert faults(made_ready(field), {name: given}) == [(f"/answers/{name}", code)]


def test_every_fault_is_told_by_its_place_in_the_order_of_the_form():
    form = made_ready(
        ROWS,
        a_field("multi_choice", "tags", options=options("x")),
        a_field("text", "why", required=True),
    )
    answers = {
        "tags": ["x", "q"],
        "rows": [{"item": "ok"}, {}, {"iban": "IR00", "price": "x", "colour": "red"}],
        "a/b": 1,
    }

    assert faults(form, answers) == [
        ("/answers/rows/2/item", "required"),
        ("/answers/rows/2/price", "not_a_number"),
        ("/answers/rows/2/iban", "iban_invalid"),
        ("/answers/rows/2/colour", "unknown_field"),
        ("/answers/tags/1", "not_one_of"),
        ("/answers/why", "required"),
        ("/answers/a~1b", "unknown_field"),
    ]


def test_rows_and_totals_are_computed_whatever_was_sent():
    rows = [{"item": "پرینتر", "count": "۲", "price": 15.5, "sum": 1}, {"item": "", "price": " "}]

    answers = typed(ROWS, TOTAL, rows=rows, total=999)

    assert answers == {
        "rows": [{"item": "پرینتر", "count": 2, "price": 15.5, "sum": 31}],
        "total": 31,
    }


def test_a_computed_number_is_brought_to_its_step():
    tax = a_field("number", "tax", step=0.01, computed={"*": [var("net"), 0.1]})

    assert typed(a_field("number", "net"), tax, net=0.3) == {"net": 0.3, "tax": 0.03}


def test_what_cannot_be_computed_is_told():
    share = a_field("number", "share", computed={"/": [1, var("parts")]})

    assert faults(made_ready(a_field("number", "parts"), share), {"parts": 0}) == [
        ("/answers/share", "not_computable")
    ]


def test_an_invisible_answer_is_dropped_and_neither_required_nor_read():
    asked = a_field("yes_no", "abroad")
    passport = a_field(
        "text", "passport", visible={"===": [var("abroad"), True]}, required=True, min_length=5
    )
    note = a_field("text", "note", visible={"!": {"!": {"var": "passport"}}})
    form = made_ready(note, passport, asked)

    hidden = answered(form, {"abroad": False, "passport": "x", "note": "n"}, TODAY)
    shown = answered(form, {"abroad": True, "passport": "A1234567", "note": "n"}, TODAY)

    assert hidden == {"abroad": False}
    assert shown == {"note": "n", "passport": "A1234567", "abroad": True}
    assert faults(form, {"abroad": True}) == [("/answers/passport", "required")]


def test_a_section_hides_all_of_its_fields():
    hidden = {
        "id": "more",
        "title": words(),
        "visible": {"===": [var("context.channel"), "phone"]},
        "fields": [a_field("text", "b", required=True)],
    }
    form = made_ready(sections=[a_form(a_field("text", "a"))["sections"][0], hidden])

    assert answered(form, {"a": "1", "b": "2"}, TODAY) == {"a": "1"}
    assert fill_in(form, {}, TODAY).sections == {"main"}
    assert fill_in(form, {}, {**TODAY, "channel": "phone"}).sections == {"main", "more"}


def test_who_must_answer_may_hang_on_each_other():
    form = made_ready(
        a_field("mobile", "mobile", required={"!": var("email")}),
        a_field("email", "email", required={"!": var("mobile")}),
    )

    assert answered(form, {"email": "a@b.ir"}, TODAY) == {"email": "a@b.ir"}
    assert faults(form, {}) == [("/answers/mobile", "required"), ("/answers/email", "required")]


def test_a_default_stands_for_what_was_not_sent_and_not_for_what_was_left_empty():
    fields = (
        a_field("date", "since", default=var("context.today")),
        a_field("choice", "how", options=options("x", "y"), default="x"),
    )

    assert typed(*fields) == {"since": "2026-11-22", "how": "x"}
    assert typed(*fields, since="", how="y") == {"since": None, "how": "y"}


def test_a_rule_over_several_fields_is_told_beside_the_one_it_names():
    form = made_ready(
        a_field("date", "begin"),
        a_field("date", "end"),
        rules=[
            {
                "test": {"<=": [var("begin"), var("end")]},
                "message": words("پایان پیش از آغاز است.", "It ends before it begins."),
                "at": "end",
            }
        ],
    )

    with pytest.raises(Invalid) as refused:
        answered(form, {"begin": "1405-01-02", "end": "1405-01-01"}, TODAY)

    (fault,) = refused.value.fields
    assert (fault.pointer, fault.code) == ("/answers/end", "rule_broken")
    assert fault.params["en"] == "It ends before it begins."
    assert answered(form, {"begin": "1405-01-02"}, TODAY) == {"begin": "2026-03-22"}
