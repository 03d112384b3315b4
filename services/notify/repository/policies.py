"""The published policy: who is told how much at a time. Versions are kept, the last one holds.

One collection, `policies`, is both the truth and the audit: each publication is a document with the
next version as its id, by whom and when.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
from pymongo import DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError, PyMongoError
from pymongo.read_concern import ReadConcern

from chassis.calls.call import Call
from chassis.calls.server import field_fault
from chassis.errors import FieldFault, Invalid, KeyReused, Unavailable
from chassis.mongo import make_indexes
from services.notify.domain.policy import Policy, faults

if TYPE_CHECKING:
    from pymongo.database import Database

_ATTEMPTS = 20


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """One version of the policy, as it was written; version 0 is that there is none."""

    version: int = 0
    definition: dict[str, Any] = {}
    by: str = ""
    at: datetime | None = None
    #: The command that led here, and a hash of its request.
    cause: str = ""
    request: str = ""


class Policies:
    """The versions."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._published = database.get_collection("policies", read_concern=ReadConcern("majority"))

    def make_indexes(self) -> None:
        """Let no command publish twice."""
        make_indexes(self._published, [IndexModel([("cause", 1)], unique=True)])

    def newest(self) -> Published:
        """Give the version that holds; raises Unavailable."""
        try:
            found = self._published.find_one(sort=[("_id", DESCENDING)])
        except PyMongoError as error:
            raise Unavailable("database_unavailable", retry_after=1) from error
        return _read(found) if found else Published()

    def publish(self, definition: dict[str, Any], call: Call) -> Published:
        """Store the next version, once per command; raises Invalid, KeyReused or Unavailable."""
        read(definition)
        for _ in range(_ATTEMPTS):
            if earlier := self._published.find_one({"cause": call.cause}):
                return _repeated(_read(earlier), call)
            published = Published(
                version=self.newest().version + 1,
                definition=definition,
                by=call.identity.subject,
                at=call.now,
                cause=call.cause,
                request=call.digest,
            )
            document = msgspec.structs.asdict(published)
            document["_id"] = document.pop("version")
            try:
                self._published.insert_one(document)
            except DuplicateKeyError:
                continue
            return published
        raise Unavailable("contention", retry_after=1)


def read(definition: dict[str, Any]) -> Policy:
    """Give a definition as decisions use it; raises Invalid, naming every fault."""
    try:
        policy = msgspec.convert(definition, Policy)
        found = list(faults(policy))
    except msgspec.ValidationError as error:
        found = [field_fault(error)]
    if found:
        raise Invalid("definition_invalid", fields=[_placed(fault) for fault in found])
    return policy


def _placed(fault: FieldFault) -> FieldFault:
    return msgspec.structs.replace(fault, pointer=f"/definition{fault.pointer.rstrip('/')}")


def _read(document: dict[str, Any]) -> Published:
    version = document.pop("_id")
    return Published(version=version, **document)


def _repeated(earlier: Published, call: Call) -> Published:
    if earlier.request != call.digest:
        raise KeyReused
    call.repeated = True
    return earlier
