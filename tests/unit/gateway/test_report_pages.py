"""Reports as pages: periods, how figures are written, charts, files."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from contracts.calls.reporting import Column, Report, ReportEntry
from gateway.board.charts import chart_of
from gateway.board.figures import figure_of, told
from gateway.board.periods import choices, own_period, period_of
from gateway.directory import Names
from tests.unit.gateway.fakes import World
from tests.unit.gateway.samples import NOON, a_staff_member

TODAY = date(2026, 11, 22)
CHANNEL = Column(name="channel", title={"fa": "کانال", "en": "Channel"}, unit="text")
DAY = Column(name="day", title={"fa": "روز", "en": "Day"}, unit="text")
MET = Column(name="met", title={"fa": "رعایت‌شده", "en": "Met"}, unit="count")
BREACHED = Column(name="breached", title={"fa": "نقض‌شده", "en": "Breached"}, unit="count")
PERCENT = Column(name="percent", title={"fa": "درصد", "en": "Per cent"}, unit="percent")
ENGLISH = Names(language="en")


def a_report(columns: list[Column], rows: list[list[Any]], name: str = "sla_attainment") -> Report:
    title = {"fa": "تحقق", "en": "Attainment"}
    return Report(name=name, title=title, columns=columns, rows=rows, until_event_at=NOON)


@pytest.fixture
def reader(world: World) -> World:
    """A manager's browser, and one report in the catalogue."""
    entry = ReportEntry(
        name="sla_attainment",
        title={"fa": "تحقق", "en": "Attainment"},
        description={"fa": "تعریف", "en": "What it means."},
        by=["channel", "day"],
    )
    world.services.tell("reporting", "reports", [entry])
    world.services.tell(
        "reporting", "report", a_report([CHANNEL, MET, BREACHED], [["web", 40, 10]])
    )
    world.cookies["session"] = world.gateway.sessions.open(a_staff_member("manager")).token
    return world


def test_a_month_that_goes_on_is_compared_with_as_many_days():
    period = period_of("1405-09", TODAY)

    assert (period.first, period.last) == (TODAY, TODAY)
    assert (period.before_first, period.before_last) == (date(2026, 10, 23), date(2026, 10, 23))


def test_a_month_that_is_over_is_compared_with_the_whole_month_before():
    period = period_of("2026-10", TODAY)

    assert (period.first, period.last) == (date(2026, 10, 1), date(2026, 10, 31))
    assert (period.before_first, period.before_last) == (date(2026, 9, 1), date(2026, 9, 30))


@pytest.mark.parametrize("key", ["", "30d", "nonsense", "1405-13", "1405-00", "2027-01", "0000-01"])
def test_what_is_no_period_is_the_last_thirty_days(key):
    period = period_of(key, TODAY)

    assert (period.key, (period.last - period.first).days) == ("30d", 29)


@pytest.mark.parametrize(
    ("first", "last"),
    [("۱۴۰۵/۸/۱", "۱۴۰۵/۸/۱۰"), ("2026-11-01", "2026/10/23"), (" 1405-08-01 ", "2026-11-01")],
)
def test_days_of_ones_own_are_written_in_either_calendar(first: str, last: str):
    period = own_period(first, last, TODAY)

    assert (period.first, period.last) == (date(2026, 10, 23), date(2026, 11, 1))
    assert (period.before_first, period.before_last) == (date(2026, 10, 13), date(2026, 10, 22))


@pytest.mark.parametrize(
    ("first", "last"),
    [("", "1405/08/01"), ("1405/13/01", "1405/08/01"), ("x", "y"), ("2027-01-01", "2027-02-01")],
)
def test_what_is_no_such_period_is_none(first: str, last: str):
    assert own_period(first, last, TODAY) is None
    assert own_period("1390/01/01", "1405/01/01", TODAY) is None


async def test_days_of_ones_own_go_into_the_report_and_its_file(reader: World):
    page = (await reader.get("/reports/sla_attainment?lang=en&from=1405/07/01&to=1405/07/30")).text

    asked = next(each for each in reader.services.asked if each.method == "report").request
    assert (asked.since, asked.until) == (date(2026, 9, 23), date(2026, 10, 22))
    assert 'value="2026/09/23"' in page
    assert "from=2026-09-23&amp;to=2026-10-22" in page


