"""What everybody may read of agreements and their calendars."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from contracts.calls.promises import ComingDay, PublicAgreement, PublicNotice
from services.sla import promises
from services.sla.demo import AGREEMENTS, CALENDARS
from services.sla.repository import Kind, Publication

NOW = datetime(2026, 3, 1, 21, tzinfo=UTC)
NOWRUZ = {"fa": "نوروز", "en": "Nowruz"}
LISTS = {
    "ir-official": {
        "days": {
            "1404-01-01": NOWRUZ,
            "1405-01-01": NOWRUZ,
            "1405-01-02": NOWRUZ,
            "1406-01-01": NOWRUZ,
        }
    }
}
NOTICE = {"role": "assignee", "channel": "sms"}


def published(kind: Kind, definitions: dict[str, Any]) -> dict[tuple[Kind, str], Publication]:
    return {
        (kind, name): Publication(
            number=number,
            kind=kind,
            id=name,
            version=3,
            definition=definition,
            by="person:admin",
            at=NOW,
            cause=name,
            request="",
        )
        for number, (name, definition) in enumerate(definitions.items())
    }


def told(
    agreements: dict[str, Any], calendars: dict[str, Any] = CALENDARS
) -> list[PublicAgreement]:
    newest = {**published("holidays", LISTS), **published("calendar", calendars)}
    return promises.public_agreements(published("agreement", agreements).values(), newest, NOW)


def target(**fields: Any) -> dict[str, Any]:
    return {"clock": "resolution", "within": "PT8H", **fields}


def test_only_public_agreements_in_use_are_told():
    quiet = {**AGREEMENTS["ticket"], "public": False}
    ended = {**AGREEMENTS["ticket"], "active": False}

    found = told({"quiet": quiet, "ended": ended, "email": AGREEMENTS["email"]})

    assert [each.id for each in found] == ["email"]
    assert (found[0].version, found[0].valid_from) == (3, NOW)
    assert found[0].match == {"channel": ["email"]}


def test_targets_come_with_their_marks_in_order_and_their_calendars():
    (agreement,) = told({"ticket": AGREEMENTS["ticket"]})

    first, resolution = agreement.targets
    assert (first.kind, first.within_seconds, first.calendars) == (
        "first_response",
        3600,
        ["around-the-clock"],
    )
    assert [mark.percent for mark in first.marks] == [75, 100]
    assert [(told.role, told.channel) for told in first.marks[0].notices] == [("assignee", "sms")]
    assert resolution.calendars == ["tehran-office"]
    assert [calendar.always for calendar in agreement.calendars] == [True, False]


def test_a_ladder_comes_with_its_steps():
    step = {"role": "supervisor", "channel": "push"}
    ladder = {**NOTICE, "acknowledge_within": "PT10M", "urgent": True, "then": [step]}
    marks = [{"percent": 100, "notices": [ladder]}]

    (agreement,) = told({"x": {"public": True, "targets": [target(marks=marks)]}})

    assert agreement.targets[0].marks[0].notices == [
        PublicNotice(
            role="assignee",
            channel="sms",
            noted_within_seconds=600,
            then=[PublicNotice(role="supervisor", channel="push")],
        )
    ]


def test_marks_by_time_stand_where_they_come():
    marks = [
        {"after": "PT1H", "actions": [{"do": "escalate"}]},
        {"percent": 100, "notices": [NOTICE]},
        {"left": "PT15M", "notices": [NOTICE]},
        {"percent": 50, "notices": [NOTICE]},
    ]

    (agreement,) = told({"x": {"public": True, "targets": [target(marks=marks)]}})

    (only,) = agreement.targets
    assert [mark.percent or mark.left_seconds or mark.after_seconds for mark in only.marks] == [
        50,
        900,
        100,
        3600,
    ]
    assert only.marks[-1].actions == ["escalate"]


def test_holidays_of_the_coming_year_are_told_but_those_that_an_exception_opens():
    office = {
        **CALENDARS["tehran-office"],
        "exceptions": {"1405-01-02": ["09:00-12:00"], "1404-11-01": [], "2026-05-01": []},
    }

    (agreement,) = told({"ticket": AGREEMENTS["ticket"]}, {**CALENDARS, "tehran-office": office})

    calendar = agreement.calendars[1]
    assert calendar.holidays == [ComingDay(day=date(2026, 3, 21), windows=[], name=NOWRUZ)]
    assert calendar.exceptions == [
        ComingDay(day=date(2026, 3, 22), windows=["09:00-12:00"], name=NOWRUZ),
        ComingDay(day=date(2026, 5, 1), windows=[]),
    ]
    assert next(iter(calendar.week)) == "saturday"


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ({}, ["tehran-office"]),
        ({"unit": ["fars"]}, ["fars"]),
        ({"unit": ["fars", "gilan"]}, ["fars", "tehran-office"]),
        ({"subject": ["network"], "unit": ["fars"]}, ["hotline"]),
    ],
)
def test_an_agreement_that_leaves_its_calendar_open_tells_those_of_its_tickets(match, expected):
    week = CALENDARS["around-the-clock"]["week"]
    calendars = {
        **CALENDARS,
        "fars": {"week": week, "units": ["fars"]},
        "hotline": {"week": week, "subjects": ["network"]},
    }

    (agreement,) = told({"x": {"public": True, "match": match, "targets": [target()]}}, calendars)

    assert agreement.targets[0].calendars == expected
    assert [calendar.id for calendar in agreement.calendars] == expected


def test_a_special_agreement_tells_the_general_ones_targets_too():
    special = {"public": True, "extends": "ticket", "targets": [target(within="PT4H")]}

    (agreement,) = told({"ticket": {**AGREEMENTS["ticket"], "public": False}, "vip": special})

    assert [(each.clock, each.within_seconds) for each in agreement.targets] == [
        ("first_response", 3600),
        ("resolution", 14400),
    ]


def test_a_version_published_ahead_waits():
    (today,) = published("agreement", {"ticket": AGREEMENTS["ticket"]}).values()
    definition = {**AGREEMENTS["ticket"], "valid_from": "2026-04-01T00:00:00Z"}
    ahead = msgspec.structs.replace(today, version=4, definition=definition)
    newest = published("calendar", CALENDARS)

    (now,) = promises.public_agreements([today, ahead], newest, NOW)
    (then,) = promises.public_agreements([today, ahead], newest, NOW + timedelta(days=40))

    assert (now.version, now.valid_from) == (3, NOW)
    assert (then.version, then.valid_from) == (4, datetime(2026, 4, 1, tzinfo=UTC))
