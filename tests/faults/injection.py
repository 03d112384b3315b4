"""Carrying out the faults of a list on a world, each at its time."""

from __future__ import annotations

import heapq
import shutil
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.faults.plan import Fault
from tests.faults.world import World

_LATENCY_SECONDS = 0.1


@dataclass
class Happened:
    """A fault that was carried out, and when it began and ended."""

    fault: str
    at: float
    until: float


class Injector:
    """Does what the list says, and keeps a record."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.happened: list[Happened] = []

    def carry_out(self, plan: list[Fault], started: float) -> None:
        """Let every fault happen at its time after `started`, and end; returns after the last."""
        due = [(fault.at, number, fault, False) for number, fault in enumerate(plan)]
        heapq.heapify(due)
        began: dict[int, Happened] = {}
        while due:
            at, number, fault, ends = heapq.heappop(due)
            time.sleep(max(0.0, started + at - time.monotonic()))
            if ends:
                self._end(fault)
                began[number].until = time.time()
                continue
            began[number] = self.begin(fault)
            if fault.seconds:
                heapq.heappush(due, (at + fault.seconds, number, fault, True))

    def begin(self, fault: Fault) -> Happened:
        """Let a fault happen now; what lasts is ended by somebody else."""
        print(f"    {fault}", file=sys.stderr)
        happened = Happened(str(fault), time.time(), time.time())
        self.happened.append(happened)
        _BEGIN[fault.kind](self._world, fault.target)
        return happened

    def _end(self, fault: Fault) -> None:
        _END[fault.kind](self._world, fault.target)


def _signalling(number: int) -> Callable[[World, str], None]:
    return lambda world, name: world.home(name).kill(name, number)


def _refuse(world: World, name: str) -> None:
    world.proxies[name].accepting = False
    world.proxies[name].cut()


def _accept(world: World, name: str) -> None:
    world.proxies[name].accepting = True


def _slow(world: World, name: str) -> None:
    world.proxies[name].latency = _LATENCY_SECONDS


def _quick(world: World, name: str) -> None:
    world.proxies[name].latency = 0.0


def _flush(world: World, _name: str) -> None:
    import redis

    with redis.Redis.from_url(world.servers.addresses.redis_url) as client:
        client.flushall()


def _empty(world: World, name: str) -> None:
    home = world.home(name)
    home.kill(name, signal.SIGKILL)
    home.stop_process(name)
    shutil.rmtree(home.data_folder(name))
    home.start_process(name)


_BEGIN: dict[str, Callable[[World, str], None]] = {
    "kill": _signalling(signal.SIGKILL),
    "end": _signalling(signal.SIGTERM),
    "suspend": _signalling(signal.SIGSTOP),
    "away": lambda world, name: world.home(name).stop_process(name),
    "cut": lambda world, name: world.proxies[name].cut(),
    "half-close": lambda world, name: world.proxies[name].half_close(),
    "freeze": lambda world, name: world.proxies[name].freeze(),
    "refuse": _refuse,
    "slow": _slow,
    "fill": lambda world, name: world.disks[name].fill(),
    "flush": _flush,
    "empty": _empty,
}

_END: dict[str, Callable[[World, str], None]] = {
    "suspend": _signalling(signal.SIGCONT),
    "away": lambda world, name: world.home(name).start_process(name),
    "freeze": lambda world, name: world.proxies[name].thaw(),
    "refuse": _accept,
    "slow": _quick,
    "fill": lambda world, name: world.disks[name].clear(),
}
