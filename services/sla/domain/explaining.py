"""Why a clock is due when it is: line by line, from its record and its calendars.

The business seconds of the lines add up: to the target where the clock is or was due, else to the
target less what is left.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from msgspec.structs import asdict, replace

from contracts import Event
from contracts.calls.sla import Charge, Explanation, ExplanationLine
from contracts.sla import Terms
from services.sla.domain.book import Book
from services.sla.domain.calendar import Calendar
from services.sla.domain.clocks import CLOCKS, Clock
from services.sla.domain.hours import zone_of
from services.sla.domain.spells import Life, Spell, grown, life_of

_DAY = timedelta(days=1)


def explain(
    code: str, name: str, record: list[tuple[Event, datetime]], book: Book, now: datetime
) -> Explanation | None:
    """Explain the last run of a clock; None where it never ran."""
    life = life_of(name, record)
    if life is None:
        return None
    state = CLOCKS.initial()
    for event, at in record:
        state = CLOCKS.apply(state, event, at)
    clock = life.clock
    past = list(life.spells)
    if clock.open:
        grown(life, state, now)
    charges = list(_charges(life, book))
    if clock.running:
        life.spells = past
        grown(life, state, max(now, clock.due_at))
    due_at = _due_at(clock)
    lines = list(_lines(life, book, due_at))
    counted = sum(line.seconds for line in lines)
    target = _target_at(life, due_at)
    if due_at is not None:
        over = round(counted - target, 6)
        lines.append(ExplanationLine(kind="due", from_at=due_at, seconds=over))
    else:
        lines.append(_standing(clock, now))
    return Explanation(
        code=code,
        clock=name,
        state=clock.state,
        target_seconds=target,
        left_seconds=0.0 if due_at else round(clock.target_seconds - counted, 6),
        due_at=due_at,
        lines=lines,
        charges=charges,
    )


def _due_at(clock: Clock) -> datetime | None:
    """Give when it is or was due; not where it stands still or was reached before."""
    if clock.breached_at is not None or clock.running:
        return clock.due_at
    return None


def _target_at(life: Life, due_at: datetime | None) -> float:
    """Give the target that held when it became due."""
    terms = life.first
    for turn in life.turns:
        if due_at is None or life.clock.breached_at is None or turn.at <= due_at:
            terms = turn.terms
    return terms.target_seconds


def _standing(clock: Clock, now: datetime) -> ExplanationLine:
    if clock.state == "paused":
        return ExplanationLine(kind="now", from_at=now, holder=clock.held_by)
    return ExplanationLine(kind=clock.state, from_at=clock.stopped_at or now)


# -- lines -----------------------------------------------------------------------------------------


def _lines(life: Life, book: Book, due_at: datetime | None) -> Iterator[ExplanationLine]:
    first = _with(ExplanationLine(kind="started", from_at=life.start), life.first)
    yield replace(first, seconds=life.used_before)
    turns = list(life.turns)
    for spell in life.spells:
        while turns and turns[0].at <= spell.start:
            turn = turns.pop(0)
            if due_at is None or turn.at <= due_at:
                yield _with(ExplanationLine(kind="replanned", from_at=turn.at), turn.terms)
        if due_at is not None and spell.start >= due_at:
            return
        cut = spell if due_at is None or spell.end <= due_at else replace(spell, end=due_at)
        yield from _merged(_of_spell(cut, book))
    for turn in turns:
        if due_at is None or turn.at <= due_at:
            yield _with(ExplanationLine(kind="replanned", from_at=turn.at), turn.terms)


def _with(line: ExplanationLine, terms: Terms) -> ExplanationLine:
    """Give a line with the terms that hold from then on."""
    return replace(line, **asdict(terms))


def _of_spell(spell: Spell, book: Book) -> Iterator[ExplanationLine]:
    name, version = spell.calendar
    if not spell.runs:
        kind = "ended" if spell.ended else "waiting"
        yield ExplanationLine(kind=kind, from_at=spell.start, to_at=spell.end, holder=spell.holder)
        return
    calendar, reached = book.calendars[spell.calendar], spell.start
    for opens, closes in calendar.spans(spell.start, spell.end):
        yield from _closed(calendar, reached, opens, book)
        yield ExplanationLine(
            kind="counted",
            from_at=opens,
            to_at=closes,
            seconds=calendar.between(opens, closes),
            holder=spell.holder,
            calendar=name,
            calendar_version=version,
        )
        reached = closes
    yield from _closed(calendar, reached, spell.end, book)


def _closed(
    calendar: Calendar, start: datetime, end: datetime, book: Book
) -> Iterator[ExplanationLine]:
    """Say for each day of a closed stretch why it was closed."""
    zone = zone_of(calendar.terms)
    while start < end:
        day = start.astimezone(zone).date()
        midnight = datetime.combine(day + _DAY, datetime.min.time(), zone)
        until = min(end, midnight.astimezone(start.tzinfo))
        reason, title = _why(calendar, day, book)
        yield ExplanationLine(kind="closed", from_at=start, to_at=until, reason=reason, title=title)
        start = until


def _why(calendar: Calendar, day: date, book: Book) -> tuple[str, dict[str, str] | None]:
    terms = calendar.terms
    exceptional = terms.spans_by_date().get(day)
    if exceptional is not None:
        return ("hours", None) if exceptional else ("exception", None)
    for name in terms.lists():
        found = book.holidays.get(name, {}).get(day)
        if found is not None:
            return "holiday", {"fa": found.fa, "en": found.en}
    return ("hours" if terms.spans_by_weekday()[day.weekday()] else "weekend"), None


def _merged(lines: Iterable[ExplanationLine]) -> Iterator[ExplanationLine]:
    """Put closed days together that are closed for the same reason."""
    held: ExplanationLine | None = None
    for line in lines:
        same = held is not None and line.kind == "closed"
        if same and held is not None and (held.reason, held.title) == (line.reason, line.title):
            held = replace(held, to_at=line.to_at)
            continue
        if held is not None:
            yield held
        held = line if line.kind == "closed" else None
        if held is None:
            yield line
    if held is not None:
        yield held


# -- whose time ------------------------------------------------------------------------------------


def _charges(life: Life, book: Book) -> Iterator[Charge]:
    """Give whose time has passed; all together it is the business time since the start."""
    seconds: dict[tuple[str, bool], float] = {}
    for spell in life.spells:
        if not spell.ended:
            calendar = book.calendars[spell.calendar]
            key = spell.holder, spell.runs
            seconds[key] = seconds.get(key, 0.0) + calendar.between(spell.start, spell.end)
    for (holder, counted), sum_ in seconds.items():
        yield Charge(holder=holder, seconds=round(sum_, 6), counted=counted)
