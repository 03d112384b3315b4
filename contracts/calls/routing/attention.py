"""What is shown of those who look after a ticket beside its owner and assignee."""

from datetime import datetime

from contracts.calls.base import Answer


class OpenQuestion(Answer):
    """What a unit was asked and has not answered yet."""

    id: str
    by: str
    unit: str
    person: str | None
    since: datetime
    #: How often it was reminded of it, and when last.
    chased: int = 0
    chased_at: datetime | None = None


class ProposedAnswer(Answer):
    """An answer that a referral came back with: `answer` with `from_proposal` uses it."""

    id: str
    by: str
    at: datetime


class Away(Answer):
    """With whom the work is, since when, and how often he was reminded."""

    unit: str | None
    person: str | None
    since: datetime
    seconds: float
    chased: int = 0
    chased_at: datetime | None = None
