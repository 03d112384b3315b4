"""Holiday lists as data: which days are closed, and what each is called.

A list is published like a calendar, which names the lists that close its days. What a calendar's
version says of business time never changes: a list that closes other days than before brings a new
version of every calendar that names it (`followed` in `publishing.py`). Where the official list
comes from is in `official.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

from chassis.errors import FieldFault
from contracts.calls.base import Line
from contracts.days import read_date
from services.sla.domain.dates import date_faults


class DayName(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a holiday is called, by language."""

    fa: Line
    en: Line


class HolidayTerms(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A list as an administrator writes it."""

    #: By date, Jalali or Gregorian: `{"1405-01-01": {"fa": "نوروز", "en": "Nowruz"}}`.
    days: Annotated[dict[str, DayName], Meta(max_length=5000)]
    #: What people call the list, by language.
    title: dict[str, Line] = {}

    def by_date(self) -> dict[date, DayName]:
        """Give the closed days with their names."""
        return {read_date(text): name for text, name in self.days.items()}


def faults(terms: HolidayTerms) -> Iterator[FieldFault]:
    """Tell what is wrong with a list beyond its shape."""
    yield from date_faults("/days", terms.days)
