"""What partners outside are sent: who reads it, and the message in the language of `contracts`.

Of a ticket that is handed over a partner gets the fields that an administrator lets it see.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from contracts import partners as wire
from contracts.calls.intake import TicketContent
from contracts.calls.routing import PartnerLink
from contracts.calls.sla import ClockView
from services.notify.domain.counterparts import RECIPIENT, REQUESTED
from services.notify.domain.notices import EMAIL, PARTNER
from services.notify.sending.answers import Answers, Owed, id_of

#: The promise that tells when the work is to be done.
_RESOLUTION = "resolution"
_RUNNING = frozenset({"running", "paused"})


class Correspondent(NamedTuple):
    """A partner as a reader."""

    id: str
    name: str
    language: str
    email: str | None

    def address(self, channel: str) -> str:
        """Give where it is reached by a channel; empty where it is not."""
        if channel == PARTNER:
            return self.id
        return (self.email or "") if channel == EMAIL else ""


def correspondent(link: PartnerLink | None) -> Correspondent | None:
    """Give the reader; None where there is none any more."""
    if link is None or not link.active:
        return None
    name = link.title.get(link.language) or next(iter(link.title.values()), link.id)
    return Correspondent(link.id, name, link.language, link.email)


def values(item: Owed, answers: Answers) -> dict[str, Any]:
    """Give what a message to a partner says beside what every message may say."""
    if not item.delivery.recipient.startswith(RECIPIENT):
        return {}
    message = _message(item, answers)
    data = message.data
    told = {name: getattr(data, name) or "" for name in data.__struct_fields__}
    return {
        # For letters, whose templates say the same in words.
        "handed": told | {"requester": data.requester or wire.Person()},
        "message": msgspec.json.encode(message).decode(),
    }


def _message(item: Owed, answers: Answers) -> wire.Message:
    delivery = item.delivery
    said = delivery.particulars
    link = answers.partner(id_of(delivery.recipient))
    text = answers.text(said.text) if said.text else ""
    data = wire.Data(
        handoff=said.handoff,
        ticket=item.code,
        your_ticket=said.your_ticket,
        number=said.number,
        state=said.state,
        text=text or None,
        due_at=_due_at(answers.clocks(item.code)),
    )
    if delivery.template == REQUESTED and link is not None:
        note = said.words.get(link.language) or next(iter(said.words.values()), None)
        asked = replace(data, text=data.text or note, generation=said.generation)
        data = _request(asked, item.code, link.fields, answers)
    return wire.Message(
        type=delivery.template.replace("handoff_", wire.PREFIX),  # type: ignore[arg-type]  # one of them
        timestamp=delivery.queued_at,
        data=data,
    )


def _request(data: wire.Data, code: str, fields: Sequence[str], answers: Answers) -> wire.Data:
    """Give the first message about a ticket: what it says, as far as the partner may see it."""
    content, case = answers.content(code), answers.case(code)
    told: dict[str, Any] = {"state": None}
    if content is not None:
        told |= {
            "title": content.title or None,
            "description": content.description or None,
            "kind": content.kind,
            "language": content.requester.language,
            "requester": _person(content, fields),
        }
    if case is not None:
        told["priority"] = case.priority
    kept = {"state", "language", "requester", *fields}
    hidden = {name: None for name in ("text", "due_at") if _FIELD_OF.get(name, name) not in fields}
    shown = {name: value for name, value in told.items() if name in kept}
    return replace(data, **shown, **hidden)


#: Fields that administrators know under another name.
_FIELD_OF = {"text": "reason"}


def _person(content: TicketContent, fields: Sequence[str]) -> wire.Person | None:
    asked = content.requester
    told = {
        name: getattr(asked, name)
        for name in ("name", "mobile", "email")
        if f"requester_{name}" in fields
    }
    return wire.Person(**told) if told else None


def _due_at(clocks: Sequence[ClockView] | None) -> datetime | None:
    """Give when the work is promised to be done; None where nothing is promised, or known."""
    due = [
        clock.due_at
        for clock in clocks or ()
        if clock.due_at is not None
        and clock.state in _RUNNING
        and _RESOLUTION in (clock.kind, clock.clock)
    ]
    return min(due, default=None)
