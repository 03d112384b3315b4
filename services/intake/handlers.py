"""What follows from a command: one pure decision each.

What a decision needs is looked up and checked before (`registration.py`, `messages.py`); texts and
contacts never come here, only what points at them.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from chassis.decisions import Context
from chassis.errors import Conflict, FieldFault, Invalid
from contracts.calls.intake import DefineSubject, Subject, WordGroup
from contracts.envelope import ContentRef
from contracts.forms.telling import Told
from contracts.intake import (
    FormRef,
    RequesterChanged,
    RequesterCodeAsked,
    StartedFrom,
    SubjectDefined,
    TicketMessageReceived,
    TicketRegistered,
    WordGroupDefined,
)
from services.intake.domain.requester import Requester
from services.intake.domain.subject import SubjectState, is_below
from services.intake.domain.ticket import Ticket
from services.intake.domain.words import WordsState

MAX_MESSAGES = 500


class Registration(msgspec.Struct, frozen=True, kw_only=True):
    """A request that was checked, with its texts stored and its requester recognised."""

    subject: str
    kind: str
    channel: str
    language: str
    requester: str
    segment: str
    content: ContentRef
    registered_by: str | None
    workflow: str
    #: The ticket that it was a part of.
    split_from: str | None = None
    started_from: StartedFrom | None = None
    form: FormRef | None = None
    answers: dict[str, Told] = {}
    figures: dict[str, Told] = {}
    mentions: list[str] = []


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """A message of a requester who gave the proof, with its text stored."""

    message: ContentRef
    channel: str


class RequesterNews(msgspec.Struct, frozen=True, kw_only=True):
    """What became known of a requester: the names of the fields."""

    segment: str
    language: str
    fields: list[str]


class CodeNews(msgspec.Struct, frozen=True, kw_only=True):
    """A one-time code that was asked for: its id, never what it is."""

    code: str
    channel: str


def register_ticket(
    _state: Ticket, message: Registration, context: Context, _reference: Any
) -> list[TicketRegistered]:
    """Open the ticket; raises Conflict for a code that is in use, which a new code mends."""
    if context.exists:
        raise Conflict("code_in_use")
    return [
        TicketRegistered(
            subject=message.subject,
            kind=message.kind,
            channel=message.channel,
            requester=message.requester,
            segment=message.segment,
            language=message.language,
            content=message.content,
            registered_by=message.registered_by,
            workflow=message.workflow,
            imported=context.imported,
            split_from=message.split_from,
            started_from=message.started_from,
            form=message.form,
            answers=message.answers,
            figures=message.figures,
            mentions=message.mentions,
        )
    ]


def receive_message(
    state: Ticket, message: Arrival, context: Context, _reference: Any
) -> list[TicketMessageReceived]:
    """Take the message in; raises Conflict when there are too many to be a person's."""
    if not context.exists or len(state.messages) >= MAX_MESSAGES:
        raise Conflict("too_many_messages", limit=MAX_MESSAGES)
    return [TicketMessageReceived(message=message.message, channel=message.channel)]


def tell_requester(
    _state: Requester, message: RequesterNews, _context: Context, _reference: Any
) -> list[RequesterChanged]:
    """Tell which fields of the requester changed."""
    return [
        RequesterChanged(segment=message.segment, language=message.language, fields=message.fields)
    ]


def tell_of_code(
    _state: Requester, message: CodeNews, _context: Context, _reference: Any
) -> list[RequesterCodeAsked]:
    """Tell that the requester is to get a code."""
    return [RequesterCodeAsked(code=message.code, channel=message.channel)]


def define_subject(
    _state: SubjectState,
    message: DefineSubject,
    _context: Context,
    catalogue: Mapping[str, Subject],
) -> list[SubjectDefined]:
    """Make or change a subject; raises Invalid for a parent that is unknown or below it."""
    if message.parent is not None:
        if message.parent not in catalogue:
            raise _wrong_parent("subject_unknown")
        if is_below(catalogue, message.parent, message.id):
            raise _wrong_parent("subject_below_itself")
    return [
        SubjectDefined(
            kind=message.kind, parent=message.parent, active=message.active, form=message.form
        )
    ]


def _wrong_parent(code: str) -> Invalid:
    return Invalid("request_invalid", fields=[FieldFault(pointer="/parent", code=code)])


def define_words(
    _state: WordsState, message: WordGroup, _context: Context, _reference: Any
) -> list[WordGroupDefined]:
    """Make or change a group of words."""
    return [WordGroupDefined(words=len(message.words), active=message.active)]
