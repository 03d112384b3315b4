"""From what an administrator writes to what decisions look up: definitions checked and bound."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, TypeVar

import msgspec

from chassis.calls.server import field_fault
from chassis.errors import FieldFault, Invalid
from contracts.calls.trials import Draft
from services.sla.domain import checking, choice, holidays, hours
from services.sla.domain.agreement import Agreement, AgreementTerms
from services.sla.domain.book import Book
from services.sla.domain.calendar import Calendar
from services.sla.domain.holidays import DayName, HolidayTerms
from services.sla.domain.hours import CalendarTerms
from services.sla.repository import Kind, Publication

T = TypeVar("T")


def check(kind: Kind, definition: dict[str, Any], book: Book, *, name: str = "") -> None:
    """Raise Invalid, naming every fault, unless the definition can be published under the name."""
    if kind == "calendar":
        faults = list(_calendar_faults(name, _read(definition, CalendarTerms), book))
    elif kind == "holidays":
        faults = list(holidays.faults(_read(definition, HolidayTerms)))
    else:
        terms = _read(definition, AgreementTerms)
        calendars = frozenset(calendar for calendar, _ in book.calendars)
        general = book.newest_agreement(terms.extends) if terms.extends else None
        faults = list(checking.faults(terms, calendars, general.terms if general else None))
    if faults:
        raise _refusal(faults)


def bound(book: Book, publications: Iterable[Publication]) -> Book:
    """Give the book with more publications in it; what it held keeps the years laid out so far."""
    agreements, calendars, lists = dict(book.agreements), dict(book.calendars), dict(book.holidays)
    published_at, number = dict(book.published_at), book.number
    for item in publications:
        edition, number = (item.id, item.version), item.number
        if item.kind == "calendar":
            written = msgspec.convert(item.definition, CalendarTerms)
            calendars[edition] = Calendar(written, _closed(written, lists))
            published_at[edition] = item.at
        elif item.kind == "holidays":
            lists[item.id] = msgspec.convert(item.definition, HolidayTerms).by_date()
        else:
            terms = msgspec.convert(item.definition, AgreementTerms)
            agreements[edition] = Agreement(
                id=item.id, version=item.version, terms=terms, number=item.number
            )
    return Book(agreements, calendars, holidays=lists, number=number, published_at=published_at)


def with_draft(book: Book, kind: Draft, name: str, definition: dict[str, Any]) -> Book:
    """Give the book in which a draft stands for every version of what is published under its name.

    Wherever a ticket comes from: no ticket is from before it.
    """
    if kind == "agreement":
        terms = msgspec.convert(definition, AgreementTerms)
        newest = book.newest_agreement(name)
        agreement = Agreement(
            id=name,
            version=newest.version + 1 if newest else 1,
            terms=msgspec.structs.replace(terms, valid_from=None),
        )
        return book.with_agreement(agreement)
    written = msgspec.convert(definition, CalendarTerms)
    others = {e: calendar for e, calendar in book.calendars.items() if e[0] != name}
    version = 1 + max((e[1] for e in book.calendars if e[0] == name), default=0)
    drafted = Calendar(written, _closed(written, book.holidays))
    return book.with_calendars({**others, (name, version): drafted})


def followed(
    newest: Mapping[tuple[Kind, str], Publication], publications: Iterable[Publication]
) -> list[Publication]:
    """Give publications with what they bring with them, after what was newest before.

    A list of holidays that closes other days than before is a new version of every calendar that
    names it. That version is stored nowhere: the same publications give the same versions to every
    reader, so that list and calendars change in one write.
    """
    known, found = dict(newest), []
    for item in publications:
        before = known.get((item.kind, item.id))
        for each in [item, *(_follow(known, item) if _changes_hours(item, before) else ())]:
            known[each.kind, each.id] = each
            found.append(each)
    return found


def _changes_hours(item: Publication, before: Publication | None) -> bool:
    return item.kind == "holidays" and (before is None or _days(before) != _days(item))


def _follow(
    known: Mapping[tuple[Kind, str], Publication], change: Publication
) -> Iterator[Publication]:
    for (kind, _), item in sorted(known.items()):
        if kind == "calendar" and change.id in _names(item):
            yield msgspec.structs.replace(
                change,
                kind=item.kind,
                id=item.id,
                version=item.version + 1,
                definition=item.definition,
            )


def _names(calendar: Publication) -> list[str]:
    return msgspec.convert(calendar.definition, CalendarTerms).lists()


def _days(item: Publication) -> frozenset[date]:
    return frozenset(msgspec.convert(item.definition, HolidayTerms).by_date())


def _closed(
    terms: CalendarTerms, lists: Mapping[str, Mapping[date, DayName]]
) -> frozenset[date] | None:
    """Give the days that a calendar's lists close now; None for `"IR"` before there was a list."""
    if terms.holidays == "IR" and not any(name in lists for name in terms.lists()):
        return None
    return frozenset[date]().union(*(lists[name] for name in terms.lists()))


def _calendar_faults(name: str, terms: CalendarTerms, book: Book) -> Iterator[FieldFault]:
    yield from hours.faults(terms)
    if isinstance(terms.holidays, list):
        for position, wanted in enumerate(terms.holidays):
            if wanted not in book.holidays:
                yield FieldFault(pointer=f"/holidays/{position}", code="holidays_not_found")
    yield from choice.conflicts(name, terms, book.calendar_terms())


def _read(definition: dict[str, Any], terms: type[T]) -> T:
    try:
        return msgspec.convert(definition, terms)
    except msgspec.ValidationError as error:
        raise _refusal([field_fault(error)]) from None


def _refusal(faults: list[FieldFault]) -> Invalid:
    placed = [
        msgspec.structs.replace(fault, pointer=f"/definition{fault.pointer.rstrip('/')}")
        for fault in faults
    ]
    return Invalid("definition_invalid", fields=placed)
