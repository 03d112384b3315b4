"""Which calendar a ticket goes by: the subject's, the unit's, or everybody's."""

from typing import Any

import msgspec
import pytest

from chassis.errors import FieldFault
from services.sla.domain.choice import chosen, conflicts
from services.sla.domain.hours import CalendarTerms

WEEK = {"saturday": ["08:00-16:00"]}


def terms(**fields: Any) -> CalendarTerms:
    return msgspec.convert({"week": WEEK, **fields}, CalendarTerms)


CALENDARS = {
    "fars": terms(units=["shiraz", "marvdasht"]),
    "hotline": terms(subjects=["network", "power"]),
    "office": terms(default=True),
    "spare": terms(),
}


@pytest.mark.parametrize(
    ("subject", "unit", "expected"),
    [
        ("network", "shiraz", "hotline"),
        ("network", None, "hotline"),
        ("pension", "shiraz", "fars"),
        ("pension", "tehran", "office"),
        (None, "marvdasht", "fars"),
        (None, None, "office"),
    ],
)
def test_the_subject_comes_before_the_unit_before_the_default(subject, unit, expected):
    assert chosen(CALENDARS, subject, unit) == expected


def test_the_order_in_which_calendars_were_published_does_not_matter():
    turned = dict(reversed(CALENDARS.items()))

    assert chosen(turned, "network", "shiraz") == "hotline"
    assert chosen(turned, "pension", "tehran") == "office"


def test_without_a_default_the_first_that_names_nobody_stands_in():
    assert chosen({"b": terms(), "c": terms(), "a": terms(units=["x"])}, "network", "y") == "b"


def test_a_calendar_that_names_others_holds_only_when_there_is_nothing_else():
    assert chosen({"fars": terms(units=["shiraz"])}, "network", "tehran") == "fars"
    assert chosen({}, "network", "tehran") is None


def test_two_calendars_for_one_subject_or_unit_are_refused():
    found = conflicts("new", terms(subjects=["gas", "power"], units=["shiraz"]), CALENDARS)

    assert list(found) == [
        FieldFault(
            pointer="/subjects/1", code="has_another_calendar", params={"calendar": "hotline"}
        ),
        FieldFault(pointer="/units/0", code="has_another_calendar", params={"calendar": "fars"}),
    ]


def test_a_second_default_is_refused():
    assert [fault.code for fault in conflicts("new", terms(default=True), CALENDARS)] == [
        "another_default_calendar"
    ]


def test_a_calendar_is_in_nobodys_way_but_others():
    assert list(conflicts("office", terms(default=True), CALENDARS)) == []
    assert list(conflicts("fars", terms(units=["shiraz"]), CALENDARS)) == []
