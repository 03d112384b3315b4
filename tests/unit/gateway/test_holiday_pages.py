"""Lists of holidays in the browser, and a calendar's draft tried on past tickets."""

from __future__ import annotations

import pytest

from chassis.errors import NotFound
from contracts.calls.sla import AgreementView, CalendarView, HolidaysView
from contracts.calls.trials import TrialView
from contracts.calls.versions import Version
from tests.unit.gateway.fakes import World
from tests.unit.gateway.samples import NOON, a_staff_member, told
from tests.unit.gateway.test_calendar_pages import DEFINITION

DAYS = {
    "1405-09-03": {"fa": "شهادت", "en": "Martyrdom"},
    "2027-03-21": {"fa": "نوروز", "en": "Nowruz"},
}
PATH = "/admin/holidays/ir-official"


def version(number: int, days: dict) -> Version:
    return Version(
        id="ir-official", version=number, definition={"days": days}, by="person:admin", at=NOON
    )


@pytest.fixture
def admin() -> World:
    world = told(World())
    view = HolidaysView(id="ir-official", version=2, definition={"days": DAYS})
    calendar = CalendarView(id="office", version=1, definition=DEFINITION)
    world.services.tell("sla", "holidays", [view])
    world.services.tell("sla", "calendars", [calendar])
    world.services.tell("sla", "agreements", list[AgreementView]())
    world.services.tell("sla", "versions", [version(2, DAYS), version(1, {})])
    world.services.tell("sla", "define_holidays", view)
    world.services.tell("sla", "seed_holidays", view)
    world.cookies["session"] = world.gateway.sessions.open(a_staff_member("admin")).token
    return world


async def test_lists_say_which_calendars_they_close(admin):
    page = (await admin.get("/admin/holidays")).text

    assert f'href="{PATH}"' in page
    assert 'href="/admin/calendars/office"' in page


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("year=1405", "شهادت", "نوروز"),
        ("year=1406", "نوروز", "شهادت"),
        ("lang=en&year=2027", "Nowruz", "Martyrdom"),
    ],
)
async def test_a_list_is_shown_by_years_of_the_readers_calendar(admin, query, shown, hidden):
    page = (await admin.get(f"{PATH}?{query}")).text
    table = page.partition("<table")[2].partition("</table>")[0]

    assert shown in table
    assert hidden not in table


@pytest.mark.parametrize("typed", ["1405/9/12", "۱۴۰۵-۰۹-۱۲", "2026-12-03"])
async def test_a_day_is_added_as_people_write_it(admin, typed):
    form = {"day": typed, "fa": "بارندگی", "en": "Rain"}

    reply = await admin.post(f"{PATH}/day", form=form)

    assert reply.headers["location"] == f"{PATH}?year=1405&published=1"
    days = admin.services.last("define_holidays").request.definition["days"]
    assert days == {**DAYS, "2026-12-03": {"fa": "بارندگی", "en": "Rain"}}


async def test_a_list_is_called_otherwise_and_keeps_its_name_with_other_days(admin):
    title = {"fa": "تعطیلات ما", "en": "Our holidays"}
    form = {"title.fa": title["fa"], "title.en": title["en"]}

    reply = await admin.post(f"{PATH}/title", form=form)
    renamed = admin.services.last("define_holidays").request.definition
    titled = Version(id="ir-official", version=3, definition=renamed, by="person:admin", at=NOON)
    admin.services.tell("sla", "versions", [titled])
    await admin.post(f"{PATH}/day", form={"day": "2026-11-24", "do": "remove"})
    changed = admin.services.last("define_holidays").request.definition

    assert reply.headers["location"] == f"{PATH}?published=1"
    assert renamed == {"days": DAYS, "title": title}
    assert changed["title"] == title
    assert "Our holidays" in (await admin.get(f"{PATH}?lang=en")).text


async def test_the_official_list_has_a_name_of_its_own(admin):
    assert "Official holidays of Iran" in (await admin.get(f"{PATH}?lang=en")).text


async def test_a_day_is_renamed_and_taken_away(admin):
    await admin.post(f"{PATH}/day", form={"day": "2026-11-24", "fa": "تازه", "en": "New"})
    renamed = admin.services.last("define_holidays").request.definition["days"]
    await admin.post(f"{PATH}/day", form={"day": "2026-11-24", "do": "remove"})
    removed = admin.services.last("define_holidays").request.definition["days"]

    assert renamed == {
        "2027-03-21": DAYS["2027-03-21"],
        "2026-11-24": {"fa": "تازه", "en": "New"},
    }
    assert set(removed) == {"2027-03-21"}


async def test_what_is_no_day_is_told_and_what_was_typed_stays(admin):
    reply = await admin.post(f"{PATH}/day", form={"day": "tomorrow", "fa": "فردا", "en": "x"})

    assert reply.status == 422
    assert 'role="alert"' in reply.text
    assert 'value="فردا"' in reply.text


async def test_a_new_list_is_published_with_its_first_day(admin):
    admin.services.tell("sla", "versions", NotFound("definition_not_found"))

    wrong = await admin.post("/admin/holidays", form={"id": "استان"})
    led = await admin.post("/admin/holidays", form={"id": "province-fars"})
    page = await admin.get(led.headers["location"])
    unknown = await admin.get("/admin/holidays/province-fars")

    assert wrong.status == 422
    assert led.headers["location"] == "/admin/holidays/province-fars?new=yes"
    assert page.status == 200
    assert unknown.status == 404


async def test_versions_differ_and_an_earlier_one_comes_back(admin):
    page = (await admin.get(f"{PATH}?lang=en")).text
    restored = await admin.post(f"{PATH}/restore", form={"version": "1"})

    assert "<ins><bdi>Nowruz</bdi></ins>" in page
    assert restored.headers["location"] == f"{PATH}?published=1"
    assert admin.services.last("define_holidays").request.definition == {"days": {}}


async def test_official_days_are_taken_over(admin):
    reply = await admin.post(f"{PATH}/seed", form={})

    assert reply.status == 303
    assert admin.services.last("seed_holidays").request.overwrite is False


async def test_a_calendars_draft_is_tried_and_what_was_typed_stays(admin):
    trial = TrialView(
        trial="t1",
        kind="calendar",
        id="office",
        since=NOON,
        until=NOON,
        state="asked",
        asked_at=NOON,
        asked_by="person:admin",
        total=0,
        looked_at=0,
        ended_at=None,
        failure=None,
        answer=None,
    )
    calendar = Version(id="office", version=1, definition=DEFINITION, by="person:admin", at=NOON)
    admin.services.tell("sla", "versions", [calendar])
    admin.services.tell("sla", "start_trial", trial)

    form = {"week.saturday": "7-19", "zone": "Asia/Tehran", "days": "90", "do": "try"}
    reply = await admin.post("/admin/calendars/office/week", form=form)

    asked = admin.services.last("start_trial").request
    assert (asked.kind, asked.id) == ("calendar", "office")
    assert asked.definition["week"] == {"saturday": ["07:00-19:00"]}
    assert asked.definition["exceptions"] == DEFINITION["exceptions"]
    assert 'hx-get="/admin/trials/t1"' in reply.text
    assert 'value="90" selected' in reply.text
    assert "define_calendar" not in {each.method for each in admin.services.asked}
