"""The counting of tries in a real Redis."""

import asyncio
import itertools

import pytest

from gateway.limits import LimitReached, Limits

LIMITS = {"code": "1/minute", "address": "3/minute;5/day", "quick": "4/second"}
PATIENCE_SECONDS = 30


def spending(redis_url, *, gateways=1):
    """Give what spends tries, of as many gateways in turn, and tells which limit refused."""
    doors = [Limits(LIMITS, redis_url=redis_url) for _ in range(gateways)]
    turns = itertools.cycle(doors)

    async def spend(**tries):
        try:
            await next(turns).spend(**tries)
        except LimitReached as reached:
            return reached.name
        assert not any(door.is_resting for door in doors)
        return None

    return spend


async def test_gateways_count_together(redis_url):
    spend = spending(redis_url, gateways=2)

    assert [await spend(address="together") for _ in range(5)] == [None] * 3 + ["address"] * 2


async def test_what_one_limit_refuses_counts_against_none(redis_url):
    spend = spending(redis_url)

    assert await spend(address="none", code="a") is None
    assert [await spend(address="none", code="a") for _ in range(3)] == ["code"] * 3
    assert [await spend(address="none", code=code) for code in "bcd"] == [None, None, "address"]


async def test_tries_at_the_same_moment_are_not_more(redis_url):
    spend = spending(redis_url, gateways=2)

    refused = await asyncio.gather(*(spend(address="crowd") for _ in range(20)))

    assert refused.count(None) == 3


async def test_the_window_slides(redis_url):
    spend = spending(redis_url)
    loop = asyncio.get_running_loop()
    began, passed = loop.time(), 0

    while passed < 12 and loop.time() - began < PATIENCE_SECONDS:
        passed += await spend(quick="sliding") is None
        await asyncio.sleep(0.02)

    # Four at once, then no more than four a second.
    assert passed == 12
    assert loop.time() - began > 1.4


async def test_who_is_refused_is_told_when_to_come_again(redis_url):
    limits = Limits(LIMITS, redis_url=redis_url)
    for _ in range(3):
        await limits.spend(address="again")

    with pytest.raises(LimitReached) as reached:
        await limits.spend(address="again")

    # The first minute ends, and a third of the next: then one of the three has slid out.
    assert 60 < reached.value.retry_after <= 80


@pytest.mark.parametrize("who", ["", "a b", "کد", "x" * 1000, "a:b\r\nc"])
async def test_whoever_it_is_is_counted(redis_url, who):
    spend = spending(redis_url)

    assert [await spend(code=who), await spend(code=who)] == [None, "code"]
