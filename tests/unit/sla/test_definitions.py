"""What an administrator may write, and how he is told what is wrong with it."""

from typing import Any

import pytest

from chassis.errors import Invalid
from contracts.calls.sla import DefineAgreement
from contracts.days import read_date
from services.sla import demo, publishing
from services.sla.domain.book import Book
from tests.unit.sla.world import the_demo

WEEK = {"saturday": ["08:00-16:00"]}
NAME = {"fa": "روز", "en": "Day"}


def target(**changes: Any) -> dict[str, Any]:
    return {"clock": "resolution", "within": "PT4H", "calendar": "tehran-office", **changes}


def faults(kind: Any, definition: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as refused:
        publishing.check(kind, definition, the_demo())
    assert refused.value.code == "definition_invalid"
    return [(fault.pointer, fault.code) for fault in refused.value.fields]


@pytest.mark.parametrize(("kind", "request_"), demo.REQUESTS)
def test_the_demo_itself_is_accepted(kind, request_):
    lists = Book(holidays={"ir-official": frozenset()})
    book = the_demo() if isinstance(request_, DefineAgreement) else lists

    publishing.check(kind, request_.definition, book)


@pytest.mark.parametrize(
    ("definition", "pointer", "code"),
    [
        ({}, "/definition", "invalid"),
        ({"week": WEEK, "hours": 1}, "/definition", "invalid"),
        ({"week": {"saturday": ["8-16"]}}, "/definition/week/saturday/0", "invalid"),
        ({"week": {"saturday": ["08:00-24:30"]}}, "/definition/week/saturday/0", "invalid"),
        ({"week": WEEK, "zone": "Asia/Shiraz"}, "/definition/zone", "zone_unknown"),
        ({"week": WEEK, "zone": "../etc/passwd"}, "/definition/zone", "zone_unknown"),
        ({"week": WEEK, "holidays": "XX"}, "/definition/holidays", "invalid"),
        ({"week": {}}, "/definition/week", "too_few_hours"),
        ({"week": {"friday": ["08:00-11:59"]}}, "/definition/week", "too_few_hours"),
        (
            {"week": {**WEEK, "sunday": ["12:00-12:00"]}},
            "/definition/week/sunday",
            "window_empty",
        ),
        (
            {"week": {**WEEK, "sunday": ["08:00-12:00", "11:00-13:00"]}},
            "/definition/week/sunday",
            "windows_overlap",
        ),
        (
            {"week": {**WEEK, "friday": ["22:00-09:00"]}},
            "/definition/week/saturday",
            "windows_overlap",
        ),
        (
            {"week": {**WEEK, "sunday": ["22:00-06:00", "23:00-24:00"]}},
            "/definition/week/sunday",
            "windows_overlap",
        ),
        (
            {"week": WEEK, "holidays": ["province-fars"]},
            "/definition/holidays/0",
            "holidays_not_found",
        ),
        ({"week": WEEK, "units": ["hq", "hq"]}, "/definition/units/1", "named_twice"),
        ({"week": WEEK, "default": True}, "/definition/default", "another_default_calendar"),
        (
            {"week": WEEK, "exceptions": {"1405-13-01": []}},
            "/definition/exceptions/1405-13-01",
            "date_malformed",
        ),
        (
            {"week": WEEK, "exceptions": {"1404-12-30": []}},
            "/definition/exceptions/1404-12-30",
            "date_malformed",
        ),
        (
            {"week": WEEK, "exceptions": {"1/2": []}},
            "/definition/exceptions/1~12",
            "date_malformed",
        ),
        (
            {"week": WEEK, "exceptions": {"1405-09-02": [], "2026-11-23": []}},
            "/definition/exceptions/2026-11-23",
            "date_repeated",
        ),
        (
            {"week": WEEK, "exceptions": {"2026-11-23": ["09:00-09:00"]}},
            "/definition/exceptions/2026-11-23",
            "window_empty",
        ),
    ],
)
def test_a_wrong_calendar_is_refused_with_the_place(definition, pointer, code):
    assert faults("calendar", definition) == [(pointer, code)]


@pytest.mark.parametrize(
    ("definition", "pointer", "code"),
    [
        ({"targets": []}, "/definition/targets", "required"),
        ({"targets": [target(within="1h")]}, "/definition/targets/0/within", "invalid"),
        (
            {"targets": [target(within="PT0S")]},
            "/definition/targets/0/within",
            "duration_out_of_range",
        ),
        (
            {"targets": [target(within="P367D")]},
            "/definition/targets/0/within",
            "duration_out_of_range",
        ),
        (
            {"targets": [target(calendar="mars")]},
            "/definition/targets/0/calendar",
            "calendar_not_found",
        ),
        ({"targets": [target(), target()]}, "/definition/targets/1/clock", "clock_repeated"),
        (
            {"targets": [target(marks=[{"percent": 1001}])]},
            "/definition/targets/0/marks/0/percent",
            "invalid",
        ),
        (
            {"targets": [target(marks=[{"percent": 50}, {"percent": 50}])]},
            "/definition/targets/0/marks/1/percent",
            "mark_repeated",
        ),
        (
            {
                "targets": [
                    target(marks=[{"percent": 50, "notices": [{"role": "boss", "channel": "sms"}]}])
                ]
            },
            "/definition/targets/0/marks/0/notices/0/role",
            "role_unknown",
        ),
        (
            {"targets": [target(marks=[{"percent": 50, "after": "PT1H"}])]},
            "/definition/targets/0/marks/0",
            "mark_needs_one_place",
        ),
        (
            {"targets": [target(marks=[{"left": "PT4H"}])]},
            "/definition/targets/0/marks/0/left",
            "duration_out_of_range",
        ),
        (
            {"targets": [target(marks=[{"after": "PT1H"}, {"after": "PT60M"}])]},
            "/definition/targets/0/marks/1/after",
            "mark_repeated",
        ),
        (
            {"targets": [target(marks=[{"percent": 50, "actions": [{"do": "prioritise"}]}])]},
            "/definition/targets/0/marks/0/actions/0/priority",
            "required",
        ),
        ({"targets": [target(clock="patience")]}, "/definition/targets/0/kind", "required"),
        (
            {"targets": [target(clock="care", kind="stage")]},
            "/definition/targets/0/states",
            "required",
        ),
        (
            {"targets": [target(units=["network"])]},
            "/definition/targets/0/units",
            "not_of_this_kind",
        ),
        (
            {"targets": [target()], "extends": "nothing"},
            "/definition/extends",
            "agreement_not_found",
        ),
        (
            {"targets": [target()], "penalties": [{"clock": "update"}]},
            "/definition/penalties/0/clock",
            "clock_not_found",
        ),
        (
            {"targets": [target()], "valid_from": "2027-01-01T00:00:00"},
            "/definition/valid_from",
            "zone_missing",
        ),
    ],
)
def test_a_wrong_agreement_is_refused_with_the_place(definition, pointer, code):
    assert faults("agreement", definition) == [(pointer, code)]


def test_all_faults_are_told_at_once():
    definition = {"targets": [target(within="PT0S", calendar="mars"), target()]}

    assert [code for _, code in faults("agreement", definition)] == [
        "duration_out_of_range",
        "calendar_not_found",
        "clock_repeated",
    ]


@pytest.mark.parametrize(
    ("days", "pointer", "code"),
    [
        ({"1405-07-31": NAME}, "/definition/days/1405-07-31", "date_malformed"),
        (
            {"1405-09-02": NAME, "2026-11-23": NAME},
            "/definition/days/2026-11-23",
            "date_repeated",
        ),
        ({"1405-09-02": {"fa": "روز"}}, "/definition/days", "invalid"),
    ],
)
def test_a_wrong_list_of_holidays_is_refused_with_the_place(days, pointer, code):
    assert faults("holidays", {"days": days}) == [(pointer, code)]


@pytest.mark.parametrize(
    ("text", "gregorian"),
    [
        ("1405-01-01", "2026-03-21"),
        ("1403-12-30", "2025-03-20"),
        ("1405-09-01", "2026-11-22"),
        ("2026-11-22", "2026-11-22"),
    ],
)
def test_a_date_is_jalali_or_gregorian_by_its_year(text, gregorian):
    assert read_date(text).isoformat() == gregorian


@pytest.mark.parametrize("text", ["1600-01-01", "1405-1-1", "۱۴۰۵-۰۱-۰۱", "2026-02-30", ""])
def test_what_is_no_date_of_either_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011 - any will do
        read_date(text)
