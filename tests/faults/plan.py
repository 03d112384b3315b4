"""Which faults happen when: lists that a seed decides, and nothing else."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

SERVICES = ("intake", "routing", "sla", "notify", "reporting")
GATEWAY = "gateway"
MONGOD, BROKER, REDIS = "mongod", "rabbitmq", "redis"

#: What may be done to a process or server; those with a duration end by themselves.
KINDS = (
    "kill",  # SIGKILL; the supervisor starts it again
    "end",  # SIGTERM; the supervisor starts it again
    "suspend",  # SIGSTOP, after the duration SIGCONT
    "away",  # stopped in good order, after the duration started
    "cut",  # its connections are reset
    "half-close",  # nothing more is sent to it on connections that stay open
    "freeze",  # nothing passes to or from it
    "refuse",  # connections are cut, new ones closed at once
    "slow",  # every piece of every connection comes late
    "fill",  # its disk is full
    "flush",  # everything in it is forgotten
    "empty",  # killed, and started with an empty data folder
)


@dataclass(frozen=True)
class Fault:
    """One fault: at how many seconds after the load began, what, to whom, for how long."""

    at: float
    kind: str
    target: str
    seconds: float = 0.0

    def __str__(self) -> str:
        lasting = f" for {self.seconds:g} s" if self.seconds else ""
        return f"{self.kind} {self.target}{lasting}"


def in_turn(
    chance: random.Random, kind: str, targets: Sequence[str], *, every: float, until: float
) -> list[Fault]:
    """Do the same to each target in turn, in an order that changes from round to round."""
    order = _rounds(chance, targets)
    return [
        Fault(round(every * number, 2), kind, next(order))
        for number in range(1, int(until / every) + 1)
    ]


def at_random(
    chance: random.Random, faults: Sequence[tuple[str, str, float]], *, count: int, until: float
) -> list[Fault]:
    """Spread `count` faults over the time, each (kind, target, seconds) as often as the others."""
    order = _rounds(chance, faults)
    step = until / (count + 1)
    planned = []
    for number in range(1, count + 1):
        kind, target, seconds = next(order)
        at = step * (number + chance.uniform(-0.3, 0.3))
        planned.append(Fault(round(at, 2), kind, target, seconds))
    return planned


def _rounds(chance: random.Random, items: Sequence[object]) -> Iterator:
    """Give every item once in a random order, then again in another."""
    while True:
        shuffled = list(items)
        chance.shuffle(shuffled)
        yield from shuffled
