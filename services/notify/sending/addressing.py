"""Finds out where owed messages go and what they say, for many tickets with few questions.

A message whose answer did not come, because the service that knows it is away, is left for later;
the others go on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol, TypeVar

from chassis.errors import Unavailable
from contracts.calls.intake import Requester
from contracts.calls.routing import StaffContact, TicketView
from services.notify.domain.attempts import Pointless, Result, Shared
from services.notify.domain.deliveries import REQUESTER, Delivery
from services.notify.domain.notices import EMAIL, PERSON, ROLE, SMS
from services.notify.sending.directory import Staff

T = TypeVar("T")


class Owed(NamedTuple):
    """One message that is to be sent now."""

    code: str
    delivery: Delivery


class Addressed(NamedTuple):
    """A message with its address, ready to be rendered; `results` go with what becomes of it."""

    owed: Owed
    address: str
    name: str
    language: str
    values: dict[str, Any]
    #: The person, where the recipient is a role.
    to: str | None = None
    results: tuple[Result, ...] = ()


class Unaddressed(NamedTuple):
    """A message that reaches nobody, and why; `result` is absent when it has to wait."""

    owed: Owed
    result: Result | None


class Asks(Protocol):
    """What has to be known; `directory.Directory` asks the services."""

    def requesters(self, ids: Iterable[str]) -> dict[str, Requester]: ...  # noqa: D102
    def titles(self, codes: Iterable[str]) -> dict[str, str]: ...  # noqa: D102
    def cases(self, codes: Iterable[str]) -> dict[str, TicketView]: ...  # noqa: D102
    def texts(self, ids: Iterable[str]) -> dict[str, str]: ...  # noqa: D102
    def staff(  # noqa: D102
        self, persons: Iterable[str], roles: Iterable[tuple[str, str]]
    ) -> Staff: ...


class _Unknown(Exception):
    """Raised when what a message needs could not be asked."""


class _Nobody(Exception):
    """Raised when a message reaches nobody; the argument says why."""


def address(owed: Sequence[Owed], asks: Asks, now: datetime) -> list[Addressed | Unaddressed]:
    """Give each message with its address and values, in the same order."""
    known = _Known(owed, asks)
    return [_addressed(item, known, now) for item in owed]


class _Known:
    """The answers for one batch; None where the question failed."""

    def __init__(self, owed: Sequence[Owed], asks: Asks) -> None:
        recipients = {item.delivery.recipient for item in owed}
        requesters = [_id(name) for name in recipients if name.startswith(REQUESTER)]
        persons = [_id(name) for name in recipients if name.startswith(PERSON)]
        with_roles = [item for item in owed if item.delivery.recipient.startswith(ROLE)]
        texts = [item.delivery.particulars.text for item in owed if item.delivery.particulars.text]
        letters = [item.code for item in owed if item.delivery.channel == EMAIL]

        self.requesters = _ask(asks.requesters, requesters)
        self.titles = _ask(asks.titles, letters)
        self.texts = _ask(asks.texts, texts)
        self.cases = _ask(asks.cases, [item.code for item in with_roles])
        holders = list(persons)
        roles = []
        for item in with_roles:
            case = (self.cases or {}).get(item.code)
            if case is not None:
                holders += [person for person in (case.assignee, case.owner) if person]
                if case.unit:
                    roles.append((_id(item.delivery.recipient), case.unit))
        asked = [role for role in roles if role[0] not in _HELD_BY]
        self.staff = self._ask_staff(asks, holders, asked)

    @staticmethod
    def _ask_staff(asks: Asks, persons: list[str], roles: list[tuple[str, str]]) -> Staff | None:
        if not persons and not roles:
            return Staff({}, {})
        try:
            return asks.staff(persons, roles)
        except Unavailable:
            return None


def _ask(question: Callable[[list[str]], dict[str, T]], ids: list[str]) -> dict[str, T] | None:
    if not ids:
        return {}
    try:
        return question(ids)
    except Unavailable:
        return None


def _addressed(item: Owed, known: _Known, now: datetime) -> Addressed | Unaddressed:
    delivery = item.delivery
    try:
        reader, to, others = _reader(item, known)
        where = reader.mobile if delivery.channel == SMS else reader.email
        if not where:
            raise _Nobody("no_address")
        return Addressed(
            item,
            where,
            reader.name,
            reader.language,
            _values(item, known, now) | {"name": reader.name},
            to,
            (Shared(delivery=delivery.id, persons=others),) if others else (),
        )
    except _Unknown:
        return Unaddressed(item, None)
    except _Nobody as nobody:
        return Unaddressed(item, Pointless(delivery=delivery.id, reason=str(nobody)))


def _reader(item: Owed, known: _Known) -> tuple[Requester | StaffContact, str | None, list[str]]:
    """Give who is written to; for a role also which person that is, and who else holds it."""
    recipient = item.delivery.recipient
    if recipient.startswith(REQUESTER):
        return _present(_answered(known.requesters).get(_id(recipient))), None, []
    staff = _answered(known.staff)
    if recipient.startswith(PERSON):
        return _present(staff.persons.get(_id(recipient))), None, []
    case = _present(_answered(known.cases).get(item.code))
    role = _id(recipient)
    held_by = _HELD_BY.get(role)
    holders = held_by(case) if held_by else staff.roles.get((role, case.unit or ""), [])
    found = [staff.persons[person] for person in holders if person in staff.persons]
    if not found:
        raise _Nobody("no_recipient")
    return found[0], PERSON + found[0].id, [PERSON + other.id for other in found[1:]]


def _assignee(case: TicketView) -> list[str]:
    return [case.assignee or case.owner or ""]


def _owner(case: TicketView) -> list[str]:
    return [case.owner or case.assignee or ""]


def _responsible(case: TicketView) -> list[str]:
    return list(dict.fromkeys([*_assignee(case), *_owner(case)]))


#: Roles that the ticket itself says the holders of; the others are held for a unit.
_HELD_BY: dict[str, Callable[[TicketView], list[str]]] = {
    "assignee": _assignee,
    "owner": _owner,
    "responsible": _responsible,
}


def _values(item: Owed, known: _Known, now: datetime) -> dict[str, Any]:
    """Give what the templates may say; instants and seconds, worded by the renderer."""
    particulars = item.delivery.particulars
    left = particulars.left_seconds
    if left is not None and particulars.alarm_at is not None:
        left -= max(0.0, (now - particulars.alarm_at).total_seconds())
    text = _answered(known.texts).get(particulars.text, "") if particulars.text else ""
    letter = item.delivery.channel == EMAIL
    return {
        "code": item.code,
        "title": _answered(known.titles).get(item.code, "") if letter else "",
        "text": text,
        "clock": particulars.clock or "",
        "left": left or 0.0,
        "due_at": particulars.due_at,
    }


def _answered(answer: T | None) -> T:
    if answer is None:
        raise _Unknown
    return answer


def _present(found: T | None) -> T:
    if found is None:
        raise _Nobody("no_recipient")
    return found


def _id(recipient: str) -> str:
    return recipient.partition(":")[2]
