"""What partners outside are told, and what nobody else is told because of them."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from contracts import partners as wire
from contracts.notify import NotificationQueued
from contracts.routing import (
    TicketAnswered,
    TicketAssigned,
    TicketDeclined,
    TicketDone,
    TicketFinished,
    TicketHandedOff,
    TicketMerged,
    TicketPartnerHeard,
    TicketPartnerWritten,
    TicketSentOut,
    TicketTakenBack,
    TicketTakenIn,
    TicketWaiting,
    TicketWithdrawn,
)
from services.notify import handlers, partners
from services.notify.partners import beside
from services.notify.sending.addressing import Addressed, Unaddressed, address
from services.notify.sending.answers import Owed
from tests.unit.notify.samples import (
    CODE,
    NOON,
    TEXT,
    People,
    Ticket,
    a_clock,
    a_partner,
    a_registered_ticket,
)

HANDOFF = {"handoff": "h1", "partner": "telecom", "kind": "peygir"}
SENT_OUT = TicketSentOut(**HANDOFF, by="expert", reason=TEXT)  # type: ignore[arg-type]
AT_WORK = TicketAssigned(
    assignee="expert", unit="it", tier=1, state="in_progress", step="in_progress"
)
ASKED = TicketWaiting(
    state="waiting", step="waiting", waiting_for="requester", by="desk", question=TEXT
)
ANSWERED = TicketAnswered(by="desk", answer=TEXT, first=True)
DONE = TicketDone(state="done", step="done", by="expert", result="solved")
FINISHED = TicketFinished(state="finished", step="finished", by="boss", result="solved")
DECLINED = TicketDeclined(state="declined", step="declined", by="boss", reason=TEXT)
WITHDRAWN = TicketWithdrawn(state="withdrawn", step="withdrawn", by="requester:r1")
MERGED = TicketMerged(state="merged", step="merged", by="desk", into="1")


def a_ticket_of_a_partner() -> Ticket:
    ticket = a_registered_ticket()
    taken = TicketTakenIn(partner="telecom", handoff="h1", reference="T-1")
    ticket.decide(partners.accept, taken)
    return ticket


def told(events: list[Any]) -> list[tuple[str, str | None]]:
    """What partners are told by events: the message's name and the state in it."""
    return [
        (event.template, event.particulars.state)
        for event in events
        if isinstance(event, NotificationQueued) and event.recipient == "partner:telecom"
    ]


def decided(ticket: Ticket, decide: Any, event: Any) -> list[tuple[str, str | None]]:
    return told(ticket.decide(beside(decide), event))


def test_a_partner_is_asked_to_do_the_work_by_its_own_channel():
    ticket = a_registered_ticket()

    (signed,) = ticket.decide(partners.hand_over, SENT_OUT)
    by_letter = msgspec.structs.replace(SENT_OUT, kind="email")
    (letter,) = a_registered_ticket().decide(partners.hand_over, by_letter)

    assert (signed.channel, signed.template) == ("partner", "handoff_requested")
    assert (signed.particulars.handoff, signed.particulars.text) == ("h1", TEXT.id)
    assert letter.channel == "email"


def test_a_partner_who_has_work_done_here_hears_how_it_goes_and_the_requester_is_he():
    ticket = a_ticket_of_a_partner()
    course = [
        (handlers.tell_of_assignment, AT_WORK),
        (handlers.tell_of_assignment, AT_WORK),
        (handlers.ask_requester, ASKED),
        (handlers.bring_answer, ANSWERED),
        (handlers.tell_done, DONE),
        (handlers.tell_finished, FINISHED),
    ]

    heard = [decided(ticket, decide, event) for decide, event in course]

    assert [each for each in heard if each] == [
        [("handoff_progressed", "in_progress")],
        [("handoff_asked", "waiting")],
        [("handoff_answered", "waiting")],
        [("handoff_progressed", "done")],
        [("handoff_closed", "finished")],
    ]
    to_requester = [
        each.template
        for each in ticket.ledger.deliveries.values()
        if each.recipient.startswith("requester:")
    ]
    assert set(to_requester) == {"registered"}
    numbers = [
        each.particulars.number
        for each in ticket.ledger.deliveries.values()
        if each.channel == "partner"
    ]
    assert numbers == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("decide", "event", "state"),
    [
        (handlers.tell_declined, DECLINED, "declined"),
        (handlers.tell_withdrawn, WITHDRAWN, "withdrawn"),
        (partners.nothing, MERGED, "merged"),
        (
            partners.nothing,
            TicketHandedOff(state="handed_off", step="x", by="boss", to="other", reference="1"),
            "handed_off",
        ),
    ],
)
def test_every_other_end_gives_the_work_back(decide: Any, event: Any, state: str):
    assert decided(a_ticket_of_a_partner(), decide, event) == [("handoff_rejected", state)]


def test_an_ordinary_ticket_concerns_no_partner():
    ticket = a_registered_ticket()

    for decide, event in [(handlers.tell_of_assignment, AT_WORK), (handlers.tell_done, DONE)]:
        plain = a_registered_ticket().decide(decide, event)
        assert len(ticket.decide(beside(decide), event)) == len(plain)
    assert ticket.ledger.client is None


@pytest.mark.parametrize("event", [WITHDRAWN, MERGED])
def test_an_end_of_ours_calls_the_work_back(event: Any):
    ticket = a_registered_ticket()
    ticket.decide(partners.hand_over, SENT_OUT)

    assert decided(ticket, partners.nothing, event) == [("handoff_recalled", None)]
    assert ticket.ledger.outside is None


