"""One run: a small installation, its clients, and what becomes of both under one seed.

A run has two parts. While the clients command, everything that can go wrong does, and every turn
goes to somebody drawn. Then nothing more goes wrong, time passes until everything has come to rest,
and what is left is audited.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

from greenlet import GreenletExit

from chassis.settings import SERVICES
from tests.simulation import ground
from tests.simulation.broker import Broker
from tests.simulation.clients import Client, Ledger
from tests.simulation.faults import Faults
from tests.simulation.hub import Hub
from tests.simulation.network import Network
from tests.simulation.process import Process
from tests.simulation.server import Disk
from tests.simulation.watch import Watch

_MOST_TURNS = 60_000
#: Seconds that pass between two looks at whether all is at rest: first the messages that are late,
#: then what waits its turn for a minute, at last the moments in which what came of it is written:
#: each may lead to the next.
_REST_STEPS = (14.0, 40.0, 70.0, 150.0, 300.0, 700.0, 700.0, 2000.0, *(14.0,) * 8)

#: Pauses between two walks along a journal, one of which a run goes by.
_WALKS = (8.0, 60.0, 60.0, 60.0)


class Broken(Exception):
    """Raised when something has happened that must never happen."""


class World:
    """Everything of one run."""

    def __init__(self, seed: int | str, disks: Mapping[str, Disk], now: float) -> None:
        ground.prepare()
        self.seed = seed
        self.chance = random.Random(f"peygir:{seed}")
        self.faults = Faults(self.chance)
        self.settings = ground.settings(self.chance.choice(_WALKS))
        #: How long a call to a database may take.
        self.seconds = self.settings.mongo_seconds
        self.signer = ground.signer()
        self.trace: list[tuple[Any, ...]] = []
        #: What was logged with a traceback: a fault of our own.
        self.errors: list[BaseException | None] = []
        self.hub = Hub(self.chance, ground.enter, now)
        self.hub.install()
        ground.now.world = self
        self.disks = {name: disks[name].copy() if name in disks else Disk() for name in SERVICES}
        self.broker = Broker(self)
        self.network = Network(self)
        self.processes: dict[str, Process] = {}
        self.ledger = Ledger()
        self.clients: list[Client] = []
        self.watch = Watch(self)
        self.broken: list[str] = []
        #: Who has which lease of which service, and until when.
        self.leases: dict[tuple[str, str], tuple[str, float]] = {}
        #: Processes that have just ended, and when they start again.
        self._fallen: list[tuple[Process, float]] = []
        self._starts = 0

    # -- what the parts of the world use ---------------------------------------------------------

    def note(self, who: str, *what: str) -> None:
        """Keep a line of the trace."""
        self.trace.append((self.hub.now, who, *what))

    def report(self, fault: str) -> None:
        """Keep what must never be; the run ends after this turn."""
        self.note("watch", fault)
        self.broken.append(fault)

    def complain(self, said: str, error: BaseException | None) -> None:
        """Keep what a process logs as an error of its own."""
        self.report(f"{self.hub.current().name} {said} {error!r}")
        self.errors.append(error)

    def outside_call(self, seconds: float, call: Callable[..., Any], *arguments: Any) -> None:
        """Have something done that belongs to no process."""
        timer = self.hub.schedule_call_global(seconds, call, *arguments)
        timer.owner = self.hub.outside

    def stumble(self, process: Process, what: str, *, after: bool = False) -> None:
        """Let others go first, and perhaps let the process end here."""
        if process.dead:
            raise GreenletExit
        faults = self.faults
        if self.chance.random() < faults.pause:
            slow = faults.happens(faults.slow)
            self.hub.pause(self.chance.random() * 3 if slow else 0.0)
        if faults.crashes_left and faults.crashes():
            self.note(process.name, "dies", "after" if after else "before", what)
            self.kill(process, 0.1 + self.chance.random() * 4)
            raise GreenletExit

    def kill(self, process: Process, seconds: float) -> None:
        """End a process; it is started again after some seconds."""
        process.dead = True
        self._fallen.append((process, seconds))

    @property
    def is_complete(self) -> bool:
        """Whether every process is there."""
        alive = [process for process in self.processes.values() if not process.dead]
        return len(alive) == ground.REPLICAS * len(SERVICES)

    # -- processes -------------------------------------------------------------------------------

    def boot(self, address: str) -> Process:
        """Start a process."""
        self._starts += 1
        process = Process(self, address.rpartition("-")[0], f"{address}.{self._starts}")
        self.processes[address] = process
        self.hub.spawn(process, process.start)
        self.note(process.name, "starts")
        return process

    def boot_all(self) -> None:
        """Start every replica of every service."""
        for service in SERVICES:
            for number in range(ground.REPLICAS):
                self.boot(f"{service}-{number + 1}")

    def _clear_away(self) -> None:
        for process, seconds in self._fallen:
            self.hub.bury(process)
            self.network.cut(process)
            self.broker.cut(process)
            process.give_body_back()
            address = process.name.rpartition(".")[0]
            self.outside_call(seconds, self.boot, address)
        self._fallen.clear()

    # -- time ------------------------------------------------------------------------------------

    def act(self, busy: Callable[[], bool]) -> None:
        """Let things happen for as long as the clients are busy, and mostly a little longer."""
        hub, draw = self.hub, self.chance.random
        until = hub.now + self.chance.choice((0.0, 5.0, 15.0, 40.0))
        for _turn in range(_MOST_TURNS):
            if hub.ready and (not hub.awake or draw() < 0.93):
                hub.turn(hub.ready)
            elif hub.awake and draw() < 0.7:
                hub.turn(hub.awake)
            elif hub.now > until and not busy():
                return
            else:
                hub.advance(self._some_time())
                self._strike()
            self._look()
        raise Broken("the clients never come to an end")

    def _some_time(self) -> float:
        if self.hub.ready:
            return self.chance.random() * 0.1
        if self.chance.random() < 0.04:
            return self.chance.uniform(2.0, 25.0)
        return max(self.hub.until_next(), self.chance.random() * 4)

    def _strike(self) -> None:
        """Perhaps freeze a process, take the broker away, or a whole service for minutes."""
        if self.faults.happens(self.faults.freeze):
            process = self.chance.choice(list(self.processes.values()))
            process.frozen_until = self.hub.now + self.chance.random() * 12
            self.note(process.name, f"is frozen until {process.frozen_until:.3f}")
        if self.faults.happens(self.faults.outage):
            self.broker.away_until = self.hub.now + self.chance.random() * 20
            self.note("broker", f"is away until {self.broker.away_until:.3f}")
        if self.faults.happens(self.faults.cut):
            service = self.chance.choice(SERVICES)
            for process in list(self.processes.values()):
                if process.service == service and not process.dead:
                    self.note(process.name, "has no power")
                    self.kill(process, self.chance.random() * 400)

    def rest(self, settled: Callable[[], str | None]) -> None:
        """Let nothing go wrong any more until all is at rest; raises Broken when it never is."""
        self.faults.stop()
        self.broker.away_until = 0.0
        for process in self.processes.values():
            process.frozen_until = 0.0
        why: str | None = None
        for seconds in _REST_STEPS:
            self.run_dry()
            self.hub.advance(seconds)
            self.run_dry()
            why = settled()
            if why is None:
                return
        raise Broken(f"never comes to rest: {why}")

    def _look(self) -> None:
        if self._fallen:
            self._clear_away()
        if self.broken:
            raise Broken(self.broken[0])

    def run_dry(self) -> None:
        hub = self.hub
        for _turn in range(_MOST_TURNS):
            if not hub.ready and not hub.awake:
                return
            hub.turn(hub.ready or hub.awake)
            self._look()
        raise Broken("somebody runs for ever")

    def end(self) -> None:
        """End every process, and leave nothing behind for the next run."""
        for process in self.processes.values():
            if not process.dead:
                self.hub.bury(process)
                process.give_body_back()
        self.hub.bury(self.hub.outside)
