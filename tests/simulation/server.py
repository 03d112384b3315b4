"""A service's database server: its shelves, how processes reach them, and transactions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from greenlet import GreenletExit
from pymongo.errors import AutoReconnect, NetworkTimeout, PyMongoError

from tests.simulation.collection import Collection
from tests.simulation.shelf import Shelf

if TYPE_CHECKING:
    from tests.simulation.process import Process
    from tests.simulation.world import World


#: Of the calls that fail, those that the server never sees.
_UNREACHED = 0.5
#: Of the looks at who the server is, those that find it changed.
_CHANGED = 0.1
#: What would only fill the story of a run.
_LOOKING = (".find", ".count", ".aggregate", "slots.insert")


class Disk:
    """What one service has stored; survives every crash."""

    def __init__(self) -> None:
        self.shelves: dict[str, Shelf] = {}

    def shelf(self, name: str) -> Shelf:
        """Give a collection's shelf."""
        if name not in self.shelves:
            self.shelves[name] = Shelf(name)
        return self.shelves[name]

    def restore(self, copy: Disk) -> None:
        """Hold what a copy holds."""
        for name, shelf in self.shelves.items():
            shelf.restore(copy.shelf(name))

    def copy(self) -> Disk:
        """Give an equal one."""
        twin = Disk()
        twin.shelves = {name: shelf.copy() for name, shelf in self.shelves.items()}
        return twin


class Connection:
    """One process's way to its server: every call may pause, fail, or be the last."""

    def __init__(self, world: World, process: Process, disk: Disk) -> None:
        self._world = world
        self._process = process
        self._disk = disk

    def call(self, what: str, effect: Callable[[], Any], *, session: Any = None) -> Any:
        """Let the effect happen; raises PyMongoError when nothing is known, or ends the process."""
        world, process = self._world, self._process
        if process.dead:
            raise GreenletExit
        if session is not None:
            return effect()
        sent_at = world.hub.now
        world.stumble(process, what)
        if world.hub.now - sent_at > world.seconds:
            raise NetworkTimeout(what)
        fails = world.faults.happens(2 * world.faults.error)
        if fails and world.chance.random() < _UNREACHED:
            world.note(process.name, "does not reach", what)
            raise AutoReconnect(what)
        result = effect()
        if not what.endswith(_LOOKING):
            world.note(process.name, what)
        world.stumble(process, what, after=True)
        if fails:
            world.note(process.name, "hears no answer to", what)
            raise AutoReconnect(what)
        return result

    def shelf(self, name: str) -> Shelf:
        """Give a collection's shelf."""
        return self._disk.shelf(name)

    def is_another_server(self) -> bool:
        """Tell whether the server seems to have changed."""
        return self._world.chance.random() < _CHANGED

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Have all or nothing of what happens within; nobody comes between."""
        world, process = self._world, self._process
        world.stumble(process, "transaction")
        before = self._disk.copy()
        try:
            yield
            self._perhaps_raise("TransientTransactionError")
        except BaseException:
            self._disk.restore(before)
            raise
        world.note(process.name, "transaction committed")
        world.stumble(process, "transaction", after=True)
        self._perhaps_raise("UnknownTransactionCommitResult")

    def _perhaps_raise(self, label: str) -> None:
        faults = self._world.faults
        if faults.happens(faults.error):
            error = PyMongoError(label)
            error._add_error_label(label)
            raise error


class Database:
    """A database with pymongo's names, as one process sees it."""

    def __init__(self, disk: Disk, connection: Connection) -> None:
        self._disk = disk
        self._connection = connection
        self.client = Client(connection)

    def __getitem__(self, name: str) -> Collection:
        return Collection(self._disk.shelf(name), self._connection)

    def get_collection(self, name: str, **_concerns: Any) -> Collection:
        """Give a collection, whatever the concerns: here everything stored is durable."""
        return self[name]


_SERVER = SimpleNamespace(is_writable=True, address="", election_id=None, topology_version=None)


class Client:
    """What of a client transactions need; it is its own session and its own `admin`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.admin = self

    @property
    def topology_description(self) -> Client:
        """Tell of the one server there is."""
        return self

    def server_descriptions(self) -> dict[str, Any]:
        """Give it; now and then it is not the one it was, so that writes are made again."""
        return {} if self._connection.is_another_server() else {"": _SERVER}

    def aggregate(self, _pipeline: Any) -> list[Any]:
        """Give the transactions that nobody will end: none outlive their process here."""
        return []

    @contextmanager
    def start_session(self) -> Iterator[Client]:
        """Give a session."""
        yield self

    @contextmanager
    def start_transaction(self, *_concerns: Any) -> Iterator[None]:
        """Begin a transaction."""
        with self._connection.transaction():
            yield
