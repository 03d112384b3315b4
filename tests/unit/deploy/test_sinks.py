"""Sinks keep within a budget, and misbehave as often as they are told to."""

import asyncio

from deploy.local.sinks import Behaviour, Kept, Manners


def test_the_oldest_go_when_the_budget_is_spent():
    kept: Kept[str] = Kept(limit_bytes=3000)

    dropped = [kept.add(letter, size=500) for letter in "abcde"]

    assert list(kept) == ["c", "d", "e"]
    assert dropped == [[], [], [], ["a"], ["b"]]
    assert kept.received == 5


def test_one_that_is_larger_than_the_budget_is_kept_alone():
    kept: Kept[str] = Kept(limit_bytes=1000)
    kept.add("small", size=10)

    kept.add("large", size=10_000)

    assert list(kept) == ["large"]


def test_a_behaviour_for_some_times_ends_by_itself():
    manners = Manners()
    manners.change(Behaviour(status=503, times=2))

    refusals = [asyncio.run(manners.next_refusal()) for _ in range(3)]

    assert refusals == [503, 503, None]


def test_a_behaviour_without_number_lasts_until_it_is_changed():
    manners = Manners()
    manners.change(Behaviour(status=451))
    during = [asyncio.run(manners.next_refusal()) for _ in range(3)]

    manners.change(Behaviour())

    assert during == [451, 451, 451]
    assert asyncio.run(manners.next_refusal()) is None