def test_a_hand_off_that_ends_the_ticket_is_not_called_back():
    ticket = a_registered_ticket()
    ticket.decide(partners.hand_over, SENT_OUT)
    gone = TicketHandedOff(state="handed_off", step="x", by="boss", to="telecom", reference="1")

    assert decided(ticket, partners.nothing, gone) == []


def test_our_people_hear_what_the_partner_asks_and_that_the_work_is_back():
    ticket = a_registered_ticket()
    ticket.decide(partners.hand_over, SENT_OUT)
    heard = TicketPartnerHeard(**HANDOFF, said="asked", text=TEXT)  # type: ignore[arg-type]
    quiet = TicketPartnerHeard(**HANDOFF, said="progressed")  # type: ignore[arg-type]
    back = TicketTakenBack(**HANDOFF, by="partner:telecom", outcome="closed", held_seconds=1.0)  # type: ignore[arg-type]

    letters = [*ticket.decide(partners.pass_on, heard), *ticket.decide(partners.take_back, back)]

    assert ticket.decide(partners.pass_on, quiet) == []
    assert [each.template for each in letters] == ["partner_wrote", "partner_returned"]
    assert {(each.channel, each.recipient) for each in letters} == {("email", "role:responsible")}
    assert decided(ticket, handlers.tell_withdrawn, WITHDRAWN) == []


# -- what the messages say ---------------------------------------------------------------------


def messages(ticket: Ticket, people: People) -> list[wire.Message]:
    owed = [Owed(CODE, each) for each in ticket.ledger.deliveries.values()]
    found = [item for item in address(owed, people, NOON) if isinstance(item, Addressed)]
    return [
        msgspec.json.decode(item.values["message"], type=wire.Message)
        for item in found
        if item.owed.delivery.channel == "partner"
    ]


def a_request(*fields: str) -> wire.Data:
    ticket = a_registered_ticket()
    ticket.decide(partners.hand_over, SENT_OUT)
    people = People()
    people.known_clocks = {CODE: [a_clock(kind="resolution")]}
    if fields:
        people.known_partners = {"telecom": a_partner(fields=list(fields))}
    (message,) = messages(ticket, people)
    assert message.type == "handoff.requested"
    return message.data


def test_a_request_says_what_is_wanted_until_when_and_nothing_of_who_asked():
    data = a_request()

    assert (data.ticket, data.handoff, data.number) == (CODE, "h1", 1)
    assert (data.title, data.text) == ("چاپگر کار نمی‌کند", "کابل را وصل کنید.")
    assert (data.kind, data.priority) == ("request", 3)
    assert data.due_at is not None
    assert data.requester is None


def test_a_partner_sees_the_fields_that_it_may_see_and_no_others():
    data = a_request("title", "requester_name")

    assert data.requester == wire.Person(name="مریم احمدی")
    hidden = (data.description, data.text, data.kind, data.priority, data.due_at)
    assert (data.title, *hidden) == ("چاپگر کار نمی‌کند", None, None, None, None, None)


def test_the_clock_here_travels_with_every_message():
    ticket = a_ticket_of_a_partner()
    people = People()
    people.known_clocks = {
        CODE: [a_clock(kind="first_response"), a_clock(kind="resolution", due_at=NOON)]
    }

    (message,) = messages(ticket, people)

    assert message.type == "handoff.accepted"
    assert (message.data.due_at, message.data.your_ticket) == (NOON, "T-1")


def test_what_we_write_reaches_the_partner_with_its_text():
    ticket = a_registered_ticket()
    ticket.decide(partners.hand_over, SENT_OUT)
    written = TicketPartnerWritten(**HANDOFF, by="desk", text=TEXT)  # type: ignore[arg-type]
    ticket.decide(partners.write_to_partner, written)

    _, message = messages(ticket, People())

    assert (message.type, message.data.text) == ("handoff.written", "کابل را وصل کنید.")
    assert message.data.number == 2


def test_a_partner_is_told_what_the_workflow_says_in_its_language():
    ticket = a_registered_ticket()
    note = {"fa": "خط شعبه", "en": "The branch's line"}
    ticket.decide(
        partners.hand_over, msgspec.structs.replace(SENT_OUT, reason=None, note=note, generation=2)
    )
    people = People()
    told = []
    for fields in (["reason"], []):
        people.known_partners = {"telecom": a_partner(language="en", fields=fields)}
        (message,) = messages(ticket, people)
        told.append((message.data.text, message.data.generation))

    assert told == [("The branch's line", 2), (None, 2)]


@pytest.mark.parametrize("known", [{}, {"telecom": a_partner(active=False)}], ids=["none", "left"])
def test_who_is_no_partner_any_more_gets_nothing(known: Any):
    ticket = a_ticket_of_a_partner()
    people = People()
    people.known_partners = known
    owed = [Owed(CODE, ticket.ledger.deliveries[ticket.ids()[-1]])]

    (item,) = address(owed, people, NOON)

    assert isinstance(item, Unaddressed)
    assert item.result is not None
    assert item.result.reason == "no_recipient"  # type: ignore[union-attr]


@pytest.mark.parametrize("away", ["routing", "intake"])
def test_a_message_waits_for_whoever_knows_what_it_says(away: str):
    ticket = a_registered_ticket()
    ticket.decide(partners.hand_over, SENT_OUT)
    owed = [Owed(CODE, ticket.ledger.deliveries[ticket.ids()[-1]])]

    (item,) = address(owed, People(away=frozenset({away})), NOON)

    assert item == Unaddressed(owed[0], None)
