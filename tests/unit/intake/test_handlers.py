from datetime import UTC, datetime, timedelta

import pytest

from chassis.decisions import Context
from chassis.errors import Conflict, Invalid
from contracts.calls.intake import DefineSubject, Subject
from contracts.envelope import ContentRef
from contracts.intake import SubjectDefined, TicketMessageReceived, TicketRegistered
from services.intake import handlers
from services.intake.domain.subject import SUBJECTS
from services.intake.domain.ticket import TICKETS, Received, Ticket

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
REGISTRATION = handlers.Registration(
    subject="it.network",
    kind="incident",
    channel="phone",
    language="fa",
    requester="ab12",
    segment="general",
    content=ContentRef(id="123456789012", sha256="00"),
    registered_by="desk",
    workflow="default",
)
CATALOGUE = {
    name: Subject(id=name, parent=parent, kind="request", title={})
    for name, parent in (("it", None), ("it.network", "it"))
}


def a_context(*, exists=True, at=NOW, imported=False):
    return Context(
        stream="123456789012",
        at=at,
        now=NOW,
        actor="person:desk",
        cause="cause",
        exists=exists,
        imported=imported,
    )


def test_registering_opens_the_ticket():
    (event,) = handlers.register_ticket(Ticket(), REGISTRATION, a_context(exists=False), None)

    ticket = TICKETS.fold([(event, NOW)])

    assert isinstance(event, TicketRegistered)
    assert not event.imported
    assert (ticket.subject, ticket.requester, ticket.registered_by) == (
        "it.network",
        "ab12",
        "desk",
    )
    assert ticket.registered_at == NOW


def test_an_imported_ticket_says_so():
    context = a_context(exists=False, at=NOW - timedelta(days=30), imported=True)

    (event,) = handlers.register_ticket(Ticket(), REGISTRATION, context, None)

    assert event.imported


def test_a_code_is_opened_once():
    with pytest.raises(Conflict):
        handlers.register_ticket(Ticket(), REGISTRATION, a_context(exists=True), None)


def test_a_message_is_added_to_the_ticket():
    arrival = handlers.Arrival(message=ContentRef(id="m1", sha256="00"), channel="web")

    (event,) = handlers.receive_message(Ticket(), arrival, a_context(), None)
    ticket = TICKETS.apply(Ticket(), event, NOW)

    assert isinstance(event, TicketMessageReceived)
    assert ticket.messages == (Received(id="m1", at=NOW, channel="web"),)


def test_more_messages_than_a_person_writes_are_refused():
    arrival = handlers.Arrival(message=ContentRef(id="m", sha256="00"), channel="web")
    full = Ticket(messages=tuple(Received(id=str(n), at=NOW, channel="web") for n in range(500)))

    with pytest.raises(Conflict, match="too_many_messages"):
        handlers.receive_message(full, arrival, a_context(), None)


def test_a_subject_is_defined_below_a_known_one():
    request = DefineSubject(id="it.web", kind="request", title={"en": "Web"}, parent="it")

    (event,) = handlers.define_subject(SUBJECTS.initial(), request, a_context(), CATALOGUE)

    assert event == SubjectDefined(kind="request", parent="it", active=True)
    assert SUBJECTS.fold([(event, NOW)]).parent == "it"


@pytest.mark.parametrize(
    ("subject", "parent", "code"),
    [
        ("it.web", "nothing", "subject_unknown"),
        ("it", "it.network", "subject_below_itself"),
        ("it", "it", "subject_below_itself"),
    ],
)
def test_a_subject_cannot_hang_nowhere_or_below_itself(subject, parent, code):
    request = DefineSubject(id=subject, kind="request", title={"en": "x"}, parent=parent)

    with pytest.raises(Invalid) as raised:
        handlers.define_subject(SUBJECTS.initial(), request, a_context(), CATALOGUE)

    assert [(fault.pointer, fault.code) for fault in raised.value.fields] == [("/parent", code)]
