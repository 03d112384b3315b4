"""Doing in one go what several tasks of the gateway want."""

import asyncio

import pytest

from chassis.gather_aio import Gathered


class Runs:
    """Doubles numbers, and keeps what came together; a negative one fails its go."""

    def __init__(self, **options):
        self.runs = []
        self.open = asyncio.Event()
        self.open.set()
        self.gathered = Gathered(self._run, **{"most": 100} | options)

    async def _run(self, items):
        self.runs.append(list(items))
        await asyncio.sleep(0)
        await self.open.wait()
        if min(items) < 0:
            raise ValueError(min(items))
        return [item * 2 for item in items]

    async def all(self, items):
        tasks = [asyncio.create_task(self.gathered.one(item)) for item in items]
        return await asyncio.gather(*tasks, return_exceptions=True)


async def test_what_arrives_while_a_go_is_under_way_goes_next():
    runs = Runs()

    results = await runs.all(range(5))

    assert results == [0, 2, 4, 6, 8]
    assert runs.runs == [[0], [1, 2, 3, 4]]


async def test_alone_an_item_goes_at_once():
    runs = Runs()

    assert [await runs.gathered.one(1), await runs.gathered.one(2)] == [2, 4]
    assert runs.runs == [[1], [2]]


async def test_a_go_takes_no_more_than_it_may():
    runs = Runs(most=2)

    await runs.all(range(5))

    assert runs.runs == [[0], [1, 2], [3, 4]]


async def test_a_failure_is_told_to_those_of_its_go_alone():
    runs = Runs(most=2)

    results = await runs.all([1, -2, 3, 4])

    assert [str(result) for result in results] == ["2", "-2", "-2", "8"]


async def test_who_has_given_up_is_left_out():
    runs = Runs()
    runs.open.clear()
    first = asyncio.create_task(runs.gathered.one(1))
    await asyncio.sleep(0)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await runs.gathered.one(2)
    third = asyncio.create_task(runs.gathered.one(3))
    runs.open.set()

    assert await asyncio.gather(first, third) == [2, 6]
    assert runs.runs == [[1], [3]]
