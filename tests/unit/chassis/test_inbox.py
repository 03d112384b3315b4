"""The inbox with a fake receiver and a fake way to the other service."""

from collections import defaultdict
from datetime import UTC, datetime
from types import SimpleNamespace

import eventlet
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymongo.errors import AutoReconnect

from chassis.bus.inbox import Inbox
from chassis.errors import Conflict, NotFound, Unauthenticated, Unavailable
from contracts.envelope import CloudEvent

AT = datetime(2026, 3, 21, tzinfo=UTC)


def an_event(stream, sequence, *, event_type="ticket.message_received"):
    return CloudEvent(
        id=f"{stream}.{sequence}",
        source="/peygir/intake",
        type=f"ir.peygir.{event_type}.v1",
        subject=stream,
        time=AT,
        sequence=sequence,
        epoch="e",
        actor="anonymous",
    )


class Receiver:
    """Keeps what is applied; a cursor is stored with an effect only, as the journal does it."""

    def __init__(self):
        self.applied = defaultdict(list)
        self.stored = {}
        self.faults = {}

    def wants(self, event_type):
        return event_type == "ticket.message_received"

    def cursors(self, _source, streams):
        return {name: self.stored[name] for name in streams if name in self.stored}

    def receive(self, _source, events):
        return {stream: self._apply(stream, run) for stream, run in events.items()}

    def _apply(self, stream, run):
        for event in run:
            if event.sequence in self.faults.get(stream, ()):
                error = self.faults[stream][event.sequence]
                if not isinstance(error, (Conflict, Unavailable)):
                    raise error
                return error
            if self.wants(event.event_type) and event.sequence > self.stored.get(stream, 0):
                self.applied[stream].append(event.sequence)
                self.stored[stream] = event.sequence
        if any(self.wants(event.event_type) for event in run):
            self.stored[stream] = max(self.stored.get(stream, 0), run[-1].sequence)
        return None


class Journal:
    """Stands for the other service's journal, and for the call that reads it."""

    def __init__(self, streams):
        self.streams = streams
        self.fault = None
        self.asked = 0

    def query(self, method, request, _answer, **_options):
        assert method == "journal_read"
        self.asked += 1
        if self.fault is not None:
            raise self.fault
        return {
            stream: [event for event in self.streams[stream] if event.sequence > after]
            for stream, after in request.after.items()
        }


class Lagging:
    def __init__(self):
        self.rows = {}

    def streams(self, _source):
        return set(self.rows)

    def note(self, _source, stream, error):
        self.rows[stream] = error


def an_inbox(receiver, journal):
    inbox = Inbox()
    inbox.receiver = receiver
    inbox.lagging = Lagging()
    inbox.runtime = SimpleNamespace(settings=SimpleNamespace(handler_seconds=30))
    inbox._callers["intake"] = journal
    return inbox


def events_of(stream, count, unwanted=()):
    return [
        an_event(stream, n, **({"event_type": "ticket.opened"} if n in unwanted else {}))
        for n in range(1, count + 1)
    ]


@st.composite
def deliveries(draw):
    """Streams, and batches of their events: any order, repeated, some never."""
    streams = {}
    for name in "ab"[: draw(st.integers(1, 2))]:
        count = draw(st.integers(1, 8))
        unwanted = draw(st.sets(st.integers(1, count)))
        streams[name] = events_of(name, count, unwanted)
    everything = [event for run in streams.values() for event in run]
    messages = draw(st.lists(st.sampled_from(everything), max_size=25))
    sizes = draw(st.lists(st.integers(1, 6), min_size=len(messages), max_size=len(messages)))
    batches, at = [], 0
    while at < len(messages):
        batches.append(messages[at : at + sizes[len(batches)]])
        at += sizes[len(batches) - 1]
    restarts = draw(st.sets(st.integers(0, max(0, len(batches) - 1))))
    return streams, batches, restarts


@given(deliveries())
def test_however_events_come_each_is_applied_once_and_in_order(delivery):
    streams, batches, restarts = delivery
    receiver, journal = Receiver(), Journal(streams)
    inbox = an_inbox(receiver, journal)
    met = defaultdict(int)

    for number, batch in enumerate(batches):
        if number in restarts:
            inbox = an_inbox(receiver, journal)
        inbox.process("intake", batch)
        for event in batch:
            met[event.subject] = max(met[event.subject], event.sequence)

    for stream, run in streams.items():
        wanted = [event.sequence for event in run if receiver.wants(event.event_type)]
        applied = receiver.applied[stream]
        assert applied == wanted[: len(applied)]
        # A gap is filled with all that the journal has, so it may be more than was delivered.
        assert len(applied) >= sum(sequence <= met[stream] for sequence in wanted)


