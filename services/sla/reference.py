"""What decisions look up: the book of agreements and calendars, kept fresh in every process.

It is brought up to date before clocks are started for a ticket registered after the last look, so
that a ticket goes by what was published before it, whichever replica decides; and when a ticket
goes by an edition that is not in the book yet.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from chassis.bus.inbox import Inbox
from chassis.calls.call import Call, own_call
from chassis.clock import as_utc
from chassis.decisions import Due, Occasion
from chassis.errors import KeyReused, NotFound, Unavailable
from chassis.journal import Outcome, Reference
from chassis.late import late
from chassis.runtime import Runtime
from contracts.calls.audit import AuditEntry, GetAudit
from contracts.calls.sla import (
    DefineAgreement,
    DefineCalendar,
    DefineHolidays,
    SeedHolidays,
)
from contracts.intake import TicketRegistered
from services.sla import demo, publishing
from services.sla.counting import count_marks, show_clocks
from services.sla.domain import official
from services.sla.domain.book import Book
from services.sla.domain.clocks import Clocks
from services.sla.domain.history import NOTHING_KNOWN
from services.sla.domain.holidays import HolidayTerms
from services.sla.domain.hours import OFFICIAL
from services.sla.outlook import Outlook
from services.sla.repository import (
    Endings,
    Kind,
    Publication,
    Publications,
    RunningClocks,
    Trials,
)

#: How far the clocks of two services' databases may lie apart without harm.
APART = timedelta(seconds=1)
#: Who could know of something that stopped a clock. Intake could not: what a requester does comes
#: to a clock through routing alone.
ASKED_BEFORE_ALARMS = "routing"
ASKING_SECONDS = 2.0
SILENCE_SECONDS = 3.0
#: An alarm rings by a calendar that may have been superseded for so long.
OLD_FOR_ALARMS = timedelta(seconds=1)
LAID_OUT_AHEAD = timedelta(days=400)
_NEVER = datetime.min.replace(tzinfo=UTC)
_ATTEMPTS = 20

Definition = DefineAgreement | DefineCalendar | DefineHolidays


class Agreements(Reference):
    """The book, as a dependency."""

    runtime = Runtime()
    inbox = Inbox()

    def __init__(self) -> None:
        self.book = Book()
        #: The newest version of everything published.
        self.newest: dict[tuple[Kind, str], Publication] = {}
        #: Every version of every agreement, in order.
        self.agreements: list[Publication] = []
        #: What ended tickets took, and how full units are.
        self.history = NOTHING_KNOWN
        self._number = 0
        #: The book has everything that was published before this.
        self._looked_at = _NEVER
        self._ask_again_at = float("-inf")

    @late
    def publications(self) -> Publications:
        """Where versions are stored."""
        return Publications(self.runtime.database)

    @late
    def trials(self) -> Trials:
        """Where trials are stored."""
        return Trials(self.runtime.database)

    @late
    def running(self) -> RunningClocks:
        """Clocks on which time passes."""
        return RunningClocks(self.runtime.database)

    @late
    def outlook(self) -> Outlook:
        """What expectations rest on."""
        return Outlook(Endings(self.runtime.database))

    def setup(self) -> None:
        """Have the book loaded, and in a demo filled, before the process is ready."""
        self.runtime.before_ready(self._open)

    def prepare(self, occasions: Sequence[Occasion]) -> Book:
        """Give a fresh book; before alarms, learn what might have stopped their clocks in time."""
        registered = [o.context.at for o in occasions if isinstance(o.message, TicketRegistered)]
        ringing = {
            item.context.stream: item.cursors.get(ASKED_BEFORE_ALARMS, 0)
            for item in occasions
            if isinstance(item.message, Due)
        }
        since = self.runtime.clock.now() - OLD_FOR_ALARMS if ringing else None
        if max(registered, default=_NEVER) + APART > self._looked_at or (
            since is not None and since > self._looked_at
        ):
            self.refresh()
        book = self.holding(occasion.state for occasion in occasions)
        return book.with_unconfirmed(self._not_caught_up(ringing)) if ringing else book

    def settle(self, occasions: Sequence[Occasion], outcomes: Mapping[str, Outcome]) -> None:
        """Count the marks that were recorded."""
        streams = {occasion.context.stream for occasion in occasions} & outcomes.keys()
        count_marks(outcomes[stream] for stream in streams)

    def holding(self, states: Iterable[Clocks]) -> Book:
        """Give a book that has every edition these tickets go by."""
        if any(self._lacks(state) for state in states):
            self.refresh()
        return self.book

    def published(self, kind: Kind) -> list[Publication]:
        """Give the newest version of everything of a kind."""
        self.refresh()
        return [item for (of_kind, _), item in sorted(self.newest.items()) if of_kind == kind]

    def one(self, kind: Kind, name: str) -> Publication:
        """Give the newest version of one thing; raises NotFound."""
        self.refresh()
        item = self.newest.get((kind, name))
        if item is None:
            raise NotFound("definition_not_found")
        return item

    def versions(self, kind: Kind, name: str) -> list[Publication]:
        """Give every version of one thing, newest first; raises NotFound."""
        everything = publishing.followed({}, self.publications.after(0))
        found = [item for item in everything if (item.kind, item.id) == (kind, name)]
        if not found:
            raise NotFound("definition_not_found")
        return found[::-1]

    def changes(self, request: GetAudit) -> list[AuditEntry]:
        """Give the last publications with what they replaced, newest first."""
        before: dict[tuple[Kind, str], dict[str, Any]] = {}
        found = []
        for item in self.publications.after(0):
            found.append(
                AuditEntry(
                    at=item.at,
                    by=item.by,
                    kind=item.kind,
                    id=item.id,
                    version=item.version,
                    before=before.get((item.kind, item.id)),
                    after=item.definition,
                )
            )
            before[item.kind, item.id] = item.definition
        wanted = [
            entry
            for entry in reversed(found)
            if (request.by in (None, entry.by))
            and (request.before is None or entry.at < as_utc(request.before))
        ]
        return wanted[: request.limit]

    def check(self, kind: Kind, name: str, definition: dict[str, Any]) -> None:
        """Raise Invalid, naming every fault, unless a definition could be published."""
        self.refresh()
        publishing.check(kind, definition, self.book, name=name)

    def refresh(self) -> None:
        """Bring the book up to what has been published."""
        now = self.runtime.clock.now()
        more = publishing.followed(self.newest, self.publications.after(self._number))
        if more:
            self.book = publishing.bound(self.book, more)
            self.book.history = self.history
            self.newest |= {(item.kind, item.id): item for item in more}
            self.agreements += [item for item in more if item.kind == "agreement"]
            self._number = more[-1].number
            show_clocks(self.book)
        self._looked_at = now

    def look_about(self) -> None:
        """Read anew what ended tickets took and how full units are, as far as it is time to."""
        self.history = self.book.history = self.outlook.refresh(self.runtime.clock.now())

    def publish(
        self,
        kind: Kind,
        request: Definition,
        call: Call,
        seed: dict[str, Any] | None = None,
    ) -> Publication:
        """Publish a version; a repeat, or what holds already, changes nothing.

        Raises Invalid for a wrong definition, KeyReused for another request under the same key.
        """
        for _attempt in range(_ATTEMPTS):
            self.refresh()
            earlier = self.publications.of_cause(call.cause)
            if earlier is not None:
                return _repeated(earlier, call)
            publishing.check(kind, request.definition, self.book, name=request.id)
            newest = self.newest.get((kind, request.id))
            if newest is not None and newest.definition == request.definition:
                return newest
            publication = Publication(
                number=self._number + 1,
                kind=kind,
                id=request.id,
                version=newest.version + 1 if newest else 1,
                definition=request.definition,
                by=call.identity.subject,
                at=call.now,
                cause=call.cause,
                request=call.digest,
                seed=seed,
            )
            if self.publications.add(publication):
                self.refresh()
                return publication
        raise Unavailable("contention", retry_after=1)

    def seed(self, request: SeedHolidays, call: Call) -> Publication:
        """Bring the official list to what the library knows now; edited days stay if not asked.

        Raises NotFound for another list: the library knows of none.
        """
        newest = self.one("holidays", request.id)
        if request.id != OFFICIAL:
            raise NotFound("definition_not_found")
        newer = official.seed()
        base = self.publications.newest_seed(OFFICIAL) or newest.definition
        terms = official.reseeded(
            msgspec.convert(newest.definition, HolidayTerms),
            msgspec.convert(base, HolidayTerms),
            newer,
            overwrite=request.overwrite,
        )
        changed = DefineHolidays(id=OFFICIAL, definition=msgspec.to_builtins(terms))
        return self.publish("holidays", changed, call, msgspec.to_builtins(newer))

    def _not_caught_up(self, applied: Mapping[str, int]) -> frozenset[str]:
        """Learn what could have stopped clocks in time; gives the streams nobody can tell about.

        Of each stream the decision is made on a state in which so many events are `applied`.
        A service that has just failed to answer is let alone for a moment: while it is away, alarms
        come unconfirmed, not late.
        """
        if time.monotonic() < self._ask_again_at:
            return frozenset(applied)
        try:
            outcomes = self.inbox.catch_up(
                ASKED_BEFORE_ALARMS, list(applied), seconds=ASKING_SECONDS, applied=applied
            )
        except Unavailable:
            self._ask_again_at = time.monotonic() + SILENCE_SECONDS
            return frozenset(applied)
        return frozenset(stream for stream, error in outcomes.items() if error is not None)

    def _lacks(self, state: Clocks) -> bool:
        """Tell whether a ticket goes by an edition that is not in the book."""
        if state.agreement is not None and state.agreement not in self.book.agreements:
            return True
        return any(
            (clock.agreement, clock.agreement_version) not in self.book.agreements
            or (clock.calendar, clock.calendar_version) not in self.book.calendars
            for clock in state.clocks.values()
        )

    def _open(self) -> None:
        self.publications.make_indexes()
        self.trials.make_indexes()
        self.refresh()
        if ("holidays", OFFICIAL) not in self.newest:
            days = msgspec.to_builtins(official.seed())
            self._provide("holidays", DefineHolidays(id=OFFICIAL, definition=days), "seed", days)
        if self.runtime.settings.demo:
            for kind, request in demo.REQUESTS:
                self._provide(kind, request, "demo")
        # The first look at a year costs a millisecond: not while an alarm waits.
        now = self.runtime.clock.now()
        for calendar in self.book.calendars.values():
            calendar.between(now, now + LAID_OUT_AHEAD)

    def _provide(
        self,
        kind: Kind,
        request: Definition,
        method: str,
        seed: dict[str, Any] | None = None,
    ) -> None:
        """Publish what an installation has from the start, unless it has it."""
        if (kind, request.id) not in self.newest:
            call = own_call(self.runtime, method, f"{kind}:{request.id}")
            self.publish(kind, request, call, seed)


def _repeated(earlier: Publication, call: Call) -> Publication:
    if earlier.request != call.digest:
        raise KeyReused
    call.repeated = True
    return earlier
