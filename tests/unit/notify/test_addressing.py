"""Who is written to, at which address, and what the templates get to know."""

from datetime import timedelta
from typing import Any

from chassis.errors import NotFound
from contracts.intake import TicketMessageReceived
from contracts.routing import TicketAnswered
from contracts.sla import Notice, SlaBreached, SlaWarned
from services.notify import handlers
from services.notify.domain.attempts import Pointless, Shared
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
