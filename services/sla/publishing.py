"""From what an administrator writes to what decisions look up: definitions checked and bound."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec

from chassis.calls.server import field_fault
from chassis.errors import FieldFault, Invalid
from services.sla.domain import checking, hours
from services.sla.domain.agreement import Agreement, AgreementTerms
from services.sla.domain.book import Book
from services.sla.domain.calendar import Calendar
from services.sla.domain.hours import CalendarTerms
from services.sla.repository import Kind, Publication

T = TypeVar("T")


def check(kind: Kind, definition: dict[str, Any], book: Book) -> None:
    """Raise Invalid, naming every fault, unless the definition can be published."""
    if kind == "calendar":
        faults = list(hours.faults(_read(definition, CalendarTerms)))
    else:
        terms = _read(definition, AgreementTerms)
        calendars = frozenset(calendar for calendar, _ in book.calendars)
        general = book.newest_agreement(terms.extends) if terms.extends else None
        faults = list(checking.faults(terms, calendars, general.terms if general else None))
    if faults:
        raise _refusal(faults)


def bound(book: Book, publications: Iterable[Publication]) -> Book:
    """Give the book with more publications in it; what it held keeps the years laid out so far."""
    agreements, calendars = dict(book.agreements), dict(book.calendars)
    published_at, number = dict(book.published_at), book.number
    for item in publications:
        edition, number = (item.id, item.version), item.number
        if item.kind == "calendar":
            calendars[edition] = Calendar(msgspec.convert(item.definition, CalendarTerms))
            published_at[edition] = item.at
        else:
            terms = msgspec.convert(item.definition, AgreementTerms)
            agreements[edition] = Agreement(
                id=item.id, version=item.version, terms=terms, number=item.number
            )
    return Book(agreements, calendars, number=number, published_at=published_at)


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
