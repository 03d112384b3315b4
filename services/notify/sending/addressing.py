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
from services.notify.sending.answers import (
    Answers,
    Asks,
    Owed,
    Unanswered,
    id_of,
    is_about_ticket,
)
from services.notify.sending.messages import Correspondent, correspondent

#: A requester wants to be told by the other channel.
NOT_WANTED = "not_wanted"


class Prover(NamedTuple):
    """Who gets a one-time code, at the contact that he wants to prove."""

    id: str
    language: str
    channel: str
    contact: str
    name: str = ""

    def address(self, channel: str) -> str:
        """Give where the code goes; empty for another channel."""
        return self.contact if channel == self.channel else ""


Reader = Requester | StaffContact | Correspondent | Prover


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
    if not wants(reachable[0], delivery.channel):
        return Unaddressed(item, Pointless(delivery=delivery.id, reason=NOT_WANTED))
    reader, others = reachable[0], [PERSON + other.id for other in reachable[1:]]
    return Addressed(
        item,
        where(reader, delivery.channel),
        reader.name,
        reader.language,
        values | _values_for(reader, delivery.particulars),
        PERSON + reader.id if delivery.recipient.startswith(ROLE) else None,
        (Shared(delivery=delivery.id, persons=others),) if others else (),
    )


def _is_outdated(item: Owed, answers: Answers) -> bool:
    """Tell whether what a message says is no longer so; it is told where sla does not answer."""
    return is_outdated(item.delivery, answers.clocks(item.code))


def where(reader: Reader, channel: str) -> str:
    """Give where somebody is reached by a channel; empty where he is not."""
    if isinstance(reader, (Correspondent, Prover)):
        return reader.address(channel)
    if channel == PUSH:
        return PERSON + reader.id
    return (reader.mobile if channel == SMS else reader.email) or ""


def wants(reader: Reader, channel: str) -> bool:
    """Tell whether somebody wants to be told by a channel, or cannot be by the one he wants."""
    if not isinstance(reader, Requester) or reader.told_by in ("both", channel):
        return True
    return not where(reader, reader.told_by)


def _values_for(reader: Reader, particulars: Particulars) -> dict[str, Any]:
    """Give what a message says because of who reads it."""
    said = {"name": reader.name, "words": _sentence(particulars, reader.language)}
    if isinstance(reader, Requester):
        return said | {"calendar": reader.calendar, "digits": reader.digits}
    return said


def _readers(item: Owed, answers: Answers) -> Sequence[Reader]:
    """Give who is written to: more than one only where several people hold the role."""
    recipient, one_time = item.delivery.recipient, item.delivery.particulars.one_time
    if one_time is not None:
        code = answers.one_time(one_time)
        id_, channel = id_of(recipient), item.delivery.channel
        return [Prover(id_, code.language, channel, code.address)] if code else []
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
        "one_time": answers.one_time(particulars.one_time) if particulars.one_time else None,
        "code": item.code,
        "title": _title(item, answers),
        "text": answers.text(particulars.text) if particulars.text else "",
        "clock": particulars.clock or "",
        "left": _seconds_left(particulars, now),
        "due_at": particulars.due_at,
        "state": particulars.state or "",
        "number": particulars.number or 0,
        "expected_at": particulars.expected_at,
    }


def _title(item: Owed, answers: Answers) -> str:
    is_told = item.delivery.channel == EMAIL and is_about_ticket(item.code)
    return answers.title(item.code) if is_told else ""


def _sentence(particulars: Particulars, language: str) -> str:
    """Give the workflow's sentence in the reader's language."""
    return particulars.words.get(language) or next(iter(particulars.words.values()), "")


def _seconds_left(particulars: Particulars, now: datetime) -> float:
    """Give what is left of a target: less than when the alarm rang, if the message was held up."""
    if particulars.left_seconds is None or particulars.alarm_at is None:
        return 0.0
    since = (now - particulars.alarm_at).total_seconds()
    return max(0.0, particulars.left_seconds - max(0.0, since))
