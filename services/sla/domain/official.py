"""What the `holidays` library knows of Iran: the list that every installation starts with.

From then on the list is the installation's own data. Dates of lunar holidays to come are estimates
until they are announced, and their names say so. The library takes half a second to load, so it is
loaded by who asks, not by who imports this.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from persiantools.jdatetime import JalaliDate

from services.sla.domain.holidays import DayName, HolidayTerms

#: Jalali: ten years back for histories that are imported, ten ahead.
SEEDED_YEARS = range(1395, 1416)
_LANGUAGES = {"fa": "fa_IR", "en": "en_US"}


def seed() -> HolidayTerms:
    """Give the official holidays of the seeded years, by Jalali date."""
    first = JalaliDate(SEEDED_YEARS.start, 1, 1).to_gregorian()
    last = JalaliDate(SEEDED_YEARS.stop, 1, 1).to_gregorian()
    named = {
        language: _library(tuple(range(first.year, last.year + 1)), language)
        for language in _LANGUAGES
    }
    return HolidayTerms(
        days={
            JalaliDate(day).isoformat(): DayName(
                fa=named["fa"][day].replace("; ", "؛ "), en=named["en"][day]
            )
            for day in sorted(named["fa"])
            if first <= day < last
        }
    )


def reseeded(
    current: HolidayTerms, base: HolidayTerms, newer: HolidayTerms, *, overwrite: bool
) -> HolidayTerms:
    """Give a list with what a newer seed says otherwise than the one before it.

    A day that was named, added or opened by hand since then stays so, unless `overwrite`: then all
    days that either seed knows are as the newer one has them.
    """
    days, old, new = current.by_date(), base.by_date(), newer.by_date()
    for day in old.keys() | new.keys():
        if overwrite or (days.get(day) == old.get(day) and new.get(day) != old.get(day)):
            days.pop(day, None)
            if day in new:
                days[day] = new[day]
    return HolidayTerms(
        days={JalaliDate(day).isoformat(): days[day] for day in sorted(days)}, title=current.title
    )


class LibraryDays:
    """The library's closed days of any year: what `"IR"` meant before lists were published."""

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and day in _library((day.year,), "en")


@lru_cache(maxsize=512)
def _library(years: tuple[int, ...], language: str) -> dict[date, str]:
    import holidays  # noqa: PLC0415 - half a second, which only a seed is worth

    found = holidays.country_holidays("IR", years=years, language=_LANGUAGES[language])
    return dict(found)
