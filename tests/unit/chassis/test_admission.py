"""A process that is asked for more than it can do does as much as it can, and not nothing."""

from dataclasses import dataclass

import pytest

from chassis.calls.admission import LEAST, Admission

_STEP = 0.02
_DEADLINE = 2.8
_MOST = 400


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def admission(clock):
    return Admission(_MOST, clock)


def enter(admission, times):
    return sum(admission.enter() for _ in range(times))


def test_as_many_as_may_begin_do_and_no_more(admission):
    assert enter(admission, _MOST + 50) == _MOST

    admission.leave(0.1)

    assert enter(admission, 50) == 1


def test_calls_that_run_out_of_time_together_halve_the_number_once(admission):
    enter(admission, 100)

    for _ in range(100):
        admission.leave(1.0)

    assert admission.limit == 50


def test_calls_that_run_out_of_time_again_and_again_leave_the_least(admission, clock):
    for _ in range(20):
        clock.now += 2
        admission.enter()
        admission.leave(1.0)

    assert admission.limit == LEAST


def test_calls_that_end_early_raise_the_number_again(admission, clock):
    enter(admission, 100)
    admission.leave(1.0)

    for _ in range(30):
        admission.leave(0.2)

    assert admission.limit == 80


@dataclass
class Job:
    begun: float
    left: float


def good_ends(clock, may_enter, leave, *, seconds, capacity, callers):
    """Share a processor among callers who ask again and again; gives how many were answered."""
    ask_at = [number * 0.01 for number in range(callers)]
    jobs, answered = [], 0
    while clock.now < seconds:
        clock.now += _STEP
        for number, at in enumerate(ask_at):
            if at <= clock.now:
                ask_at[number] = clock.now + _DEADLINE + 0.5
                if may_enter():
                    jobs.append(Job(clock.now, 1 / capacity))
        for job in list(jobs):
            job.left -= _STEP / len(jobs)
            share = (clock.now - job.begun) / _DEADLINE
            if job.left <= 0 or share >= 1:
                jobs.remove(job)
                leave(share)
                answered += share < 1
    return answered


def test_a_process_that_is_asked_for_four_times_what_it_can_do_does_half_of_it(clock, admission):
    done = good_ends(clock, admission.enter, admission.leave, seconds=60, capacity=30, callers=400)

    assert done > 60 * 30 / 2


def test_without_a_limit_it_would_do_next_to_nothing(clock):
    done = good_ends(clock, lambda: True, lambda _share: None, seconds=60, capacity=30, callers=400)

    assert done < 60 * 30 / 10
