"""What supervisors are told of how full their units are."""

from contracts.notify import NotificationQueued, NotificationSuppressed
from contracts.routing import BrokenPromise, UnitOvercommitted, UnitRelieved
from services.notify import loads
from tests.unit.notify.samples import CODE, NOON, Ticket

UNIT = "unit:network"
TITLE = {"fa": "شبکه", "en": "Network"}
FULL = UnitOvercommitted(
    level="full",
    title=TITLE,
    committed=12.0,
    per_day=2.0,
    done_at=NOON,
    promises=[BrokenPromise(code=CODE, due_at=NOON, ends_at=None)],
    number=1,
    told=["zahra", "ali"],
)
RELIEVED = UnitRelieved(level="full", since=NOON, title=TITLE, room=3, told=["zahra", "ali"])


def test_every_supervisor_is_told_which_unit_and_how_many_promises():
    events = Ticket(UNIT).decide(loads.warn, FULL)

    assert [(each.recipient, each.channel) for each in events] == [
        ("person:zahra", "email"),
        ("person:ali", "email"),
    ]
    said = events[0].particulars
    assert (said.words, said.state, said.number, said.expected_at) == (TITLE, "full", 1, NOON)


def test_what_is_still_to_be_sent_is_taken_back_without_a_word():
    unit = Ticket(UNIT)
    unit.decide(loads.warn, FULL)

    events = unit.decide(loads.ease, RELIEVED)

    assert [type(each) for each in events] == [NotificationSuppressed] * 2
    assert {each.state for each in unit.ledger.deliveries.values()} == {"suppressed"}


def test_what_was_sent_is_taken_back_by_a_message():
    events = Ticket(UNIT).decide(loads.ease, RELIEVED)

    assert [type(each) for each in events] == [NotificationQueued] * 2
    assert (events[0].template, events[0].particulars.number) == ("relieved", 3)


def test_a_stronger_warning_takes_the_place_of_one_that_waits():
    unit = Ticket(UNIT)
    unit.decide(loads.warn, FULL)

    unit.decide(loads.warn, FULL)

    assert (
        sorted(each.state for each in unit.ledger.deliveries.values())
        == ["queued"] * 2 + ["suppressed"] * 2
    )
