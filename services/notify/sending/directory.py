"""Asks intake, routing and sla for what notify does not keep: addresses, texts, who holds work."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from contracts.calls.intake import Contacts, DescribeTickets, Requester, TicketContent
from contracts.calls.requesters import GetCodes, OneTimeCode
from contracts.calls.routing import (
    GetPartnerLinks,
    GetTexts,
    ListTickets,
    PartnerLink,
    RoleOf,
    StaffContact,
    StaffContacts,
    StaffContactsAnswer,
    TicketPage,
    TicketView,
)
from contracts.calls.sla import ClockView

T = TypeVar("T")
AskClocks = Callable[[Sequence[str]], Mapping[str, Sequence[ClockView]]]
_MANY, _PAGE = 1000, 200
#: How long an answer about a partner is good.
_FRESH_SECONDS = 2.0


class Client(Protocol):
    """Asks one other service; raises Unavailable."""

    def query(self, method: str, request: Any, answer: type[T]) -> T:
        """Give the answer."""
        ...


class Staff:
    """Staff members by id, and the ids of those who hold a role in a unit."""

    def __init__(
        self, persons: dict[str, StaffContact], roles: dict[tuple[str, str], list[str]]
    ) -> None:
        self.persons = persons
        self.roles = roles


class PartnerLinks:
    """Partners outside, asked of routing and remembered for a moment; raises Unavailable."""

    def __init__(self, routing: Client) -> None:
        self._routing = routing
        self._known: dict[str, tuple[float, PartnerLink]] = {}

    def of(self, ids: Iterable[str]) -> dict[str, PartnerLink]:
        """Give those of some partners that there are."""
        wanted, now = list(dict.fromkeys(ids)), time.monotonic()
        fresh = [name for name in wanted if self._asked_at(name) + _FRESH_SECONDS > now]
        for part in _parts([name for name in wanted if name not in fresh], _PAGE):
            request = GetPartnerLinks(ids=part)
            found = self._routing.query("partner_links", request, dict[str, PartnerLink])
            self._known |= {name: (now, link) for name, link in found.items()}
            fresh += found
        return {name: self._known[name][1] for name in fresh}

    def _asked_at(self, name: str) -> float:
        known = self._known.get(name)
        return known[0] if known else float("-inf")


class Directory:
    """The services, asked in batches; every method raises Unavailable."""

    def __init__(
        self, intake: Client, routing: Client, clocks: AskClocks, links: PartnerLinks
    ) -> None:
        self._intake = intake
        self._links = links
        self._routing = routing
        self._clocks = clocks

    def requesters(self, ids: Iterable[str]) -> dict[str, Requester]:
        """Give requesters with their contacts."""
        return _gathered(
            ids,
            _MANY,
            lambda part: self._intake.query(
                "contacts", Contacts(requesters=part), dict[str, Requester]
            ),
        )

    def codes(self, ids: Iterable[str]) -> dict[str, OneTimeCode]:
        """Give those of one-time codes that are good, and where they go."""
        return _gathered(
            ids,
            _MANY,
            lambda part: self._intake.query(
                "one_time_codes", GetCodes(ids=part), dict[str, OneTimeCode]
            ),
        )

    def titles(self, codes: Iterable[str]) -> dict[str, str]:
        """Give the tickets' titles."""
        return {code: content.title for code, content in self.contents(codes).items()}

    def contents(self, codes: Iterable[str]) -> dict[str, TicketContent]:
        """Give what the tickets say, and who asked."""
        return _gathered(
            codes,
            _PAGE,
            lambda part: self._intake.query(
                "describe_tickets", DescribeTickets(codes=part), dict[str, TicketContent]
            ),
        )

    def partners(self, ids: Iterable[str]) -> dict[str, PartnerLink]:
        """Give partners outside, with what their messages are signed with."""
        return self._links.of(ids)

    def cases(self, codes: Iterable[str]) -> dict[str, TicketView]:
        """Give who owns and who works on the tickets, and in which unit."""
        return _gathered(codes, _PAGE, self._page_of_cases)

    def texts(self, ids: Iterable[str]) -> dict[str, str]:
        """Give questions, answers and reasons; wiped ones are absent."""
        return _gathered(
            ids,
            _MANY,
            lambda part: self._routing.query("texts", GetTexts(ids=part), dict[str, str]),
        )

    def staff(self, persons: Iterable[str], roles: Iterable[tuple[str, str]]) -> Staff:
        """Give staff members by id, and who holds the roles, each a (role, unit)."""
        wanted = list(dict.fromkeys(roles))
        known: dict[str, StaffContact] = {}
        holders: dict[tuple[str, str], list[str]] = {}
        for part in _parts(wanted, _MANY):
            asked = [RoleOf(role=role, unit=unit) for role, unit in part]
            answer = self._contacts(StaffContacts(roles=asked))
            known |= answer.persons
            holders |= dict(zip(part, answer.roles, strict=True))
        people = [*persons, *(person for held in holders.values() for person in held)]
        missing = [person for person in dict.fromkeys(people) if person not in known]
        for ids in _parts(missing, _MANY):
            known |= self._contacts(StaffContacts(persons=ids)).persons
        return Staff(known, holders)

    def clocks(self, codes: Iterable[str]) -> Mapping[str, Sequence[ClockView]]:
        """Give the clocks of tickets, as far as sla tells."""
        return self._clocks(list(dict.fromkeys(codes)))

    def _contacts(self, request: StaffContacts) -> StaffContactsAnswer:
        return self._routing.query("staff_contacts", request, StaffContactsAnswer)

    def _page_of_cases(self, codes: list[str]) -> dict[str, TicketView]:
        page = self._routing.query("tickets", ListTickets(codes=codes, limit=_PAGE), TicketPage)
        return {case.code: case for case in page.items}


def _gathered(
    ids: Iterable[str], most: int, ask: Callable[[list[str]], dict[str, T]]
) -> dict[str, T]:
    found: dict[str, T] = {}
    for part in _parts(list(dict.fromkeys(ids)), most):
        found |= ask(part)
    return found


def _parts(items: Sequence[T], most: int) -> Iterator[list[T]]:
    for start in range(0, len(items), most):
        yield list(items[start : start + most])
