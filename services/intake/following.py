"""What the holder of a code and its proof may do: follow the ticket, and write to it.

The proof is checked against the contact that was given with the ticket, not against all that is
known of the requester: see `domain/requester.py`.
"""

from datetime import datetime

from chassis.calls.call import Call
from chassis.errors import FieldFault, Invalid, NotFound, TooMany
from chassis.journal import Aggregates
from contracts.calls.intake import AddMessage, Message, Track, Tracked
from contracts.envelope import ContentRef
from contracts.forms.showing import shown
from services.intake import handlers
from services.intake.content import messages_of, tickets_in
from services.intake.domain import codes, guessing
from services.intake.domain.contact import Contact, proves
from services.intake.domain.request import checked_message
from services.intake.domain.text import sha256
from services.intake.domain.ticket import Ticket
from services.intake.forms import Forms
from services.intake.repository import Store
from services.intake.repository.claims import Claim
from services.intake.repository.dossiers import Dossier
from services.intake.settings import IntakeSettings

_NOBODY = Contact(name="")
_CHANNEL = "web"


def track(
    request: Track,
    call: Call,
    *,
    tickets: Aggregates[Ticket],
    store: Store,
    limits: IntakeSettings,
    forms: Forms,
) -> Tracked:
    """Give what may be shown; raises one refusal for an unknown code and for a wrong proof."""
    claim, dossier = _proven(request, call.now, store, limits)
    ticket = tickets_in({claim.code: dossier}, tickets).get(claim.code)
    if ticket is None:
        raise _refusal()
    answers = claim.content.answers
    return Tracked(
        code=claim.code,
        requester=ticket.requester,
        title=claim.content.title,
        subject=ticket.subject,
        kind=ticket.kind,
        channel=ticket.channel,
        registered_at=ticket.registered_at,
        messages=messages_of(ticket, dossier),
        answers=shown(forms.ready(answers.form, answers.version).form, answers.values, public=True)
        if answers
        else [],
    )


def add_message(
    request: AddMessage,
    call: Call,
    *,
    tickets: Aggregates[Ticket],
    store: Store,
    limits: IntakeSettings,
) -> Message:
    """Take a message in once per idempotency key; refuses as `track` does."""
    body = checked_message(request.text)
    claim, _dossier = _proven(request, call.now, store, limits)
    # The same for a repeat, another for another request under the same key.
    text_id = sha256(claim.code, call.cause, call.digest)[:32]
    store.texts.keep(text_id, stream=claim.code, body=body, at=call.at or call.now)
    arrival = handlers.Arrival(
        message=ContentRef(id=text_id, sha256=sha256(body)), channel=_CHANNEL
    )
    outcome = tickets.execute(claim.code, handlers.receive_message, arrival, call)
    received = outcome.state.messages[-1]
    return Message(id=received.id, at=received.at, text=body)


def _proven(
    request: Track | AddMessage, now: datetime, store: Store, limits: IntakeSettings
) -> tuple[Claim, Dossier]:
    """Give the claim that the proof opens, and the whole dossier; raises NotFound or TooMany.

    An unknown code costs the same work as a wrong proof: a dossier looked for, a proof compared, a
    failure counted.
    """
    if not codes.is_wellformed(request.code):
        raise Invalid("request_invalid", fields=[FieldFault(pointer="/code", code="code_mistyped")])
    keys = guessing.keys(request.code, request.address)
    failures = store.attempts.failures(keys, now)
    until = guessing.refused_until(
        failures, per_code=limits.proofs_per_code, per_address=limits.proofs_per_address
    )
    if until is not None:
        raise TooMany("too_many_proofs", retry_after=(until - now).total_seconds())
    dossier = store.dossiers.of(request.code)
    claim = dossier.claim
    if proves(request.proof, claim.content.contact if claim else _NOBODY) and claim:
        return claim, dossier
    store.attempts.count(keys, now=now, until=now + limits.proof_window)
    raise _refusal()


def _refusal() -> NotFound:
    return NotFound("tracking_refused")
