"""The book: every published version of every agreement and calendar, as one consistent set.

Decisions look up here. How the book is kept fresh is in `reference.py`.
"""

from __future__ import annotations

import copy
from bisect import bisect_right
from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from contracts.sla import Action, Notice, TicketFacts
from services.sla.domain import choice
from services.sla.domain.agreement import Agreement, AgreementTerms, Penalty
from services.sla.domain.calendar import Calendar
from services.sla.domain.clocks import Clock, Clocks
from services.sla.domain.history import NOTHING_KNOWN
from services.sla.domain.holidays import DayName
from services.sla.domain.hours import CalendarTerms
from services.sla.domain.target import Mark, Point, Rule, Signal, Target

_MOST_REMEMBERED = 10_000
#: The id and the version of something published.
Edition = tuple[str, int]


class DatedCalendar(NamedTuple):
    """A calendar with the version that clocks remember."""

    id: str
    version: int
    calendar: Calendar


class Promise(NamedTuple):
    """A target as it holds in its agreement, with what decisions need of it laid out."""

    #: The clock's name.
    clock: str
    target: Target
    rule: Rule
    points: list[Point]
    #: Whether it is about a stage, a unit or a supplier, which the ticket enters and leaves.
    is_local: bool

    def marks(self, percent: int, label: str | None) -> list[Mark]:
        """Give what was written for a mark."""
        return self.target.at_mark(percent, label)

    def notices(self, percent: int, label: str | None) -> list[Notice]:
        """Give whom a mark tells."""
        return [notice for mark in self.marks(percent, label) for notice in mark.notices]

    def actions(self, percent: int, label: str | None) -> list[Action]:
        """Give what a mark wants done."""
        return [action for mark in self.marks(percent, label) for action in mark.actions]


class Promises(dict[str, Promise]):
    """What is promised to a ticket, by clock, and what that goes by."""

    def __init__(self, promises: Mapping[str, Promise]) -> None:
        super().__init__(promises)
        rules = [promise.rule for promise in promises.values()]
        #: Nothing else makes a clock start, stop or go on after its end.
        self.signals = frozenset[Signal]().union(
            *(rule.starts | rule.restarts | rule.resumes | rule.stops for rule in rules)
        )
        self.is_local = any(promise.is_local for promise in promises.values())


