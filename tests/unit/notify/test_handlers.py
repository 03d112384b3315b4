"""Which event leads to which notice."""

from typing import Any

import pytest

from chassis.errors import NotFound
from contracts.envelope import Event
from contracts.intake import TicketMessageReceived
from contracts.notify import NotificationQueued, NotificationSuppressed
from contracts.routing import (
    TicketAnswered,
    TicketApprovalAsked,
    TicketApprovalGiven,
    TicketAssigned,
    TicketDeclined,
    TicketDone,
    TicketEscalated,
    TicketFinished,
    TicketMoved,
    TicketNoticeAsked,
    TicketReopened,
    TicketSentBack,
    TicketTaskAssigned,
    TicketWaiting,
    TicketWithdrawn,
)
from contracts.sla import Notice, SlaBreached, SlaWarned
from services.notify import handlers
from tests.unit.notify.samples import NOON, TEXT, Ticket, a_registered_ticket, registered

IN_PROGRESS = {"state": "in_progress", "step": "in_progress"}
ASSIGNED = TicketAssigned(assignee="expert", unit="it", tier=1, **IN_PROGRESS)
REQUESTER, RESPONSIBLE = "requester:r1", "role:responsible"


def owed(events: list[Event]) -> list[tuple[str, str, str]]:
    assert all(isinstance(event, NotificationQueued) for event in events)
    return [(event.template, event.recipient, event.channel) for event in events]


def test_who_registers_is_sent_the_code_by_sms_and_email():
    events = Ticket().decide(handlers.send_code, registered())

    assert owed(events) == [("registered", REQUESTER, "sms"), ("registered", REQUESTER, "email")]


def test_the_assignee_is_told_and_the_requester_by_email_when_it_comes_at_once():
    events = a_registered_ticket().decide(handlers.tell_of_assignment, ASSIGNED)

    assert owed(events) == [
        ("assigned", "person:expert", "email"),
        ("in_progress", REQUESTER, "email"),
    ]


def test_an_assignment_that_took_its_time_is_told_by_sms_too():
    ticket = a_registered_ticket()
    ticket.pass_time(minutes=5)

    events = ticket.decide(handlers.tell_of_assignment, ASSIGNED)

    assert ("in_progress", REQUESTER, "sms") in owed(events)


def test_the_requester_is_told_only_once_that_work_has_begun():
    ticket = a_registered_ticket()
    ticket.decide(handlers.tell_of_assignment, ASSIGNED)

    events = ticket.decide(handlers.tell_of_assignment, ASSIGNED)

    assert owed(events) == [("assigned", "person:expert", "email")]


def test_who_takes_work_himself_is_not_told_of_it():
    events = a_registered_ticket().decide(
        handlers.tell_of_assignment, ASSIGNED, actor="person:expert"
    )

    assert owed(events) == [("in_progress", REQUESTER, "email")]


@pytest.mark.parametrize(
    ("decide", "event", "template", "text"),
    [
        (
            handlers.tell_of_escalation,
            TicketEscalated(referral="f1", by="expert", from_tier=1, to_tier=2, to_unit="it"),
            "escalated",
            None,
        ),
        (
            handlers.ask_requester,
            TicketWaiting(
                state="waiting", step="waiting", waiting_for="requester", by="desk", question=TEXT
            ),
            "question",
            TEXT.id,
        ),
        (
            handlers.bring_answer,
            TicketAnswered(by="desk", answer=TEXT, first=True),
            "answer",
            TEXT.id,
        ),
        (
            handlers.tell_done,
            TicketDone(state="done", step="done", by="expert", result="solved"),
            "done",
            None,
        ),
        (
            handlers.tell_finished,
            TicketFinished(state="finished", step="finished", by="boss", result="solved"),
            "finished",
            None,
        ),
        (
            handlers.tell_declined,
            TicketDeclined(state="declined", step="declined", by="boss", reason=TEXT),
            "declined",
            TEXT.id,
        ),
    ],
)
def test_the_requester_is_told_of_each_step_by_sms_and_email(
    decide: Any, event: Event, template: str, text: str | None
):
    events = a_registered_ticket().decide(decide, event)

    assert owed(events) == [(template, REQUESTER, "sms"), (template, REQUESTER, "email")]
    assert {event.particulars.text for event in events} == {text}


WORDS = {"fa": "گذرنامهٔ شما چاپ شد.", "en": "Your passport was printed."}


def a_move(tells: dict[str, str] | None) -> TicketMoved:
    return TicketMoved(
        **IN_PROGRESS, action="printed", by="expert", from_step="printing", tells=tells
    )


def test_the_requester_is_told_of_a_step_that_has_a_sentence():
    ticket = a_registered_ticket()

    events = ticket.decide(handlers.tell_of_step, a_move(WORDS))

    assert owed(events) == [("step", REQUESTER, "sms"), ("step", REQUESTER, "email")]
    assert {event.particulars.words["en"] for event in events} == {WORDS["en"]}
    assert ticket.decide(handlers.tell_of_step, a_move(None)) == []


def test_a_transition_has_those_told_whom_it_names():
    ticket = a_registered_ticket()

    to_role = ticket.decide(handlers.pass_notice_on, TicketNoticeAsked(role="owner", text=WORDS))
    to_him = ticket.decide(handlers.pass_notice_on, TicketNoticeAsked(role="requester", text=WORDS))

    assert owed(to_role) == [("notice", "role:owner", "email")]
    assert owed(to_him) == [("step", REQUESTER, "sms"), ("step", REQUESTER, "email")]


