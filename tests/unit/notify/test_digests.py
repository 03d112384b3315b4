"""Thousands of marks drown nobody: few messages a person, and no delivery lost from the ledger."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import eventlet
import msgspec
import pytest
from msgspec.structs import replace

from contracts.notify import Particulars
from contracts.sla import Notice, SlaBreached, SlaWarned
from services.notify import handlers
from services.notify.channels import NotTaken, Outgoing, Taken
from services.notify.domain.attempts import Attempts, Result, settle
from services.notify.domain.deliveries import Delivery, Ledger, index
from services.notify.domain.policy import Digest as Terms
from services.notify.domain.policy import Policy
from services.notify.links import Links
from services.notify.repository import Digest
from services.notify.sending.courier import Courier
from services.notify.sending.digests import Teller, said
from services.notify.sending.gathering import Gathering
from services.notify.sending.rendering import Renderer
from services.notify.sending.sparing import Spared, after
from tests.unit.notify.samples import NOON, People, Ticket, a_case, a_clock, a_person, registered
from tests.unit.notify.test_courier import Key

TICKETS, EXPERTS = 5000, 10
TEN_MINUTES = timedelta(minutes=10)
SPARING = {"digest": {"most": 3, "within": "PT10M"}}
POLICY = msgspec.convert({"roles": dict.fromkeys(("assignee", "service_manager"), SPARING)}, Policy)
PAUSES = (5.0, 30.0)
RENDERER = Renderer(public_url="https://peygir.example.ir", zone="Asia/Tehran")
LINKS = Links(["k" * 32], "https://peygir.example.ir")


class Town:
    """The ledgers of many tickets."""

    draining = False

    def __init__(self, number: int) -> None:
        self.tickets = {f"{code:012d}": Ticket(f"{code:012d}") for code in range(number)}
        self.instant = NOON
        self.fields: dict[str, dict[str, Any]] = {}

    def now(self) -> datetime:
        return self.instant

    def begin(self) -> None:
        """Have nothing to forget."""

    def due(self, channel: str, passing_over: Any, most: int) -> list[str]:
        found = []
        for code, fields in self.fields.items():
            at = fields.get("next_attempt_at", {}).get(channel)
            if at is not None and at <= self.instant and code not in passing_over:
                found.append(code)
        return found[:most]

    def fresh(self, codes: Sequence[str]) -> dict[str, Ledger]:
        return {code: self.tickets[code].ledger for code in codes}

    def gathered(self, digest: str, _most: int) -> dict[str, Ledger]:
        return {
            code: self.tickets[code].ledger
            for code, fields in self.fields.items()
            if digest in fields.get("digests", ())
        }

    def record(self, results: Mapping[str, Sequence[Result]]) -> set[str]:
        for code, mine in results.items():
            attempts = Attempts(results=list(mine), pauses=PAUSES)
            self._decide(code, settle, attempts)
        return set()

    def happens(self, decide: Any, event: Any) -> None:
        for code in self.tickets:
            self._decide(code, decide, event)

    def _decide(self, code: str, decide: Any, message: Any) -> None:
        ticket = self.tickets[code]
        ticket.now = self.instant
        ticket.decide(decide, message)
        self.fields[code] = index(ticket.ledger)

    def deliveries(self) -> list[Delivery]:
        return [each for t in self.tickets.values() for each in t.ledger.deliveries.values()]


class Shelf:
    """The digests as stored."""

    def __init__(self) -> None:
        self.kept: dict[str, Digest] = {}

    def open(self, digest: Digest) -> None:
        self.kept.setdefault(digest.id, digest)

    def all(self) -> list[Digest]:
        return list(self.kept.values())

    def due(self, now: datetime) -> list[Digest]:
        return [each for each in self.kept.values() if each.at <= now]

    def change(self, digest: Digest) -> None:
        self.kept[digest.id] = digest

    def close(self, digests: Sequence[str]) -> None:
        for name in digests:
            del self.kept[name]


class Wire:
    """A channel that takes everything but what it is told to refuse."""

    width = 4

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []
        self.faults: list[NotTaken] = []

    def send(self, outgoing: Outgoing) -> Taken:
        if self.faults:
            raise self.faults.pop(0)
        self.sent.append(outgoing)
        return Taken("wire")


class Office:
    """A courier that spares people, with everything around it."""

    def __init__(self, tickets: int) -> None:
        self.town, self.shelf = Town(tickets), Shelf()
        self.wires = {"sms": Wire(), "push": Wire(), "email": Wire()}
        self.people = people_of(self.town)
        self.start()

    def start(self) -> None:
        """Begin as a new sender, who remembers nothing."""
        teller = Teller(self.shelf, self.town, self.people, RENDERER, PAUSES)
        gathering = Gathering(self.shelf, self.town, teller, lambda: POLICY)  # type: ignore[arg-type]
        self.courier = Courier(
            self.town, self.people, RENDERER, self.wires, links=LINKS, digests=gathering
        )

    def run(self) -> None:
        with eventlet.Timeout(100):
            self.courier.run(Key(), pause=0.001)
            self.courier._told_at = float("-inf")
            self.courier.run(Key(), pause=0.001)
            while self.courier._telling:
                eventlet.sleep(0.001)

    def pass_window(self) -> None:
        """Let the window end, its digests be told, and what they told be recorded."""
        self.town.instant += TEN_MINUTES + timedelta(seconds=2)
        self.run()
        self.town.instant += timedelta(seconds=2)
        self.run()


def people_of(town: Town) -> People:
    people = People()
    for number, code in enumerate(town.tickets):
        expert = f"expert-{number % EXPERTS}"
        people.known_persons[expert] = a_person(expert, mobile=f"+98935000000{number % EXPERTS}")
        people.known_cases[code] = a_case(code=code, assignee=expert)
    return people


def warned(mark: int, channel: str = "sms") -> SlaWarned:
    return SlaWarned(
        clock="first_response",
        mark=mark,
        alarm_at=NOON,
        due_at=NOON + timedelta(hours=1),
        left_seconds=1800,
        notices=[Notice(role="assignee", channel=channel)],
    )


BREACHED = SlaBreached(
    clock="first_response",
    mark=100,
    alarm_at=NOON,
    due_at=NOON,
    priority=3,
    notices=[Notice(role="service_manager", channel="push")],
)


@pytest.fixture(autouse=True)
def _in_no_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.notify.sending.bookkeeping._PACE_SECONDS", 0.001)


def test_five_thousand_tickets_with_three_marks_each_drown_nobody(capsys: Any):
    office = Office(TICKETS)
    marks = (
        (handlers.warn, warned(50)),
        (handlers.warn, warned(75)),
        (handlers.sound_alarm, BREACHED),
    )
    for decide, event in marks:
        office.town.happens(decide, event)
        office.run()
        office.pass_window()

    told = Counter(each.address for wire in office.wires.values() for each in wire.sent)
    deliveries = office.town.deliveries()
    with capsys.disabled():
        print(f"\n{len(deliveries)} deliveries, messages a person: {sorted(told.values())}")
    assert len(deliveries) == 3 * TICKETS
    assert Counter(each.state for each in deliveries) == {"sent": 3 * TICKETS}
    assert told.pop("person:boss") == 4
    assert dict(told) == dict.fromkeys((f"+98935000000{n}" for n in range(EXPERTS)), 8)
    assert sum(each.digest is not None for each in deliveries) == 3 * TICKETS - sum((4, 80)) + 21
    assert office.shelf.kept == {}


def test_a_digest_is_in_the_ledger_of_every_ticket_and_names_the_worst():
    office = Office(40)
    office.town.happens(handlers.sound_alarm, BREACHED)
    office.run()
    gathered = [each for each in office.town.deliveries() if each.state == "gathered"]
    office.pass_window()

    (digest,) = {each.digest for each in office.town.deliveries() if each.digest}
    told = office.wires["push"].sent
    assert (len(gathered), len(told)) == (37, 4)
    assert "۳۷" in told[-1].subject
    assert [each.to for each in office.town.deliveries() if each.digest == digest] == [
        "person:boss"
    ] * 37


def test_a_sender_that_takes_over_keeps_the_window_and_loses_nothing():
    office = Office(40)
    office.town.happens(handlers.sound_alarm, BREACHED)
    office.run()

    office.start()
    office.town.happens(handlers.warn, replace(warned(75), notices=BREACHED.notices))
    office.run()

    assert len(office.wires["push"].sent) == 3
    office.pass_window()
    assert {each.state for each in office.town.deliveries()} == {"sent"}
    assert len(office.wires["push"].sent) == 4


def test_a_digest_that_fails_is_tried_again_as_the_same_message():
    office = Office(20)
    office.town.happens(handlers.warn, warned(75))
    office.run()
    sms = office.wires["sms"]
    singles = len(sms.sent)
    assert singles == 20  # two a person: nobody has enough yet

    office.town.happens(handlers.warn, warned(90))
    office.run()
    sms.faults = [NotTaken("timeout")] * EXPERTS
    office.pass_window()
    office.town.instant += timedelta(seconds=10)
    office.run()
    office.town.instant += timedelta(seconds=2)
    office.run()

    assert {each.state for each in office.town.deliveries()} == {"sent"}
    again = sms.sent[-EXPERTS:]
    assert all(each.in_doubt for each in again)
    assert len({each.id for each in again}) == EXPERTS


def test_a_digest_that_nobody_can_be_sent_fails_for_each_of_its_messages():
    office = Office(10)
    office.town.happens(handlers.sound_alarm, BREACHED)
    office.run()
    office.wires["push"].faults = [NotTaken("no_device", lasting=True)]
    office.pass_window()

    states = Counter((each.state, each.reason) for each in office.town.deliveries())
    assert states == {("sent", None): 3, ("failed", "no_device"): 7}
    assert office.shelf.kept == {}


def test_what_is_no_longer_so_is_left_out_of_the_digest():
    office = Office(60)
    office.town.happens(handlers.warn, warned(75))
    office.run()
    kept = a_clock(state="met", stopped_at=NOON)
    office.people.known_clocks = {code: [kept] for code in office.town.tickets}
    office.pass_window()

    states = Counter((each.state, each.reason) for each in office.town.deliveries())
    assert states == {("sent", None): 30, ("suppressed", "no_longer_so"): 30}
    assert len(office.wires["sms"].sent) == 30


def test_letters_and_other_peoples_messages_are_not_gathered():
    office = Office(40)
    office.town.happens(handlers.send_code, registered())
    office.run()

    assert {each.state for each in office.town.deliveries()} == {"sent"}
    assert office.shelf.kept == {}


def test_each_window_begins_with_the_first_message():
    spared, terms = Spared(), Terms(most=1, within=TEN_MINUTES)
    judge = lambda minutes: spared.judge(  # noqa: E731
        "person:boss", "sms", terms, NOON + timedelta(minutes=minutes)
    )

    first, second, third, later = judge(0), judge(1), judge(9), judge(10)

    assert (first, later) == (None, None)
    assert second == third
    assert second is not None
    assert second.at == NOON + TEN_MINUTES


def test_by_another_channel_somebody_has_been_told_nothing_yet():
    spared, terms = Spared(), Terms(most=1, within=TEN_MINUTES)

    assert spared.judge("person:boss", "sms", terms, NOON) is None
    assert spared.judge("person:boss", "push", terms, NOON) is None
    assert spared.judge("person:boss", "sms", terms, NOON) is not None


def test_a_digest_that_failed_often_enough_is_given_up():
    assert after(NOON, 1, PAUSES) == NOON + timedelta(seconds=5)
    assert after(NOON, 3, PAUSES) is None


def test_a_ticket_that_is_late_and_was_warned_of_counts_once_as_late():
    def delivery(name: str, template: str) -> Delivery:
        return Delivery(
            id=name,
            template=template,
            channel="sms",
            recipient="role:assignee",
            state="gathered",
            queued_at=NOON,
            updated_at=NOON,
            particulars=Particulars(clock="resolution", due_at=NOON),
        )

    told = said(
        {
            "1": [delivery("a", "sla_warning"), delivery("b", "sla_breach")],
            "2": [delivery("c", "sla_warning")],
        }
    )

    assert (told["late"], told["near"]) == (1, 1)
    assert [line.code for line in told["worst"]] == ["1", "2"]
