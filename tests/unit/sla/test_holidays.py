"""Lists of holidays: where the first comes from, and what their change means for calendars."""

from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from services.sla import publishing
from services.sla.demo import WORKDAYS
from services.sla.domain import official
from services.sla.domain.book import Book
from services.sla.domain.holidays import DayName, HolidayTerms, faults
from services.sla.repository import Kind, Publication
from tests.unit.sla.world import local

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = 3600
OFFICE: dict[str, Any] = {
    "week": {day: ["08:00-16:00"] for day in WORKDAYS},
    "holidays": ["ir-official", "province-fars"],
}
NOWRUZ = {"1405-01-01": {"fa": "نوروز", "en": "Nowruz"}}
SHIRAZ = {"1405-02-15": {"fa": "روز شیراز", "en": "Shiraz Day"}}


class Shelf:
    """What is published, as one reader after another has it."""

    def __init__(self) -> None:
        self.newest: dict[tuple[Kind, str], Publication] = {}
        self.book = Book()
        self.stored: list[Publication] = []

    def publish(self, kind: Kind, name: str, definition: dict[str, Any]) -> None:
        publishing.check(kind, definition, self.book, name=name)
        before = self.newest.get((kind, name))
        number = len(self.stored) + 1
        item = Publication(
            number=number,
            kind=kind,
            id=name,
            version=before.version + 1 if before else 1,
            definition=definition,
            by="person:admin",
            at=NOON,
            cause=str(number),
            request="",
        )
        self.stored.append(item)
        self.read([item])

    def read(self, items: list[Publication]) -> None:
        more = publishing.followed(self.newest, items)
        self.book = publishing.bound(self.book, more)
        self.newest |= {(item.kind, item.id): item for item in more}

    def days(self, name: str, days: dict[str, Any]) -> None:
        self.publish("holidays", name, {"days": days})

    def worked(self, day: str, calendar: str = "office", version: int | None = None) -> float:
        """Give the hours of a day in the newest version of a calendar, or in another."""
        newest = self.book.newest_calendar(calendar).version
        edition = calendar, newest if version is None else version
        midnight = local(f"{day} 00:00"), local(f"{day} 23:59")
        return self.book.calendars[edition].between(*midnight) / HOUR


@pytest.fixture
def shelf() -> Shelf:
    shelf = Shelf()
    shelf.days("ir-official", NOWRUZ)
    shelf.days("province-fars", {})
    shelf.publish("calendar", "office", OFFICE)
    return shelf


def test_every_list_that_a_calendar_names_closes_its_days(shelf):
    shelf.days("province-fars", SHIRAZ)

    assert shelf.worked("2026-03-21") == 0
    assert shelf.worked("2026-05-05") == 0
    assert shelf.worked("2026-05-06") == 8


def test_a_change_of_a_list_is_a_new_version_of_the_calendars_that_name_it(shelf):
    shelf.publish("calendar", "elsewhere", {**OFFICE, "holidays": ["ir-official"]})

    shelf.days("province-fars", SHIRAZ)

    assert shelf.newest["calendar", "office"].version == 2
    assert shelf.newest["calendar", "office"].number == 5
    assert shelf.newest["calendar", "elsewhere"].version == 1
    assert (shelf.worked("2026-05-05", version=1), shelf.worked("2026-05-05", version=2)) == (8, 0)


def test_a_list_that_closes_the_same_days_changes_no_calendar(shelf):
    shelf.days("ir-official", {"2026-03-21": {"fa": "عید", "en": "New Year"}})

    assert shelf.newest["holidays", "ir-official"].version == 2
    assert shelf.newest["calendar", "office"].version == 1


def test_versions_go_on_after_those_that_lists_brought(shelf):
    shelf.days("province-fars", SHIRAZ)
    shelf.publish("calendar", "office", {**OFFICE, "holidays": ["ir-official"]})

    assert shelf.newest["calendar", "office"].version == 3
    assert shelf.worked("2026-05-05") == 8


