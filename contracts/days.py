"""Days as people write them: Jalali or Gregorian, told apart by the year."""

import re
from datetime import date

from persiantools.jdatetime import JalaliDate

#: Jalali and Gregorian years cannot be taken for one another, so a date may be written in either.
JALALI_YEARS = range(1300, 1500)
GREGORIAN_YEARS = range(1921, 2121)


def read_date(text: str) -> date:
    """Read `1405-01-13` (Jalali) or `2026-04-02` (Gregorian); raises ValueError."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError(text)
    year, month, day = int(text[:4]), int(text[5:7]), int(text[8:])
    if year in JALALI_YEARS:
        return JalaliDate(year, month, day).to_gregorian()
    if year in GREGORIAN_YEARS:
        return date(year, month, day)
    raise ValueError(text)
