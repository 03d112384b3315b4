"""Who is told of questions, reminders, mentions, merging, and who follows a ticket."""

from contracts.intake import TicketMessageReceived
from contracts.notify import NotificationQueued
from contracts.routing import (
    TicketAnswered,
    TicketChased,
    TicketDone,
    TicketFollowed,
    TicketHeard,
    TicketMentioned,
    TicketMerged,
    TicketUnfollowed,
    TicketUnitAsked,
    TicketUnitReplied,
    TicketWoken,
)
from services.notify import following, handlers
from tests.unit.notify.samples import TEXT, a_registered_ticket

ANSWERED = TicketAnswered(by="desk", answer=TEXT, first=True)
MERGED = TicketMerged(state="merged", step="merged", by="desk", into="210987654321")
MESSAGE = TicketMessageReceived(message=TEXT, channel="web")


def told(events):
    return [(event.template, event.recipient) for event in events]


def test_those_who_can_answer_are_asked_and_who_asked_hears_of_it():
    ticket = a_registered_ticket()
    asked = TicketUnitAsked(question="q", by="desk", unit="it", text=TEXT, told=["a", "b"])
    replied = TicketUnitReplied(question="q", by="a", unit="it", open_seconds=1, text=TEXT, to="c")

    questions = ticket.decide(handlers.tell_asked, asked)
    answers = ticket.decide(handlers.tell_replied, replied)

    assert told(questions) == [("unit_asked", "person:a"), ("unit_asked", "person:b")]
    assert told(answers) == [("unit_replied", "person:c")]
    assert {event.particulars.text for event in questions + answers} == {TEXT.id}


def test_of_a_question_that_was_taken_back_nobody_hears():
    back = TicketUnitReplied(
        question="q", by="a", unit="it", open_seconds=1, to="c", withdrawn=True
    )

    assert a_registered_ticket().decide(handlers.tell_replied, back) == []


def test_each_reminder_is_a_message_of_its_own():
    ticket = a_registered_ticket()
    chased = TicketChased(by="desk", unit="it", times=1, open_seconds=60, told=["expert"])

    first, second = (ticket.decide(handlers.tell_chased, chased) for _ in range(2))

    assert told(first) == told(second) == [("chased", "person:expert")]
    assert first[0].delivery != second[0].delivery


def test_who_is_mentioned_and_whose_time_has_come_are_told():
    ticket = a_registered_ticket()
    mentioned = TicketMentioned(by="desk", persons=["a"], note=TEXT)

    assert told(ticket.decide(handlers.tell_mentioned, mentioned)) == [("mentioned", "person:a")]
    woken = ticket.decide(handlers.tell_woken, TicketWoken(person="a"))
    assert told(woken) == [("woken", "person:a")]


def test_followers_are_told_of_what_they_want_but_not_of_what_they_did_themselves():
    ticket = a_registered_ticket()
    for person, news in (("a", ["answers"]), ("b", ["states"]), ("desk", ["answers"])):
        ticket.decide(following.begin, TicketFollowed(person=person, news=news))
    answer = following.telling("answers", handlers.bring_answer)
    done = following.telling("states", handlers.tell_done)

    answered = ticket.decide(answer, ANSWERED)
    finished = ticket.decide(done, TicketDone(state="done", step="done", by="x", result="solved"))
    ticket.decide(following.end, TicketUnfollowed(person="a"))
    later = ticket.decide(answer, ANSWERED)

    assert [e.recipient for e in answered if e.template == "followed_answers"] == ["person:a"]
    assert [e.recipient for e in finished if e.template == "followed_states"] == ["person:b"]
    assert not [e for e in later if e.template == "followed_answers"]


def test_a_ticket_that_nobody_follows_is_told_as_ever():
    events = a_registered_ticket().decide(
        following.telling("answers", handlers.bring_answer), ANSWERED
    )

    assert {event.template for event in events} == {"answer"}


def test_after_merging_the_other_ticket_tells_of_messages():
    merged, target = a_registered_ticket(), a_registered_ticket()

    notices = merged.decide(handlers.tell_merged, MERGED)
    own = merged.decide(handlers.pass_message_on, MESSAGE)
    heard = target.decide(handlers.tell_heard, TicketHeard(ticket="1", message=TEXT))

    assert {event.channel for event in notices if isinstance(event, NotificationQueued)} == {
        "sms",
        "email",
    }
    assert own == []
    assert told(heard) == [("message_received", "role:responsible")]
