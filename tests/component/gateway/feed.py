"""The event feed over four services' real journals, and subscribers of it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator, Sequence
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from bson.raw_bson import RawBSONDocument
from pymongo.write_concern import WriteConcern

from chassis.bus.topology import SOURCES
from deploy.local.ports import HOST
from deploy.local.processes import GATEWAY, gateway_program, metrics_port
from gateway.security import Sessions
from tests.component.gateway.world import KEY, a_staff_member
from tests.component.processes import Process
from tests.component.waiting import eventually
from tests.component.world import TELLER, World
from tests.http import Http
from tests.load.events import commit, example
from tests.servers import Servers

_KINDS = {
    "intake": "ticket.registered",
    "routing": "ticket.assigned",
    "sla": "sla.started",
    "notify": "notification.sent",
}
_PAGE = 1000
_SILENT_SECONDS = 60.0


class FeedWorld(World):
    """A gateway, and behind it tellers that stand for the services."""

    stand_ins = dict.fromkeys(SOURCES, TELLER)
    settings = {"session_keys": KEY, "partitions": 2}

    def __init__(self, servers: Servers, logs: Path) -> None:
        super().__init__(servers, logs, SOURCES, [GATEWAY, metrics_port(GATEWAY)])

    @property
    def gateway_url(self) -> str:
        return self.url(GATEWAY)

    def open_gateway(self) -> None:
        """Start the gateway and wait until it is ready."""
        environment = self._environment | self._named(self.settings)
        ready = f"{self.url(metrics_port(GATEWAY))}/readyz"
        door = Process(gateway_program(self.ports), environment, self._logs / "gateway.log", ready)
        self._started.append(door)
        door.wait_ready()

    def put(self, service: str, streams: Sequence[str], *, version: int, times: int) -> None:
        """Put a commit into each of many streams of a stopped service, as its writers store it.

        It holds as many events.
        """
        event = example(_KINDS[service])
        fast = WriteConcern(w=1, j=False)
        place = self.database(service).get_collection("journal", write_concern=fast)
        raws = [commit(stream, event, version=version, times=times) for stream in streams]
        place.insert_many([RawBSONDocument(raw) for raw in raws], ordered=False)

    def numbered(self, service: str) -> int:
        """Give how many events of a service have their position."""
        newest = self.database(service)["log"].find_one({}, sort=[("last", -1)])
        return int(newest["last"]) if newest else 0

    def published(self, service: str) -> bool:
        """Tell whether all that is numbered has reached the broker."""
        return self.database(service)["log"].find_one({"published": False}) is None

    def await_numbered(self, service: str, count: int) -> None:
        """Wait until a service has numbered so many events."""
        eventually(lambda: self.numbered(service) >= count, f"{count} events of {service}")

    def subscriber(self) -> Http:
        """Give a client that may read the feed."""
        token = Sessions([KEY]).open(a_staff_member()).token
        headers = {"Authorization": f"Bearer {token}"}
        return Http(self.gateway_url, headers=headers)

    def pages(self, after: str = "") -> Iterator[list[dict[str, Any]]]:
        """Give the feed's pages from a cursor to the end."""
        http, is_end = self.subscriber(), False
        while not is_end:
            path = f"/api/v1/events?limit={_PAGE}&after={after}"
            page = http.get(path).expect(200).json
            after, is_end = page["next"], page["end"]
            yield page["events"]

    def streamed(
        self, enough: Callable[[list[dict[str, Any]]], bool], *, after: str = "", last_id: str = ""
    ) -> tuple[list[dict[str, Any]], list[str]]:
        """Follow the stream until there is enough; gives the events and their ids."""
        events: list[dict[str, Any]] = []
        ids: list[str] = []
        headers = self.subscriber().headers | ({"Last-Event-ID": last_id} if last_id else {})
        connection = HTTPConnection(HOST, self.ports[GATEWAY], timeout=_SILENT_SECONDS)
        connection.request("GET", f"/api/v1/events/stream?after={after}", headers=headers)
        with contextlib.closing(connection):
            for line in connection.getresponse():
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name == "id":
                    ids.append(value)
                elif name == "data":
                    events.append(json.loads(value))
                    if enough(events):
                        break
        return events, ids
