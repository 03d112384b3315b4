"""What more work would do to a unit: whose work would be done later, and which promises it breaks.

Worked out on a survey; nothing is kept of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from contracts.calls.routing import CapacityTrial, Moved, Newcomers
from services.routing.domain.figures import weeks
from services.routing.domain.loading import Loading, Piece, copies
from services.routing.domain.survey import Survey

_MOST_MOVED = 100
_USUAL_PRIORITY = 3


class Thought(NamedTuple):
    """Work that somebody thinks of taking on."""

    number: int
    points: float
    start: datetime
    due_at: datetime | None


def tried(survey: Survey, thought: Thought) -> CapacityTrial:
    """Tell what it would do to a unit that is measured."""
    start = max(thought.start, survey.known.now)
    size = Piece("more", thought.points, thought.due_at, _USUAL_PRIORITY, start)
    more = copies(size, thought.number)
    after = survey.with_more(more)
    moved = sorted(_moved(survey, after), key=_most_telling)
    broken = sum(each.breaks for each in moved)
    newcomers = _newcomers(thought, more, after)
    return CapacityTrial(
        unit=survey.known.unit,
        fits=broken == 0 and newcomers.in_time == thought.number,
        newcomers=newcomers,
        done_before=survey.done_at,
        done_after=after.last_of(survey.in_hand),
        moved=moved[:_MOST_MOVED],
        moved_count=len(moved),
        broken_count=broken,
        weeks=weeks(survey, after),
    )


def _moved(survey: Survey, after: Loading) -> Iterator[Moved]:
    before, now = survey.loading, survey.known.now
    was_late = {each.name for each in before.late(now)}
    is_late = {each.name for each in after.late(now)}
    for piece in before.pieces:
        ended, ends = before.ends.get(piece.name), after.ends.get(piece.name)
        if ended != ends:
            yield Moved(
                code=piece.name,
                due_at=piece.due,
                before=ended,
                after=ends,
                breaks=piece.name in is_late - was_late,
                by_seconds=(ends - ended).total_seconds() if ends and ended else None,
            )


def _most_telling(moved: Moved) -> tuple[bool, float, str]:
    """Broken promises first, then what moves furthest."""
    by = float("inf") if moved.by_seconds is None else moved.by_seconds
    return not moved.breaks, -by, moved.code


def _newcomers(thought: Thought, more: list[Piece], after: Loading) -> Newcomers:
    ends = [after.ends[piece.name] for piece in more if piece.name in after.ends]
    due = thought.due_at
    return Newcomers(
        count=thought.number,
        points=thought.points,
        due_at=due,
        first_at=min(ends, default=None),
        last_at=max(ends) if len(ends) == len(more) else None,
        in_time=len(more) if due is None else sum(end <= due for end in ends),
    )
