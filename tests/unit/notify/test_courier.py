"""The courier: each message once, none lost, and nobody waits for somebody else's trouble."""

from collections.abc import Mapping, Sequence
from typing import Any

import eventlet
import pytest

from chassis.errors import Unavailable
from services.notify.channels import NotTaken, Outgoing, Taken
from services.notify.domain.attempts import Attempts, Result, settle
from services.notify.links import Links
from services.notify.sending.courier import Courier
from services.notify.sending.rendering import Renderer
from tests.unit.notify.samples import CODE, People, Ticket, a_registered_ticket

RENDERER = Renderer(public_url="https://peygir.example.ir", zone="Asia/Tehran")
LINKS = Links(["k" * 32], "https://peygir.example.ir")
PAUSES = (5.0, 30.0)


class OneTicket:
    """One ticket's ledger as the courier meets it."""

    draining = False

    def __init__(self, ticket: Ticket) -> None:
        self.ticket = ticket
        self.refusals = 0

    def now(self) -> Any:
        return self.ticket.now

    def begin(self) -> None:
        """Have nothing to forget."""

    def due(self, channel: str, passing_over: Any, _most: int) -> list[str]:
        owed = self.ticket.ledger.owed(self.ticket.now, frozenset({channel}))
        return [CODE] if owed and CODE not in passing_over else []

    def fresh(self, codes: Sequence[str]) -> Any:
        return dict.fromkeys(codes, self.ticket.ledger)

    def record(self, results: Mapping[str, Sequence[Result]]) -> set[str]:
        if self.refusals:
            self.refusals -= 1
            raise Unavailable("database_unavailable")
        for mine in results.values():
            self.ticket.decide(settle, Attempts(results=list(mine), pauses=PAUSES))
        return set()


class Wire:
    """A channel that answers as it is told, then well."""

    width = 2

    def __init__(self, *faults: Exception) -> None:
        self.faults = list(faults)
        self.sent: list[Outgoing] = []

    def send(self, outgoing: Outgoing) -> Taken:
        if self.faults:
            raise self.faults.pop(0)
        self.sent.append(outgoing)
        return Taken("wire", str(len(self.sent)))


class Key:
    """A lease."""

    term = 1

    def __init__(self, *, ours: bool = True, taken: bool = True) -> None:
        self.ours, self.taken = ours, taken

    def acquire(self) -> bool:
        return self.taken

    def held(self) -> bool:
        return self.ours


class Nobody:
    """Spares nobody."""

    def begin(self) -> None:
        """Have nothing to forget."""

    def take(self, _item: Any) -> None:
        return None

    def tell(self, _hand: Any) -> None:
        """Have nothing to tell."""


class Post:
    """A courier with everything around it."""

    def __init__(self, sms: Wire | None = None, people: People | None = None) -> None:
        self.sms, self.email = sms or Wire(), Wire()
        self.ledgers = OneTicket(a_registered_ticket())
        channels = {"sms": self.sms, "email": self.email}
        self.courier = Courier(
            self.ledgers,
            people or People(),
            RENDERER,
            channels,
            links=LINKS,
            digests=Nobody(),
        )

    def run(self, key: Key | None = None) -> None:
        with eventlet.Timeout(5):
            self.courier.run(key or Key(), pause=0.001)

    def states(self) -> list[tuple[str, str | None]]:
        deliveries = self.ledgers.ticket.ledger.deliveries.values()
        return [(each.state, each.reason) for each in deliveries]


def test_what_is_owed_is_sent_once():
    post = Post()

    post.run()
    post.run()

    assert [len(post.sms.sent), len(post.email.sent)] == [1, 1]
    assert post.states() == [("sent", None), ("sent", None)]
    assert post.sms.sent[0].id == post.ledgers.ticket.ids()[0]


def test_a_failed_message_is_tried_again_when_its_time_has_come():
    post = Post(sms=Wire(NotTaken("provider_error")))

    post.run()
    post.run()
    early = len(post.sms.sent)
    post.ledgers.ticket.pass_time(seconds=5)
    post.run()

    assert (early, len(post.sms.sent)) == (0, 1)
    assert not post.sms.sent[0].in_doubt


def test_after_an_attempt_without_an_answer_the_next_one_is_in_doubt():
    post = Post(sms=Wire(NotTaken("timeout")))

    post.run()
    post.ledgers.ticket.pass_time(seconds=5)
    post.run()

    assert post.sms.sent[0].in_doubt


def test_a_provider_that_is_away_is_left_alone_for_a_while():
    post = Post(sms=Wire(NotTaken("unreachable", closed=True)))

    post.run()
    post.ledgers.ticket.pass_time(seconds=5)
    post.run()

    assert post.sms.sent == []
    assert post.states() == [("queued", "unreachable"), ("sent", None)]


def test_nothing_is_sent_without_the_lease():
    post = Post()

    post.run(Key(taken=False))

    assert post.states() == [("queued", None), ("queued", None)]


def test_a_lease_lost_meanwhile_stops_what_is_not_yet_sent():
    post = Post()
    key = Key(ours=False)
    turns = iter([True, True, True, False])
    key.acquire = lambda: next(turns)

    post.run(key)

    assert [post.sms.sent, post.email.sent] == [[], []]


def test_an_outcome_is_kept_until_it_is_stored(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("services.notify.sending.bookkeeping._PAUSE_SECONDS", 0.001)
    post = Post()
    post.ledgers.refusals = 3

    post.run()

    assert [len(post.sms.sent), len(post.email.sent)] == [1, 1]
    assert post.states() == [("sent", None), ("sent", None)]


def test_a_message_that_cannot_be_addressed_now_waits_without_an_attempt():
    people = People(away=frozenset({"intake"}))
    post = Post(people=people)

    post.run()

    assert post.states() == [("queued", None), ("queued", None)]
    assert all(not each.attempts for each in post.ledgers.ticket.ledger.deliveries.values())


def test_a_fault_of_our_own_is_an_attempt_like_any_other():
    post = Post(sms=Wire(KeyError("messageid")))

    post.run()

    assert post.states() == [("queued", "internal_fault"), ("sent", None)]


def test_a_process_about_to_stop_takes_no_more():
    post = Post()
    post.ledgers.draining = True

    post.run()

    assert post.states() == [("queued", None), ("queued", None)]
