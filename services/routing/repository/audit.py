"""What was changed in organisation, partners and rules, as the journal has it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pymongo import IndexModel

from chassis.mongo import make_indexes
from contracts.calls.audit import AuditEntry, GetAudit

if TYPE_CHECKING:
    from pymongo.collection import Collection

_CHANGES = (
    "person.changed",
    "unit.changed",
    "partner.changed",
    "key.changed",
    "second_factor.demanded",
    "rules.published",
)
#: Streams of tickets are named by digits, which all come before this.
_NO_TICKET = {"stream": {"$gt": ":"}}
_NAME = "audit"
#: Of no ticket's commit there is a key in it.
_INDEX = IndexModel(
    [("events.type", 1), ("recorded_at", -1)], name=_NAME, partialFilterExpression=_NO_TICKET
)


class Audit:
    """Questions about the collection `journal`."""

    def __init__(self, journal: Collection[dict[str, Any]]) -> None:
        self._journal = journal

    def make_indexes(self) -> None:
        """Let changes be found without reading tickets."""
        make_indexes(self._journal, [_INDEX])

    def newest(self, request: GetAudit) -> list[AuditEntry]:
        """Give the last changes, newest first."""
        query: dict[str, Any] = {**_NO_TICKET, "events.type": {"$in": list(_CHANGES)}}
        if request.before is not None:
            query["recorded_at"] = {"$lt": request.before}
        if request.by is not None:
            query["actor"] = request.by
        found = self._journal.find(
            query, sort=[("recorded_at", -1)], limit=request.limit, hint=_NAME
        )
        return [entry for commit in found for entry in _entries(commit)]


def _entries(commit: dict[str, Any]) -> Iterator[AuditEntry]:
    kind, _, name = commit["stream"].partition(":")
    for event in reversed(commit["events"]):
        if event["type"] in _CHANGES:
            data = event["data"]
            yield AuditEntry(
                at=commit["recorded_at"],
                by=commit["actor"],
                kind=kind,
                id=name,
                version=data.get("number"),
                fields=data.get("fields") or data.get("changed") or [],
            )
