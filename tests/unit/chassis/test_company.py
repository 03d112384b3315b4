"""Commands begin together that come while others are under way."""

import eventlet
import pytest

from chassis.calls.company import Company


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, as the company sees it."""
    time = [100.0]
    monkeypatch.setattr("chassis.calls.company.time.monotonic", lambda: time[0])
    return time


@pytest.fixture
def timers(monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, object]]:
    """What was asked to happen later: after how many seconds, and what."""
    asked: list[tuple[float, object]] = []
    monkeypatch.setattr(
        eventlet, "spawn_after", lambda seconds, call: asked.append((round(seconds, 3), call))
    )
    return asked


def test_long_after_the_last_one_nobody_waits(now, timers):
    company = Company(0.02)
    company.wait()
    now[0] += 0.02
    company.wait()

    assert timers == []


def test_who_comes_soon_after_begins_with_all_others_who_do(now, timers):
    company, begun = Company(0.02), []
    company.wait()
    now[0] += 0.005
    waiting = [eventlet.spawn(lambda n=n: (company.wait(), begun.append(n))) for n in range(3)]
    eventlet.sleep(0)

    ((seconds, begin),) = timers
    assert (seconds, begun) == (0.015, [])

    begin()
    for each in waiting:
        each.wait()
    assert sorted(begun) == [0, 1, 2]


def test_the_next_beginning_counts_from_the_last(now, timers):
    company = Company(0.02)
    company.wait()
    now[0] += 0.01
    first = eventlet.spawn(company.wait)
    eventlet.sleep(0)
    now[0] += 0.01
    timers[0][1]()
    first.wait()

    now[0] += 0.004
    eventlet.spawn(company.wait)
    eventlet.sleep(0)

    assert timers[1][0] == 0.016
