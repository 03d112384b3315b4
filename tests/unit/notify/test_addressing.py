"""Who is written to, at which address, and what the templates get to know."""

from datetime import timedelta
from typing import Any

from chassis.errors import NotFound
from contracts.calls.requesters import OneTimeCode
from contracts.intake import RequesterCodeAsked, TicketMessageReceived
from contracts.routing import TicketAnswered
from contracts.sla import Notice, SlaBreached, SlaWarned
from services.notify import handlers
from services.notify.domain.attempts import Accepted, Attempts, Pointless, Shared, settle
from services.notify.sending.addressing import Addressed, Unaddressed, address
from services.notify.sending.answers import Owed
from tests.unit.notify.samples import (
    CODE,
    NOON,
    TEXT,
    People,
    Ticket,
    a_case,
    a_registered_ticket,
    a_requester,
)

MESSAGE = TicketMessageReceived(message=TEXT, channel="web")


def refuse(_codes: Any) -> Any:
    raise NotFound("method_not_found")


def addressed(ticket: Ticket, people: People, after: int = 0) -> list[Any]:
    owed = [Owed(CODE, each) for each in ticket.ledger.deliveries.values()]
    return address(owed[after:], people, ticket.now)


def a_breached_ticket() -> Ticket:
    ticket = a_registered_ticket()
    ticket.decide(
        handlers.sound_alarm,
        SlaBreached(
            clock="resolution",
            mark=100,
            alarm_at=NOON,
            due_at=NOON,
            priority=3,
            notices=[Notice(role="service_manager", channel="sms")],
        ),
    )
    return ticket


def test_the_requester_is_written_to_at_his_addresses():
    sms, email = addressed(a_registered_ticket(), People())

    assert (sms.address, email.address) == ("+989121234567", "maryam@example.com")
    assert (sms.values["title"], email.values["title"]) == ("", "چاپگر کار نمی‌کند")
    assert email.values["name"] == "مریم احمدی"
    assert email.to is None


def test_who_has_no_mobile_gets_no_sms():
    people = People()
    people.known_requesters["r1"] = a_requester(mobile=None)

    sms, email = addressed(a_registered_ticket(), people)

    assert sms.result == Pointless(delivery=sms.owed.delivery.id, reason="no_address")
    assert isinstance(email, Addressed)


def test_an_erased_requester_is_nobody():
    people = People()
    people.known_requesters = {}

    sms, _email = addressed(a_registered_ticket(), people)

    assert sms.result.reason == "no_recipient"


def test_a_message_waits_only_for_the_service_it_needs():
    ticket = a_registered_ticket()
    ticket.decide(handlers.bring_answer, TicketAnswered(by="desk", answer=TEXT, first=True))

    found = addressed(ticket, People(away=frozenset({"routing"})))

    assert [isinstance(each, Addressed) for each in found] == [True, True, False, False]
    assert all(each.result is None for each in found if isinstance(each, Unaddressed))


def test_a_question_that_is_refused_holds_up_only_what_depends_on_it():
    ticket, people = a_registered_ticket(), People()
    people.titles = refuse

    sms, email = addressed(ticket, people)

    assert isinstance(sms, Addressed)
    assert email.result is None


def test_a_role_reaches_who_holds_the_work_when_it_is_sent():
    ticket, people = a_registered_ticket(), People()
    ticket.decide(handlers.pass_message_on, MESSAGE)
    people.known_cases[CODE] = a_case(assignee="chief", owner="chief")

    (found,) = addressed(ticket, people, after=2)

    assert (found.to, found.address, found.results) == ("person:chief", "chief@example.com", ())


def test_who_works_on_it_and_who_owns_it_are_both_told():
    ticket = a_registered_ticket()
    ticket.decide(handlers.pass_message_on, MESSAGE)

    (found,) = addressed(ticket, People(), after=2)

    assert found.to == "person:expert"
    assert found.results == (Shared(delivery=found.owed.delivery.id, persons=["person:desk"]),)


def test_the_owner_is_told_where_the_work_waits_in_a_queue():
    ticket, people = a_registered_ticket(), People()
    ticket.decide(handlers.pass_message_on, MESSAGE)
    people.known_cases[CODE] = a_case(assignee=None)

    (found,) = addressed(ticket, people, after=2)

    assert (found.to, found.results) == ("person:desk", ())


def test_the_service_manager_is_the_one_of_the_tickets_unit():
    (found,) = addressed(a_breached_ticket(), People(), after=2)

    assert found.to == "person:boss"
    assert found.values["clock"] == "resolution"


def test_a_role_that_nobody_holds_is_told_to_nobody():
    people = People()
    people.known_roles = {}

    (found,) = addressed(a_breached_ticket(), people, after=2)

    assert found.result.reason == "no_recipient"


def test_a_warning_that_was_held_up_says_what_is_left_now():
    ticket = a_registered_ticket()
    ticket.decide(
        handlers.warn,
        SlaWarned(
            clock="first_response",
            mark=75,
            alarm_at=NOON,
            due_at=NOON + timedelta(minutes=15),
            left_seconds=900,
            notices=[Notice(role="assignee", channel="sms")],
        ),
    )
    ticket.pass_time(minutes=5)

    (found,) = addressed(ticket, People(), after=2)

    assert found.values["left"] == 600


def test_who_wants_to_be_told_by_one_channel_is_not_told_by_the_other():
    people = People()
    people.known_requesters["r1"] = a_requester(told_by="email")

    sms, email = addressed(a_registered_ticket(), people)

    assert sms.result == Pointless(delivery=sms.owed.delivery.id, reason="not_wanted")
    assert isinstance(email, Addressed)


def test_who_wants_a_channel_that_does_not_reach_him_is_told_by_the_other():
    people = People()
    people.known_requesters["r1"] = a_requester(told_by="email", email=None)

    sms, email = addressed(a_registered_ticket(), people)

    assert isinstance(sms, Addressed)
    assert email.result.reason == "no_address"


def asked_for_a_code() -> Ticket:
    ticket = Ticket("requester:r1")
    ticket.decide(handlers.bring_code, RequesterCodeAsked(code="c1", channel="sms"))
    return ticket


def test_a_one_time_code_goes_to_the_contact_that_is_proved_whatever_is_wanted():
    people = People()
    people.known_requesters["r1"] = a_requester(told_by="email")
    code = OneTimeCode(code="384950", address="+989129999999", language="en", minutes=5)
    people.known_codes["c1"] = code

    (sms,) = addressed(asked_for_a_code(), people)

    assert (sms.address, sms.language) == ("+989129999999", "en")
    assert sms.values["one_time"] == code


def test_a_one_time_code_that_is_over_is_not_sent():
    (sms,) = addressed(asked_for_a_code(), People())

    assert sms.result.reason == "no_recipient"


def test_the_ledger_of_who_often_comes_in_stays_short():
    ticket = asked_for_a_code()
    for _ in range(3):
        for id_ in ticket.ids():
            sent = Attempts(results=[Accepted(delivery=id_, provider="x")], pauses=(1.0,))
            ticket.decide(settle, sent)
        ticket.decide(handlers.bring_code, RequesterCodeAsked(code="c2", channel="sms"))

    assert len(ticket.ids()) == 1
