"""What is remembered when there is more than room for."""

from chassis.recent import Recent


def test_who_was_kept_longest_ago_is_forgotten_first():
    recent = Recent(2)
    recent.keep("a", 1)
    recent.keep("b", 2)
    recent.keep("a", 3)

    recent.keep("c", 4)

    assert dict(recent) == {"a": 3, "c": 4}
