"""A thousand tickets to twenty people through two replicas: loads as the event log tells them."""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from itertools import groupby

import pytest

from tests.component.routing.world import REPLICAS, RoutingWorld
from tests.component.waiting import eventually

PEOPLE = [f"fair{number:02}" for number in range(20)]
WEIGHTS = (1, 2, 3)
TICKETS = 1000


@pytest.mark.timeout(300)
def test_loads_stay_within_one_weight_of_each_other_at_every_moment(world: RoutingWorld) -> None:
    world.found(fair={person: {"capacity": 1000} for person in PEOPLE})
    for weight in WEIGHTS:
        name = f"fair-{weight}"
        world.get(
            "define_rule",
            {"id": name, "order": -2, "kind": name, "unit": "fair", "tier": 1, "weight": weight},
        )
        for replica in REPLICAS:
            eventually(partial(knows, world, replica, name))

    kinds = [f"fair-{WEIGHTS[number * 7 % len(WEIGHTS)]}" for number in range(TICKETS)]
    codes = set(world.together(partial(world.register, kind=kind) for kind in kinds))
    eventually(lambda: sum(weight for _, weight in given(world, codes)) == 6 * TICKETS // 3 - 1)

    spreads = list(spread_at_every_moment(world, codes))
    assert max(spreads) <= max(WEIGHTS)
    # Looked at often enough to be worth the word "every".
    assert len(spreads) > 10


def knows(world: RoutingWorld, replica: str, rule: str) -> bool:
    return rule in {line["id"] for line in world.ask(replica, "rules", {})}


def given(world: RoutingWorld, codes: set[str]) -> list[tuple[str, int]]:
    """Who got a ticket and what it weighs, in the order of the journal's instants."""
    return [(person, weight) for _, person, weight in assignments(world, codes)]


def assignments(world: RoutingWorld, codes: set[str]) -> Iterator[tuple[object, str, int]]:
    found = world.database("routing")["journal"].find(
        {"stream": {"$in": sorted(codes)}}, sort=[("recorded_at", 1), ("_id", 1)]
    )
    for commit in found:
        for event in commit["events"]:
            if event["type"] == "ticket.assigned":
                data = event["data"]
                yield commit["recorded_at"], data["assignee"], data["weight"] or 1


def spread_at_every_moment(world: RoutingWorld, codes: set[str]) -> Iterator[int]:
    """How far apart the loads were after each write; what one write stores is there at once."""
    loads = Counter(dict.fromkeys(PEOPLE, 0))
    for _, together in groupby(assignments(world, codes), key=lambda line: line[0]):
        for _, person, weight in together:
            loads[person] += weight
        yield max(loads.values()) - min(loads.values())
