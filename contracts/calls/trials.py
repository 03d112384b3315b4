"""What sla can be asked about trials: past tickets under a draft agreement or calendar."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from contracts.calls.base import Answer, Line, Request, Slug

#: What may be tried.
Draft = Literal["agreement", "calendar"]


class StartTrial(Request):
    """Command `start_trial`: decide a period's tickets again under a draft. Answers `TrialView`.

    The draft stands in the place of whatever is published under its id, for all these tickets.
    """

    kind: Draft
    id: Slug
    definition: dict[str, Any]
    #: The tickets that were registered from the one instant on and before the other.
    since: datetime
    #: Absent: until it is asked for.
    until: datetime | None = None
    #: Where a day begins.
    zone: Line = "Asia/Tehran"


class NameTrial(Request):
    """Query `trial` and command `cancel_trial`: one trial. Answers `TrialView`."""

    trial: Slug


class Verdicts(Answer):
    """What became of clocks; one that began anew counts each time."""

    met: int = 0
    missed: int = 0
    #: Neither yet.
    open: int = 0
    cancelled: int = 0
    #: Business seconds by which targets were missed so far.
    late_seconds: float = 0.0
    #: What that costs, in rials.
    penalty: int = 0


class ClockChange(Answer):
    """One clock, as it was and as it would have been."""

    clock: str
    before: Verdicts
    after: Verdicts
    #: Tickets that would have missed it and did not, and the other way round.
    newly_missed: int
    no_longer_missed: int


class Held(Answer):
    """Verdicts that fell while somebody had the ticket."""

    met: int = 0
    missed: int = 0


class HolderChange(Answer):
    """By whom targets were met and missed."""

    #: `unit:network/2` (unit and tier), `unassigned`, `requester`, `supplier` or `unit`.
    holder: str
    before: Held
    after: Held


class Load(Answer):
    """How many messages marks would send."""

    total: int = 0
    #: On the busiest day.
    most_a_day: int = 0
    busiest: date | None = None


class NoticeChange(Answer):
    """Messages to a role by a channel, at most: every step of a ladder counts."""

    role: str
    channel: str
    before: Load
    after: Load


class NotComparable(Answer):
    """A ticket whose real outcome its course does not give; it is in no figure."""

    code: str
    #: `no_course`: from before courses were kept; `excepted`: a breach was agreed not to count;
    #: `otherwise`: what was recorded is not what the course leads to.
    reason: str


class TrialAnswer(Answer):
    """What would have changed."""

    #: Tickets registered in the period, and those that are in the figures.
    tickets: int
    compared: int
    #: With another verdict on any clock.
    changed: int
    clocks: list[ClockChange]
    holders: list[HolderChange]
    notices: list[NoticeChange]
    #: Some of the tickets that would newly have missed a target.
    examples: list[str]
    #: How many are not comparable, by reason, and the first of them.
    left_out: dict[str, int]
    not_comparable: list[NotComparable]


class TrialView(Answer):
    """A trial: how far it is, and what it gave."""

    trial: str
    kind: Draft
    id: str
    since: datetime
    until: datetime
    #: `asked`, `running`, `done`, `cancelled` or `failed`.
    state: str
    asked_at: datetime
    asked_by: str
    #: How many tickets there are, and how many have been looked at; known once it runs.
    total: int = 0
    looked_at: int = 0
    ended_at: datetime | None = None
    #: Why it failed: `trial_broken` or `trial_too_long`.
    failure: str | None = None
    answer: TrialAnswer | None = None
