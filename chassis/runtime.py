"""What one process has once: settings, database, clock, keys, and the order in which it starts.

A Nameko shared extension: every other extension of a service names it and gets the same one.
Nothing connects at import or at construction. The start never fails because a server is away: it
is tried again until it works, and meanwhile the process says that it is not ready.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import eventlet
from eventlet.event import Event as Signal
from nameko.extensions import SharedExtension
from pymongo.errors import PyMongoError

from chassis.clock import ServerClock
from chassis.errors import Unavailable
from chassis.identity import Identity, Signer
from chassis.late import late
from chassis.lease import Leases
from chassis.logging import get_logger
from chassis.metrics import metric, watch
from chassis.mongo import DURABLE, RESTORING, connect, pools_of
from chassis.provider import Provider
from chassis.settings import ChassisSettings

if TYPE_CHECKING:
    from pymongo import MongoClient
    from pymongo.database import Database

log = get_logger()


class Runtime(SharedExtension):
    """The process's one of everything."""

    def __init__(self) -> None:
        self.clock = ServerClock()
        self.draining = False
        self.epoch = ""
        self._ready = Signal()
        self._preparations: list[Callable[[], None]] = []
        self._conditions: dict[str, Callable[[], bool]] = {}

    @late
    def settings(self) -> ChassisSettings:
        """The settings that every process has."""
        return ChassisSettings.load()

    @late
    def service(self) -> str:
        """The name of the service."""
        return str(self.container.service_name)

    @late
    def client(self) -> MongoClient[dict[str, Any]]:
        """The MongoDB client."""
        uri = self.settings.mongo_uri.get_secret_value()
        return connect(uri, seconds=self.settings.mongo_seconds)

    @late
    def database(self) -> Database[dict[str, Any]]:
        """The service's own database, with durable writes."""
        name = self.settings.database(self.service)
        return self.client.get_database(name, write_concern=DURABLE)

    @late
    def leases(self) -> Leases:
        """What this process may be the only one to do."""
        return Leases(self.database, self.settings.lease_seconds)

    @late
    def signer(self) -> Signer:
        """Signs and checks identities."""
        return Signer(self.settings.keys)

    @late
    def identity(self) -> Identity:
        """Who this process is to other services."""
        return Identity(subject=f"system:{self.service}", role="service")

    def before_ready(self, prepare: Callable[[], None]) -> None:
        """Have something idempotent done, such as making indexes, before the process is ready."""
        self._preparations.append(prepare)

    def ready_when(self, name: str, condition: Callable[[], bool]) -> None:
        """Add a condition of readiness."""
        self._conditions[name] = condition

    def start(self) -> None:
        """Begin to prepare, in the background."""
        self.container.spawn_managed_thread(self._prepare)

    def stop(self) -> None:
        """Close what is open; called by the runner when the work has ended."""
        if "client" in self.__dict__:
            self.client.close()

    def wait_ready(self) -> None:
        """Wait until everything is prepared."""
        self._ready.wait()

    @property
    def prepared(self) -> bool:
        """Whether everything is prepared."""
        return bool(self._ready.ready())

    def require_ready(self) -> None:
        """Raise Unavailable unless everything is prepared."""
        if not self._ready.ready():
            raise Unavailable("starting", retry_after=1)

    def unready(self) -> list[str]:
        """Give the names of the conditions that do not hold."""
        faults = [name for name, holds in self._conditions.items() if not holds()]
        if not self.prepared:
            faults.append("prepared")
        if self.draining:
            faults.append("not_draining")
        return faults

    def _prepare(self) -> None:
        watch(lambda: pools_of(self.client).kept, "peygir_pool_connections", "mongo")
        watch(lambda: pools_of(self.client).in_use, "peygir_pool_in_use", "mongo")
        metric("peygir_pool_most", "mongo").set(self.client.options.pool_options.max_pool_size)
        self.prepare()
        self._ready.send()
        log.info("ready")
        self._keep_time()

    def prepare(self) -> None:
        """Do what has to be done before the process is ready, trying again until it works."""
        self.before_ready(self._find_epoch)
        waiting, said = list(self._preparations), False
        while waiting:
            try:
                self._look_at_the_clock()
                waiting[0]()
                waiting.pop(0)
            except (PyMongoError, Unavailable) as error:
                if not said:
                    reason = error.code if isinstance(error, Unavailable) else type(error).__name__
                    log.warning("start_waits", error=reason)
                said = True
                eventlet.sleep(0.5)

    def _find_epoch(self) -> None:
        """Read the journal's epoch, or make the first; a restore writes a new one."""
        if self.database[RESTORING].find_one() is not None:
            raise Unavailable("restoring", retry_after=10)
        meta: Any = self.database["meta"].find_one_and_update(
            {"_id": "journal"},
            {"$setOnInsert": {"epoch": secrets.token_hex(6)}},
            upsert=True,
            return_document=True,
        )
        self.epoch = meta["epoch"]

    def _look_at_the_clock(self) -> None:
        connected = metric("peygir_database_connected")
        try:
            self.clock.look(self._server_time)
        except PyMongoError:
            connected.set(0)
            raise
        connected.set(1)

    def _server_time(self) -> datetime:
        answer: datetime = self.client.admin.command("hello")["localTime"]
        return answer.replace(tzinfo=UTC)

    def _keep_time(self) -> None:
        while True:
            eventlet.sleep(5)
            try:
                self._look_at_the_clock()
            except PyMongoError:
                continue


class Mongo(Provider):
    """Gives a service its own database."""

    runtime = Runtime()

    @property
    def db(self) -> Database[dict[str, Any]]:
        """The service's own database, with majority and journaled writes."""
        return self.runtime.database


class Config(Provider):
    """Gives a service its settings."""

    def __init__(self, settings: type[Any]) -> None:
        self.settings = settings

    def get_dependency(self, _worker_ctx: Any) -> Any:
        """Give the frozen settings."""
        return self.value

    @late
    def value(self) -> Any:
        """The settings, read once."""
        return self.settings.load()
