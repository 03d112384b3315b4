"""Which calendar a ticket goes by, where its agreement leaves that open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from chassis.errors import FieldFault
from services.sla.domain.hours import CalendarTerms


def chosen(
    calendars: Mapping[str, CalendarTerms], subject: str | None, unit: str | None
) -> str | None:
    """Give the id of the calendar that holds for a ticket's subject and unit, as far as known.

    The one that names the subject beats the one that names the unit; that beats the default. While
    no calendar is the default, the smallest id of those that name nobody stands in for it, then the
    smallest of all: only without any calendar there is none.
    """

    def farness(name: str) -> tuple[bool, bool, bool, bool, str]:
        terms = calendars[name]
        names_somebody = bool(terms.subjects or terms.units)
        return (
            subject not in terms.subjects,
            unit not in terms.units,
            not terms.default,
            names_somebody,
            name,
        )

    return min(calendars, key=farness, default=None)


def conflicts(
    name: str, terms: CalendarTerms, calendars: Mapping[str, CalendarTerms]
) -> Iterator[FieldFault]:
    """Tell whom a calendar would hold for though another one does already.

    `calendars` are the newest versions of all; the one of the same name is the one replaced.
    """
    others = {other: found for other, found in calendars.items() if other != name}
    for field in ("subjects", "units"):
        taken = {item: other for other, found in others.items() for item in getattr(found, field)}
        for position, item in enumerate(getattr(terms, field)):
            if item in taken:
                yield FieldFault(
                    pointer=f"/{field}/{position}",
                    code="has_another_calendar",
                    params={"calendar": taken[item]},
                )
    default = next((other for other, found in others.items() if found.default), None)
    if terms.default and default is not None:
        yield FieldFault(
            pointer="/default", code="another_default_calendar", params={"calendar": default}
        )
