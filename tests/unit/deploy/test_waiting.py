"""Waiting ends: with what was waited for, or with the names of what was not there."""

import pytest

from deploy.local.waiting import NotInTime, wait_for_all, wait_until


def test_a_condition_that_comes_true_is_waited_for():
    answers = iter([False, False, True])

    assert wait_until(lambda: next(answers), seconds=5, what="the third answer") >= 0


def test_a_condition_that_stays_false_is_named():
    with pytest.raises(NotInTime, match=r"0\.1 s in vain for spring"):
        wait_until(lambda: False, seconds=0.1, what="spring")


def test_those_that_came_are_told_and_those_that_did_not_are_named():
    told: list[str] = []

    with pytest.raises(NotInTime) as late:
        wait_for_all(
            {"slow": lambda: False, "quick": lambda: True},
            seconds=0.1,
            told=lambda name, _seconds: told.append(name),
        )

    assert told == ["quick"]
    assert late.value.missing == ["slow"]


def test_waiting_ends_at_once_when_there_is_nothing_left_to_wait_for():
    def it_has_failed() -> None:
        raise RuntimeError("it has failed")

    with pytest.raises(RuntimeError, match="it has failed"):
        wait_until(lambda: False, seconds=60, what="a miracle", still=it_has_failed)
