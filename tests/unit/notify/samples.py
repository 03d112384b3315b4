"""Examples for the tests of notify: a ticket, its events, and a ledger that follows decisions."""

from datetime import UTC, datetime, timedelta
from typing import Any

from chassis.decisions import Context
from chassis.errors import Unavailable
from contracts.calls.intake import Requester, TicketContent
from contracts.calls.requesters import OneTimeCode
from contracts.calls.routing import PartnerLink, StaffContact, TicketView
from contracts.calls.sla import ClockView
from contracts.envelope import ContentRef, Event
from contracts.intake import TicketRegistered
from services.notify import handlers
from services.notify.domain.deliveries import LEDGER, Ledger
from services.notify.domain.ladders import Grounds
from services.notify.sending.directory import Staff

CODE = "123456789012"
#: How the codes of tickets begin that were answered in the meantime, as a stand-in for sla has it.
KEPT = "5"
#: As a stand-in for intake has it: who wants to be told by e-mail alone, how one-time codes begin
#: that are over, and where the others go.
BY_LETTER, OVER, PROVED = "r2", "0", "+989121112233"
NOON = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
SECRET = "whsec_" + "QUJD" * 8
TEXT = ContentRef(id="text-1", sha256="0" * 64)


def registered(**changes: Any) -> TicketRegistered:
    fields = {
        "subject": "it.printer",
        "kind": "request",
        "channel": "web",
        "requester": "r1",
        "segment": "general",
        "language": "fa",
        "content": TEXT,
    }
    return TicketRegistered(**(fields | changes))


class Ticket:
    """Lets events happen to one ticket, as the chassis would."""

    def __init__(self, code: str = CODE) -> None:
        self.code = code
        self.ledger = Ledger()
        self.now = NOON
        self._seen = 0
        self.grounds = Grounds()

    def pass_time(self, **duration: float) -> None:
        self.now += timedelta(**duration)

    def decide(self, decide: Any, message: Any, **changes: Any) -> list[Event]:
        """Decide, and fold what was decided."""
        self._seen += 1
        context = {"cause": f"routing:{self._seen}", "actor": "person:desk", **changes}
        events = decide(
            self.ledger,
            message,
            Context(stream=self.code, at=self.now, now=self.now, **context),
            self.grounds,
        )
        for event in events:
            self.ledger = LEDGER.apply(self.ledger, event, self.now)
        return events

    def ids(self) -> list[str]:
        return list(self.ledger.deliveries)


def a_registered_ticket(**changes: Any) -> Ticket:
    ticket = Ticket()
    ticket.decide(handlers.send_code, registered(**changes))
    return ticket


def a_requester(**changes: Any) -> Requester:
    fields = {
        "id": "r1",
        "name": "مریم احمدی",
        "mobile": "+989121234567",
        "email": "maryam@example.com",
        "segment": "general",
        "language": "fa",
    }
    return Requester(**(fields | changes))


def a_person(person: str, **changes: Any) -> StaffContact:
    fields = {
        "id": person,
        "name": f"همکار {person}",
        "mobile": "+989350000000",
        "email": f"{person}@example.com",
        "language": "fa",
        "role": "expert",
        "unit": "it",
    }
    return StaffContact(**(fields | changes))


def a_case(**changes: Any) -> TicketView:
    fields = {
        "code": CODE,
        "state": "in_progress",
        "step": "in_progress",
        "workflow": "default",
        "subject": "it.printer",
        "kind": "request",
        "channel": "web",
        "requester": "r1",
        "unit": "it",
        "tier": 1,
        "owner": "desk",
        "assignee": "expert",
        "priority": 3,
        "registered_at": NOON,
        "updated_at": NOON,
        "finished_at": None,
        "waiting_for": None,
        "referrals": [],
        "reopened": 0,
        "rating": None,
        "touch_seconds": 0,
        "cost": 0,
        "version": 1,
    }
    return TicketView(**(fields | changes))


def a_clock(**changes: Any) -> ClockView:
    fields = {
        "clock": "first_response",
        "agreement": "ticket",
        "agreement_version": 1,
        "state": "running",
        "started_at": NOON,
        "due_at": NOON + timedelta(minutes=15),
        "target_seconds": 3600.0,
        "left_seconds": 0.0,
        "stopped_at": None,
        "breached_at": None,
        "held_by": None,
    }
    return ClockView(**(fields | changes))


def a_content(**changes: Any) -> TicketContent:
    fields = {
        "code": CODE,
        "title": "چاپگر کار نمی‌کند",
        "description": "از صبح",
        "subject": "it.printer",
        "kind": "request",
        "channel": "web",
        "registered_at": NOON,
        "registered_by": None,
        "requester": a_requester(),
        "messages": [],
    }
    return TicketContent(**(fields | changes))


def a_partner(**changes: Any) -> PartnerLink:
    fields = {
        "id": "telecom",
        "title": {"fa": "مخابرات", "en": "Telecom"},
        "kind": "peygir",
        "address": "https://telecom.example.com/api/v1/partners/ministry/events",
        "email": "desk@telecom.example.com",
        "language": "fa",
        "fields": ["title", "description", "reason", "kind", "priority", "due_at"],
        "active": True,
        "version": 1,
        "secrets": [SECRET],
    }
    return PartnerLink(**(fields | changes))


class People:
    """Stands for intake and routing; what is named in `away` does not answer."""

    def __init__(self, *, away: frozenset[str] = frozenset()) -> None:
        self.away = away
        self.known_requesters = {"r1": a_requester()}
        self.known_persons = {name: a_person(name) for name in ("desk", "expert", "boss", "chief")}
        self.known_roles = {("service_manager", "it"): ["boss"]}
        self.known_cases = {CODE: a_case()}
        self.known_texts = {TEXT.id: "کابل را وصل کنید."}
        self.known_clocks: dict[str, Any] = {}
        self.known_contents = {CODE: a_content()}
        self.known_partners = {"telecom": a_partner()}
        self.known_codes: dict[str, OneTimeCode] = {}
        self.known_titles = {CODE: "چاپگر کار نمی‌کند"}

    def requesters(self, ids: Any) -> dict[str, Requester]:
        return self._of(self.known_requesters, ids, "intake")

    def codes(self, ids: Any) -> dict[str, OneTimeCode]:
        return self._of(self.known_codes, ids, "intake")

    def titles(self, codes: Any) -> dict[str, str]:
        return self._of(self.known_titles, codes, "intake")

    def cases(self, codes: Any) -> dict[str, TicketView]:
        return self._of(self.known_cases, codes, "routing")

    def texts(self, ids: Any) -> dict[str, str]:
        return self._of(self.known_texts, ids, "routing")

    def staff(self, persons: Any, roles: Any) -> Staff:
        held = self._of(self.known_roles, roles, "routing")
        everyone = {*persons, *(person for holders in held.values() for person in holders)}
        return Staff(self._of(self.known_persons, everyone, "routing"), held)

    def clocks(self, codes: Any) -> dict[str, Any]:
        return self._of(self.known_clocks, codes, "sla")

    def contents(self, codes: Any) -> dict[str, Any]:
        return self._of(self.known_contents, codes, "intake")

    def partners(self, ids: Any) -> dict[str, PartnerLink]:
        return self._of(self.known_partners, ids, "routing")

    def _of(self, known: dict[Any, Any], asked: Any, service: str) -> dict[Any, Any]:
        if service in self.away:
            raise Unavailable("service_unavailable")
        return {name: known[name] for name in asked if name in known}
