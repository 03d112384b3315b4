"""What intake and routing answer about one batch of owed messages: few questions for many."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol, TypeVar

import msgspec

from chassis.errors import DomainError
from chassis.logging import get_logger
from contracts.calls.intake import Requester, TicketContent
from contracts.calls.requesters import OneTimeCode
from contracts.calls.routing import PartnerLink, StaffContact, TicketView
from contracts.calls.sla import ClockView
from services.notify.domain.counterparts import RECIPIENT as PARTNERS
from services.notify.domain.counterparts import REQUESTED
from services.notify.domain.deliveries import PERSON, REQUESTER, ROLE, Delivery
from services.notify.domain.notices import EMAIL
from services.notify.sending.directory import Staff

T = TypeVar("T")
log = get_logger()
#: Away, or not able to answer this: either way there is no answer now.
_NO_ANSWER = (DomainError, msgspec.MsgspecError)

#: Whoever waited so long for a mark's message may be told what is over.
_STALE = timedelta(minutes=1)


class Owed(NamedTuple):
    """One message that is to be sent now."""

    code: str
    delivery: Delivery


class Asks(Protocol):
    """What can be asked; `directory.Directory` asks the services."""

    def requesters(self, ids: Iterable[str]) -> dict[str, Requester]: ...
    def codes(self, ids: Iterable[str]) -> dict[str, OneTimeCode]: ...
    def titles(self, codes: Iterable[str]) -> dict[str, str]: ...
    def cases(self, codes: Iterable[str]) -> dict[str, TicketView]: ...
    def texts(self, ids: Iterable[str]) -> dict[str, str]: ...
    def staff(self, persons: Iterable[str], roles: Iterable[tuple[str, str]]) -> Staff: ...
    def clocks(self, codes: Iterable[str]) -> Mapping[str, Sequence[ClockView]]: ...
    def contents(self, codes: Iterable[str]) -> dict[str, TicketContent]: ...
    def partners(self, ids: Iterable[str]) -> dict[str, PartnerLink]: ...


class Unanswered(Exception):
    """Raised when something is looked up in an answer that did not come."""


class Answers:
    """The answers for one batch; those of a service that is away are missing."""

    def __init__(self, owed: Sequence[Owed], asks: Asks, now: datetime) -> None:
        codes = (item.delivery.particulars.one_time for item in owed)
        self._codes = _ask(asks.codes, [code for code in codes if code])
        self._requesters = _ask(asks.requesters, _recipients(owed, REQUESTER))
        self._titles = _ask(
            asks.titles,
            [i.code for i in owed if i.delivery.channel == EMAIL and is_about_ticket(i.code)],
        )
        texts = (item.delivery.particulars.text for item in owed)
        self._texts = _ask(asks.texts, [text for text in texts if text])
        with_roles = [item for item in owed if item.delivery.recipient.startswith(ROLE)]
        requests = [item.code for item in owed if item.delivery.template == REQUESTED]
        self._partners = _ask(asks.partners, _recipients(owed, PARTNERS))
        self._contents = _ask(asks.contents, requests)
        self._cases = _ask(asks.cases, [*(item.code for item in with_roles), *requests])
        stale = [item.code for item in owed if _may_be_stale(item, now) or _is_to_partner(item)]
        self._clocks = _ask(asks.clocks, stale) or {}
        self._staff = _ask_staff(asks, _recipients(owed, PERSON), with_roles, self._cases or {})

    def requester(self, requester: str) -> Requester | None:
        """Give a requester; this and the others raise Unanswered."""
        return _answered(self._requesters).get(requester)

    def one_time(self, code: str) -> OneTimeCode | None:
        """Give a one-time code; None once it is over."""
        return _answered(self._codes).get(code)

    def title(self, code: str) -> str:
        """Give a ticket's title, empty where it was wiped."""
        return _answered(self._titles).get(code, "")

    def text(self, text: str) -> str:
        """Give a text, empty where it was wiped."""
        return _answered(self._texts).get(text, "")

    def clocks(self, code: str) -> Sequence[ClockView] | None:
        """Give a ticket's clocks, where a message about one of them has waited; None if unknown."""
        return self._clocks.get(code)

    def person(self, person: str) -> StaffContact | None:
        """Give a staff member."""
        return _answered(self._staff).persons.get(person)

    def partner(self, partner: str) -> PartnerLink | None:
        """Give a partner outside."""
        return _answered(self._partners).get(partner)

    def content(self, code: str) -> TicketContent | None:
        """Give what a ticket says that is handed over."""
        return _answered(self._contents).get(code)

    def case(self, code: str) -> TicketView | None:
        """Give how a ticket stands that is handed over."""
        return _answered(self._cases).get(code)

    def holders(self, role: str, code: str) -> list[StaffContact]:
        """Give who holds a role for a ticket."""
        case = _answered(self._cases).get(code)
        staff = _answered(self._staff)
        if case is None:
            return []
        held_by = _HELD_BY.get(role)
        ids = held_by(case) if held_by else staff.roles.get((role, case.unit or ""), [])
        return [staff.persons[person] for person in ids if person in staff.persons]


def _assignee(case: TicketView) -> list[str]:
    return [case.assignee or case.owner or ""]


def _owner(case: TicketView) -> list[str]:
    return [case.owner or case.assignee or ""]


def _responsible(case: TicketView) -> list[str]:
    return list(dict.fromkeys([*_assignee(case), *_owner(case)]))


#: Roles whose holders the ticket itself names; the others are held for a unit.
_HELD_BY: dict[str, Callable[[TicketView], list[str]]] = {
    "assignee": _assignee,
    "owner": _owner,
    "responsible": _responsible,
}


def _may_be_stale(item: Owed, now: datetime) -> bool:
    """Tell whether what a mark tells may be over by now: it waited, for the morning say."""
    return item.delivery.particulars.clock is not None and now - item.delivery.queued_at > _STALE


def is_about_ticket(stream: str) -> bool:
    """Tell whether a message is about a ticket, and not about a unit."""
    return ":" not in stream


def _is_to_partner(item: Owed) -> bool:
    return item.delivery.recipient.startswith(PARTNERS)


def _ask(
    question: Callable[[list[str]], Mapping[str, T]], ids: list[str]
) -> Mapping[str, T] | None:
    if not ids:
        return {}
    try:
        return question(ids)
    except _NO_ANSWER as error:
        _note(error)
        return None


def _ask_staff(
    asks: Asks, persons: list[str], with_roles: list[Owed], cases: Mapping[str, TicketView]
) -> Staff | None:
    wanted = list(persons)
    roles = []
    for item in with_roles:
        role, case = id_of(item.delivery.recipient), cases.get(item.code)
        if case is not None and role in _HELD_BY:
            wanted += [person for person in _HELD_BY[role](case) if person]
        elif case is not None and case.unit:
            roles.append((role, case.unit))
    if not wanted and not roles:
        return Staff({}, {})
    try:
        return asks.staff(wanted, roles)
    except _NO_ANSWER as error:
        _note(error)
        return None


def _note(error: Exception) -> None:
    log.warning("question_unanswered", error=getattr(error, "code", type(error).__name__))


def _answered(answer: T | None) -> T:
    if answer is None:
        raise Unanswered
    return answer


def _recipients(owed: Sequence[Owed], kind: str) -> list[str]:
    names = (item.delivery.recipient for item in owed)
    return list(dict.fromkeys(id_of(name) for name in names if name.startswith(kind)))


def id_of(recipient: str) -> str:
    """Give the id of a recipient: `person:desk` -> `desk`."""
    return recipient.partition(":")[2]
