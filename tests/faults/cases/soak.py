"""Test 18: nothing wrong at all, for long; does anything grow that should not?"""

from __future__ import annotations

import statistics
import threading

from tests.faults.cases.table import case
from tests.faults.course import Course
from tests.faults.world import memory_of, sockets_of

_SAMPLE_SECONDS = 5.0
#: In a short run caches still fill; the figures are judged from this length on.
_JUDGED_MINUTES = 20.0
_GROWTH = 0.05
#: Connections come and go by the minute.
_MORE_SOCKETS = 10
_OURS = ("intake", "routing", "sla", "notify", "reporting", "gateway")


@case("18", "soak: steady load without a fault")
def soak(course: Course) -> None:
    """Memory, sockets and what waits stay as they are."""
    course.open()
    samples: dict[str, list[tuple[int, int]]] = {name: [] for name in _OURS}
    ended = threading.Event()

    def sample() -> None:
        while not ended.wait(_SAMPLE_SECONDS):
            for name, pid in course.world.pids().items():
                if name in samples:
                    samples[name].append((memory_of(pid), sockets_of(pid)))

    sampling = threading.Thread(target=sample)
    sampling.start()
    minutes = course.options.soak_minutes
    course.harm([], seconds=minutes * 60)
    ended.set()
    sampling.join()
    course.tell("minutes", minutes)
    for name, taken in samples.items():
        _judge(course, name, taken, judged=minutes >= _JUDGED_MINUTES)


def _judge(course: Course, name: str, taken: list[tuple[int, int]], *, judged: bool) -> None:
    """Compare the last third of a run with the one before it."""
    third = len(taken) // 3
    before, after = taken[third : 2 * third], taken[2 * third :]
    growth = _mean(after, 0) / _mean(before, 0) - 1
    more = _mean(after, 1) - _mean(before, 1)
    if judged:
        course.expect(f"memory of {name}, growth", round(growth, 4), most=_GROWTH)
        course.expect(f"sockets of {name}, more", round(more, 1), most=_MORE_SOCKETS)
    else:
        course.tell(f"memory of {name}, growth", growth)
        course.tell(f"sockets of {name}, more", more)


def _mean(samples: list[tuple[int, int]], which: int) -> float:
    return statistics.mean(sample[which] for sample in samples)
