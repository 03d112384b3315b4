"""Doing in one go what several tasks of the gateway want."""

import asyncio
import math

import pytest

from chassis.gather_aio import Gathered


class Runs:
    """Doubles numbers, and keeps what came together; a negative one fails its go."""

    def __init__(self, **options):
        self.runs = []
        self.news = asyncio.Event()
        self.open = asyncio.Event()
        self.open.set()
        self.gathered = Gathered(self._run, **{"most": 100} | options)

    async def _run(self, items):
        self.runs.append(list(items))
        self.news.set()
        await asyncio.sleep(0)
        await self.open.wait()
        if min(items) < 0:
            raise ValueError(min(items))
        return [item * 2 for item in items]

    async def begun(self, count):
        """Wait until so many goes are under way."""
        async with asyncio.timeout(5):
            while len(self.runs) < count:
                self.news.clear()
                await self.news.wait()

    async def all(self, items):
        tasks = [asyncio.create_task(self.gathered.one(item)) for item in items]
        return await asyncio.gather(*tasks, return_exceptions=True)


async def test_what_comes_in_one_turn_of_the_loop_goes_together():
    runs = Runs()

    results = await runs.all(range(5))

    assert results == [0, 2, 4, 6, 8]
    assert runs.runs == [[0, 1, 2, 3, 4]]


async def test_alone_an_item_goes_at_once():
    runs = Runs()

    assert [await runs.gathered.one(1), await runs.gathered.one(2)] == [2, 4]
    assert runs.runs == [[1], [2]]


async def test_what_arrives_while_as_many_goes_as_may_be_are_under_way_goes_next():
    runs = Runs()
    runs.open.clear()
    first = asyncio.create_task(runs.gathered.one(1))
    await runs.begun(1)
    others = [asyncio.create_task(runs.gathered.one(item)) for item in (2, 3)]
    await asyncio.sleep(0)
    runs.open.set()

    assert await asyncio.gather(first, *others) == [2, 4, 6]
    assert runs.runs == [[1], [2, 3]]


async def test_where_any_number_may_be_under_way_nobody_waits_for_one():
    runs = Runs(at_once=math.inf)
    runs.open.clear()
    first = asyncio.create_task(runs.gathered.one(1))
    await runs.begun(1)
    second = asyncio.create_task(runs.gathered.one(2))
    await runs.begun(2)
    runs.open.set()

    assert await asyncio.gather(first, second) == [2, 4]


async def test_a_go_takes_no_more_than_it_may():
    runs = Runs(most=2)

    await runs.all(range(5))

    assert runs.runs == [[0, 1], [2, 3], [4]]


async def test_a_failure_is_told_to_those_of_its_go_alone():
    runs = Runs(most=2)

    results = await runs.all([1, 2, -3, 4, 5])

    assert [str(result) for result in results] == ["2", "4", "-3", "-3", "10"]


async def test_who_has_given_up_is_left_out():
    runs = Runs()
    runs.open.clear()
    first = asyncio.create_task(runs.gathered.one(1))
    await runs.begun(1)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await runs.gathered.one(2)
    third = asyncio.create_task(runs.gathered.one(3))
    runs.open.set()

    assert await asyncio.gather(first, third) == [2, 6]
    assert runs.runs == [[1], [3]]
