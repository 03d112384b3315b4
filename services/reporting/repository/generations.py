"""Which generation is current, and how far a rebuild of the next one has come."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec
from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.reporting.repository.generation import Generation

_CURRENT = "current"
_REBUILD = "rebuild"


class Rebuild(msgspec.Struct, frozen=True, kw_only=True):
    """A rebuild as far as it has come; survives the process that does it."""

    #: `reading` fills the new generation; `closing` has made it current and reads what came
    #: between its last page and that moment.
    state: Literal["reading", "closing", "done"]
    number: int
    started_at: datetime
    ended_at: datetime | None = None
    #: How far each service's log has been read.
    positions: dict[str, int] = {}
    events: int = 0
    #: Streams of which an event could not be applied.
    failed: list[str] = []


class Generations:
    """The generations of a database."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._database = database
        self._records = database["generations"]

    def current(self, session: ClientSession | None = None) -> Generation:
        """Give the generation that counts."""
        record = self._records.find_one({"_id": _CURRENT}, session=session)
        return self.numbered(record["number"] if record else 1)

    def numbered(self, number: int) -> Generation:
        """Give any generation."""
        return Generation(self._database, number)

    def make_current(self, number: int) -> None:
        """Have every process read and write another generation from its next batch on."""
        self._records.update_one({"_id": _CURRENT}, {"$set": {"number": number}}, upsert=True)

    def note_skip(
        self,
        stream: str,
        source: str,
        sequence: int,
        actor: str,
        at: datetime,
        session: ClientSession,
    ) -> None:
        """Keep who passed over which event, and when."""
        row = {"stream": stream, "source": source, "sequence": sequence, "actor": actor, "at": at}
        self._database["skips"].insert_one(row, session=session)

    def rebuild(self) -> Rebuild | None:
        """Give the rebuild under way, or the last one."""
        record = self._records.find_one({"_id": _REBUILD})
        return None if record is None else msgspec.convert(record, Rebuild)

    def save_rebuild(self, rebuild: Rebuild) -> None:
        """Store how far a rebuild has come."""
        record = msgspec.to_builtins(rebuild, builtin_types=(datetime,))
        self._records.replace_one({"_id": _REBUILD}, record, upsert=True)
