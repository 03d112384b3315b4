"""When a ticket is expected to end: what like tickets took, and how full its unit is (ADR 14).

It is looked at whenever the ticket goes on or changes hands, half way to the instant while that is
days ahead, and at the instant itself; what has not moved much stays as it was told.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple

from contracts import Event
from contracts.sla import Basis, ExpectedStep, Observed, SlaExpected, SlaForetold
from services.sla.domain import ticking
from services.sla.domain.book import Book, DatedCalendar
from services.sla.domain.clocks import Clock, Clocks, Expectation
from services.sla.domain.history import Line

Why = Observed | Literal["looked_at", "slipped"]

#: The share of like tickets that end by the instant that is told.
QUANTILE: Final = 0.8
#: A ticket that takes longer than anything known takes such a part longer than so far, but not less
#: than this: so it slips a few times at most.
_LONGER: Final = 0.25
_LEAST_SECONDS: Final = 900.0
#: What moves less than this, or than a part of what lies ahead, has not moved.
_DAY: Final = timedelta(days=1)
_PART: Final = 0.25
#: What lies further ahead is looked at half way.
_FAR: Final = timedelta(days=2)
#: Not sooner than so long after the last time is the requester told again.
_TOLD_AGAIN: Final = timedelta(days=1)
#: What may bring another end about.
_OCCASIONS: Final[frozenset[Why]] = frozenset(
    {"registered", "held", "moved", "resumed", "sent_back", "reopened"}
)
_ANEW: Final[frozenset[Why]] = frozenset({"registered", "reopened"})


class Estimate(NamedTuple):
    """An expected instant, and what it rests on."""

    at: datetime
    basis: Basis
    steps: list[ExpectedStep]


def follow(
    state: Clocks, why: Why, now: datetime, book: Book, *, confirmed: bool = True
) -> list[Event]:
    """Give the expectation that holds from now on, where it is another one than before.

    `state` is the one after what happened. Nothing is expected of a ticket before there is history.
    """
    if not state.looks_ahead:
        return []
    known = state.expected
    passed = known is not None and known.look_at <= now
    if not passed and why not in _OCCASIONS:
        return []
    found = estimate(state, now, book)
    if known is None or why in _ANEW:
        usable = found is not None and found.basis.of != "elapsed"
        return [_recorded(found, why, now, known)] if found and usable else []
    found = found or (_longer(state, now, book) if passed else None)
    if found is None:
        return []
    if not has_moved(known.at, found.at, now):
        if not passed:
            return []
        found = found._replace(at=known.at) if known.at > now else found
    events: list[Event] = [_recorded(found, why, now, known)]
    if confirmed and _is_worth_telling(known, found.at, now):
        events.append(SlaForetold(expected_at=found.at, was=known.told))
    return events


def _recorded(found: Estimate, why: Why, now: datetime, known: Expectation | None) -> SlaExpected:
    return SlaExpected(
        expected_at=found.at,
        why=why,
        basis=found.basis,
        look_at=found.at if found.at - now <= _FAR else now + (found.at - now) / 2,
        was=known.at if known else None,
        steps=found.steps,
    )


def look_again(state: Clocks, now: datetime, book: Book, *, confirmed: bool = True) -> list[Event]:
    """Give what holds from now on where it was to be looked at by now."""
    known = state.expected
    if known is None or known.look_at > now:
        return []
    why: Why = "slipped" if known.at <= now else "looked_at"
    return follow(state, why, now, book, confirmed=confirmed)


def has_moved(was: datetime, to: datetime, now: datetime) -> bool:
    """Tell whether an instant is another one: by more than a day and a quarter of what is left."""
    return abs(to - was) > max(_DAY, (was - now) * _PART)


def estimate(state: Clocks, now: datetime, book: Book) -> Estimate | None:
    """Give when a ticket ends that is open now; None where too few like tickets have ended.

    now + (q(elapsed) - elapsed) x load, all in the calendar's time: `q(elapsed)` is what 80 % of
    the like tickets took that took longer than this one has until now (`Figure.quantile`), `load`
    is the open tickets of the unit against the usual number (`history.load`). A ticket that has
    taken longer than all of them takes a quarter longer than so far. Instants lie inside the
    calendar's hours and never before now.
    """
    facts, dated = state.facts, _calendar(state, book)
    line = book.history.line(facts, dated.calendar) if facts and dated else None
    if facts is None or dated is None or line is None:
        return None
    calendar, load = dated.calendar, book.history.load(_unit(state, book))
    elapsed = calendar.between(_begun_at(state), now)
    total = line.end.quantile(QUANTILE, beyond=elapsed)
    slipped = state.expected is not None and state.expected.at <= now
    left = max((total - elapsed) * load if total is not None else 0.0, 1.0)
    if total is None or slipped:
        left = max(left, _longer_than(elapsed))
    basis = Basis(
        of=line.of if total is not None else "elapsed",
        samples=len(line.end),
        quantile=QUANTILE,
        load=round(load, 2),
    )
    steps = _steps_ahead(state, line, elapsed, left, load)
    return Estimate(
        calendar.add(now, left),
        basis,
        [ExpectedStep(step=name, at=calendar.add(now, seconds)) for name, seconds in steps],
    )


def shown(state: Clocks, now: datetime, book: Book) -> Estimate | None:
    """Give what is expected of an open ticket as of now; None of one that nobody waits for.

    Without history the agreement's resolution target stands in.
    """
    known = state.expected
    if not state.awaited:
        return None
    if known is not None and known.at > now:
        ahead = [step for step in known.steps if step.at > now]
        return Estimate(known.at, known.basis, ahead)
    return estimate(state, now, book) or _target(state, now, book)


def _target(state: Clocks, now: datetime, book: Book) -> Estimate | None:
    clock = _resolution(state, book)
    if clock is None:
        return None
    calendar = book.calendar_of(clock)
    left = ticking.left_seconds(clock, calendar, now)
    if left <= 0:
        return _longer(state, now, book)
    at = clock.due_at if clock.running else calendar.add(now, left)
    return Estimate(at, Basis(of="target"), [])


def _longer(state: Clocks, now: datetime, book: Book) -> Estimate:
    """Give what holds of a ticket that has taken longer than anything says."""
    dated, basis, begun_at = _calendar(state, book), Basis(of="elapsed"), _begun_at(state)
    if dated is None:
        seconds = _longer_than((now - begun_at).total_seconds())
        return Estimate(now + timedelta(seconds=seconds), basis, [])
    seconds = _longer_than(dated.calendar.between(begun_at, now))
    return Estimate(dated.calendar.add(now, seconds), basis, [])


def _longer_than(elapsed: float) -> float:
    return max(elapsed * _LONGER, _LEAST_SECONDS)


def _steps_ahead(
    state: Clocks, line: Line, elapsed: float, end: float, load: float
) -> list[tuple[str, float]]:
    """Give the steps ahead with how far each is, none before the one in front of it."""
    names = list(line.steps)
    here = names.index(state.situation.step) + 1 if state.situation.step in line.steps else 0
    found, reached = [], 0.0
    for name in names[here:]:
        total = line.steps[name].quantile(QUANTILE, beyond=elapsed)
        left = (total - elapsed) * load if total is not None else reached
        reached = min(max(reached, left), end)
        found.append((name, reached))
    return found


def _unit(state: Clocks, book: Book) -> str | None:
    known = state.situation.unit
    return known or (book.history.usual_unit(state.facts.subject) if state.facts else None)


def _calendar(state: Clocks, book: Book) -> DatedCalendar | None:
    """Give the calendar of the ticket's resolution, else the one of its subject and unit."""
    clock = _resolution(state, book)
    if clock is not None:
        return book.newest_calendar(clock.calendar)
    subject = state.facts.subject if state.facts else None
    return book.calendar_of_work(subject, state.situation.unit)


def _resolution(state: Clocks, book: Book) -> Clock | None:
    for name, promise in book.promises_to(state).items():
        if promise.target.is_about == "resolution" and name in state.clocks:
            return state.clocks[name]
    return None


def _begun_at(state: Clocks) -> datetime:
    """Give when the work began that is awaited: at registering, or when it was reopened."""
    for seen in reversed(state.course):
        if seen.what == "reopened":
            return seen.at
    return state.course[0].at


def _is_worth_telling(known: Expectation, at: datetime, now: datetime) -> bool:
    if not has_moved(known.told, at, now):
        return False
    return known.told_at is None or now - known.told_at >= _TOLD_AGAIN
