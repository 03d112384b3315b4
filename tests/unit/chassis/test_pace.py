"""Batches are held under load, and less where somebody is in a hurry."""

import eventlet
import pytest

from chassis.pace import Pace


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that each wait was meant to last; none of them passes."""
    asked: list[float] = []
    now = [100.0]

    def sleep(seconds: float) -> None:
        asked.append(round(seconds, 3))
        now[0] += seconds

    monkeypatch.setattr("chassis.pace.time.monotonic", lambda: now[0])
    monkeypatch.setattr(eventlet, "sleep", sleep)

    class Hurry:
        def __init__(self) -> None:
            self._sent = False

        def ready(self) -> bool:
            return self._sent

        def send(self, _value: object) -> None:
            self._sent = True

        def wait(self, timeout: float) -> bool | None:
            if self._sent:
                return True
            sleep(timeout)
            return None

    monkeypatch.setattr("chassis.pace.Signal", Hurry)
    return asked


def test_the_first_after_a_pause_is_never_held(clock: list[float]) -> None:
    Pace(0.1).wait()

    assert clock == []


def test_the_next_one_is_held(clock: list[float]) -> None:
    pace = Pace(0.1)
    pace.wait()
    pace.wait()

    assert clock == [0.1]


def test_a_hurry_holds_one_batch_for_less(clock: list[float]) -> None:
    pace = Pace(0.1, hurried=0.03)
    pace.wait()
    pace.hurry()
    pace.wait()
    pace.wait()

    assert clock == [0.03, 0.1]


def test_no_hurry_where_none_was_named(clock: list[float]) -> None:
    pace = Pace(0.1)
    pace.wait()
    pace.hurry()
    pace.wait()

    assert clock == [0.1]
