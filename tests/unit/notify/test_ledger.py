"""What attempts, receipts and operators make of a ticket's ledger."""

from datetime import timedelta

import pytest

from chassis.errors import Conflict, NotFound
from contracts.calls.notify import RetryDelivery
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
from services.notify.domain.receipts import Reported, take_receipt
from tests.unit.notify.samples import CODE, NOON, Ticket, a_registered_ticket

PAUSES = (5.0, 30.0)
BOTH = frozenset({"sms", "email"})


def attempt(ticket: Ticket, *results) -> list:
    return ticket.decide(settle, Attempts(results=list(results), pauses=PAUSES))


def sms_of(ticket: Ticket):
    return next(each for each in ticket.ledger.deliveries.values() if each.channel == "sms")


def test_a_message_is_owed_from_the_moment_it_is_queued():
    ticket = a_registered_ticket()

    assert index(ticket.ledger) == {"next_attempt_at": {"sms": NOON, "email": NOON}}
    assert [each.channel for each in ticket.ledger.owed(NOON, BOTH)] == ["sms", "email"]
    assert ticket.ledger.owed(NOON - timedelta(seconds=1), BOTH) == []


def test_a_sent_message_is_owed_no_more_and_waits_for_its_receipt():
    ticket = a_registered_ticket()
    sms = sms_of(ticket)

    attempt(ticket, Accepted(delivery=sms.id, provider="kavenegar", reference="77"))

    assert [each.channel for each in ticket.ledger.owed(NOON, BOTH)] == ["email"]
    assert index(ticket.ledger) == {
        "next_attempt_at": {"email": NOON},
        "open_receipts": [{"reference": "kavenegar:77", "sent_at": NOON}],
    }


def test_failed_attempts_follow_the_schedule_and_end():
    ticket = a_registered_ticket()
    sms = sms_of(ticket)
    due = []

    for _ in range(3):
        attempt(ticket, Refused(delivery=sms.id, code="provider_error"))
        due.append(sms_of(ticket).next_attempt_at)

    assert due == [NOON + timedelta(seconds=5), NOON + timedelta(seconds=30), None]
    assert (sms_of(ticket).state, sms_of(ticket).attempts) == ("failed", 3)
    assert sms_of(ticket).reason == "provider_error"


def test_a_lasting_refusal_is_the_last_attempt():
    ticket = a_registered_ticket()

    refused = Refused(delivery=sms_of(ticket).id, code="invalid_number", lasting=True)
    events = attempt(ticket, refused)

    assert events[0].final
    assert sms_of(ticket).state == "failed"


def test_a_message_without_an_address_is_suppressed():
    ticket = a_registered_ticket()

    attempt(ticket, Pointless(delivery=sms_of(ticket).id, reason="no_address"))

    assert (sms_of(ticket).state, sms_of(ticket).reason) == ("suppressed", "no_address")
    assert not ticket.ledger.imported


def test_what_another_sender_has_settled_stays_settled():
    ticket = a_registered_ticket()
    sms = sms_of(ticket)
    attempt(ticket, Accepted(delivery=sms.id, provider="kavenegar", reference="77"))

    events = attempt(ticket, Refused(delivery=sms.id, code="timeout"))

    assert events == []


def test_a_role_that_several_hold_is_owed_to_each_once():
    ticket = a_registered_ticket()
    sms = sms_of(ticket)
    shared = Shared(delivery=sms.id, persons=["person:chief"])

    attempt(ticket, shared, Refused(delivery=sms.id, code="timeout"))
    attempt(ticket, shared, Accepted(delivery=sms.id, provider="kavenegar", to="person:boss"))

    to_chief = [
        each for each in ticket.ledger.deliveries.values() if each.recipient == "person:chief"
    ]
    assert [each.template for each in to_chief] == ["registered"]
    assert sms_of(ticket).to == "person:boss"


def test_a_receipt_tells_that_a_message_arrived_once():
    ticket = a_registered_ticket()
    attempt(ticket, Accepted(delivery=sms_of(ticket).id, provider="kavenegar", reference="77"))
    arrived = Reported(provider="kavenegar", reference="77")

    ticket.decide(take_receipt, arrived)
    again = ticket.decide(take_receipt, arrived)

    assert sms_of(ticket).state == "delivered"
    assert again == []
    assert "open_receipts" not in index(ticket.ledger)


def test_a_receipt_may_say_that_it_did_not_arrive():
    ticket = a_registered_ticket()
    attempt(ticket, Accepted(delivery=sms_of(ticket).id, provider="kavenegar", reference="77"))

    ticket.decide(
        take_receipt, Reported(provider="kavenegar", reference="77", failure="undelivered")
    )

    assert (sms_of(ticket).state, sms_of(ticket).reason) == ("failed", "undelivered")


def test_an_operator_may_have_a_failed_message_tried_again():
    ticket = a_registered_ticket()
    sms = sms_of(ticket)
    attempt(ticket, Refused(delivery=sms.id, code="no_credit", lasting=True))
    ticket.pass_time(hours=1)

    ticket.decide(send_again, RetryDelivery(code=CODE, delivery=sms.id))

    assert sms_of(ticket).state == "queued"
    assert sms_of(ticket).next_attempt_at == ticket.now
    assert sms_of(ticket).attempts == 1


def test_only_failed_messages_can_be_tried_again():
    ticket = a_registered_ticket()

    with pytest.raises(Conflict, match="delivery_not_failed"):
        ticket.decide(send_again, RetryDelivery(code=CODE, delivery=sms_of(ticket).id))
    with pytest.raises(NotFound, match="delivery_not_found"):
        ticket.decide(send_again, RetryDelivery(code=CODE, delivery="0123"))
