"""Distributions that can be added up and taken back: counts by bucket, as measures of a roll-up.

Each bucket is 10 % wider than the one below it, so that a percentile read from the counts is at
most 5 % away from the true one; means are exact, since sums are kept beside the counts.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

_GROWTH = math.log(1.1)
_MARK = "_in_"


def spread(measure: str, seconds: int) -> dict[str, int]:
    """Give the measures that one value adds to a distribution: its sum and its bucket's count."""
    return {measure: seconds, f"{measure}{_MARK}{_bucket(seconds)}": 1}


def percentile(measures: Mapping[str, int], measure: str, share: float) -> float | None:
    """Give the value below which the share (0 to 1) of a distribution lies; None when empty."""
    prefix = measure + _MARK
    counts = sorted(
        (int(name[len(prefix) :]), count)
        for name, count in measures.items()
        if name.startswith(prefix) and count > 0
    )
    wanted = share * sum(count for _, count in counts)
    for bucket, count in counts:
        wanted -= count
        if wanted <= 0:
            return _middle(bucket)
    return None


def _bucket(seconds: int) -> int:
    return 0 if seconds <= 0 else 1 + int(math.log(seconds) / _GROWTH)


def _middle(bucket: int) -> float:
    return 0.0 if bucket == 0 else round(math.exp((bucket - 0.5) * _GROWTH), 1)
