"""Agreements in plain words: whom they are for, what they promise, when the time runs, who is told.

What has no word in the catalogue, such as a name that an organisation gave, is shown as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

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
from gateway.texts import digits, has, text

#: In the order in which a sentence names them.
_TERMS: Final = ("kind", "subject", "unit", "channel", "segment", "priority")
_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WHOLE: Final = 100


class Words(NamedTuple):
    """A language, and the titles of subjects and units by term and id."""

    language: str
    titles: Mapping[str, Mapping[str, str]]

    def of(self, key: str, **params: object) -> str:
        """Give a text of the agreement pages."""
        return text(self.language, f"page.agreements.{key}", **params)

    def name(self, group: str, name: str) -> str:
        """Give the catalogue's word for something, or its own name."""
        key = f"agreement.{group}.{name}"
        return text(self.language, key) if has(key) else name

    def listed(self, names: Sequence[str], *, last: str = "and") -> str:
        """Give names as a sentence lists them."""
        if not names[1:]:
            return "".join(names)
        return f"{self.of('comma').join(names[:-1])}{self.of(last)}{names[-1]}"


class Row(NamedTuple):
    """A day with its hours, and a holiday's name where it is one."""

    day: str
    hours: list[str]
    name: str = ""


class Hours(NamedTuple):
    """A calendar in words."""

    id: str
    always: bool
    zone: str
    week: list[Row]
    holidays: list[Row]
    exceptions: list[Row]


class Promise(NamedTuple):
    """A target in words; of each mark when it comes and what happens then."""

    name: str
    within: str
    calendars: list[str]
    marks: list[tuple[str, list[str]]]


class Sheet(NamedTuple):
    """An agreement in words; each term with what it accepts."""

    id: str
    title: str
    terms: list[tuple[str, str]]
    promises: list[Promise]
    hours: list[Hours]


def sheet(agreement: PublicAgreement, words: Words) -> Sheet:
    """Put an agreement into words."""
    calendars = {calendar.id: calendar for calendar in agreement.calendars}
    return Sheet(
        id=agreement.id,
        title=_title(agreement, words),
        terms=[
            (words.of(f"term_{term}"), _named(term, agreement.match[term], words))
            for term in _TERMS
            if term in agreement.match
        ],
        promises=[_promise(target, calendars, words) for target in agreement.targets],
        hours=[_hours(calendar, words) for calendar in agreement.calendars],
    )


def _title(agreement: PublicAgreement, words: Words) -> str:
    given = agreement.title.get(words.language) or next(iter(agreement.title.values()), None)
    if given:
        return given
    parts = [
        words.of(f"for_{term}", names=_named(term, agreement.match[term], words))
        for term in _TERMS
        if term in agreement.match
    ]
    return words.of("for_some", parts=" ".join(parts)) if parts else words.of("for_all")


def _named(term: str, values: Sequence[str], words: Words) -> str:
    titles = words.titles.get(term, {})
    names = [titles.get(each) or words.name(term, digits(each, words.language)) for each in values]
    return words.listed(names, last="or")


def _promise(
    target: PublicTarget, calendars: Mapping[str, PublicCalendar], words: Words
) -> Promise:
    known = [calendars[name] for name in target.calendars if name in calendars]
    always = bool(known) and all(calendar.always for calendar in known)
    within = duration_shown(target.within_seconds, words.language, in_days=always)
    own = has(f"agreement.clock.{target.clock}")
    return Promise(
        name=words.name("clock", target.clock if own else target.kind),
        within=words.of("within" if always else "within_hours", duration=within),
        calendars=[calendar.id for calendar in known if not calendar.always],
        marks=[
            (_when(mark, target, words, in_days=always), _happening(mark, words))
            for mark in target.marks
            if mark.notices or mark.actions
        ],
    )


def _when(mark: PublicMark, target: PublicTarget, words: Words, *, in_days: bool) -> str:
    percent = mark.percent or _WHOLE
    if mark.left_seconds is not None:
        key, seconds = "mark_left", mark.left_seconds
    elif mark.after_seconds is not None:
        key, seconds = "mark_after", mark.after_seconds
    elif percent < _WHOLE:
        key, seconds = "mark_passed", target.within_seconds * percent / _WHOLE
    else:
        key, seconds = "mark_after", target.within_seconds * (percent - _WHOLE) / _WHOLE
    if not seconds:
        return words.of("mark_due")
    return words.of(key, duration=duration_shown(seconds, words.language, in_days=in_days))


def _happening(mark: PublicMark, words: Words) -> list[str]:
    """Say who is told how, one role after another, and what is done with the work."""
    ways: dict[str, list[str]] = {}
    for notice in mark.notices:
        ways.setdefault(notice.role, []).append(words.name("way", notice.channel))
    told = [
        words.of("told", role=words.name("role", role), ways=words.listed(named))
        for role, named in ways.items()
    ]
    later = [sentence for notice in mark.notices for sentence in _ladder(notice, words)]
    return [*told, *later, *(words.name("action", action) for action in mark.actions)]


def _ladder(notice: PublicNotice, words: Words) -> Iterator[str]:
    """Say who is told next where nobody takes note."""
    for before, step in pairwise([notice, *notice.then]):
        patience = before.noted_within_seconds
        yield words.of(
            "told_unnoted" if patience else "told_unreached",
            duration=duration_shown(patience or 0, words.language),
            role=words.name("role", step.role),
            ways=words.name("way", step.channel),
        )


def _hours(calendar: PublicCalendar, words: Words) -> Hours:
    return Hours(
        id=calendar.id,
        always=calendar.always,
        zone=words.name("zone", calendar.zone),
        week=[
            Row(
                text(words.language, f"calendar.weekday_{_WEEKDAYS.index(day)}"),
                _open(windows, words),
            )
            for day, windows in calendar.week.items()
        ],
        holidays=[_coming(day, words) for day in calendar.holidays],
        exceptions=[_coming(day, words) for day in calendar.exceptions],
    )


def _coming(day: ComingDay, words: Words) -> Row:
    name = day.name.get(words.language) or next(iter(day.name.values()), "")
    return Row(day_shown(day.day, words.language), _open(day.windows, words), name)


def _open(windows: Sequence[str], words: Words) -> list[str]:
    return [_window(window, words) for window in windows] or [words.of("closed")]


def _window(window: str, words: Words) -> str:
    opens, _, closes = window.partition("-")
    if (opens, closes) == ("00:00", "24:00"):
        return words.of("all_day")
    key = "window_over_night" if closes < opens else "window"
    shown = {"opens": digits(opens, words.language), "closes": digits(closes, words.language)}
    return words.of(key, **shown)
