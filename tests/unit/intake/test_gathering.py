import eventlet
import pytest

from services.intake.repository.gathering import Gathering


def answers(gathering: Gathering, keys: list[str]) -> list[object]:
    threads = [eventlet.spawn(gathering.get, key) for key in keys]
    return [thread.wait() for thread in threads]


def test_lookups_that_wait_together_are_one_query_and_each_gets_its_own():
    asked = []

    def look_up(keys):
        asked.append(list(keys))
        return {key: key.upper() for key in keys if key != "unknown"}

    found = answers(Gathering(look_up), ["a", "b", "a", "unknown"])

    assert found == ["A", "B", "A", None]
    assert asked == [["a", "b", "unknown"]]


def test_everybody_who_waited_is_told_of_a_failure_and_the_next_is_asked_anew():
    outcomes = [OSError("away"), {"a": 1}]

    def look_up(_keys):
        outcome = outcomes.pop(0)
        if isinstance(outcome, OSError):
            raise outcome
        return outcome

    gathering = Gathering(look_up)
    threads = [eventlet.spawn(gathering.get, "a") for _ in range(2)]

    for thread in threads:
        with pytest.raises(OSError, match="away"):
            thread.wait()
    assert answers(gathering, ["a"]) == [1]
