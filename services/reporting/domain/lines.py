"""The lines of support that a ticket went through: first, second, third, by the tier of its work.

A line or a unit is returned to when the work comes there again after it had left: that is what
desks call ping-pong.
"""

from __future__ import annotations

import msgspec
from msgspec.structs import replace


class Line(msgspec.Struct, frozen=True, array_like=True):
    """What happened in one line."""

    #: How often the work came here.
    visits: int = 0
    #: How often it went from one person, who had it here, to another.
    handovers: int = 0
    #: How often it went on to another line.
    passed_on: int = 0
    #: How often it came again to a unit of this line that it had left.
    unit_returns: int = 0


class Stays(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where the work was; lines are named by their tier."""

    line: str = ""
    unit: str = ""
    #: The line in which the person got it who has it now, or had it last.
    held_in: str = ""
    #: Every unit that it was in, in order.
    units: list[str] = []
    lines: dict[str, Line] = {}

    def placed(self, unit: str, tier: int) -> Stays:
        """Give the stays after the work came to a unit's tier, or stayed there."""
        line, lines = str(tier), dict(self.lines)
        if line != self.line:
            if self.line:
                lines[self.line] = _more(lines[self.line], passed_on=1)
            lines[line] = _more(lines.get(line, Line()), visits=1)
        if unit != self.unit and unit in self.units:
            lines[line] = _more(lines[line], unit_returns=1)
        units = self.units if unit in self.units else [*self.units, unit]
        return replace(self, line=line, unit=unit, units=units, lines=lines)

    def given(self, *, handed_over: bool) -> Stays:
        """Give the stays after a person got the work where it is now."""
        if not handed_over:
            return replace(self, held_in=self.line)
        before = self.held_in or self.line
        lines = {**self.lines, before: _more(self.lines[before], handovers=1)}
        return replace(self, held_in=self.line, lines=lines)


def measures(stays: Stays) -> dict[str, dict[str, int]]:
    """Give what a finished ticket adds to each line that it was in."""
    alone = len(stays.lines) == 1
    return {
        name: {
            "cases": 1,
            "handovers": line.handovers,
            "passed_on": line.passed_on,
            "line_returns": line.visits - 1,
            "unit_returns": line.unit_returns,
            "solved": int(name == stays.line),
            "solved_alone": int(name == stays.line and alone),
        }
        for name, line in stays.lines.items()
    }


def _more(line: Line, **counts: int) -> Line:
    return replace(line, **{name: getattr(line, name) + add for name, add in counts.items()})
