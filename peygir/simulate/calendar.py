"""When things happen in an Iranian week: Saturday to Wednesday, half Thursdays, Fridays off."""

from __future__ import annotations

import math
import random
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

TEHRAN = ZoneInfo("Asia/Tehran")

#: How busy a day is beside the average one, from Monday (0) to Sunday (6).
_DAYS = (1.30, 1.25, 1.15, 0.60, 0.12, 1.38, 1.20)
#: The same for the hours of a day.
_HOURS = (1, 1, 0, 0, 0, 1, 3, 14, 46, 62, 58, 50, 38, 34, 30, 22, 14, 10, 8, 8, 7, 6, 4, 2)
_OPENS = 8
_CLOSES = {3: 12, 4: 0}
_USUALLY_CLOSES = 16
_FEW = 50


def arrivals(day: date, per_day: float, chance: random.Random) -> list[datetime]:
    """Give the instants at which requests come on a day, in order."""
    count = _poisson(per_day * _DAYS[day.weekday()], chance)
    hours = chance.choices(range(24), weights=_HOURS, k=count)
    moments = (
        datetime.combine(day, time(hour), TEHRAN) + timedelta(seconds=chance.uniform(0, 3600))
        for hour in hours
    )
    return sorted(moment.astimezone(UTC) for moment in moments)


def working(instant: datetime) -> datetime:
    """Give the instant, or the next one at which the office is open."""
    local = instant.astimezone(TEHRAN)
    while True:
        closes = _CLOSES.get(local.weekday(), _USUALLY_CLOSES)
        if local.hour < _OPENS < closes:
            early = timedelta(minutes=instant.minute / 3)
            local = local.replace(hour=_OPENS, minute=0, second=instant.second) + early
        if _OPENS <= local.hour < closes:
            return local.astimezone(UTC)
        local = (local + timedelta(days=1)).replace(hour=0, minute=0)


def _poisson(mean: float, chance: random.Random) -> int:
    """Draw a number of arrivals; for large means by the normal distribution."""
    if mean > _FEW:
        return max(0, round(chance.gauss(mean, math.sqrt(mean))))
    limit, product, count = math.exp(-mean), chance.random(), 0
    while product > limit:
        product *= chance.random()
        count += 1
    return count
