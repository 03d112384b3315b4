"""A thousand tickets to twenty people: their loads as the journal tells them."""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from itertools import groupby

import pytest

from tests.component.routing.world import REPLICAS, RoutingWorld
from tests.component.waiting import eventually

PEOPLE = 20
#: Batches that may be under way at once: one for each partition of intake's events.
LANES = 2
WEIGHTS = (1, 2, 3)


@pytest.mark.timeout(300)
def test_loads_stay_together_whoever_gives_the_work_out(world: RoutingWorld) -> None:
    """Within one weight at rest; on the way, within one more for each batch under way.

    A batch takes its places before its commits are stored, and others go by them meanwhile: the
    journal tells of both a moment apart. That no single choice goes further than one weight is
    held by the laws of `test_balance.py`.
    """
    spreads = spreads_of(world, "fair", tickets=1000)

    assert spreads[-1] <= max(WEIGHTS)
    assert max(spreads) <= max(WEIGHTS) * (1 + LANES)
    # Looked at often enough to be worth the word.
    assert len(spreads) > 10


def spreads_of(world: RoutingWorld, unit: str, *, tickets: int) -> list[int]:
    """Give twenty people tickets of three weights; tell how far apart they were on the way."""
    people = [f"{unit}{number:02}" for number in range(PEOPLE)]
    world.found(**{unit: {person: {"capacity": 1000} for person in people}})
    kinds = {weight: f"{unit}-{weight}" for weight in WEIGHTS}
    for weight, kind in kinds.items():
        rule = {"id": kind, "order": -2, "kind": kind, "unit": unit, "tier": 1, "weight": weight}
        world.get("define_rule", rule)
        for replica in REPLICAS:
            eventually(partial(knows, world, replica, kind))

    drawn = [kinds[WEIGHTS[number * 7 % len(WEIGHTS)]] for number in range(tickets)]
    codes = set(world.together(partial(world.register, kind=kind) for kind in drawn))
    eventually(lambda: len(list(assignments(world, codes))) == tickets, seconds=150)
    return list(spread_at_every_moment(world, codes, people))


def knows(world: RoutingWorld, replica: str, rule: str) -> bool:
    return rule in {line["id"] for line in world.ask(replica, "rules", {})}


def assignments(world: RoutingWorld, codes: set[str]) -> Iterator[tuple[object, str, int]]:
    found = world.database("routing")["journal"].find(
        {"stream": {"$in": sorted(codes)}}, sort=[("recorded_at", 1), ("_id", 1)]
    )
    for commit in found:
        for event in commit["events"]:
            if event["type"] == "ticket.assigned":
                data = event["data"]
                yield commit["recorded_at"], data["assignee"], data["weight"] or 1


def spread_at_every_moment(
    world: RoutingWorld, codes: set[str], people: list[str]
) -> Iterator[int]:
    """How far apart the loads were after each write; what one write stores is there at once."""
    loads = Counter(dict.fromkeys(people, 0))
    for _, together in groupby(assignments(world, codes), key=lambda line: line[0]):
        for _, person, weight in together:
            loads[person] += weight
        yield max(loads.values()) - min(loads.values())
