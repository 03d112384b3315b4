"""A thousand tickets to twenty people: their loads after every commit, as the journal has them."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from tests.component.routing.world import REPLICAS, RoutingWorld
from tests.component.waiting import eventually

PEOPLE = 20
TICKETS = 1000
#: How much is given between two kills.
BETWEEN = 150


@pytest.mark.timeout(300)
@pytest.mark.parametrize("weights", [(1,), (1, 2, 3)], ids=["equal", "unequal"])
def test_loads_stay_within_one_weight_whoever_gives_the_work_out(
    world: RoutingWorld, weights: Sequence[int]
) -> None:
    unit = f"fair{len(weights)}"
    kinds = a_team(world, unit, weights)

    codes = register(world, kinds)
    eventually(lambda: len(list(assignments(world, codes))) == TICKETS, seconds=150)

    assert max(spreads(world, unit, codes)) == max(weights)


@pytest.mark.timeout(300)
def test_loads_stay_within_one_weight_though_who_gives_is_killed(world: RoutingWorld) -> None:
    kinds = a_team(world, "killed", (1, 2, 3))

    with ThreadPoolExecutor(1) as killer:
        killed = killer.submit(kill_in_turn, world, given(world, "killed"))
        codes = register(world, kinds)
        killed.result()
    eventually(lambda: len(list(assignments(world, codes))) == TICKETS, seconds=150)

    assert max(spreads(world, "killed", codes)) == 3


def a_team(world: RoutingWorld, unit: str, weights: Sequence[int]) -> list[str]:
    """Found a team; gives the kinds of requests that it gets, one for each weight."""
    people = [f"{unit}{number:02}" for number in range(PEOPLE)]
    world.found(**{unit: {person: {"capacity": 1000} for person in people}})
    kinds = [f"{unit}-{weight}" for weight in weights]
    for weight, kind in zip(weights, kinds, strict=True):
        rule = {"id": kind, "order": -2, "kind": kind, "unit": unit, "tier": 1, "weight": weight}
        world.get("define_rule", rule)
        for replica in REPLICAS:
            eventually(partial(world.knows, replica, kind))
    return kinds


def register(world: RoutingWorld, kinds: Sequence[str]) -> set[str]:
    drawn = [kinds[number * 7 % len(kinds)] for number in range(TICKETS)]
    return set(world.together(partial(world.register, kind=kind) for kind in drawn))


def given(world: RoutingWorld, unit: str) -> Callable[[], int]:
    """Give what tells how many tickets a team has."""
    tickets = world.database("routing")["tickets"]
    return partial(tickets.count_documents, {"assignee": {"$regex": f"^{unit}"}})


def kill_in_turn(world: RoutingWorld, count: Callable[[], int]) -> None:
    """Kill one replica after the other in the middle of giving, and start it again."""
    for number, name in enumerate((*REPLICAS, REPLICAS[0]), 1):
        # However much was given while the one before ended.
        eventually(lambda number=number: count() >= number * BETWEEN)
        world.kill(name)
        world.begin(name)
    for name in REPLICAS:
        world.processes[name].wait_ready()


def assignments(world: RoutingWorld, codes: set[str]) -> Iterator[tuple[str, int]]:
    """Tell who got tickets of which weight, in the order in which the database stored it."""
    query = {"stream": {"$in": sorted(codes)}, "events.type": "ticket.assigned"}
    for commit in world.database("routing")["journal"].find(query, sort=[("$natural", 1)]):
        for event in commit["events"]:
            if event["type"] == "ticket.assigned":
                yield event["data"]["assignee"], event["data"]["weight"] or 1


def spreads(world: RoutingWorld, unit: str, codes: set[str]) -> Iterator[int]:
    """Tell how far apart the loads of the team were after each commit."""
    loads = Counter({f"{unit}{number:02}": 0 for number in range(PEOPLE)})
    for person, weight in assignments(world, codes):
        loads[person] += weight
        yield max(loads.values()) - min(loads.values())
