"""What logged work is: its groups, its duration, its cost."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

WorkGroup = Literal[
    "user_problem",
    "user_error",
    "software_fault",
    "development",
    "training",
    "hardware",
    "network",
    "other",
]
WORK_GROUPS: tuple[WorkGroup, ...] = WorkGroup.__args__  # type: ignore[attr-defined]

#: The longest piece of work one log may tell of.
MOST_SECONDS = 7 * 24 * 3600
_HOUR = 3600


def seconds_of(duration: timedelta | int) -> int:
    """Give whole seconds, rounded half up; a number is seconds already."""
    if isinstance(duration, int):
        return duration
    return int(duration.total_seconds() + 0.5)


def cost_of(hourly_rate: int, seconds: int) -> int:
    """Give rials for work at a rate an hour, rounded half up without floating point."""
    return (2 * hourly_rate * seconds + _HOUR) // (2 * _HOUR)
