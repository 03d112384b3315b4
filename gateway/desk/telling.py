"""A ticket's timeline as its page tells it: who said what, and what happened in between.

Names stand in place of ids; what was written is kept apart from what the system notes by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from contracts.calls.intake import TicketContent
from contracts.calls.routing import Step
from gateway import story
from gateway.answers import TimelineStep, ToldAnswer
from gateway.days import day_shown
from gateway.directory import Names
from gateway.filled import told_answers, worded
from gateway.pages.display import code_shown, duration_shown
from gateway.texts import digits, has, text

#: Which fields of a step name people, units, other tickets.
_PEOPLE: Final = ("assignee", "owner", "person", "to", "by", "instead_of")
_UNITS: Final = ("unit", "to_unit")
_CODES: Final = ("parent", "ticket", "into")
_TO_CODES: Final = frozenset({"ticket.linked", "ticket.unlinked"})
#: Of whom each text is, by the step's type; others are said among colleagues.
_THEIRS: Final = frozenset({"ticket.registered", "ticket.message_received", "ticket.heard"})
_OURS: Final = frozenset({"ticket.answered", "ticket.waiting"})
_WORDS: Final = {
    "ticket.work_logged": ("work_group", "work_group"),
    "ticket.linked": ("relation", "relation"),
    "ticket.task_done": ("outcome", "task_outcome"),
    "ticket.approval_given": ("verdict", "verdict"),
    "ticket.passed_on": ("what", "passed"),
}
_REQUESTER: Final = "requester:"
_PERSON: Final = "person:"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line or one message of the timeline."""

    at: datetime
    #: The day in words and the time of day, where the reader's clock is.
    day: str
    hour: str
    type: str
    #: `theirs` and `ours` are the conversation, `inner` what colleagues wrote, else `system`.
    kind: str
    #: What happened, in a sentence.
    title: str
    #: Who did it; nothing for the system itself.
    actor: str = ""
    texts: list[str] = []
    answers: list[ToldAnswer] = []
    #: Of logged work: how long it took.
    took: str = ""


def entries(
    steps: Iterable[TimelineStep], names: Names, content: TicketContent | None, zone: str
) -> list[Entry]:
    """Give the timeline, oldest first; it begins with what was asked, as far as that is known."""
    return [_entry(step, names, content, zone) for step in steps]


def texts_by(steps: Iterable[TimelineStep], kind: str, field: str, text_of: str) -> dict[str, str]:
    """Give the texts of steps of one type, by a field of theirs: proposals by their referral."""
    return {
        str(step.data[field]): step.texts[text_of]
        for step in steps
        if step.type == kind and field in step.data and text_of in step.texts
    }


def _entry(step: TimelineStep, names: Names, content: TicketContent | None, zone: str) -> Entry:
    # Whoever is mentioned is mentioned in a note, which is told already.
    texts = [] if step.type == "ticket.mentioned" else list(step.texts.values())
    if step.type == "ticket.registered" and content is not None:
        texts = [content.description]
    seconds = step.data.get("touch_seconds")
    local = step.at.astimezone(ZoneInfo(zone))
    return Entry(
        at=step.at,
        day=day_shown(local.date(), names.language),
        hour=digits(f"{local:%H:%M}", names.language),
        type=step.type,
        kind=_kind(step, texts),
        title=_title(step, names),
        actor=_actor(_by(step, content), names, content),
        texts=texts,
        answers=told_answers(step.answers, names.language) if step.answers else [],
        took=duration_shown(seconds, names.language) if seconds else "",
    )


def _kind(step: TimelineStep, texts: list[str]) -> str:
    if step.type in _THEIRS:
        return "theirs"
    if not texts and not step.answers:
        return "system"
    return "ours" if step.type in _OURS else "inner"


def _title(step: TimelineStep, names: Names) -> str:
    if step.type == "ticket.heard" and "ticket" not in step.data:
        return step.title
    data = {**step.data, **_named(step.data, names), **_worded(step, names.language)}
    if step.type in _TO_CODES:
        data["to"] = _isolated(code_shown(str(step.data.get("to", ""))))
    if isinstance(wording := step.data.get("title"), dict) and "task" in step.data:
        data["task"] = _isolated(worded(wording, names.language))
    # The sentence adds its own signs of direction around an owner.
    if "owner" in step.data:
        data["owner"] = names.person(step.data["owner"])
    told = Step(at=step.at, type=step.type, actor=step.actor or "", data=data)
    return story.in_words(told, names.language, "step")


def _named(data: Mapping[str, Any], names: Names) -> dict[str, str]:
    """Give the names for the ids in a step, each such that it disturbs no sentence."""
    people = {key: names.person(data[key]) for key in _PEOPLE if isinstance(data.get(key), str)}
    units = {key: names.unit(data[key]) for key in _UNITS if isinstance(data.get(key), str)}
    codes = {key: code_shown(data[key]) for key in _CODES if isinstance(data.get(key), str)}
    named = {**people, **units, **codes}
    if isinstance(data.get("subject"), str):
        named["subject"] = names.subject(data["subject"])
    return {key: _isolated(value) for key, value in named.items()}


def _worded(step: TimelineStep, language: str) -> dict[str, str]:
    """Give the catalogue's words for what a step names by a word of the contract."""
    if step.type not in _WORDS:
        return {}
    field, group = _WORDS[step.type]
    key = f"ticket.{group}.{step.data.get(field)}"
    return {field: text(language, key)} if has(key) else {}


def _by(step: TimelineStep, content: TicketContent | None) -> str:
    """Give who did it; what is registered is the requester's, whoever brought it in."""
    if step.type == "ticket.registered" and content is not None:
        return _REQUESTER + content.requester.id
    return step.actor or ""


def _actor(actor: str, names: Names, content: TicketContent | None) -> str:
    if actor.startswith(_REQUESTER):
        return content.requester.name if content else text(names.language, "ticket.requester")
    return names.person(actor) if actor.startswith(_PERSON) else ""


def _isolated(name: str) -> str:
    return f"\u2068{name}\u2069"
