"""Calendars in the browser: months, hours as people write them, days that change."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from chassis.errors import FieldFault, Invalid
from contracts.calls.sla import AgreementView, CalendarView, HolidaysView
from contracts.calls.versions import Version
from gateway.clockwork.months import hours_shown, month_of, short, windows_of
from gateway.texts import text
from tests.unit.gateway.fakes import World
from tests.unit.gateway.samples import NOON, a_staff_member

TODAY = date(2026, 11, 22)
DEFINITION: dict[str, Any] = {
    "zone": "Asia/Tehran",
    "week": {"saturday": ["08:00-16:00"], "thursday": ["08:00-12:00"]},
    "holidays": ["ir-official"],
    "exceptions": {"1405-09-07": ["09:00-11:00"]},
    "default": True,
}
HOLIDAYS = {"days": {"1405-09-03": {"fa": "شهادت", "en": "Martyrdom"}}}


@pytest.mark.parametrize(
    ("typed", "windows"),
    [
        ("8-12, 13:30-16", ["08:00-12:00", "13:30-16:00"]),
        ("۸:۰۰ تا ۱۲:۰۰، ۱۳–۱۶", ["08:00-12:00", "13:00-16:00"]),
        ("22:00-06:00", ["22:00-06:00"]),
        ("", []),
        ("morning", ["morning-"]),
    ],
)
def test_hours_are_read_as_people_write_them(typed, windows):
    assert windows_of(typed) == windows


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("en", "08:00-12:00, 13:30-16:00"),
        ("fa", "۰۸:۰۰ تا ۱۲:۰۰، ۱۳:۳۰ تا ۱۶:۰۰"),
    ],
)
def test_hours_of_a_form_are_read_as_they_are_written(language, shown):
    windows = ["08:00-12:00", "13:30-16:00"]

    assert hours_shown(windows, language) == shown
    assert windows_of(shown) == windows


@pytest.mark.parametrize("language", ["fa", "en"])
def test_the_example_of_hours_can_be_typed(language):
    _, _, rest = text(language, "clockwork.hours_hint").partition(":" if language == "fa" else " ")

    assert windows_of(re.split("[;؛]", rest)[0]) == ["08:00-12:00", "13:00-16:00"]


@pytest.mark.parametrize(
    ("window", "language", "shown"),
    [
        ("08:00-16:00", "en", "8–16"),
        ("08:30-12:05", "en", "8:30–12:05"),
        ("00:00-24:00", "en", "0–24"),
        ("08:30-16:00", "fa", "۸:۳۰ تا ۱۶"),
    ],
)
def test_a_small_cell_shows_hours_in_few_signs(window, language, shown):
    assert short(window, language) == shown


def test_a_jalali_month_begins_on_saturday_and_tells_each_day():
    month = month_of("1405-09", TODAY, DEFINITION, {"ir-official": HOLIDAYS}, "fa")
    days = {(each.number, each.is_in_month): each for week in month.weeks for each in week}

    assert (month.title, month.before, month.after) == ("آذر ۱۴۰۵", "1405-08", "1405-10")
    assert month.weekdays[0] == "شنبه"
    assert all(len(week) == 7 for week in month.weeks)
    assert days[1, True].day == TODAY
    assert (days[3, True].kind, days[3, True].name) == ("holiday", "شهادت")
    assert (days[7, True].kind, days[7, True].windows) == ("exception", ["09:00-11:00"])
    assert days[2, True].kind == "weekend"
    assert (days[14, True].kind, days[14, True].windows) == ("open", ["08:00-16:00"])


def test_a_gregorian_month_begins_on_monday():
    month = month_of("nonsense", TODAY, DEFINITION, {}, "en")

    assert (month.key, month.title, month.weekdays[0]) == ("2026-11", "November 2026", "Monday")


@pytest.mark.parametrize("key", ["1405-13", "0000-01", "9999-12", "1405", "1405-0x"])
def test_what_is_no_month_is_this_one(key):
    assert month_of(key, TODAY, DEFINITION, {}, "fa").key == "1405-09"


@pytest.fixture
def admin(world: World) -> World:
    """An administrator's browser, one calendar with a list of holidays."""
    published = {"by": "person:admin", "at": NOON}
    view = CalendarView(id="office", version=1, definition=DEFINITION)
    answers = {
        "agreements": list[AgreementView](),
        "calendars": [view],
        "holidays": [HolidaysView(id="ir-official", version=1, definition=HOLIDAYS)],
        "versions": [Version(id="office", version=1, definition=DEFINITION, **published)],
        "define_calendar": view,
        "define_holidays": HolidaysView(id="ir-official", version=2, definition=HOLIDAYS),
    }
    for method, answer in answers.items():
        world.services.tell("sla", method, answer)
    world.cookies["session"] = world.gateway.sessions.open(a_staff_member("admin")).token
    return world


