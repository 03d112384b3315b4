"""What is remembered when there is more than room for."""

from hypothesis import given
from hypothesis import strategies as st

from chassis.recent import Recent

KEYS = st.lists(st.integers(0, 30), max_size=200)


@given(keys=KEYS, most=st.integers(1, 10))
def test_the_latest_are_held_with_their_last_values_and_never_twice_as_many(keys, most):
    recent: Recent[int, int] = Recent(most)
    for value, key in enumerate(keys, 1):
        recent.keep(key, value)

    last = {key: value for value, key in enumerate(keys, 1)}
    for key in sorted(last, key=last.get)[-most:]:
        assert recent.get(key) == last[key]
    assert len(recent) <= 2 * most
    assert all(recent.get(key) in (None, last[key]) for key in last)


def test_what_was_kept_within_the_time_is_held_however_much_it_is():
    recent: Recent[int, int] = Recent(2, seconds=3600)
    for key in range(1000):
        recent.keep(key, key)

    assert len(recent) == 1000


def test_after_clearing_nothing_is_remembered():
    recent: Recent[str, int] = Recent(2)
    for key in ("a", "b", "a"):
        recent.keep(key, 1)

    recent.clear()

    assert "a" not in recent
    assert recent.get("b", 0) == 0
