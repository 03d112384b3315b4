"""The way of one registration, from the request to the ticket's first commit.

The claim comes first: whoever repeats the command finds his code there, and a crash at any later
point leaves only what the repeat completes. One write is waited for until it is durable, the
commit; what was written before it is durable then as well (docs/adr/0003-journal.md).
"""

from typing import TypedDict

import msgspec

from chassis.calls.call import Call
from chassis.journal import Aggregates, Opened, Saving
from chassis.metrics import metric
from contracts.calls.intake import Registered, RegisterTicket
from contracts.envelope import ContentRef
from contracts.intake import StartedFrom
from services.intake import handlers, requesters
from services.intake.asking import asked
from services.intake.catalogue import Catalogue
from services.intake.domain.request import Checked
from services.intake.domain.requester import Profile, completed, recognised
from services.intake.domain.ticket import Ticket
from services.intake.repository import Store
from services.intake.repository.claims import Claim

#: Where every ticket stands right after registering, whatever its workflow.
_FIRST_STATE = "new"
#: Who may say which workflow a ticket follows; everybody else's follow the default.
_MAY_CHOOSE_WORKFLOW = frozenset({"importer", "admin", "integration", "service"})
_DEFAULT_WORKFLOW = "default"
_STAFF = "person:"


class Means(TypedDict):
    """What registering needs of the service."""

    tickets: Aggregates[Ticket]
    store: Store
    catalogue: Catalogue
    zone: str


def register(
    request: RegisterTicket,
    call: Call,
    *,
    tickets: Aggregates[Ticket],
    store: Store,
    catalogue: Catalogue,
    zone: str,
    split_from: str | None = None,
    started_from: StartedFrom | None = None,
) -> Registered:
    """Register once per idempotency key; raises Invalid, KeyReused or Unavailable."""
    content, subject = asked(request, call, catalogue, zone)
    candidates = store.profiles.look_for(content.contact)
    if requesters.is_trusted(call) and not content.contact.is_whole:
        content = _with_what_is_known(content, candidates())

    reign = store.reign()
    claim = store.claims.claim(call.cause, content, call.digest, call.at or call.now)
    requester = requesters.meet(content.contact, candidates(), request.language, call, store)
    answers = claim.content.answers
    registration = handlers.Registration(
        subject=subject.id,
        kind=subject.kind,
        channel=request.channel,
        language=request.language,
        requester=requester.id,
        segment=requester.segment,
        content=ContentRef(id=claim.code, sha256=claim.content.digest),
        registered_by=_registrar(call),
        workflow=_workflow(request, call),
        split_from=split_from,
        started_from=started_from,
        form=answers.reference if answers else None,
        answers=catalogue.routable(answers) if answers else {},
        figures=catalogue.figures(answers) if answers else {},
        mentions=catalogue.words.mentioned(claim.content.title, claim.content.description),
    )
    try:
        outcome = tickets.execute(
            claim.code,
            handlers.register_ticket,
            registration,
            call,
            new=True,
            when=Saving.SOON,
        )
    except Opened as opened:
        # The claim of the first try was lost with the server that had it.
        claim = msgspec.structs.replace(claim, code=opened.stream)
        outcome = tickets.execute(claim.code, handlers.register_ticket, registration, call)
        reign = None
    if store.reign() != reign:
        store.claims.keep(call.cause, claim, call.at or call.now)
        requesters.keep(requester, call, store)
    if not outcome.repeated:
        metric("peygir_tickets_registered_total", request.channel, subject.kind).inc()
    return _answer(claim, outcome.state)


def _with_what_is_known(content: Checked, candidates: list[Profile]) -> Checked:
    """Staff need not ask a known requester for his number again: it is the ticket's as well."""
    known = recognised(content.contact, candidates)
    return msgspec.structs.replace(content, contact=completed(content.contact, known))


def _registrar(call: Call) -> str | None:
    """Give the staff member who registers for somebody else."""
    if requesters.is_trusted(call) and call.identity.subject.startswith(_STAFF):
        return call.identity.subject.removeprefix(_STAFF)
    return None


def _workflow(request: RegisterTicket, call: Call) -> str:
    return request.workflow if call.identity.role in _MAY_CHOOSE_WORKFLOW else _DEFAULT_WORKFLOW


def _answer(claim: Claim, ticket: Ticket) -> Registered:
    return Registered(
        code=claim.code,
        state=_FIRST_STATE,
        subject=ticket.subject,
        kind=ticket.kind,
        channel=ticket.channel,
        registered_at=ticket.registered_at,
    )
