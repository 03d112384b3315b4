"""Everything of one ticket that its page shows, asked of all services at once.

What does not answer is left out and named; only without routing there is no page.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple, TypeVar

import msgspec

from chassis.errors import NotFound, Unavailable
from contracts.calls.intake import SearchTickets, TicketContent
from contracts.calls.notify import DeliveryView
from contracts.calls.routing import Draft, GetDraft, ListTickets, TicketPage, TicketView
from contracts.calls.sla import ExpectedView, TicketTimes, TimerView
from gateway.answers import TicketForm, TicketLine, TimelineStep
from gateway.api.joining import RelatedTickets, related_to
from gateway.api.tickets import timeline_of
from gateway.caller import Caller
from gateway.composition import gathered, needed, with_titles
from gateway.desk.hands import Hand, hands
from gateway.desk.telling import Entry, entries, texts_by
from gateway.directory import Names
from gateway.explaining import duration
from gateway.filled import number_shown, told_form
from gateway.texts import has, text

T = TypeVar("T")

_ENDED: Final = frozenset({"finished", "declined", "withdrawn", "merged", "handed_off"})
_EARLIER: Final = 8


class Proposal(NamedTuple):
    """An answer that a referral came back with."""

    id: str
    by: str
    text: str


class Question(NamedTuple):
    """What a unit was asked, and in which words."""

    id: str
    unit: str
    person: str
    by: str
    since: datetime
    chased: int
    text: str
    is_mine: bool


class Screen(msgspec.Struct, frozen=True, kw_only=True):
    """What the page of a ticket shows."""

    view: TicketView
    names: Names
    content: TicketContent | None
    form: TicketForm | None
    entries: list[Entry]
    clocks: list[Hand]
    expected: ExpectedView | None
    timers: list[TimerView]
    deliveries: list[DeliveryView]
    related: RelatedTickets | None
    proposals: list[Proposal]
    questions: list[Question]
    draft: Draft | None
    #: Services that do not answer now.
    unavailable: list[str]

    @property
    def title(self) -> str:
        """The ticket's title, or nothing while nobody knows it."""
        return self.content.title if self.content else ""

    def after(self, timer: TimerView) -> str:
        """Write the time after which something is done by itself."""
        return duration(timer.target_seconds, self.names.language)

    @property
    def is_over(self) -> bool:
        """Whether the ticket has ended."""
        return self.view.state in _ENDED

    @property
    def is_mine(self) -> bool:
        """Whether nobody else has its work."""
        return not self.view.referrals and self.view.outside is None

    def seat(self, who: str) -> str:
        """Say whose consent a seat of an approval is for."""
        kind, _, name = who.partition(":")
        if kind == "person":
            return self.names.person(name)
        language = self.names.language
        if kind == "role":
            return text(language, f"role.{name}") if has(f"role.{name}") else name
        if who.startswith("supervisor@"):
            unit = self.names.unit(who.removeprefix("supervisor@"))
            return text(language, "ticket.supervisor_of", unit=unit)
        return self.names.unit(name.partition("/")[0]) or who

    def recipient(self, delivery: DeliveryView) -> str:
        """Say who a message went to."""
        kind, _, name = (delivery.to or delivery.recipient).partition(":")
        if kind == "requester":
            asked = self.content.requester.name if self.content else ""
            return asked or text(self.names.language, "ticket.requester")
        return self.names.person(name or kind)

    def amount(self, value: int) -> str:
        """Write an amount with marks between its thousands."""
        return number_shown(value, self.names.language)

    @property
    def failed(self) -> int:
        """How many messages did not arrive."""
        return sum(each.state == "failed" for each in self.deliveries)


async def look(caller: Caller, code: str) -> Screen:
    """Give everything of a ticket; raises NotFound, Forbidden, or Unavailable without routing."""
    parts, steps, related, draft, names = await asyncio.gather(
        gathered(caller, code),
        timeline_of(caller, code),
        related_to(caller, code),
        caller.query("routing", "draft", GetDraft(code=code), Draft | None),
        caller.names(),
        return_exceptions=True,
    )
    known = needed(parts)
    if known.content is None and not known.is_without_texts:
        raise NotFound("ticket_not_found")
    told = _or_nothing(steps) or []
    own = (known.times or {}).get(code, TicketTimes(clocks=[]))
    who = needed(names)
    return Screen(
        view=known.view,
        names=who,
        content=known.content,
        form=_form(known.content, caller.language),
        entries=entries(told, who, known.content, caller.gateway.settings.zone),
        clocks=hands(own.clocks, datetime.now(UTC), caller.language),
        expected=own.expected,
        timers=own.timers,
        deliveries=known.deliveries or [],
        related=_or_nothing(related),
        proposals=_proposals(known.view, told, who),
        questions=_questions(known.view, told, who, caller),
        draft=_or_nothing(draft),
        unavailable=_away(known.times, known.deliveries, without_texts=known.is_without_texts),
    )


async def earlier_of(caller: Caller, code: str) -> list[TicketLine]:
    """Give the newest other requests from the same number or address, as far as one may read."""
    content = (await gathered(caller, code)).content
    requester = content.requester if content else None
    contact = requester and (requester.mobile or requester.email)
    found = await requests_of(caller, contact) if contact else []
    return [line for line in found if line.code != code]


async def requests_of(caller: Caller, contact: str) -> list[TicketLine]:
    """Give the newest requests from a number or address, as far as the caller may read them."""
    search = SearchTickets(text=contact, limit=_EARLIER + 1)
    codes = await caller.query("intake", "search_tickets", search, list[str])
    if not codes:
        return []
    wanted = ListTickets(codes=codes, limit=_EARLIER + 1)
    page = await caller.query("routing", "tickets", wanted, TicketPage)
    lines, _ = await with_titles(caller, page.items)
    return sorted(lines, key=lambda line: line.registered_at, reverse=True)[:_EARLIER]


def _or_nothing(result: T | BaseException) -> T | None:
    """Give a part that the page can do without; raises what is no outage."""
    return None if isinstance(result, Unavailable) else needed(result)


def _form(content: TicketContent | None, language: str) -> TicketForm | None:
    return told_form(content.form, language) if content and content.form else None


def _proposals(view: TicketView, steps: Sequence[TimelineStep], names: Names) -> list[Proposal]:
    said = {
        **texts_by(steps, "ticket.returned", "referral", "proposal"),
        **texts_by(steps, "ticket.taken_back", "handoff", "proposal"),
    }
    return [Proposal(p.id, names.person(p.by), said.get(p.id, "")) for p in view.proposals]


def _questions(
    view: TicketView, steps: Sequence[TimelineStep], names: Names, caller: Caller
) -> list[Question]:
    said = texts_by(steps, "ticket.unit_asked", "question", "text")
    return [
        Question(
            id=each.id,
            unit=names.unit(each.unit),
            person=names.person(each.person),
            by=names.person(each.by),
            since=each.since,
            chased=each.chased,
            text=said.get(each.id, ""),
            is_mine=each.unit == caller.identity.unit,
        )
        for each in view.questions
    ]


def _away(
    times: dict[str, TicketTimes] | None,
    deliveries: list[DeliveryView] | None,
    *,
    without_texts: bool,
) -> list[str]:
    parts = {"intake": without_texts, "sla": times is None, "notify": deliveries is None}
    return [name for name, is_away in parts.items() if is_away]
