"""Which partitions a process gives away to the others of its service."""

import pytest

from chassis.bus.sharing import surplus


@pytest.mark.parametrize(
    ("active", "partitions", "replicas", "given"),
    [
        pytest.param({0, 1}, 2, 1, 0, id="alone"),
        pytest.param({0, 1}, 2, 2, 1, id="one too many"),
        pytest.param({1}, 2, 2, 0, id="its part"),
        pytest.param({0, 1, 2, 3}, 4, 3, 2, id="parts that do not come out even"),
        pytest.param({0, 1}, 2, 5, 1, id="more processes than partitions"),
        pytest.param(set(), 2, 2, 0, id="nothing to give"),
        pytest.param({0, 1}, 2, 0, 0, id="nobody was counted"),
    ],
)
def test_what_is_beyond_a_fair_part_is_given_away(active, partitions, replicas, given):
    found = surplus(active, partitions, replicas)

    assert len(set(found)) == given
    assert set(found) <= active
