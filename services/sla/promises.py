"""What everybody may read of the agreements: told of what was published, for pages.

Of a definition it reads what a page tells, and leaves the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from contracts.calls.promises import (
    ComingDay,
    PublicAgreement,
    PublicCalendar,
    PublicMark,
    PublicNotice,
    PublicTarget,
)
from contracts.days import read_date
from services.sla.domain.choice import chosen
from services.sla.domain.holidays import HolidayTerms
from services.sla.domain.hours import CalendarTerms
from services.sla.repository import Kind, Publication

#: How far ahead days are told.
AHEAD = timedelta(days=365)
FULL_DAY = ["00:00-24:00"]

Newest = Mapping[tuple[Kind, str], Publication]


class _Action(msgspec.Struct):
    do: str


class _Notice(msgspec.Struct):
    role: str
    channel: str
    acknowledge_within: timedelta | None = None
    then: list[_Notice] = []


class _Mark(msgspec.Struct):
    percent: int | None = None
    left: timedelta | None = None
    after: timedelta | None = None
    notices: list[_Notice] = []
    actions: list[_Action] = []

    def offset(self, within: timedelta) -> timedelta:
        if self.left is not None:
            return within - self.left
        if self.after is not None:
            return within + self.after
        return within * (self.percent or 100) / 100


class _Target(msgspec.Struct):
    clock: str
    within: timedelta
    kind: str | None = None
    calendar: str | None = None
    marks: list[_Mark] = []


class _Terms(msgspec.Struct):
    targets: list[_Target]
    match: dict[str, list[str | int]] = {}
    active: bool = True
    public: bool = False
    extends: str | None = None
    title: dict[str, str] = {}
    valid_from: datetime | None = None


def public_agreements(
    agreements: Iterable[Publication], newest: Newest, now: datetime
) -> list[PublicAgreement]:
    """Give the public agreements as they hold now, with the calendars that they go by.

    `agreements` are all their publications, in order: a version that was published ahead waits.
    """
    held = {item.id: item for item in agreements if _holds(item, now)}
    calendars = {
        name: msgspec.convert(item.definition, CalendarTerms)
        for (kind, name), item in sorted(newest.items())
        if kind == "calendar"
    }
    told = {name: _shown(name, calendars[name], newest, now) for name in calendars}
    return [
        _agreement(item, terms, _targets_of(terms, held), told, calendars)
        for _, item in sorted(held.items())
        if (terms := _read(item)).public and terms.active
    ]


def _holds(item: Publication, now: datetime) -> bool:
    valid_from = _read(item).valid_from
    return valid_from is None or valid_from <= now


def _read(item: Publication) -> _Terms:
    return msgspec.convert(item.definition, _Terms)


def _targets_of(terms: _Terms, held: Mapping[str, Publication]) -> list[_Target]:
    """Give an agreement's targets after those of the general one that it does not have itself."""
    general = held.get(terms.extends) if terms.extends else None
    targets = {target.clock: target for target in (_read(general).targets if general else ())}
    targets |= {target.clock: target for target in terms.targets}
    return list(targets.values())


def _agreement(
    item: Publication,
    terms: _Terms,
    targets: list[_Target],
    told: Mapping[str, PublicCalendar],
    calendars: Mapping[str, CalendarTerms],
) -> PublicAgreement:
    match = {term: [str(value) for value in values] for term, values in terms.match.items()}
    shown = [_target(target, match, calendars) for target in targets]
    named = dict.fromkeys(name for target in shown for name in target.calendars)
    return PublicAgreement(
        id=item.id,
        version=item.version,
        title=terms.title,
        valid_from=max(item.at, terms.valid_from) if terms.valid_from else item.at,
        match={term: values for term, values in match.items() if values},
        targets=shown,
        calendars=[told[name] for name in named if name in told],
    )


def _target(
    target: _Target, match: Mapping[str, list[str]], calendars: Mapping[str, CalendarTerms]
) -> PublicTarget:
    return PublicTarget(
        clock=target.clock,
        kind=target.kind or target.clock,
        within_seconds=target.within.total_seconds(),
        calendars=[target.calendar] if target.calendar else _chosen_for(match, calendars),
        marks=[_mark(mark) for mark in sorted(target.marks, key=lambda m: m.offset(target.within))],
    )


def _chosen_for(
    match: Mapping[str, list[str]], calendars: Mapping[str, CalendarTerms]
) -> list[str]:
    """Give the calendars of the tickets for which an agreement holds that leaves them open."""
    subjects: list[str | None] = [*match.get("subject", ())]
    units: list[str | None] = [*match.get("unit", ())]
    found = (
        chosen(calendars, subject, unit)
        for subject in subjects or [None]
        for unit in units or [None]
    )
    return [name for name in dict.fromkeys(found) if name is not None]


def _mark(mark: _Mark) -> PublicMark:
    return PublicMark(
        percent=mark.percent,
        left_seconds=mark.left.total_seconds() if mark.left is not None else None,
        after_seconds=mark.after.total_seconds() if mark.after is not None else None,
        notices=[_notice(notice) for notice in mark.notices],
        actions=[action.do for action in mark.actions],
    )


def _notice(notice: _Notice) -> PublicNotice:
    patience = notice.acknowledge_within
    return PublicNotice(
        role=notice.role,
        channel=notice.channel,
        noted_within_seconds=patience.total_seconds() if patience else None,
        then=[_notice(step) for step in notice.then],
    )


def _shown(name: str, terms: CalendarTerms, newest: Newest, now: datetime) -> PublicCalendar:
    today = now.astimezone(ZoneInfo(terms.zone)).date()
    names = _names(terms, newest)
    changed = {read_date(text): windows for text, windows in terms.exceptions.items()}
    week: dict[str, list[str]] = msgspec.structs.asdict(terms.week)
    return PublicCalendar(
        id=name,
        version=newest["calendar", name].version,
        zone=terms.zone,
        week={day: sorted(windows) for day, windows in week.items()},
        always=all(windows == FULL_DAY for windows in week.values()) and not terms.lists(),
        holidays=[
            ComingDay(day=day, windows=[], name=names[day])
            for day in sorted(names)
            if today <= day <= today + AHEAD and day not in changed
        ],
        exceptions=[
            ComingDay(day=day, windows=sorted(windows), name=names.get(day, {}))
            for day, windows in sorted(changed.items())
            if today <= day <= today + AHEAD
        ],
    )


def _names(terms: CalendarTerms, newest: Newest) -> dict[date, dict[str, Any]]:
    found: dict[date, dict[str, Any]] = {}
    for name in terms.lists():
        item = newest.get(("holidays", name))
        days = msgspec.convert(item.definition, HolidayTerms).by_date() if item else {}
        for day, title in days.items():
            found.setdefault(day, msgspec.structs.asdict(title))
    return found