def test_who_is_given_a_task_is_told_and_who_takes_it_is_not():
    ticket, event = (
        a_registered_ticket(),
        TicketTaskAssigned(task="legal", assignee="omid", unit="legal", tier=1),
    )

    assert owed(ticket.decide(handlers.tell_of_task, event)) == [
        ("assigned", "person:omid", "email")
    ]
    assert ticket.decide(handlers.tell_of_task, event, actor="person:omid") == []


@pytest.mark.parametrize("waiting_for", ["supplier", "unit"])
def test_waiting_for_somebody_else_is_no_business_of_the_requester(waiting_for: str):
    event = TicketWaiting(state="waiting", step="waiting", waiting_for=waiting_for, by="expert")

    assert a_registered_ticket().decide(handlers.ask_requester, event) == []


def test_owner_and_assignee_hear_of_a_message_by_email():
    event = TicketMessageReceived(message=TEXT, channel="web")

    events = a_registered_ticket().decide(handlers.pass_message_on, event)

    assert owed(events) == [("message_received", RESPONSIBLE, "email")]


def test_work_that_is_sent_back_is_told_to_the_assignee_with_the_reason():
    event = TicketSentBack(by="boss", reason=TEXT, **IN_PROGRESS)

    events = a_registered_ticket().decide(handlers.tell_sent_back, event)

    assert owed(events) == [("sent_back", "role:assignee", "email")]
    assert events[0].particulars.text == TEXT.id


@pytest.mark.parametrize(
    ("decide", "event", "template"),
    [
        (
            handlers.tell_reopened,
            TicketReopened(by="boss", from_state="finished", times=1, **IN_PROGRESS),
            "reopened",
        ),
        (
            handlers.tell_withdrawn,
            TicketWithdrawn(state="withdrawn", step="withdrawn", by="desk"),
            "withdrawn",
        ),
    ],
)
def test_both_sides_hear_of_a_turn(decide: Any, event: Event, template: str):
    events = a_registered_ticket().decide(decide, event)

    assert owed(events) == [
        (template, REQUESTER, "sms"),
        (template, REQUESTER, "email"),
        (f"{template}_staff", RESPONSIBLE, "email"),
    ]


def test_a_warning_goes_to_whom_the_agreement_names_with_the_time_left():
    event = SlaWarned(
        clock="first_response",
        mark=75,
        alarm_at=NOON,
        due_at=NOON,
        left_seconds=900,
        notices=[Notice(role="assignee", channel="sms")],
    )

    events = a_registered_ticket().decide(handlers.warn, event)

    assert owed(events) == [("sla_warning", "role:assignee", "sms")]
    assert events[0].particulars.left_seconds == 900


def test_a_breach_goes_to_each_role_by_each_channel_once():
    both = [Notice(role="service_manager", channel=channel) for channel in ("sms", "email", "sms")]
    event = SlaBreached(
        clock="first_response", mark=100, alarm_at=NOON, due_at=NOON, priority=3, notices=both
    )

    events = a_registered_ticket().decide(handlers.sound_alarm, event)

    assert owed(events) == [
        ("sla_breach", "role:service_manager", "sms"),
        ("sla_breach", "role:service_manager", "email"),
    ]


def test_the_same_event_again_owes_nothing_more():
    ticket = a_registered_ticket()
    answered = TicketAnswered(by="desk", answer=TEXT, first=True)
    ticket.decide(handlers.bring_answer, answered, cause="routing:7")

    events = ticket.decide(handlers.bring_answer, answered, cause="routing:7")

    assert events == []


def test_a_second_answer_is_a_message_of_its_own():
    ticket = a_registered_ticket()
    answered = TicketAnswered(by="desk", answer=TEXT, first=True)
    ticket.decide(handlers.bring_answer, answered)

    events = ticket.decide(handlers.bring_answer, answered)

    assert len(events) == 2


def test_of_an_imported_ticket_nobody_is_told_then_or_later():
    ticket = Ticket()

    first = ticket.decide(handlers.send_code, registered(imported=True))
    later = ticket.decide(handlers.tell_of_assignment, ASSIGNED)

    assert {type(event) for event in first + later} == {NotificationSuppressed}
    assert {event.reason for event in first + later} == {"imported"}
    assert ticket.ledger.owed(NOON, frozenset({"sms", "email"})) == []


def test_an_event_about_a_ticket_that_nobody_registered_is_refused():
    event = TicketAnswered(by="desk", answer=TEXT, first=True)

    with pytest.raises(NotFound, match="ticket_not_found"):
        Ticket().decide(handlers.bring_answer, event)


def test_those_whose_turn_it_is_are_told_that_their_consent_is_waited_for():
    ticket = a_registered_ticket()
    asked = TicketApprovalAsked(step="consent", seats=["role:manager"], needs=1, told=["boss"])
    given = TicketApprovalGiven(seat=0, by="boss", verdict="approved", told=["mina"])

    first = ticket.decide(handlers.ask_for_consent, asked)
    second = ticket.decide(handlers.ask_for_consent, given)

    assert owed(first) == [("consent", "person:boss", "email")]
    assert owed(second) == [("consent", "person:mina", "email")]