def test_events_in_order_need_no_question_to_the_journal():
    receiver, journal = Receiver(), Journal({"a": events_of("a", 3)})
    inbox = an_inbox(receiver, journal)

    for event in journal.streams["a"]:
        inbox.process("intake", [event])

    assert receiver.applied["a"] == [1, 2, 3]
    assert journal.asked == 0


def test_a_stream_that_fails_is_noted_and_the_others_go_on():
    receiver = Receiver()
    receiver.faults["a"] = {1: Conflict("sample_refuses")}
    inbox = an_inbox(receiver, Journal({}))

    inbox.process("intake", [an_event("a", 1), an_event("b", 1)])

    assert receiver.applied == {"b": [1]}
    assert inbox.lagging.rows["a"].code == "sample_refuses"


@pytest.mark.parametrize(
    "error",
    [RuntimeError("text"), eventlet.Timeout(), KeyError("x")],
    ids=lambda e: type(e).__name__,
)
def test_an_odd_failure_is_tracked_down_to_its_stream(error):
    receiver = Receiver()
    receiver.faults["b"] = {1: error}
    inbox = an_inbox(receiver, Journal({}))

    inbox.process("intake", [an_event(name, 1) for name in "abc"])

    assert receiver.applied == {"a": [1], "c": [1]}
    assert inbox.lagging.rows["b"].code == "handler_failed"


def test_events_of_a_lagging_stream_are_let_pass():
    receiver = Receiver()
    inbox = an_inbox(receiver, Journal({}))
    inbox.lagging.note("intake", "a", Conflict("earlier"))

    inbox.process("intake", [an_event("a", 2), an_event("b", 1)])

    assert receiver.applied == {"b": [1]}


@pytest.mark.parametrize("code", ["database_unavailable", "outcome_unknown", "contention"])
def test_trouble_with_our_own_database_notes_nothing_and_holds_the_batch(code):
    receiver = Receiver()
    receiver.faults["a"] = {1: Unavailable(code)}
    inbox = an_inbox(receiver, Journal({}))

    with pytest.raises(Unavailable):
        inbox.process("intake", [an_event("a", 1)])

    assert inbox.lagging.rows == {}


def test_a_database_that_is_away_is_no_failure_of_the_handler():
    receiver = Receiver()
    receiver.faults["a"] = {1: AutoReconnect("away")}
    inbox = an_inbox(receiver, Journal({}))

    with pytest.raises(Unavailable):
        inbox.process("intake", [an_event("a", 1), an_event("b", 1)])

    assert inbox.lagging.rows == {}


@pytest.mark.parametrize(
    "fault",
    [
        Unavailable("service_unavailable"),
        Unauthenticated("pass_invalid"),
        NotFound("no_such_method"),
    ],
    ids=lambda fault: fault.code,
)
def test_a_gap_that_cannot_be_filled_counts_as_the_other_service_being_away(fault):
    journal = Journal({"a": events_of("a", 3)})
    journal.fault = fault
    inbox = an_inbox(Receiver(), journal)

    inbox.process("intake", [an_event("a", 3), an_event("b", 1)])

    assert inbox.receiver.applied == {"b": [1]}
    assert isinstance(inbox.lagging.rows["a"], Unavailable)
    assert inbox.lagging.rows["a"].code == "service_unavailable"


def test_more_gaps_than_one_question_may_hold_are_asked_in_parts():
    streams = {f"s{n}": events_of(f"s{n}", 2) for n in range(1_100)}
    receiver, journal = Receiver(), Journal(streams)
    inbox = an_inbox(receiver, journal)

    inbox.process("intake", [run[-1] for run in streams.values()])

    assert all(receiver.applied[name] == [1, 2] for name in streams)
    assert journal.asked == 6


def test_a_stream_of_which_its_opener_has_told_nothing_yet_has_to_wait():
    receiver = Receiver()
    inbox = an_inbox(receiver, Journal({"a": events_of("a", 1), "b": []}))
    inbox.opened_by = "intake"

    pulled = inbox.pull(["a", "b"])

    assert (pulled["a"], receiver.applied) == (None, {"a": [1]})
    assert isinstance(pulled["b"], Unavailable)
    assert pulled["b"].code == "not_opened"


def test_what_is_behind_is_told_by_the_cursors_stored_or_remembered():
    receiver = Receiver()
    receiver.stored = {"a": 3, "b": 1}
    inbox = an_inbox(receiver, Journal({}))
    inbox.process("intake", [an_event("c", 1, event_type="ticket.opened")])

    assert sorted(inbox.behind("intake", {"a": 3, "b": 2, "c": 1, "d": 1})) == ["b", "d"]


def test_a_source_is_asked_only_for_the_heads_of_what_has_an_effect():
    class Source:
        def query(self, method, request, _answer, **_options):
            assert method == "journal_heads"
            return request.types

    inbox = an_inbox(Receiver(), Source())

    assert inbox.heads("intake", 0, 100, older=0.0) == ["ticket.message_received"]
