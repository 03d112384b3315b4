"""Finds out where owed messages go and what they say.

A message about which something could not be found out, because the service that knows it is away,
has to wait; the others go on.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from contracts.calls.intake import Requester
from contracts.calls.routing import StaffContact
from contracts.notify import Particulars
from services.notify.domain.attempts import Pointless, Result, Shared
from services.notify.domain.counterparts import RECIPIENT as PARTNERS
from services.notify.domain.deliveries import PERSON, REQUESTER, ROLE
from services.notify.domain.ladders import OUTDATED, is_outdated
from services.notify.domain.notices import EMAIL, PUSH, SMS
from services.notify.sending import messages
from services.notify.sending.answers import Answers, Asks, Owed, Unanswered, id_of
from services.notify.sending.messages import Correspondent, correspondent

Reader = Requester | StaffContact | Correspondent


class Addressed(NamedTuple):
    """A message with its address, ready to be rendered."""

    owed: Owed
    address: str
    name: str
    language: str
    values: dict[str, Any]
    #: The person, where the recipient is a role.
    to: str | None
    #: What goes on record beside the outcome.
    results: tuple[Result, ...]


class Unaddressed(NamedTuple):
    """A message that reaches nobody, and why; `result` is absent when it has to wait."""

    owed: Owed
    result: Result | None


def address(owed: Sequence[Owed], asks: Asks, now: datetime) -> list[Addressed | Unaddressed]:
    """Give each message with its address and values, in the same order."""
    answers = Answers(owed, asks, now)
    return [_addressed(item, answers, now) for item in owed]


def _addressed(item: Owed, answers: Answers, now: datetime) -> Addressed | Unaddressed:
    try:
        if _is_outdated(item, answers):
            return Unaddressed(item, Pointless(delivery=item.delivery.id, reason=OUTDATED))
        readers = _readers(item, answers)
        values = _values(item, answers, now)
    except Unanswered:
        return Unaddressed(item, None)
    delivery = item.delivery
    if not readers:
        return Unaddressed(item, Pointless(delivery=delivery.id, reason="no_recipient"))
    reachable = [reader for reader in readers if where(reader, delivery.channel)]
    if not reachable:
        return Unaddressed(item, Pointless(delivery=delivery.id, reason="no_address"))
    reader, others = reachable[0], [PERSON + other.id for other in reachable[1:]]
    return Addressed(
        item,
        where(reader, delivery.channel),
        reader.name,
        reader.language,
        values | {"name": reader.name, "words": _sentence(delivery.particulars, reader.language)},
        PERSON + reader.id if delivery.recipient.startswith(ROLE) else None,
        (Shared(delivery=delivery.id, persons=others),) if others else (),
    )


def _is_outdated(item: Owed, answers: Answers) -> bool:
    """Tell whether what a message says is no longer so; it is told where sla does not answer."""
    return is_outdated(item.delivery, answers.clocks(item.code))


def where(reader: Reader, channel: str) -> str:
    """Give where somebody is reached by a channel; empty where he is not."""
    if isinstance(reader, Correspondent):
        return reader.address(channel)
    if channel == PUSH:
        return PERSON + reader.id
    return (reader.mobile if channel == SMS else reader.email) or ""


def _readers(item: Owed, answers: Answers) -> Sequence[Reader]:
    """Give who is written to: more than one only where several people hold the role."""
    recipient = item.delivery.recipient
    if recipient.startswith(ROLE):
        holders = answers.holders(id_of(recipient), item.code)
        number = item.delivery.holder
        return holders if number is None else holders[number - 1 : number]
    found: Reader | None
    if recipient.startswith(PARTNERS):
        found = correspondent(answers.partner(id_of(recipient)))
    elif recipient.startswith(REQUESTER):
        found = answers.requester(id_of(recipient))
    else:
        found = answers.person(id_of(recipient))
    return [found] if found is not None else []


def _values(item: Owed, answers: Answers, now: datetime) -> dict[str, Any]:
    """Give what the templates may say; instants and seconds, worded by the renderer."""
    particulars = item.delivery.particulars
    return {
        **messages.values(item, answers),
        "code": item.code,
        "title": answers.title(item.code) if item.delivery.channel == EMAIL else "",
        "text": answers.text(particulars.text) if particulars.text else "",
        "clock": particulars.clock or "",
        "left": _seconds_left(particulars, now),
        "due_at": particulars.due_at,
        "state": particulars.state or "",
        "number": particulars.number or 0,
        "expected_at": particulars.expected_at,
    }


def _sentence(particulars: Particulars, language: str) -> str:
    """Give the workflow's sentence in the reader's language."""
    return particulars.words.get(language) or next(iter(particulars.words.values()), "")


def _seconds_left(particulars: Particulars, now: datetime) -> float:
    """Give what is left of a target: less than when the alarm rang, if the message was held up."""
    if particulars.left_seconds is None or particulars.alarm_at is None:
        return 0.0
    since = (now - particulars.alarm_at).total_seconds()
    return max(0.0, particulars.left_seconds - max(0.0, since))
