"""The devices that staff members have allowed to be pushed to: the only file that stores them.

A device's address is a secret of its push service: who knows it can send to it. It is kept here
alone, shown to nobody, and deleted with the device.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
from pymongo import IndexModel
from pymongo.read_concern import ReadConcern

from chassis.errors import Conflict, NotFound
from chassis.mongo import make_indexes
from contracts.calls.notify import AddDevice, DeviceView

if TYPE_CHECKING:
    from pymongo.database import Database

#: Devices of one person; a browser that was set up anew is a new one.
MOST = 10


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """One browser or phone of a person: where it is reached, and the keys that it reads with."""

    id: str
    #: `person:{id}`.
    person: str
    endpoint: str
    p256dh: str
    auth: str
    label: str
    added_at: datetime

    def view(self) -> DeviceView:
        """Show the device without its address."""
        return DeviceView(id=self.id, label=self.label, added_at=self.added_at)


class Devices:
    """All devices."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._devices = database.get_collection("devices", read_concern=ReadConcern("majority"))

    def make_indexes(self) -> None:
        """Let a person's devices be found."""
        make_indexes(self._devices, [IndexModel([("person", 1), ("added_at", 1)])])

    def of(self, persons: Iterable[str]) -> dict[str, list[Device]]:
        """Give the devices of people, oldest first."""
        found: dict[str, list[Device]] = {}
        for item in self._devices.find({"person": {"$in": list(persons)}}, sort=[("added_at", 1)]):
            device = Device(id=item.pop("_id"), **item)
            found.setdefault(device.person, []).append(device)
        return found

    def add(self, person: str, request: AddDevice, now: datetime) -> Device:
        """Keep a device; one that was somebody else's is his from now on. Raises Conflict."""
        device = Device(
            id=device_id(request.endpoint),
            person=person,
            endpoint=request.endpoint,
            p256dh=request.p256dh,
            auth=request.auth,
            label=request.label,
            added_at=now,
        )
        others = self._devices.count_documents({"person": person, "_id": {"$ne": device.id}})
        if others >= MOST:
            raise Conflict("too_many_devices", most=MOST)
        document = msgspec.structs.asdict(device)
        self._devices.replace_one({"_id": document.pop("id")}, document, upsert=True)
        return device

    def remove(self, person: str, device: str) -> None:
        """Forget a person's device; raises NotFound."""
        if not self._devices.delete_one({"_id": device, "person": person}).deleted_count:
            raise NotFound("device_not_found")

    def forget(self, device: str, auth: str) -> None:
        """Forget a device that its push service knows no more; a new one there stays."""
        self._devices.delete_one({"_id": device, "auth": auth})


def device_id(endpoint: str) -> str:
    """Give a device's id: the same whenever the same browser asks again."""
    return hashlib.blake2b(endpoint.encode(), digest_size=8).hexdigest()
