"""An expected date that was told is corrected, by day, and not once it is over."""

from datetime import timedelta

import pytest

from contracts.notify import NotificationQueued, NotificationSuppressed
from contracts.routing import TicketDone
from contracts.sla import SlaForetold
from services.notify import handlers
from services.notify.domain.corrections import correct
from services.notify.domain.ladders import Grounds
from services.notify.domain.policy import Policy, QuietHours, RoleTerms
from services.notify.sending.wording import Wording
from tests.unit.notify.samples import NOON, a_registered_ticket

# Noon in Tehran.
DAY = timedelta(days=1)
LATER = SlaForetold(expected_at=NOON + 5 * DAY, was=NOON + DAY)
MORNING = NOON.replace(hour=4, minute=30) + DAY
DONE = TicketDone(state="done", step="done", by="expert", result="solved")


def queued(events):
    return {
        event.channel: event.not_before for event in events if isinstance(event, NotificationQueued)
    }


def test_the_requester_is_told_by_sms_and_email():
    events = a_registered_ticket().decide(correct, LATER)

    assert queued(events) == {"sms": None, "email": None}
    assert {event.template for event in events} == {"expected"}
    assert {event.recipient for event in events} == {"requester:r1"}
    assert {event.particulars.expected_at for event in events} == {NOON + 5 * DAY}


def test_at_night_the_sms_waits_for_the_morning():
    ticket = a_registered_ticket()
    ticket.pass_time(hours=10)

    assert queued(ticket.decide(correct, LATER)) == {"sms": MORNING, "email": None}


def test_a_policy_says_otherwise():
    siesta = QuietHours(zone="Asia/Tehran", week={"sunday": ["11:00-16:00"]})
    ticket = a_registered_ticket()
    ticket.grounds = Grounds(Policy(roles={"requester": RoleTerms(quiet=siesta)}))

    assert queued(ticket.decide(correct, LATER))["sms"] == NOON.replace(hour=12, minute=30)


@pytest.mark.parametrize(("decide", "event"), [(handlers.tell_done, DONE), (correct, LATER)])
def test_what_waits_for_the_morning_is_not_told_once_it_is_overtaken(decide, event):
    ticket = a_registered_ticket()
    ticket.pass_time(hours=10)
    owed = {each.delivery for each in ticket.decide(correct, LATER)}

    overtaken = [
        each.delivery
        for each in ticket.decide(decide, event)
        if isinstance(each, NotificationSuppressed)
    ]

    assert set(overtaken) == owed


def test_a_day_is_told_in_the_calendar_of_the_language():
    assert Wording("fa", "Asia/Tehran").day(NOON) == "یکشنبه ۱۴۰۵/۰۹/۰۱"
    assert Wording("en", "Asia/Tehran").day(NOON) == "Sunday, 2026-11-22"
