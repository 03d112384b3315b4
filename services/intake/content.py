"""What staff and other services are told of tickets' texts and requesters."""

from collections.abc import Mapping, Sequence
from typing import Any

from chassis.errors import FieldFault, Invalid
from chassis.journal import Aggregates
from contracts.calls.forms import FilledForm
from contracts.calls.intake import Message, Requester, SearchTickets, TicketContent
from contracts.forms.showing import shown
from services.intake.domain.answers import Answers, looked_for
from services.intake.domain.contact import Contact
from services.intake.domain.requester import Profile
from services.intake.domain.search import words_asked
from services.intake.domain.ticket import Ticket
from services.intake.forms import Forms
from services.intake.repository import Store
from services.intake.repository.dossiers import Dossier


def tickets_of(codes: Sequence[str], tickets: Aggregates[Ticket]) -> dict[str, Ticket]:
    """Give those tickets that exist, by code: new ones have no snapshot for a moment."""
    found = tickets.states(codes)
    missing = [code for code in codes if code not in found]
    if missing:
        tickets.mend(missing)
        found |= tickets.states(missing)
    return found


def tickets_in(dossiers: Mapping[str, Dossier], tickets: Aggregates[Ticket]) -> dict[str, Ticket]:
    """Give the same of those whose dossiers were looked up."""
    snapshots = {code: each.snapshot for code, each in dossiers.items() if each.snapshot}
    missing = [code for code in dossiers if code not in snapshots]
    found = {code: each.state for code, each in tickets.stored(snapshots).items()}
    return found | tickets_of(missing, tickets) if missing else found


def messages_of(ticket: Ticket, dossier: Dossier) -> list[Message]:
    """Give a ticket's messages, oldest first; an erased one is left out."""
    return [
        Message(id=item.id, at=item.at, text=dossier.bodies[item.id])
        for item in ticket.messages
        if item.id in dossier.bodies
    ]


def describe(
    codes: Sequence[str],
    tickets: Aggregates[Ticket],
    store: Store,
    forms: Forms | None = None,
) -> dict[str, TicketContent]:
    """Give what intake holds of tickets, by code; unknown and erased ones are left out.

    With `forms`, what was filled in too.
    """
    dossiers = store.dossiers.of_each(codes)
    answer = {}
    for code, ticket in tickets_in(dossiers, tickets).items():
        dossier = dossiers[code]
        claim = dossier.claim
        if claim is None:
            continue
        answer[code] = TicketContent(
            code=code,
            title=claim.content.title,
            description=claim.content.description,
            subject=ticket.subject,
            kind=ticket.kind,
            channel=ticket.channel,
            registered_at=ticket.registered_at,
            registered_by=ticket.registered_by,
            requester=_requester_of(ticket, claim.content.contact),
            messages=messages_of(ticket, dossier),
            form=_filled(claim.content.answers, forms) if forms else None,
        )
    return answer


def _filled(answers: Answers | None, forms: Forms) -> FilledForm | None:
    if answers is None:
        return None
    form = forms.ready(answers.form, answers.version).form
    return FilledForm(
        id=answers.form,
        version=answers.version,
        title={str(language): title for language, title in form.title.items()},
        answers=shown(form, answers.values),
    )


def search(
    request: SearchTickets, tickets: Aggregates[Ticket], store: Store, forms: Forms
) -> list[str]:
    """Give the codes of tickets that have all the words and answers, newest first.

    Raises Invalid for a field that no form has, or that no ticket is found by.
    """
    words = words_asked(request.text) if request.text is not None else []
    answers = {field: _looked_for(field, raw, forms) for field, raw in request.fields.items()}
    if not (words or answers) or (request.text is not None and not words):
        return []
    found = store.claims.search(words, request.limit, answers)
    registered = tickets_of(found, tickets)
    return [code for code in found if code in registered]


def _looked_for(field: str, raw: str, forms: Forms) -> list[Any]:
    values = looked_for(field, raw, forms.asked())
    if values is None:
        fault = FieldFault(pointer=f"/query/field.{field}", code="field_not_searchable")
        raise Invalid("request_invalid", fields=[fault])
    return values


def contacts(
    requesters: Sequence[str], codes: Sequence[str], tickets: Aggregates[Ticket], store: Store
) -> dict[str, Requester]:
    """Give requesters by id as they are known, and by code as they were given with the ticket."""
    known = {key: _requester(item) for key, item in store.profiles.by_ids(requesters).items()}
    states = tickets_of(codes, tickets)
    given = {
        claim.code: _requester_of(states[claim.code], claim.content.contact)
        for claim in store.claims.by_codes(list(states))
    }
    return known | given


def _requester(profile: Profile) -> Requester:
    return Requester(
        id=profile.id,
        name=profile.name,
        mobile=profile.mobile,
        email=profile.email,
        segment=profile.segment,
        language=profile.language,
        told_by=profile.told_by,
        calendar=profile.calendar,
        digits=profile.digits,
    )


def _requester_of(ticket: Ticket, contact: Contact) -> Requester:
    return Requester(
        id=ticket.requester,
        name=contact.name,
        mobile=contact.mobile,
        email=contact.email,
        segment=ticket.segment,
        language=ticket.language,
    )
