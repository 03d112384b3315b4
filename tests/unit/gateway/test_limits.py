"""How often somebody may try."""

import pytest

from gateway.limits import LimitReached, Limits, hidden, network_of

NOWHERE = "redis://127.0.0.1:1/0"


async def test_without_redis_each_process_counts_for_itself():
    limits = Limits({"track": "2/minute"}, redis_url=NOWHERE)

    await limits.spend(track="192.0.2.1")
    await limits.spend(track="192.0.2.1")
    await limits.spend(track="192.0.2.2")
    with pytest.raises(LimitReached) as reached:
        await limits.spend(track="192.0.2.1")

    assert reached.value.code == "rate_limited"
    assert 0 < reached.value.retry_after <= 60
    assert reached.value.headers["ratelimit-policy"] == '"track";q=2;w=60'


async def test_after_a_failure_redis_is_left_alone_for_a_moment():
    now = [0.0]
    limits = Limits({"track": "9/minute"}, redis_url=NOWHERE, clock=lambda: now[0])
    await limits.spend(track="a")

    assert limits.is_resting
    now[0] += 3
    assert not limits.is_resting


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", "unknown"),
        ("testclient", "unknown"),
    ],
)
def test_an_address_counts_as_its_network(address, network):
    assert network_of(address) == network


def test_names_are_counted_without_being_shown():
    assert hidden("Desk") == hidden("desk") != "desk"
