"""One process of a service: the real service in a real Nameko container, on simulated ground.

Binding a service costs milliseconds, so a body (a bound container) is kept and used again: its
extensions are initialised anew, which is all that a fresh process would have in memory.
"""

from __future__ import annotations

import importlib
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from nameko.containers import ServiceContainer
from nameko.extensions import Extension

from chassis.bus.catchup import Healer
from chassis.bus.consumer import Consumer
from chassis.calls.server import CallServer
from chassis.journal.mending import Mender
from chassis.journal.relay import Relay
from chassis.runtime import Runtime
from chassis.timers import Background, DueTimes, Every
from tests.simulation.hub import Owner
from tests.simulation.server import Connection, Database

if TYPE_CHECKING:
    from tests.simulation.world import World

#: What runs by itself. The sender of notices and the rebuild of figures stay out: the first needs
#: providers, the second is reporting's own.
_LOOPS = (Relay, Mender, Consumer, Healer, DueTimes)
_JOBS = frozenset({"hand_out", "sweep_loads", "tell_requester_changes"})


class Body:
    """A bound container, and what of its extensions' attributes the binding itself has made."""

    def __init__(self, service: str) -> None:
        self.container = ServiceContainer(service_class(service), {})
        self.extensions: list[Any] = sorted(self.container.extensions, key=_label)
        self._bound = [_made_by_binding(extension) for extension in self.extensions]

    def renew(self) -> None:
        """Forget everything, as a process does that ends."""
        self.container.started = True
        for extension, made in zip(self.extensions, self._bound, strict=True):
            extension.__dict__.clear()
            extension.__dict__.update(made)
            arguments, options = made["_Extension__params"]
            extension.__init__(*arguments, **options)


_spare: defaultdict[str, list[Body]] = defaultdict(list)


class Process(Owner):
    """A process of a service from its start to its end."""

    def __init__(self, world: World, service: str, name: str) -> None:
        super().__init__(name)
        self.world = world
        self.service = service
        self._body = _spare[service].pop() if _spare[service] else Body(service)
        self._body.renew()
        self._body.container.spawn_managed_thread = lambda run: world.hub.spawn(self, run)
        disk = world.disks[service]
        self.database = Database(disk, Connection(world, self, disk))

    def part(self, kind: type[Any]) -> Any:
        """Give the one extension of a kind, or None."""
        return self._body.container.shared_extensions.get(kind)

    @property
    def calls(self) -> CallServer:
        """What answers calls."""
        server: CallServer = self.part(CallServer)
        return server

    def start(self) -> None:
        """Set every part up and start what runs by itself."""
        runtime: Runtime = self.part(Runtime)
        runtime.__dict__ |= {
            "settings": self.world.settings,
            "service": self.service,
            "database": self.database,
            "signer": self.world.signer,
        }
        runtime.epoch = "simulated"
        for extension in self._body.extensions:
            extension.setup()
        runtime._ready.send()
        for extension in self._body.extensions:
            if _runs_here(extension):
                extension.start()

    def prepare(self) -> None:
        """Do what must be done once in the life of a database."""
        for make in self.part(Runtime)._preparations:
            make()

    def give_body_back(self) -> None:
        """Leave the body to the next process."""
        _spare[self.service].append(self._body)


def service_class(name: str) -> type[Any]:
    """Give a service's class by the service's name."""
    module = importlib.import_module(f"services.{name}.service")
    return next(
        item
        for item in vars(module).values()
        if isinstance(item, type) and getattr(item, "name", None) == name
    )


def _runs_here(extension: Any) -> bool:
    if isinstance(extension, Every | Background):
        return extension.method_name in _JOBS
    return isinstance(extension, _LOOPS)


def _label(extension: Any) -> tuple[str, str, str]:
    return (
        type(extension).__name__,
        getattr(extension, "method_name", None) or "",
        getattr(extension, "attr_name", None) or getattr(extension, "collection", ""),
    )


def _made_by_binding(extension: Any) -> dict[str, Any]:
    made = {"container", "attr_name", "method_name", "_Extension__params"}
    return {
        name: value
        for name, value in vars(extension).items()
        if name in made or isinstance(value, Extension)
    }