@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.parametrize("path", ["", "/office?day=2026-11-24", "/office/week", "/new"])
async def test_pages_of_calendars_are_shown(admin, language, path):
    mark = "&" if "?" in path else "?"

    assert (await admin.get(f"/admin/calendars{path}{mark}lang={language}")).status == 200


async def defined(admin: World, **fields: str) -> dict[str, Any]:
    """Change a day, and give the exceptions that are published then."""
    reply = await admin.post("/admin/calendars/office/day", form={"month": "1405-09", **fields})
    assert reply.status == 303, reply.text
    exceptions: dict[str, Any] = admin.services.last("define_calendar").request.definition[
        "exceptions"
    ]
    return exceptions


async def test_a_day_gets_hours_of_its_own_is_closed_or_ordinary_again(admin):
    kept = {"1405-09-07": ["09:00-11:00"]}

    half = await defined(admin, day="2026-11-29", kind="hours", hours="8-10")
    closed = await defined(admin, day="2026-11-29", kind="closed")
    usual = await defined(admin, day="2026-11-28", kind="week", written="1405-09-07")

    assert half == {**kept, "2026-11-29": ["08:00-10:00"]}
    assert closed == {**kept, "2026-11-29": []}
    assert usual == {}


async def test_hours_that_cannot_be_come_back_with_what_was_typed(admin):
    fault = FieldFault(pointer="/definition/exceptions/2026-11-29", code="windows_overlap")
    admin.services.tell("sla", "define_calendar", Invalid("definition_invalid", fields=[fault]))
    form = {"day": "2026-11-29", "kind": "hours", "hours": "8-10, 9-11", "month": "2026-11"}

    reply = await admin.post("/admin/calendars/office/day?lang=en", form=form)

    assert reply.status == 422
    assert "8-10, 9-11" in reply.text
    assert "These hours overlap." in reply.text


async def test_a_holiday_gets_a_name_or_ends(admin):
    path = "/admin/calendars/office/holiday"
    day = {"day": "2026-11-24", "list": "ir-official"}

    await admin.post(path, form={**day, "holiday": "1", "fa": "روز", "en": "Day"})
    named = admin.services.last("define_holidays").request.definition
    await admin.post(path, form=day)
    ended = admin.services.last("define_holidays").request.definition

    assert named == {"days": {"2026-11-24": {"fa": "روز", "en": "Day"}}}
    assert ended == {"days": {}}
    assert (await admin.post(path, form={**day, "list": "others"})).status == 404


async def test_weekly_hours_are_published_and_exceptional_days_stay(admin):
    form = {
        "zone": "Asia/Tehran",
        "week.saturday": "8-14",
        "week.friday": "",
        "holidays[]": "ir-official",
        "title.fa": "اداره",
        "title.en": "",
    }

    reply = await admin.post("/admin/calendars/office/week", form=form)

    assert reply.headers["location"] == "/admin/calendars/office?published=1"
    assert admin.services.last("define_calendar").request.definition == {
        "zone": "Asia/Tehran",
        "week": {"saturday": ["08:00-14:00"]},
        "holidays": ["ir-official"],
        "exceptions": {"1405-09-07": ["09:00-11:00"]},
        "title": {"fa": "اداره"},
    }


@pytest.mark.parametrize(
    ("title", "shown"), [({"fa": "اداره", "en": "Office"}, "Office"), ({"fa": "اداره"}, "اداره")]
)
async def test_a_calendar_goes_by_its_title_and_without_one_by_its_id(admin, title, shown):
    untitled = (await admin.get("/admin/calendars?lang=en")).text
    titled = CalendarView(id="office", version=1, definition={**DEFINITION, "title": title})
    admin.services.tell("sla", "calendars", [titled])

    assert "<bdi>office</bdi>" in untitled
    assert f"<bdi>{shown}</bdi>" in (await admin.get("/admin/calendars?lang=en")).text


async def test_a_new_calendar_gets_the_id_that_was_typed(admin):
    form = {"id": "night", "zone": "UTC", "week.saturday": "22-6"}

    reply = await admin.post("/admin/calendars/new/week", form=form)

    assert reply.headers["location"] == "/admin/calendars/night?published=1"
    assert admin.services.last("define_calendar").request.definition["week"] == {
        "saturday": ["22:00-06:00"]
    }
