"""Official holidays, from the `holidays` library; an organisation's own days are exceptions.

Dates of lunar holidays to come are estimates until they are announced; a newer release of the
library brings the announced ones, and an exception of the calendar overrides either.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import holidays


@lru_cache(maxsize=512)
def official_holidays(country: str, year: int) -> frozenset[date]:
    """Give the closed days of a Gregorian year."""
    return frozenset(holidays.country_holidays(country, years=year))
