"""Makes the past up: which requests come when. Pure; sends nothing.

Each story draws from a generator of its own, so that one longer story does not change the others.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta

from peygir.simulate.calendar import TEHRAN, arrivals
from peygir.simulate.story import Story, Teller
from peygir.simulate.world import World


def make_plan(world: World, *, days: int, per_day: float, seed: int, until: date) -> list[Story]:
    """Make up the days before `until`; what would happen later is left undone."""
    chance = random.Random(f"{seed}")  # noqa: S311 - meant to be repeated
    end = datetime.combine(until, time(0), TEHRAN).astimezone(UTC)
    moments = [
        moment
        for offset in range(days, 0, -1)
        for moment in arrivals(until - timedelta(days=offset), per_day, chance)
    ]
    return [
        Teller(world, random.Random(f"{seed}/{number}"), end).tell(number, moment)  # noqa: S311
        for number, moment in enumerate(moments)
    ]


def commands(plan: Sequence[Story]) -> int:
    """Give how many commands a plan takes."""
    return sum(1 + len(story.steps) for story in plan)


def keys(plan_name: str, story: Story) -> Iterator[str]:
    """Give an idempotency key for each command of a story, the registering first."""
    for index in range(1 + len(story.steps)):
        yield f"{plan_name}.{story.number}.{index}"
