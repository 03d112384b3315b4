"""Ladders: step after step until somebody takes note, and no step once it is no longer so."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from chassis.decisions import Due
from chassis.errors import Conflict
from contracts.calls.notify import RetryDelivery
from contracts.envelope import Event
from contracts.notify import NotificationSuppressed
from contracts.sla import Notice, Rung, SlaBreached, SlaWarned
from services.notify import handlers
from services.notify.domain.acknowledging import Acknowledge, acknowledge
from services.notify.domain.attempts import (
    Accepted,
    Attempts,
    Pointless,
    Refused,
    Shared,
    send_again,
    settle,
)
from services.notify.domain.deliveries import index
from services.notify.domain.ladders import Grounds, climb
from services.notify.domain.policy import Policy, QuietHours, RoleTerms
from tests.unit.notify.samples import CODE, NOON, Ticket, a_clock, a_registered_ticket

TEN_MINUTES = timedelta(minutes=10)
MANAGER = "service_manager"
LADDER = Notice(
    role=MANAGER,
    channel="push",
    holder=1,
    acknowledge_within=TEN_MINUTES,
    then=[
        Rung(role=MANAGER, channel="sms", holder=1, acknowledge_within=TEN_MINUTES),
        Rung(role=MANAGER, channel="email", holder=2),
    ],
)
NIGHT = QuietHours(zone="UTC", week={"sunday": ["00:00-24:00"]})


def breached(*notices: Notice) -> SlaBreached:
    return SlaBreached(
        clock="first_response",
        mark=100,
        alarm_at=NOON,
        due_at=NOON,
        priority=3,
        notices=list(notices),
    )


def warned(*notices: Notice) -> SlaWarned:
    return SlaWarned(
        clock="first_response",
        mark=75,
        alarm_at=NOON,
        due_at=NOON + timedelta(minutes=15),
        left_seconds=900,
        notices=list(notices),
    )


def on_ladder(notice: Notice = LADDER) -> Ticket:
    ticket = a_registered_ticket()
    ticket.decide(handlers.sound_alarm, breached(notice))
    return ticket


def steps(ticket: Ticket) -> list[tuple[str, str]]:
    return [
        (each.channel, each.state)
        for each in ticket.ledger.deliveries.values()
        if each.ladder is not None
    ]


def last(ticket: Ticket) -> str:
    return ticket.ids()[-1]


def ring(ticket: Ticket) -> list[Event]:
    return ticket.decide(climb, Due(at=ticket.now))


def sent(ticket: Ticket, delivery: str) -> None:
    accepted = Accepted(delivery=delivery, provider="wire", to="person:boss")
    ticket.decide(settle, Attempts(results=[accepted], pauses=(5.0,)))


def types(events: list[Event]) -> list[str]:
    return [event.type for event in events]


def test_the_first_step_is_told_at_once_and_the_next_one_has_its_time():
    ticket = on_ladder()

    assert steps(ticket) == [("push", "queued")]
    assert index(ticket.ledger)["due_at"] == NOON + TEN_MINUTES


def test_before_its_time_no_step_follows():
    ticket = on_ladder()
    ticket.pass_time(minutes=9)

    assert ring(ticket) == []


def test_who_does_not_acknowledge_is_told_by_the_next_channel_then_the_next_person():
    ticket = on_ladder()
    sent(ticket, last(ticket))
    for _ in range(2):
        ticket.pass_time(minutes=10)
        ring(ticket)

    told = [each for each in ticket.ledger.deliveries.values() if each.ladder]
    assert [(each.channel, each.holder, each.step) for each in told] == [
        ("push", 1, 1),
        ("sms", 1, 2),
        ("email", 2, 3),
    ]
    assert all(each.particulars.clock == "first_response" for each in told)
    assert "due_at" not in index(ticket.ledger)


def test_a_step_is_told_once_however_often_its_time_rings():
    ticket = on_ladder()
    ticket.pass_time(minutes=10)

    assert types(ring(ticket)) == ["notification.queued"]
    assert ring(ticket) == []
    assert steps(ticket) == [("push", "queued"), ("sms", "queued")]


def test_a_step_that_reaches_nobody_is_followed_at_once():
    ticket = on_ladder()
    ticket.pass_time(seconds=1)
    pointless = Pointless(delivery=last(ticket), reason="no_address")
    ticket.decide(settle, Attempts(results=[pointless], pauses=(5.0,)))

    assert index(ticket.ledger)["due_at"] == ticket.now
    ring(ticket)
    assert steps(ticket) == [("push", "suppressed"), ("sms", "queued")]


def test_a_failed_attempt_that_is_tried_again_hurries_nobody():
    ticket = on_ladder()
    refused = Refused(delivery=last(ticket), code="timeout")
    ticket.decide(settle, Attempts(results=[refused], pauses=(5.0,)))

    assert index(ticket.ledger)["due_at"] == NOON + TEN_MINUTES


def test_a_step_to_several_is_followed_at_once_only_when_it_reached_none_of_them():
    ticket = on_ladder(
        Notice(role=MANAGER, channel="sms", then=[Rung(role="supervisor", channel="sms")])
    )
    first = last(ticket)
    results = [
        Shared(delivery=first, persons=["person:chief"]),
        Refused(delivery=first, code="invalid_number", lasting=True),
    ]
    ticket.decide(settle, Attempts(results=results, pauses=(5.0,)))
    assert "due_at" not in index(ticket.ledger)

    refused = Refused(delivery=last(ticket), code="invalid_number", lasting=True)
    ticket.decide(settle, Attempts(results=[refused], pauses=(5.0,)))
    assert index(ticket.ledger)["due_at"] == ticket.now


def test_an_acknowledgement_ends_the_ladder_and_takes_off_what_is_still_owed():
    ticket = on_ladder()
    first = last(ticket)
    sent(ticket, first)
    ticket.pass_time(minutes=10)
    ring(ticket)

    events = ticket.decide(acknowledge, Acknowledge(delivery=first, how="link"))

    assert types(events) == ["notification.acknowledged", "notification.suppressed"]
    assert ticket.ledger.deliveries[first].acknowledged_by == "person:boss"
    assert steps(ticket) == [("push", "sent"), ("sms", "suppressed")]
    ticket.pass_time(minutes=20)
    assert (ring(ticket), ticket.ledger.ladders) == ([], {})


def test_acknowledging_twice_is_acknowledging_once():
    ticket = on_ladder()
    request = Acknowledge(delivery=last(ticket), how="api", by="person:boss")

    ticket.decide(acknowledge, request)

    assert ticket.decide(acknowledge, request) == []


def test_what_the_requester_was_told_is_not_for_staff_to_acknowledge():
    ticket = a_registered_ticket()

    with pytest.raises(Conflict):
        ticket.decide(acknowledge, Acknowledge(delivery=last(ticket), how="api"))


def test_what_was_sent_while_somebody_took_note_is_recorded_as_sent():
    ticket = on_ladder()
    first = last(ticket)
    ticket.pass_time(minutes=10)
    ring(ticket)
    second = last(ticket)
    ticket.decide(acknowledge, Acknowledge(delivery=first, how="link"))

    sent(ticket, second)

    assert ticket.ledger.deliveries[second].state == "sent"


def test_nobody_else_is_told_of_a_step_once_its_ladder_has_ended():
    ticket = on_ladder(Notice(role=MANAGER, channel="sms", acknowledge_within=TEN_MINUTES))
    first = last(ticket)
    ticket.decide(acknowledge, Acknowledge(delivery=first, how="api", by="person:boss"))
    results = [
        Shared(delivery=first, persons=["person:chief"]),
        Accepted(delivery=first, provider="wire"),
    ]

    events = ticket.decide(settle, Attempts(results=results, pauses=(5.0,)))

    assert types(events) == ["notification.sent"]


def test_trying_a_step_again_does_not_begin_the_ladder_anew():
    ticket = on_ladder()
    first = last(ticket)
    refused = Refused(delivery=first, code="invalid_number", lasting=True)
    ticket.decide(settle, Attempts(results=[refused], pauses=(5.0,)))
    ring(ticket)
    ticket.decide(acknowledge, Acknowledge(delivery=last(ticket), how="api", by="person:boss"))

    ticket.decide(send_again, RetryDelivery(code=CODE, delivery=first))

    assert ticket.ledger.ladders == {}
    assert ticket.ledger.deliveries[first].state == "queued"


@pytest.mark.parametrize(
    ("mark", "clock", "reason"),
    [
        (breached, {"state": "breached", "breached_at": NOON, "stopped_at": NOON}, "met"),
        (breached, {"state": "cancelled"}, "cancelled"),
        (breached, {}, "breach_withdrawn"),
        (warned, {"state": "met", "stopped_at": NOON}, "met"),
        (warned, {"state": "paused", "due_at": None, "held_by": "requester"}, "paused"),
        (warned, {"due_at": NOON + timedelta(hours=2)}, "replanned"),
    ],
)
def test_when_its_reason_is_gone_the_ladder_ends(mark, clock, reason):
    ticket = a_registered_ticket()
    decide = handlers.sound_alarm if mark is breached else handlers.warn
    ticket.decide(decide, mark(LADDER))
    ticket.pass_time(minutes=10)
    ticket.grounds = Grounds(clocks={CODE: [a_clock(**clock)]})

    events = ring(ticket)

    assert types(events) == ["notification.ladder_ended", "notification.suppressed"]
    assert events[0].reason == reason
    assert isinstance(events[1], NotificationSuppressed)
    assert ticket.ledger.ladders == {}


@pytest.mark.parametrize(
    ("mark", "clock"),
    [
        (breached, {"state": "breached", "breached_at": NOON}),
        (breached, {"state": "breached", "breached_at": NOON, "held_by": "requester"}),
        (warned, {}),
        (warned, {"state": "breached", "breached_at": NOON}),
    ],
)
def test_as_long_as_it_is_so_the_ladder_goes_on(mark, clock):
    ticket = a_registered_ticket()
    decide = handlers.sound_alarm if mark is breached else handlers.warn
    ticket.decide(decide, mark(LADDER))
    ticket.pass_time(minutes=10)
    ticket.grounds = Grounds(clocks={CODE: [a_clock(**clock)]})

    assert types(ring(ticket)) == ["notification.queued"]


def test_while_sla_does_not_answer_the_ladder_goes_on():
    ticket = on_ladder()
    ticket.pass_time(minutes=10)

    assert types(ring(ticket)) == ["notification.queued"]


def test_the_last_step_ends_the_ladder_when_its_time_is_over():
    ticket = on_ladder(Notice(role=MANAGER, channel="sms", acknowledge_within=TEN_MINUTES))
    ticket.pass_time(minutes=10)

    (ended,) = ring(ticket)

    assert (ended.type, ended.reason) == ("notification.ladder_ended", "climbed")


def test_in_quiet_hours_a_step_waits_and_its_time_begins_when_they_end():
    ticket = a_registered_ticket()
    ticket.grounds = Grounds(policy=Policy(roles={MANAGER: RoleTerms(quiet=NIGHT)}))

    ticket.decide(handlers.sound_alarm, breached(LADDER))

    monday = NOON.replace(day=23, hour=0, minute=0)
    assert ticket.ledger.owed(ticket.now, frozenset({"push"})) == []
    assert index(ticket.ledger)["next_attempt_at"]["push"] == monday
    assert index(ticket.ledger)["due_at"] == monday + TEN_MINUTES


def test_an_urgent_ladder_knows_no_quiet_hours():
    ticket = a_registered_ticket()
    ticket.grounds = Grounds(policy=Policy(roles={MANAGER: RoleTerms(quiet=NIGHT)}))
    ticket.decide(handlers.sound_alarm, breached(replace(LADDER, urgent=True)))
    ticket.pass_time(minutes=10)
    ring(ticket)

    owed = ticket.ledger.owed(ticket.now, frozenset({"push", "sms"}))
    assert [each.step for each in owed if each.ladder] == [1, 2]


def test_of_an_imported_ticket_no_ladder_begins():
    ticket = a_registered_ticket(imported=True)

    ticket.decide(handlers.sound_alarm, breached(LADDER))

    assert (ticket.ledger.ladders, steps(ticket)) == ({}, [])
