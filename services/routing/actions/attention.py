"""What actions take that ask, remind, follow, or put off."""

# msgspec hands `frozen` down to subclasses, which mypy's view of dataclasses does not.
# mypy: disable-error-code="misc"

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from msgspec import Meta

from contracts.calls.base import Slug, Text
from contracts.routing.attention import News
from services.routing.actions.base import Arguments
from services.routing.domain.named_times import NamedTime

QuestionId = Annotated[str, Meta(pattern=r"^[0-9a-f]{16}$")]


class AskUnit(Arguments):
    """Ask another unit, or one person there; the ticket goes on meanwhile."""

    texts = ("question",)
    unit: Slug
    question: Text
    person: Slug | None = None


class Reply(Arguments):
    """Answer what one's unit was asked."""

    texts = ("answer",)
    question: QuestionId
    answer: Text


class TakeBack(Arguments):
    """Take back what one has asked: no answer is needed any more."""

    question: QuestionId


class ChaseUp(Arguments):
    """Remind who has the work, or who was asked a question."""

    question: QuestionId | None = None


class Follow(Arguments):
    """Be told of what happens to the ticket."""

    news: Annotated[tuple[News, ...], Meta(min_length=1, max_length=3)] = (
        "answers",
        "states",
        "messages",
    )


class Unfollow(Arguments):
    """Be told no longer."""


class PutOff(Arguments):
    """Have the ticket out of one's inbox until then: an instant, or a time by name."""

    until: datetime | None = None
    #: By the calendar of one's unit, where no instant is given.
    when: NamedTime | None = None


class Wake(Arguments):
    """Have the ticket back in one's inbox now."""


#: By action.
ARGUMENTS: Mapping[str, type[Arguments]] = {
    "ask-unit": AskUnit,
    "answer-question": Reply,
    "take-question-back": TakeBack,
    "chase": ChaseUp,
    "follow": Follow,
    "unfollow": Unfollow,
    "snooze": PutOff,
    "wake": Wake,
}
