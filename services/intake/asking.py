"""What a new request has to say: its texts, its contact, its subject, and the subject's form."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from chassis.calls.call import Call
from chassis.errors import FieldFault, Invalid
from contracts.calls.intake import RegisterTicket, Subject
from services.intake import requesters
from services.intake.catalogue import Catalogue
from services.intake.domain.answers import Answers, filled_in
from services.intake.domain.request import Checked, checked


def asked(
    request: RegisterTicket, call: Call, catalogue: Catalogue, zone: str
) -> tuple[Checked, Subject]:
    """Give the request as it is stored, and its subject; raises Invalid with every fault."""
    faults: list[FieldFault] = []
    content = subject = answers = None
    with _gathered(faults):
        content = checked(request)
    with _gathered(faults):
        subject = catalogue.open_subject(request.subject)
        answers = _answers(request, subject, call, catalogue, zone)
    if content is None or subject is None or faults:
        raise Invalid("request_invalid", fields=faults)
    return msgspec.structs.replace(content, answers=answers), subject


def _answers(
    request: RegisterTicket, subject: Subject, call: Call, catalogue: Catalogue, zone: str
) -> Answers | None:
    form = _form(request, subject, call)
    if form is None:
        if request.answers:
            raise _refused("/answers", "no_form")
        return None
    if form not in catalogue.forms.shelf().editions:
        raise _refused("/form", "form_not_found")
    edition = catalogue.forms.newest(form)
    asked_for = catalogue.forms.ready(form, edition.version)
    context = {
        "today": _day(call.at or call.now, zone),
        "subject": request.subject,
        "channel": request.channel,
        "language": request.language,
    }
    return filled_in(form, edition.version, asked_for, request.answers, context)


def _form(request: RegisterTicket, subject: Subject, call: Call) -> str | None:
    """Give the form that has to be filled in.

    Whoever may not register for others fills in the subject's. What comes from elsewhere has been
    asked already, so that an importer need not answer.
    """
    if (
        request.form is not None
        and request.form != subject.form
        and not requesters.is_trusted(call)
    ):
        raise _refused("/form", "form_of_another_subject")
    if request.form is None and not request.answers and call.identity.scope("import") is not None:
        return None
    return request.form or subject.form


def _day(instant: datetime, zone: str) -> str:
    return instant.astimezone(ZoneInfo(zone)).date().isoformat()


@contextlib.contextmanager
def _gathered(faults: list[FieldFault]) -> Iterator[None]:
    """Keep the faults of a refusal, so that those of the other parts are found too."""
    try:
        yield
    except Invalid as refused:
        faults += refused.fields


def _refused(pointer: str, code: str) -> Invalid:
    return Invalid("request_invalid", fields=[FieldFault(pointer=pointer, code=code)])
