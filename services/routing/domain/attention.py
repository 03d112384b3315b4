"""What a ticket knows of those who look after it beside its owner and assignee."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec

from contracts.envelope import ContentRef
from contracts.routing.attention import News

#: So often somebody may be reminded of the same thing.
CHASE_PAUSE = timedelta(minutes=15)
#: What is chased where it is the work itself.
WORK = "work"


class Question(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What another unit was asked and has not answered yet."""

    id: str
    by: str
    unit: str
    since: datetime
    person: str | None = None


class Chase(msgspec.Struct, frozen=True, kw_only=True):
    """How often somebody was reminded, and when last."""

    times: int
    at: datetime


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that an upper tier proposed; the id is that of its referral."""

    id: str
    by: str
    at: datetime
    text: ContentRef


class Snooze(msgspec.Struct, frozen=True, kw_only=True):
    """Who does not want to see the ticket until when."""

    by: str
    until: datetime


class Attention(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Questions to units, reminders, proposed answers, followers, who was mentioned, who sleeps."""

    questions: tuple[Question, ...] = ()
    #: By question, or `work`.
    chases: dict[str, Chase] = {}
    proposals: tuple[Proposal, ...] = ()
    followers: dict[str, list[News]] = {}
    mentioned: tuple[str, ...] = ()
    snoozes: tuple[Snooze, ...] = ()

    def question(self, name: str) -> Question | None:
        """Give an open question."""
        return next((each for each in self.questions if each.id == name), None)


def index(attention: Attention) -> dict[str, Any]:
    """Give what tickets are found by that somebody was asked about, or sleeps over."""
    fields: dict[str, Any] = {}
    if attention.questions:
        fields["questioned"] = sorted({question.unit for question in attention.questions})
    if attention.snoozes:
        fields["snoozes"] = [{"by": each.by, "until": each.until} for each in attention.snoozes]
        fields["wakes_at"] = min(each.until for each in attention.snoozes)
    return fields
