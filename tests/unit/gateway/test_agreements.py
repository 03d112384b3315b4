"""The pages of what is promised."""

from datetime import date
from typing import Any

import msgspec
import pytest

from contracts.calls.promises import (
    ComingDay,
    PublicAgreement,
    PublicCalendar,
    PublicMark,
    PublicNotice,
    PublicTarget,
)
from gateway.days import day_shown
from gateway.pages.display import duration_shown
from gateway.portal.wording import Words, sheet
from tests.unit.gateway.samples import NOON

WEEK = {
    "saturday": ["08:00-12:00", "13:00-16:00"],
    "sunday": ["22:00-06:00"],
    "monday": ["00:00-24:00"],
    "tuesday": [],
}
OFFICE = PublicCalendar(
    id="office",
    version=2,
    zone="Asia/Tehran",
    week=WEEK,
    always=False,
    holidays=[
        ComingDay(day=date(2026, 3, 21), windows=[], name={"fa": "نوروز", "en": "Nowruz"}),
    ],
    exceptions=[ComingDay(day=date(2026, 3, 25), windows=["09:00-12:00"])],
)
ALWAYS = PublicCalendar(
    id="always", version=1, zone="UTC", week={}, always=True, holidays=[], exceptions=[]
)
SMS = PublicNotice(role="service_manager", channel="sms")
EMAIL = PublicNotice(role="service_manager", channel="email")


def a_target(calendar: str = "office", **fields: Any) -> PublicTarget:
    return PublicTarget(
        **{
            "clock": "resolution",
            "kind": "resolution",
            "within_seconds": 8 * 3600,
            "calendars": [calendar],
            "marks": [],
            **fields,
        }
    )


def an_agreement(*targets: PublicTarget, **fields: Any) -> PublicAgreement:
    return PublicAgreement(
        **{
            "id": "email",
            "version": 4,
            "title": {},
            "valid_from": NOON,
            "match": {"channel": ["email"]},
            "targets": list(targets) or [a_target()],
            "calendars": [OFFICE, ALWAYS],
            **fields,
        }
    )


ENGLISH = Words("en", {})
PERSIAN = Words("fa", {})


@pytest.mark.parametrize(
    ("seconds", "in_days", "english", "persian"),
    [
        (3600, False, "1 hour", "۱ ساعت"),
        (4050, False, "1 hour, 7 minutes and 30 seconds", "۱ ساعت، ۷ دقیقه و ۳۰ ثانیه"),
        (2700, False, "45 minutes", "۴۵ دقیقه"),
        (9000, False, "2 hours and 30 minutes", "۲ ساعت و ۳۰ دقیقه"),
        (259200, False, "72 hours", "۷۲ ساعت"),
        (259200, True, "3 days", "۳ روز"),
        (86400, True, "24 hours", "۲۴ ساعت"),
        (4, False, "4 seconds", "۴ ثانیه"),
    ],
)
def test_a_duration_is_told_in_words(seconds, in_days, english, persian):
    assert duration_shown(seconds, "en", in_days=in_days) == english
    assert duration_shown(seconds, "fa", in_days=in_days) == persian


def test_a_day_is_of_the_readers_calendar():
    assert day_shown(date(2026, 3, 21), "en") == "Saturday, 21 March 2026"
    assert day_shown(date(2026, 3, 21), "fa") == "شنبه ۱ فروردین ۱۴۰۵"


@pytest.mark.parametrize(
    ("fields", "english"),
    [
        ({"match": {}}, "Every request"),
        ({"match": {"channel": ["email", "sms"]}}, "Requests received by e-mail or SMS"),
        (
            {"match": {"subject": ["it"], "priority": ["1"]}},
            "Requests about Computing with priority 1",
        ),
        ({"match": {"unit": ["unknown"]}}, "Requests handled by unknown"),
        ({"title": {"en": "For members", "fa": "برای اعضا"}}, "For members"),
        ({"title": {"fa": "برای اعضا"}}, "برای اعضا"),
    ],
)
def test_an_agreement_is_named_by_its_title_or_by_whom_it_is_for(fields, english):
    words = Words("en", {"subject": {"it": "Computing"}})

    assert sheet(an_agreement(**fields), words).title == english


def test_working_time_is_told_apart_from_time_around_the_clock():
    told = sheet(an_agreement(a_target(), a_target("always", clock="first_response")), ENGLISH)

    assert [promise.within for promise in told.promises] == [
        "Within 8 hours of working time",
        "Within 8 hours, around the clock",
    ]
    assert [promise.calendars for promise in told.promises] == [["office"], []]


