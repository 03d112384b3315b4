"""Looking for circular garbage less often than Python does by itself.

What was loaded at start stays until the end, and what a process remembers (states, cursors) is old
but no garbage: walking through all of it is a pause for everybody. docs/performance.md says what
was measured.
"""

import gc

#: New objects, then runs of the youngest generation, then of the middle one, before the next look.
_THRESHOLDS = (20_000, 20, 50)


def look_less_often() -> None:
    """Pass over everything that exists by now, and look for garbage in the rest now and then."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