def test_an_exception_opens_a_holiday(shelf):
    exceptions = {"1405-01-01": ["09:00-12:00"]}

    shelf.publish("calendar", "office", {**OFFICE, "exceptions": exceptions})

    assert shelf.worked("2026-03-21") == 3


def test_whoever_reads_all_at_once_has_the_same_versions(shelf):
    shelf.days("province-fars", SHIRAZ)
    shelf.publish("calendar", "office", {**OFFICE, "zone": "UTC"})
    shelf.days("ir-official", {})
    late = Shelf()

    late.read(shelf.stored)

    assert late.newest == shelf.newest
    assert set(late.book.calendars) == set(shelf.book.calendars)


def test_ir_as_it_was_written_first_is_the_official_list(shelf):
    shelf.publish("calendar", "old", {**OFFICE, "holidays": "IR"})
    shelf.days("ir-official", {})

    assert shelf.worked("2026-03-21", "old", 1) == 0
    assert shelf.worked("2026-03-21", "old") == 8


def test_a_calendar_from_before_there_were_lists_keeps_its_days():
    shelf = Shelf()
    shelf.publish("calendar", "old", {**OFFICE, "holidays": "IR"})

    shelf.days("ir-official", {})

    assert shelf.worked("2026-03-21", "old", 1) == 0
    assert shelf.worked("2026-03-21", "old", 2) == 8


def terms(**days: str) -> HolidayTerms:
    """A list of days of Farvardin 1405 by number, each with its name."""
    return HolidayTerms(
        days={f"1405-01-{day[1:]}": DayName(fa=name, en=name) for day, name in days.items()}
    )


@pytest.mark.parametrize(
    ("current", "newer", "overwrite", "expected"),
    [
        # Nothing was edited: the newer seed's days.
        (terms(d01="a", d02="b"), terms(d01="a", d03="c"), False, terms(d01="a", d03="c")),
        # Renamed by hand.
        (terms(d01="x", d02="b"), terms(d01="n", d02="b"), False, terms(d01="x", d02="b")),
        (terms(d01="x", d02="b"), terms(d01="n", d02="b"), True, terms(d01="n", d02="b")),
        # Opened by hand.
        (terms(d01="a"), terms(d01="a", d02="n"), False, terms(d01="a")),
        (terms(d01="a"), terms(d01="a", d02="n"), True, terms(d01="a", d02="n")),
        # Closed by hand, and a day that the newer seed has as well.
        (
            terms(d01="a", d02="b", d09="own"),
            terms(d01="a", d02="b", d09="n"),
            False,
            terms(d01="a", d02="b", d09="own"),
        ),
        # An organisation's own day, of which no seed knows, stays in any case.
        (
            terms(d01="a", d02="b", d09="own"),
            terms(d01="a"),
            True,
            terms(d01="a", d09="own"),
        ),
        # Opened by hand and no holiday any more.
        (terms(d01="a"), terms(d01="a"), False, terms(d01="a")),
    ],
)
def test_a_newer_seed_leaves_edited_days_alone_if_not_asked(current, newer, overwrite, expected):
    base = terms(d01="a", d02="b")

    assert official.reseeded(current, base, newer, overwrite=overwrite) == expected


def test_the_seed_names_the_days_of_its_years_in_both_languages():
    seed = official.seed()

    days = seed.by_date()
    assert list(faults(seed)) == []
    assert days[date(2025, 3, 21)].fa == "جشن نوروز"
    assert days[date(2025, 4, 2)].en == "Nature's Day"
    assert "1403-12-30" in seed.days
    assert {int(text[:4]) for text in seed.days} == set(official.SEEDED_YEARS)
    assert len(msgspec.json.encode(seed)) < 150_000


def test_the_seed_closes_what_the_library_closes():
    library, days = official.LibraryDays(), official.seed().by_date()
    year = [date.fromordinal(date(2026, 1, 1).toordinal() + number) for number in range(365)]

    assert [day for day in year if day in days] == [day for day in year if day in library]