@pytest.mark.parametrize(
    ("mark", "when"),
    [
        ({"percent": 75}, "After 6 hours"),
        ({"percent": 100}, "When the time is up"),
        ({"percent": 150}, "4 hours after the end"),
        ({"left_seconds": 900}, "15 minutes before the end"),
        ({"after_seconds": 3600}, "1 hour after the end"),
        ({"after_seconds": 0}, "When the time is up"),
    ],
)
def test_a_mark_is_told_by_when_it_comes(mark, when):
    told = sheet(an_agreement(a_target(marks=[PublicMark(notices=[SMS], **mark)])), ENGLISH)

    assert told.promises[0].marks[0][0] == when


def test_whom_a_mark_tells_and_what_it_does_is_told_role_by_role():
    owner = PublicNotice(role="chief", channel="telegram")
    mark = PublicMark(percent=100, notices=[SMS, owner, EMAIL], actions=["escalate"])

    told = sheet(an_agreement(a_target(marks=[mark])), ENGLISH)

    assert told.promises[0].marks[0][1] == [
        "By SMS and e-mail we tell the service manager.",
        "By telegram we tell chief.",
        "The work goes to a colleague with more experience.",
    ]


def test_a_ladder_is_told_step_by_step():
    steps = [
        PublicNotice(role="supervisor", channel="push"),
        PublicNotice(role="service_manager", channel="email"),
    ]
    first = PublicNotice(role="assignee", channel="sms", noted_within_seconds=600, then=steps)
    mark = PublicMark(percent=100, notices=[first])

    told = sheet(an_agreement(a_target(marks=[mark])), ENGLISH)

    assert told.promises[0].marks[0][1] == [
        "By SMS we tell the colleague who works on it.",
        (
            "If nobody takes note within 10 minutes, then by a message on the phone we tell the "
            "supervisor."
        ),
        "If that reaches nobody, then by e-mail we tell the service manager.",
    ]


def test_a_mark_of_which_nothing_follows_is_not_told():
    assert (
        sheet(an_agreement(a_target(marks=[PublicMark(percent=50)])), ENGLISH).promises[0].marks
        == []
    )


def test_hours_are_a_table_of_the_week():
    hours = sheet(an_agreement(), ENGLISH).hours[0]

    assert [(row.day, row.hours) for row in hours.week] == [
        ("Saturday", ["08:00 to 12:00", "13:00 to 16:00"]),
        ("Sunday", ["22:00 to 06:00 of the next day"]),
        ("Monday", ["All day"]),
        ("Tuesday", ["Closed"]),
    ]
    assert hours.zone == "Tehran"
    assert hours.holidays[0].name == "Nowruz"
    assert hours.exceptions[0].hours == ["09:00 to 12:00"]


async def test_the_list_leads_to_each_agreement(world):
    world.services.tell("sla", "public_agreements", [an_agreement()])

    listed = await world.get("/agreements?lang=en")

    assert 'href="/agreements/email"' in listed.text
    assert "Requests received by e-mail" in listed.text
    assert 'href="/agreements"' in (await world.get("/")).text


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ["Version 4", "Saturday, 21 March 2026", "Nowruz", "08:00 to 12:00", "Tehran"]),
        ("fa", ["نسخهٔ ۴", "شنبه ۱ فروردین ۱۴۰۵", "نوروز", "۰۸:۰۰ تا ۱۲:۰۰", "تهران"]),
    ],
)
async def test_an_agreement_is_shown_whole_in_the_readers_language(world, language, expected):
    world.services.tell("sla", "public_agreements", [an_agreement()])

    reply = await world.get(f"/agreements/email?lang={language}")

    assert reply.status == 200
    assert [words for words in expected if words not in reply.text] == []


async def test_subjects_and_units_are_named_while_their_services_answer(world):
    agreement = an_agreement(match={"subject": ["network"], "unit": ["hq"]})
    world.services.tell("sla", "public_agreements", [agreement])

    reply = await world.get("/agreements/email?lang=en")

    assert "Requests about Network handled by hq" in reply.text


async def test_an_agreement_that_is_not_public_is_not_found(world):
    world.services.tell("sla", "public_agreements", [])

    assert (await world.get("/agreements/vip")).status == 404
    assert (await world.get("/agreements")).status == 200


async def test_the_page_says_so_when_sla_is_away(world):
    assert (await world.get("/agreements")).status == 503


async def test_of_many_holidays_the_next_ones_are_shown_and_the_rest_on_demand(world):
    days = [ComingDay(day=date(2026, 3, day), windows=[], name={}) for day in range(1, 10)]
    office = msgspec.structs.replace(OFFICE, holidays=days)
    world.services.tell("sla", "public_agreements", [an_agreement(calendars=[office])])

    page = await world.get("/agreements/email?lang=en")

    shown, folded = page.text.split('<details class="rest">')
    assert "4 March 2026" in shown
    assert ", 5 March 2026" not in shown
    assert "<summary>5 more</summary>" in folded
    assert "9 March 2026" in folded
