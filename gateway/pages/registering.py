"""Registering by a form: what was typed as a request, with the questions of its subject's form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from chassis.errors import DomainError, Invalid, NotFound, Unavailable
from contracts.forms import ready
from gateway.api.forms import published
from gateway.caller import Caller
from gateway.documents import NewTicket
from gateway.pages.forms import Faults, checked, faults_of
from gateway.pages.sheet import PREFIX, Sheet, labels_of, places_of
from gateway.texts import latin

#: Where a fault of the document is shown on the form.
PLACES: Final = {
    "/subject": "subject",
    "/title": "title",
    "/description": "description",
    "/requester": "mobile",
    "/requester/name": "name",
    "/requester/mobile": "mobile",
    "/requester/email": "email",
}


async def sheet_of(
    caller: Caller, typed: Sequence[tuple[str, str]], *, channel: str = "web"
) -> Sheet | None:
    """Give the subject's form with what was typed; None for a subject without one.

    While intake is away it is the form as it was last read.
    """
    gateway, subject = caller.gateway, dict(typed).get("subject")
    form = next((line.form for line in gateway.last_subjects if line.id == subject), None)
    if form is None:
        return None
    try:
        found = await published(caller, form)
    except NotFound:
        return None
    except Unavailable:
        if form not in gateway.last_forms:
            return None
    else:
        if gateway.last_forms.get(form, (0,))[0] != found.version:
            gateway.last_forms[form] = (found.version, ready(found.form))
    today = datetime.now(ZoneInfo(gateway.settings.zone)).date().isoformat()
    context = {
        "today": today,
        "subject": subject,
        "channel": channel,
        "language": caller.language,
    }
    return Sheet(gateway.last_forms[form][1], typed, context)


def ticket_of(
    values: Mapping[str, str], sheet: Sheet | None, language: str, *, channel: str = "web"
) -> NewTicket:
    """Give the ticket that was typed; raises Invalid with the faults of every part."""
    faults = list(sheet.filled.faults) if sheet else []
    document = {**_document(values, language), "channel": channel}
    if sheet is not None:
        document["answers"] = sheet.answers
    try:
        ticket = checked(NewTicket, document)
    except Invalid as refused:
        raise Invalid("request_invalid", fields=[*refused.fields, *faults]) from None
    if faults:
        raise Invalid("request_invalid", fields=faults)
    return ticket


def shown_of(
    typed: Sequence[tuple[str, str]],
    sheet: Sheet | None,
    error: DomainError | None,
    language: str,
) -> dict[str, Any]:
    """Give what a template shows of a form: its questions, what was typed, and what is wrong."""
    labels = labels_of(sheet.parts({}, language), language) if sheet else {}
    places = {**PLACES, **places_of(error.fields if error else (), labels)}
    faults = faults_of(error, places, language) if error else Faults()
    answers = [pair for pair in typed if pair[0].startswith(PREFIX)]
    return {
        "values": dict(typed),
        "parts": sheet.parts(faults.fields, language) if sheet else [],
        "labels": labels,
        "shown": sheet.shown() if sheet else "",
        "carried": sheet.carried() if sheet else answers,
        "faults": faults,
        "away": isinstance(error, Unavailable),
    }


def _document(values: Mapping[str, str], language: str) -> dict[str, object]:
    """Give what was typed as the document it stands for; what was left empty is left out."""
    typed = {name: value.strip() for name, value in values.items() if value.strip()}
    requester = {
        "name": typed.get("name"),
        "mobile": latin(typed.get("mobile", "")),
        "email": latin(typed.get("email", "")),
    }
    return {
        **{name: typed[name] for name in ("subject", "title", "description") if name in typed},
        "language": language,
        "requester": {name: value for name, value in requester.items() if value},
    }
