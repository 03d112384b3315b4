"""Waiting for what processes do in their own time, and telling what was waited for in vain.

Everything has the same long deadline: a wait ends as soon as the thing holds, so patience costs
nothing, and a machine with much to do fails no test. `seconds` is for tests about being in time.
"""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE = 60.0
_PAUSE = 0.05


def eventually(holds: Callable[[], T], what: str = "it to hold", *, seconds: float = PATIENCE) -> T:
    """Wait until something holds, and give it."""
    deadline = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < deadline, f"waited {seconds:g} s in vain for {what}"
        time.sleep(_PAUSE)
    return found


def eventually_equal(read: Callable[[], T], wanted: T, *, seconds: float = PATIENCE) -> None:
    """Wait until what is read is as wanted; fails with the last that was read."""
    deadline = time.monotonic() + seconds
    while (last := read()) != wanted:
        if time.monotonic() > deadline:
            assert last == wanted, f"after {seconds:g} s"
        time.sleep(_PAUSE)


def always(holds: Callable[[], object], *, seconds: float) -> None:
    """Watch for a while that something goes on to hold."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert holds()
        time.sleep(_PAUSE)
