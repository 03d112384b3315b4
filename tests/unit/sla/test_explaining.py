"""Why a clock is due then: twenty complicated tickets, line by line and in both languages.

`explained.txt` holds every sentence, so that a reader can check them; when a wording changes, write
it anew with `python -m tests.unit.sla.test_explaining`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from contracts.calls.sla import Explanation
from gateway.explaining import in_words
from services.sla.domain.book import Book
from services.sla.domain.calendar import Calendar
from services.sla.domain.explaining import explain
from tests.unit.sla.lives import LIVES, Life
from tests.unit.sla.world import CODE

FILE = Path(__file__).parent / "explained.txt"
LANGUAGES = ("en", "fa")
ZONE = "Asia/Tehran"

every_life = pytest.mark.parametrize("life", LIVES, ids=[life.name for life in LIVES])


def explained(life: Life) -> tuple[Explanation, Book]:
    world, now = life.lived()
    record = [(event, at) for event, at in world.history]
    found = explain(CODE, life.clock, record, world.book, now)
    assert found is not None
    return found, world.book


def minutes_open(calendar: Calendar, start: datetime, end: datetime) -> int:
    """Count the minutes in which the local clock shows a time inside a window, one by one."""
    terms, count = calendar.terms, 0
    week, exceptions = terms.spans_by_weekday(), terms.spans_by_date()
    closed = set(calendar._closed) if terms.lists() else set()

    def windows(day):
        if day in exceptions:
            return exceptions[day]
        return [] if day in closed else week[day.weekday()]

    minute = start
    while minute < end:
        shown = minute.astimezone(calendar._zone)
        at = shown.hour * 60 + shown.minute
        yesterday = shown.date() - timedelta(days=1)
        today = any(opens <= at < closes for opens, closes in windows(shown.date()))
        late = any(opens <= at + 1440 < closes for opens, closes in windows(yesterday))
        count += today or late
        minute += timedelta(minutes=1)
    return count


@every_life
def test_the_lines_add_up_to_the_target(life):
    found, _ = explained(life)

    counted = sum(line.seconds for line in found.lines if line.kind in ("started", "counted"))
    over = found.lines[-1].seconds if found.due_at else 0.0
    assert counted - over + found.left_seconds == pytest.approx(found.target_seconds, abs=1e-6)


@every_life
def test_the_lines_leave_no_minute_out(life):
    found, _ = explained(life)

    spells = [line for line in found.lines if line.to_at is not None]
    assert all(before.to_at == after.from_at for before, after in pairwise(spells))
    if found.due_at:
        assert spells[-1].to_at == found.due_at
    assert [line.from_at for line in found.lines] == sorted(line.from_at for line in found.lines)


@every_life
def test_every_line_says_what_a_minute_counter_says(life):
    found, book = explained(life)

    for line in found.lines:
        if line.kind == "counted":
            assert line.calendar is not None
            assert line.calendar_version is not None
            calendar = book.calendars[line.calendar, line.calendar_version]
            counted = minutes_open(calendar, line.from_at, line.to_at)
            assert counted * 60 == line.seconds == (line.to_at - line.from_at).total_seconds()


@every_life
def test_whose_time_it_was_adds_up_to_what_passed(life):
    found, book = explained(life)
    if any(line.kind == "replanned" for line in found.lines):
        pytest.skip("two calendars have no time in common")
    first = found.lines[0]
    calendar = book.calendars[first.calendar, first.calendar_version]
    world, now = life.lived()
    end = world.clock(life.clock).stopped_at or now

    ended = [line for line in found.lines if line.kind == "ended"]
    apart = sum(minutes_open(calendar, line.from_at, line.to_at) for line in ended)
    passed = minutes_open(calendar, first.from_at, end) - apart
    assert sum(charge.seconds for charge in found.charges) == pytest.approx(passed * 60, abs=1e-6)


def written(life: Life) -> str:
    found, _ = explained(life)
    lines = [f"# {life.name} ({life.clock})"]
    for language in LANGUAGES:
        lines += [in_words(line, found, language, ZONE) for line in found.lines]
    return "\n".join(lines) + "\n"


@every_life
def test_it_reads_as_it_was_read_over(life):
    known = FILE.read_text(encoding="utf-8").split("\n\n")

    assert written(life).strip() in [part.strip() for part in known]


if __name__ == "__main__":
    FILE.write_text("\n".join(written(life) for life in LIVES), encoding="utf-8")
