"""One run from its seed to its verdict."""

from __future__ import annotations

import gc
import hashlib
from contextlib import nullcontext
from typing import NamedTuple

from tests.simulation import audit
from tests.simulation.bugs import BUGS
from tests.simulation.clients import Client
from tests.simulation.founding import founded
from tests.simulation.rest import unsettled
from tests.simulation.world import Broken, World

#: When runs begin: well after the founding.
_BEGINS = 100_000.0


class Verdict(NamedTuple):
    """What became of a run."""

    seed: int
    #: What went wrong; None where nothing did.
    fault: str | None
    #: A hash of everything that happened, in order.
    digest: str
    #: How many commands were acknowledged.
    commands: int


def judge(seed: int, bug: str | None = None) -> Verdict:
    """Run one seed, with a bug planted where one is named."""
    fault, world = _run(seed, bug)
    digest = hashlib.sha256(repr(world.trace).encode()).hexdigest()
    return Verdict(seed, fault, digest, len(world.ledger.acknowledged))


def judge_all(seeds: list[int], bug: str | None = None) -> list[Verdict]:
    """Run some seeds one after the other."""
    founded()
    # What a process keeps for good is looked through no more, and the rest in large pieces.
    gc.freeze()
    gc.set_threshold(20_000, 50, 1000)
    return [judge(seed, bug) for seed in seeds]


def told(seed: int, bug: str | None = None) -> tuple[list[str], str | None]:
    """Run one seed and give its story, every effect and fault in order, and what went wrong."""
    fault, world = _run(seed, bug)
    return [*_lines(world), f"seed {seed}: {fault or 'as it should be'}"], fault


def _run(seed: int, bug: str | None) -> tuple[str | None, World]:
    disks = founded()
    with BUGS[bug]() if bug else nullcontext():
        world = World(seed, disks, now=_BEGINS)
        try:
            return _lived(world), world
        finally:
            world.end()


def _lived(world: World) -> str | None:
    """Let the world live; gives what went wrong."""
    world.boot_all()
    for number in range(world.chance.choice((1, 1, 1, 2, 2))):
        client = Client(world, f"client{number + 1}")
        world.clients.append(client)
        world.hub.spawn(world.hub.outside, client.run, world.chance.randrange(1, 5))
    try:
        world.act(lambda: any(not client.done for client in world.clients))
        world.rest(lambda: unsettled(world))
    except Broken as broken:
        return str(broken)
    return next(audit.faults(world), None)


def _lines(world: World) -> list[str]:
    return [f"{at - _BEGINS:9.3f}  {' '.join(what)}" for at, *what in world.trace]
