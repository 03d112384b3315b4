"""What the real code stands on while it is simulated: time, chance, sockets, settings.

Nothing of the product knows: the names under which its modules have `time`, `secrets` and the like
are bound to ours, for the whole life of the Python process. So this belongs in a process of its
own, never in one that runs other tests.
"""

from __future__ import annotations

import functools
import logging
import sys
from collections.abc import MutableMapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import eventlet
import structlog
from eventlet.semaphore import Semaphore

from chassis import lease
from chassis.bus import consumer, publisher
from chassis.calls import client, entrypoints
from chassis.calls.client import urlsplit
from chassis.errors import Overdue
from chassis.identity import Signer
from chassis.metrics import metric
from chassis.settings import SERVICES, ChassisSettings, Settings
from tests.simulation.hub import Owner
from tests.simulation.network import Wire
from tests.simulation.process import service_class

if TYPE_CHECKING:
    from tests.simulation.world import World

#: When every run begins, in seconds since 1970.
BEGINNING = 1_780_000_000.0
REPLICAS = 2
_KEY = "simulated" * 4


class _Uncounted:
    """A metric that nobody reads: counting would be a twentieth of the time."""

    def inc(self, *_amount: object) -> None:
        """Count nothing."""

    dec = set = observe = inc

    def set_function(self, _look: object) -> None:
        """Look at nothing."""

    def time(self) -> AbstractContextManager[None]:
        """Time nothing."""
        return nullcontext()


_UNCOUNTED = _Uncounted()


def _uncounted(*_names: str) -> _Uncounted:
    return _UNCOUNTED


class _Now:
    """The world that is being simulated right now."""

    world: World


now = _Now()


@functools.cache
def settings(walk_seconds: float) -> ChassisSettings:
    """Give the settings of every process: loops that look for something do so at their leisure."""
    addresses = {
        f"{service}_url": ",".join(f"http://{service}-{n + 1}" for n in range(REPLICAS))
        for service in SERVICES
    }
    return ChassisSettings(
        call_keys=_KEY,
        pace_seconds=0,
        lease_seconds=24,
        walk_away_seconds=walk_seconds,
        **addresses,
    )


@functools.cache
def signer() -> Signer:
    """Give who signs and checks passes; checked ones are remembered."""
    return Signer([_KEY])


@functools.cache
def prepare() -> None:
    """Bind the names, once in the life of the Python process."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        processors=[_heard],
        cache_logger_on_first_use=True,
    )
    for service in SERVICES:
        service_class(service)
    for name, module in list(sys.modules.items()):
        if name.startswith(("chassis.", "services.")):
            for attribute, stand_in in _STAND_INS.items():
                if getattr(module, attribute, None) is sys.modules.get(attribute):
                    setattr(module, attribute, stand_in)
            if getattr(module, "metric", None) is metric:
                module.__dict__["metric"] = _uncounted
    consumer.connect = publisher.connect = lambda *_where, **_how: now.world.broker.connect()
    client.Connection = _connection
    lease.Leases._take = _taken
    entrypoints.request_class = functools.cache(entrypoints.request_class)
    Settings.load = classmethod(functools.cache(_load))


def _heard(_logger: Any, method: str, fields: MutableMapping[str, Any]) -> Any:
    """Let warnings be read in the trace; an error is a fault of our own, and there is to be none.

    Taking too long is none: who is frozen for half a minute does.
    """
    said = f"logs {fields.pop('event')} {dict(fields)}"
    if method == "warning" or isinstance(sys.exc_info()[1], Overdue):
        now.world.note(now.world.hub.current().name, said)
    else:
        now.world.complain(said, sys.exc_info()[1])
    raise structlog.DropEvent


def enter(owner: Owner) -> None:
    """Let a process be the one that runs: leases know it by its name."""
    lease.HOLDER = owner.name


def _load(kind: type[Settings]) -> Settings:
    return kind()


def _connection(address: str, _seconds: float) -> Any:
    return Wire(now.world, urlsplit(address).hostname or "")


def _taken(leases: lease.Leases, names: Sequence[str]) -> set[str]:
    """Take leases, as `tests/component/chassis/test_leases.py` shows them on a real database.

    But they are a convenience: now and then two believe in the same one.
    """
    world, taken = now.world, set()
    service = world.hub.current().service
    for name in names:
        holder, until = world.leases.get((service, name), (lease.HOLDER, 0.0))
        if holder == lease.HOLDER or until < world.hub.now:
            world.leases[service, name] = lease.HOLDER, world.hub.now + leases.seconds
            taken.add(name)
        elif world.faults.happens(world.faults.two_leaders):
            taken.add(name)
    return taken


_STAND_INS = {
    "time": SimpleNamespace(
        monotonic=lambda: now.world.hub.now,
        time=lambda: BEGINNING + now.world.hub.now,
        sleep=eventlet.sleep,
    ),
    "secrets": SimpleNamespace(
        token_hex=lambda count: now.world.chance.randbytes(count).hex(),
        randbelow=lambda limit: int(now.world.chance.random() * limit),
    ),
    "random": SimpleNamespace(
        uniform=lambda low, high: low + (high - low) * now.world.chance.random(),
        sample=lambda items, count: list(now.world.chance.sample(items, count)),
    ),
    "threading": SimpleNamespace(Lock=Semaphore),
}
