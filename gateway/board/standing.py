"""What the board makes of counts: totals, a table of states and ages, teams, loads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from contracts.calls.routing import Colleague
from contracts.calls.routing.board import AGE_HOURS, OpenCount
from gateway.pages.display import duration_shown
from gateway.texts import text

_STATES: Final = ("new", "in_progress", "waiting", "done")
_MINUTE: Final = 60
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR
#: From how many seconds on a duration is said in which unit at the finest.
_EXACT: Final = ((2 * _DAY, _DAY), (10 * _HOUR, _HOUR), (0, _MINUTE))
#: Shades that a cell of the table may have beside none.
_SHADES: Final = 4
_NEARLY_FULL: Final = 0.8


class Totals(NamedTuple):
    """Figures over all open tickets."""

    open: int
    queued: int
    waiting: int
    done: int


class Cell(NamedTuple):
    """How many tickets, and how dark that is beside the others: 0 to 4."""

    tickets: int
    shade: int


class Row(NamedTuple):
    """A state with its tickets by band of age."""

    state: str
    cells: list[Cell]
    total: int


class Table(NamedTuple):
    """Open tickets by state and age."""

    rows: list[Row]
    totals: list[int]


class Team(NamedTuple):
    """A unit's open tickets; a unit of None stands for those that no unit has."""

    unit: str | None
    open: int
    queued: int
    oldest: int


class Load(NamedTuple):
    """Somebody, and how full he is: `free`, `full` from eight tenths on, `over` at his capacity."""

    who: Colleague
    percent: int
    kind: str


def totals_of(counts: Sequence[OpenCount]) -> Totals:
    """Give the figures over everything."""
    return Totals(
        open=sum(count.tickets for count in counts),
        queued=sum(count.queued for count in counts),
        waiting=sum(count.tickets for count in counts if count.state == "waiting"),
        done=sum(count.tickets for count in counts if count.state == "done"),
    )


def table_of(counts: Sequence[OpenCount]) -> Table:
    """Give the table, with rows for all states that open tickets can have."""
    bands = range(len(AGE_HOURS) + 1)
    sums = {
        state: [
            sum(count.tickets for count in counts if (count.state, count.age) == (state, band))
            for band in bands
        ]
        for state in _STATES
    }
    most = max((figure for row in sums.values() for figure in row), default=0)
    rows = [
        Row(state, [Cell(figure, _shade(figure, most)) for figure in row], sum(row))
        for state, row in sums.items()
    ]
    return Table(rows, [sum(row[band] for row in sums.values()) for band in bands])


def teams_of(counts: Sequence[OpenCount], units: Sequence[str]) -> list[Team]:
    """Give the units, in their order, and last what has no unit yet."""
    found = {count.unit for count in counts}
    everywhere: list[str | None] = [*units, *([None] if None in found else [])]
    return [_team(unit, [count for count in counts if count.unit == unit]) for unit in everywhere]


def loads_of(people: Sequence[Colleague]) -> list[Load]:
    """Give people with their loads: who is there first, the fullest of them first."""
    loads = [_load(person) for person in people]
    return sorted(loads, key=lambda load: (load.who.absence is not None, -load.percent))


def far_off(seconds: float, language: str) -> str:
    """Say how far off an instant is, ahead or ago: the farther, the less exactly."""
    size = abs(seconds)
    if size < _MINUTE:
        return text(language, "board.less_than_a_minute")
    exact = next(unit for least, unit in _EXACT if size >= least)
    return duration_shown(size // exact * exact, language, in_days=True)


def _team(unit: str | None, counts: Sequence[OpenCount]) -> Team:
    return Team(
        unit=unit,
        open=sum(count.tickets for count in counts),
        queued=sum(count.queued for count in counts),
        oldest=sum(count.tickets for count in counts if count.age == len(AGE_HOURS)),
    )


def _load(person: Colleague) -> Load:
    share = person.load / person.capacity if person.capacity else 1.0
    kind = "over" if share >= 1 else "full" if share >= _NEARLY_FULL else "free"
    return Load(person, min(100, round(100 * share)), kind)


def _shade(figure: int, most: int) -> int:
    return 0 if figure == 0 else max(1, round(_SHADES * figure / most))
