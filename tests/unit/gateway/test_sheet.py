"""A subject's own questions on the page, without a browser."""

from __future__ import annotations

import html
import re
from datetime import date
from typing import Any

import msgspec
import pytest

from chassis.errors import FieldFault, Invalid, Unavailable
from contracts.calls.forms import PublishedForm
from contracts.forms.definition import DateField
from gateway.pages.questions import date_example
from tests.unit.contracts.forms.samples import ROWS, TOTAL, a_field, a_form, options, var
from tests.unit.gateway.samples import SUBJECTS
from tests.unit.gateway.test_portal import FORM as COMMON

FIELDS = [
    a_field("choice", "how", options=options("post", "counter"), default="post"),
    a_field("text", "street", visible={"===": [var("how"), "post"]}, required=True),
    a_field("text", "desk", visible={"===": [var("how"), "counter"]}),
    a_field("multi_choice", "wants", options=options("x", "y"), default=["x"]),
    ROWS,
    TOTAL,
]
SHOWN = "how street wants rows"
TYPED = {**COMMON, "shown": SHOWN, "a-how": "post", "a-street": "آزادی", "a-rows-0-item": "چاپگر"}


@pytest.fixture
def world(world):
    line = msgspec.structs.replace(SUBJECTS[1], form="delivery")
    world.services.tell("intake", "subjects", [SUBJECTS[0], line])
    world.gateway.last_subjects = [SUBJECTS[0], line]
    world.services.tell(
        "intake", "form", PublishedForm(id="delivery", version=1, form=a_form(*FIELDS))
    )
    return world


def names(page: str) -> set[str]:
    return set(re.findall(r'name="(a-[^"]+)"', page))


def hidden(page: str) -> dict[str, str]:
    found = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in found}


@pytest.mark.parametrize(
    ("calendar", "language", "shown"),
    [
        ("reader", "fa", "۱۴۰۵/۰۹/۲۲"),
        ("reader", "en", "2026/12/13"),
        ("jalali", "en", "1405/09/22"),
    ],
)
def test_the_example_of_a_day_is_to_come(calendar, language, shown):
    asked = msgspec.convert(a_field("date", "since", calendar=calendar), DateField)

    assert date_example(asked, date(2026, 11, 22), language) == shown


async def test_a_subject_in_the_address_brings_its_questions_with_their_defaults(world):
    reply = await world.get("/new?subject=network")

    assert names(reply.text) >= {"a-how", "a-street", "a-wants", "a-rows-0-item"}
    assert "a-desk" not in names(reply.text)
    assert '<option value="post" selected>' in reply.text
    assert set(hidden(reply.text)["shown"].split()) == {*SHOWN.split(), "total"}


async def test_what_was_typed_goes_to_intake_as_answers(world):
    reply = await world.post("/new", form=TYPED)

    assert reply.status == 303
    answers = world.services.last("register_ticket").request.answers
    assert answers == {
        "how": "post",
        "street": "آزادی",
        # On the page none was ticked: that is an answer too, and not the default.
        "wants": [],
        "rows": [{"item": "چاپگر", "count": None, "price": None, "iban": None}],
    }


async def test_questions_that_the_page_did_not_have_bring_it_again(world):
    reply = await world.post("/new", form={**TYPED, "a-how": "counter"})

    assert reply.status == 200
    assert 'role="status"' in reply.text
    assert "a-desk" in names(reply.text)
    # What is hidden for the moment is not lost.
    assert hidden(reply.text)["a-street"] == "آزادی"
    asked = [each.method for each in world.services.asked]
    assert "register_ticket" not in asked


async def test_a_page_from_before_the_subject_had_a_form_comes_again_with_it(world):
    reply = await world.post("/new", form=COMMON)

    assert reply.status == 200
    assert "a-street" in names(reply.text)
    assert "مریم احمدی" in reply.text


async def test_faults_of_the_page_and_of_the_answers_are_told_together(world):
    typed = {**TYPED, "title": "", "a-street": "", "a-rows-0-price": "x"}

    reply = await world.post("/new", form=typed)

    assert reply.status == 422
    for name in ("title", "a-street", "a-rows-0-price"):
        assert f'id="{name}-fault"' in reply.text
        assert f'href="#{name}"' in reply.text
    assert 'value="x"' in reply.text


async def test_what_intake_finds_of_an_answer_stands_beside_it_or_in_the_summary(world):
    faults = [
        FieldFault(pointer="/answers/rows/0/item", code="too_long", params={"max_length": 3}),
        FieldFault(pointer="/answers/newer", code="unknown_field"),
    ]
    world.services.tell("intake", "register_ticket", Invalid("request_invalid", fields=faults))

    reply = await world.post("/new", form=TYPED, headers={"Accept-Language": "en"})

    assert reply.status == 422
    assert 'id="a-rows-0-item-fault"' in reply.text
    assert "There is no such field." in reply.text


async def test_a_table_grows_by_one_row_and_keeps_the_others(world):
    reply = await world.post("/new", form={**TYPED, "more": "rows"})

    assert {"a-rows-0-item", "a-rows-1-item"} <= names(reply.text)
    assert "a-rows-2-item" not in names(reply.text)
    assert 'value="چاپگر"' in reply.text
    assert reply.text.count("autofocus") == 1


async def test_a_table_grows_no_further_than_it_may(world):
    typed = {**TYPED, **{f"a-rows-{n}-item": "x" for n in range(5)}, "more": "rows"}

    reply = await world.post("/new", form=typed)

    assert "a-rows-5-item" not in names(reply.text)
    assert 'name="more"' not in reply.text


async def test_while_intake_is_away_the_questions_stay_with_what_was_typed(world):
    await world.get("/new?subject=network")
    for method in ("subjects", "form", "register_ticket"):
        world.services.tell("intake", method, Unavailable("service_unavailable"))

    reply = await world.post("/new", form=TYPED)

    assert reply.status == 503
    assert 'value="آزادی"' in reply.text


@pytest.mark.parametrize(
    "typed",
    [
        {"a-rows-999999999-item": "x"},
        {"a-rows--item": "x"},
        {"a-": "x"},
        {"a-nothing": "x", "shown": "nothing " * 500},
        {"more": "how"},
        {"a-rows-0-item": "\u202e"},
    ],
)
async def test_a_page_that_somebody_made_up_breaks_nothing(world, typed: dict[str, Any]):
    reply = await world.post("/new", form={**TYPED, **typed})

    assert reply.status in {200, 303, 422}
