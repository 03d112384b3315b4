"""The book: every published version of every agreement and calendar, as one consistent set.

Decisions look up here. How the book is kept fresh is in `reference.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from contracts.sla import TicketFacts
from services.sla.domain.agreement import Agreement, Target
from services.sla.domain.calendar import Calendar
from services.sla.domain.clocks import Clock
from services.sla.domain.hours import CalendarTerms

#: The id and the version of something published.
Edition = tuple[str, int]


class DatedCalendar(NamedTuple):
    """A calendar with the version that clocks remember."""

    id: str
    version: int
    calendar: Calendar


class Book:
    """Agreements and calendars by version, and for which tickets each agreement holds now."""

    def __init__(
        self,
        agreements: Mapping[Edition, Agreement] | None = None,
        calendars: Mapping[Edition, Calendar] | None = None,
        unconfirmed: frozenset[str] = frozenset(),
        *,
        holidays: Mapping[str, frozenset[date]] | None = None,
    ) -> None:
        self.agreements = agreements or {}
        self.calendars = calendars or {}
        #: Tickets about which the services that might know more could not be asked.
        self.unconfirmed = unconfirmed
        #: The days that each list of holidays closes now.
        self.holidays = holidays or {}
        self._newest_calendars = dict(sorted(self.calendars))
        newest = {agreement.id: agreement for _, agreement in sorted(self.agreements.items())}
        self._by_rank = _most_specific_first(newest.values())

    def with_unconfirmed(self, streams: frozenset[str]) -> Book:
        """Give the same book, with the tickets nobody could be asked about."""
        return Book(self.agreements, self.calendars, streams, holidays=self.holidays)

    def matching(self, facts: TicketFacts) -> Agreement | None:
        """Give the agreement that holds for a ticket: of those that accept it, the most specific.

        More terms beat fewer; with as many, the one that states the more telling term; then the
        smaller id.
        """
        for agreement in self._by_rank:
            if agreement.terms.match.accepts(facts):
                return agreement
        return None

    def target_of(self, clock: Clock) -> Target:
        """Give the target of a clock, in the version of its agreement."""
        return self.agreements[clock.agreement, clock.agreement_version].target(clock.name)

    def calendar_of(self, clock: Clock) -> Calendar:
        """Give the calendar of a clock, in the version that it was started with."""
        return self.calendars[clock.calendar, clock.calendar_version]

    def newest_calendar(self, calendar: str) -> DatedCalendar:
        """Give the version that a clock started now goes by."""
        version = self._newest_calendars[calendar]
        return DatedCalendar(calendar, version, self.calendars[calendar, version])

    def calendar_terms(self) -> dict[str, CalendarTerms]:
        """Give what is written in the newest version of each calendar."""
        newest = self._newest_calendars.items()
        return {name: self.calendars[name, version].terms for name, version in newest}


def _most_specific_first(agreements: Iterable[Agreement]) -> list[Agreement]:
    active = sorted(
        (agreement for agreement in agreements if agreement.terms.active),
        key=lambda agreement: agreement.id,
    )
    return sorted(active, key=lambda agreement: agreement.terms.match.rank(), reverse=True)