async def test_days_that_cannot_be_read_are_said_and_kept(reader: World):
    page = (await reader.get("/reports/sla_attainment?lang=en&from=yesterday&to=")).text

    assert 'id="days-fault"' in page
    assert 'value="yesterday"' in page


def test_months_are_those_of_the_readers_calendar():
    persian = [choice for choice in choices(TODAY, "fa") if "-" in choice.key]
    english = [choice for choice in choices(TODAY, "en") if "-" in choice.key]

    assert (persian[0].key, persian[0].title) == ("1405-09", "آذر ۱۴۰۵")
    assert persian[-1].key == "1404-10"
    assert (english[0].key, english[0].title) == ("2026-11", "November 2026")


@pytest.mark.parametrize(
    ("unit", "value", "shown"),
    [
        ("count", 12345, "۱۲٬۳۴۵"),
        ("percent", 22.07, "۲۲٫۱٪"),
        ("percent", 100.0, "۱۰۰٪"),
        ("seconds", 45.2, "۴۵٫۲ ثانیه"),
        ("seconds", 11820.0, "۳٫۳ ساعت"),
        ("seconds", 20_030_400, "۲۳۱٫۸ روز"),
        ("count", None, "–"),
    ],
)
def test_figures_are_written_as_the_reader_writes(unit, value, shown):
    assert figure_of(unit, value, "fa") == shown


def test_a_change_is_told_where_it_says_something():
    now = a_report([CHANNEL, MET, PERCENT], [["web", 44, 90.0], ["sms", 9, 50.0], ["api", 5, None]])
    before = a_report([CHANNEL, MET, PERCENT], [["web", 40, 92.5], ["sms", 3, 50.0]])

    rows = told(now, before, ENGLISH).rows

    assert [cell.change for cell in rows[0]] == ["", "+10%", "−2.5 points"]
    assert [cell.change for cell in rows[1]] == ["", "", ""]
    assert [cell.shown for cell in rows[2]] == ["Other system", "5", "–"]


def test_bars_that_are_parts_of_a_whole_are_stacked():
    chart = chart_of(a_report([CHANNEL, MET, BREACHED], [["sms", 1, 0], ["web", 6, 2]]), ENGLISH)

    assert [group.label for group in chart.bars] == ["Web", "SMS"]
    assert [(bar.start, bar.size) for bar in chart.bars[0].tracks[0]] == [(0.0, 75.0), (75.0, 25.0)]


def test_days_become_a_line():
    rows = [["2026-11-20", 5, 0], ["2026-11-21", 10, 0]]

    chart = chart_of(a_report([DAY, MET, BREACHED], rows), ENGLISH)

    assert chart.lines[0].points == "0.0,80.0 600.0,0.0"
    assert (chart.first, chart.last, chart.most) == ("2026/11/20", "2026/11/21", "10")


def test_nothing_is_drawn_of_nothing():
    assert chart_of(a_report([CHANNEL, MET], []), ENGLISH) is None
    assert chart_of(a_report([CHANNEL, MET], [["web", 0]]), ENGLISH) is None


@pytest.mark.parametrize("language", ["fa", "en"])
async def test_a_report_is_shown_with_its_definition_and_its_file(reader, language):
    path = f"/reports/sla_attainment?by=channel&period=7d&lang={language}"

    page = (await reader.get(path)).text

    assert ("What it means." if language == "en" else "تعریف") in page
    assert "/reports/sla_attainment/csv?period=7d&amp;by=channel" in page
    asked = [call.request for call in reader.services.asked if call.method == "report"]
    assert [(each.until - each.since).days for each in asked] == [6, 6]
    assert asked[1].until < asked[0].since


async def test_a_report_is_a_file(reader):
    reply = await reader.get("/reports/sla_attainment/csv?by=nonsense&lang=en")

    assert reply.headers["content-type"].startswith("text/csv")
    assert "web,40,10" in reply.text
    assert reader.services.last("report").request.by is None


async def test_an_unknown_report_is_not_found(reader):
    assert (await reader.get("/reports/secrets")).status == 404
    assert (await reader.get("/reports")).status == 200
