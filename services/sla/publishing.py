"""From what an administrator writes to what decisions look up: definitions checked and bound."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec

from chassis.calls.server import field_fault
from chassis.errors import FieldFault, Invalid
from services.sla.domain import agreement, hours
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
        calendars = frozenset(calendar for calendar, _ in book.calendars)
        faults = list(agreement.faults(_read(definition, AgreementTerms), calendars))
    if faults:
        raise _refusal(faults)


def bound(book: Book, publications: Iterable[Publication]) -> Book:
    """Give the book with more publications in it; what it held keeps the years laid out so far."""
    agreements, calendars = dict(book.agreements), dict(book.calendars)
    for item in publications:
        edition = item.id, item.version
        if item.kind == "calendar":
            calendars[edition] = Calendar(msgspec.convert(item.definition, CalendarTerms))
        else:
            terms = msgspec.convert(item.definition, AgreementTerms)
            agreements[edition] = Agreement(id=item.id, version=item.version, terms=terms)
    return Book(agreements, calendars)


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