class Book:
    """Agreements and calendars by version, and for which tickets each agreement holds."""

    def __init__(
        self,
        agreements: Mapping[Edition, Agreement] | None = None,
        calendars: Mapping[Edition, Calendar] | None = None,
        unconfirmed: frozenset[str] = frozenset(),
        *,
        holidays: Mapping[str, Mapping[date, DayName]] | None = None,
        number: int = 0,
        published_at: Mapping[Edition, datetime] | None = None,
    ) -> None:
        self.agreements = agreements or {}
        self.calendars = calendars or {}
        #: Tickets about which the services that might know more could not be asked.
        self.unconfirmed = unconfirmed
        #: The days that each list of holidays closes now, with their names.
        self.holidays = holidays or {}
        #: Number of the newest publication in it.
        self.number = number
        #: When each version of a calendar was published, where that is known.
        self.published_at = published_at or {}
        #: What ended tickets took; read anew now and then.
        self.history = NOTHING_KNOWN
        self._newest_calendars = dict(sorted(self.calendars))
        #: Whether any calendar has more than one version.
        self.has_superseded = len(self._newest_calendars) < len(self.calendars)
        self._versions: dict[str, list[Agreement]] = {}
        for _, agreement in sorted(self.agreements.items(), reverse=True):
            self._versions.setdefault(agreement.id, []).append(agreement)
        #: Instants from which a version holds that was published ahead.
        self._changes = sorted(
            agreement.terms.valid_from
            for agreement in self.agreements.values()
            if agreement.terms.valid_from is not None
        )
        self._only: Edition | None = None
        self._matching: dict[tuple[TicketFacts, int, int], Agreement | None] = {}
        self._ranked: dict[tuple[int, int], list[Agreement]] = {}
        self._promises: dict[tuple[Edition, Edition | None], Promises] = {}

    def with_unconfirmed(self, streams: frozenset[str]) -> Book:
        """Give the same book, with the tickets nobody could be asked about."""
        book = copy.copy(self)
        book.unconfirmed = streams
        return book

    def with_only(self, edition: Edition) -> Book:
        """Give the same book, in which one agreement holds for every ticket."""
        book = copy.copy(self)
        book._only = edition  # noqa: SLF001 - a copy of its own kind
        return book

    def with_calendars(self, calendars: Mapping[Edition, Calendar]) -> Book:
        """Give the same book with other calendars in the place of its own."""
        return Book(
            self.agreements,
            calendars,
            self.unconfirmed,
            holidays=self.holidays,
            number=self.number,
            published_at=self.published_at,
        )

    def with_agreement(self, agreement: Agreement) -> Book:
        """Give the same book, with one version of an agreement in the place of all it has."""
        others = {e: item for e, item in self.agreements.items() if e[0] != agreement.id}
        return Book(
            {**others, (agreement.id, agreement.version): agreement},
            self.calendars,
            self.unconfirmed,
            holidays=self.holidays,
            number=self.number,
            published_at=self.published_at,
        )

    # -- agreements ------------------------------------------------------------------------------

    def matching(
        self, facts: TicketFacts, number: int | None = None, at: datetime | None = None
    ) -> Agreement | None:
        """Give the agreement that holds for a ticket: of those that accept it, the most specific.

        More terms beat fewer; with as many, the one that states the more telling term; then the
        smaller id. Of each the version counts that held for tickets registered at that instant,
        among those published up to a number.
        """
        if self._only is not None:
            return self.agreements[self._only]
        key = facts, *self._moment(number, at)
        if key not in self._matching:
            if len(self._matching) > _MOST_REMEMBERED:
                self._matching.clear()
            ranked = self._by_rank(number, at)
            found = (item for item in ranked if item.terms.match.accepts(facts))
            self._matching[key] = next(found, None)
        return self._matching[key]

    def newest_agreement(self, name: str) -> Agreement | None:
        """Give the newest version of an agreement, in force or published ahead."""
        versions = self._versions.get(name)
        return versions[0] if versions else None

    def promises(
        self, edition: Edition, number: int | None = None, at: datetime | None = None
    ) -> Promises:
        """Give the promises of an agreement by clock, with those of the general one it extends."""
        terms = self.agreements[edition].terms
        general = self._in_force(terms.extends, number, at) if terms.extends else None
        key = edition, (general.id, general.version) if general else None
        found = self._promises.get(key)
        if found is None:
            targets = {target.clock: target for target in general.terms.targets} if general else {}
            targets |= {target.clock: target for target in terms.targets}
            found = self._promises[key] = _laid_out(targets)
        return found

    def promises_to(self, state: Clocks) -> Promises:
        """Give what is promised to a ticket now; nothing where no agreement holds."""
        if state.agreement is None or state.agreement not in self.agreements:
            return NO_PROMISE
        return self.promises(state.agreement, state.published, state.registered_at)

    def promise_of(self, clock: Clock, state: Clocks) -> Promise:
        """Give the promise that a clock goes by."""
        edition = clock.agreement, clock.agreement_version
        return self.promises(edition, state.published, state.registered_at)[clock.name]

    def terms_of(self, clock: Clock) -> AgreementTerms:
        """Give the agreement that a clock goes by, as it was written."""
        return self.agreements[clock.agreement, clock.agreement_version].terms

    def penalty_of(self, clock: Clock, state: Clocks) -> Penalty | None:
        """Give what missing a clock's target costs, where its agreement says so."""
        own = self.terms_of(clock)
        general = (
            self._in_force(own.extends, state.published, state.registered_at)
            if own.extends
            else None
        )
        penalties = [*own.penalties, *(general.terms.penalties if general else ())]
        return next((penalty for penalty in penalties if penalty.clock == clock.name), None)

    def _by_rank(self, number: int | None, at: datetime | None) -> list[Agreement]:
        moment = self._moment(number, at)
        ranked = self._ranked.get(moment)
        if ranked is None:
            held = (self._in_force(name, number, at) for name in sorted(self._versions))
            active = [agreement for agreement in held if agreement and agreement.terms.active]
            active.sort(key=lambda agreement: agreement.terms.match.rank(), reverse=True)
            ranked = self._ranked[moment] = active
        return ranked

    def _moment(self, number: int | None, at: datetime | None) -> tuple[int, int]:
        """Give what tells a state of the book from others: publications, and those come true."""
        last = self.number if number is None else min(number, self.number)
        return last, len(self._changes) if at is None else bisect_right(self._changes, at)

    def _in_force(self, name: str, number: int | None, at: datetime | None) -> Agreement | None:
        for agreement in self._versions.get(name, ()):
            since = agreement.terms.valid_from
            ahead = since is not None and at is not None and since > at
            if not ahead and (number is None or agreement.number <= number):
                return agreement
        return None

    # -- calendars -------------------------------------------------------------------------------

    def calendar_of(self, clock: Clock) -> Calendar:
        """Give the calendar of a clock, in the version that it goes by."""
        return self.calendars[clock.calendar, clock.calendar_version]

    def newest_calendar(self, calendar: str) -> DatedCalendar:
        """Give the version that a clock started now goes by."""
        return self.dated((calendar, self._newest_calendars[calendar]))

    def dated(self, edition: Edition) -> DatedCalendar:
        """Give a version of a calendar with its name."""
        return DatedCalendar(*edition, self.calendars[edition])

    def later_versions(self, calendar: str, version: int) -> list[Edition]:
        """Give the versions of a calendar after one, oldest first."""
        if self._newest_calendars.get(calendar, version) == version:
            return []
        return sorted(
            edition for edition in self.calendars if edition[0] == calendar and edition[1] > version
        )

    def superseded(self) -> list[Edition]:
        """Give the versions of calendars that are not the newest."""
        newest = self._newest_calendars
        return sorted(edition for edition in self.calendars if edition[1] < newest[edition[0]])

    def calendar_for(self, target: Target, facts: TicketFacts) -> DatedCalendar:
        """Give the calendar that a target's clock goes by from now on, for such a ticket."""
        name = target.calendar or choice.chosen(self.calendar_terms(), facts.subject, facts.unit)
        return self.newest_calendar(name or next(iter(self._newest_calendars)))

    def calendar_of_work(self, subject: str | None, unit: str | None) -> DatedCalendar | None:
        """Give the calendar that holds for a subject and unit; None without any."""
        name = choice.chosen(self.calendar_terms(), subject, unit)
        return self.newest_calendar(name) if name else None

    def calendar_terms(self) -> dict[str, CalendarTerms]:
        """Give what is written in the newest version of each calendar."""
        newest = self._newest_calendars.items()
        return {name: self.calendars[name, version].terms for name, version in newest}


NO_PROMISE = Promises({})


def _laid_out(targets: Mapping[str, Target]) -> Promises:
    responds = any(target.is_about == "first_response" for target in targets.values())
    return Promises(
        {
            name: Promise(
                name, target, target.rule(first_response=responds), target.points(), target.is_local
            )
            for name, target in targets.items()
        }
    )
