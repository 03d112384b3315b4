"""Webhook subscriptions: one document each, with its secrets and its last changes.

A change is one write, under the version that it was made from; its command is kept with it, so that
a repeat changes nothing. Who is removed stays as a line of the audit, without secrets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError
from pymongo.read_concern import ReadConcern

from chassis.calls.call import Call
from chassis.clock import as_utc
from chassis.errors import Conflict, KeyReused, NotFound, Unavailable
from chassis.mongo import make_indexes
from contracts.calls.audit import AuditEntry, GetAudit
from services.notify.domain.webhooks import Stop, Webhook
from services.notify.repository.reach import database

if TYPE_CHECKING:
    from pymongo.database import Database

#: Subscriptions that there can be: each is followed by itself.
MOST = 100
_ATTEMPTS = 20
#: Changes that are kept of each.
_CHANGES = 50
#: What of a subscription is no part of its definition.
_NOT_DEFINED = ("id", "version", "secrets", "stopped", "touched")
Change = Callable[[Webhook | None], Webhook | None]


class Changed(NamedTuple):
    """A subscription after a command; `None` when that has removed it."""

    webhook: Webhook | None
    repeated: bool


class Webhooks:
    """The collection `webhooks`; every method raises Unavailable."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._rows = database.get_collection("webhooks", read_concern=ReadConcern("majority"))

    def make_indexes(self) -> None:
        """Let those be found that events are to be posted to."""
        make_indexes(self._rows, [IndexModel([("active", 1)], sparse=True)])

    def all(self) -> list[Webhook]:
        """Give every subscription by id."""
        with database():
            found = self._rows.find({"removed": False}, {"changes": 0}, sort=[("_id", 1)])
            return [_read(item) for item in found]

    def active(self) -> list[Webhook]:
        """Give those that events are posted to, and those that were stopped."""
        with database():
            return [_read(item) for item in self._rows.find({"active": True}, {"changes": 0})]

    def one(self, name: str) -> Webhook:
        """Give a subscription; raises NotFound."""
        with database():
            found = self._rows.find_one({"_id": name, "removed": False}, {"changes": 0})
        if found is None:
            raise NotFound("webhook_not_found")
        return _read(found)

    def change(self, name: str, change: Change, call: Call, *, what: str = "") -> Changed:
        """Write what a command makes of a subscription, once; raises KeyReused or Conflict."""
        for _ in range(_ATTEMPTS):
            with database():
                found = self._rows.find_one({"_id": name})
                earlier = _by_cause(found, call) if found else None
                if earlier is not None:
                    call.repeated = True
                    return Changed(_standing(found), repeated=True)
                after = _numbered(change(_standing(found)), found)
                if after is not None and found is None and self._is_full():
                    raise Conflict("too_many_webhooks", most=MOST)
                if self._write(name, found, after, _noted(found, after, call, what)):
                    return Changed(after, repeated=False)
        raise Unavailable("contention", retry_after=1)

    def stop(self, webhook: Webhook, reason: str, now: datetime) -> None:
        """Post nothing more to what this version of a subscription names."""
        stopped = msgspec.structs.asdict(Stop(reason=reason, at=now))
        query = {"_id": webhook.id, "version": webhook.version, "stopped": None}
        with database():
            self._rows.update_one(query, {"$set": {"stopped": stopped}})

    def told(self, webhook: Webhook) -> None:
        """Keep that the owner knows."""
        query = {"_id": webhook.id, "version": webhook.version, "stopped.told": False}
        with database():
            self._rows.update_one(query, {"$set": {"stopped.told": True}})

    def touch(self, name: str) -> None:
        """Have whoever posts look at the subscription's messages anew."""
        with database():
            self._rows.update_one({"_id": name}, {"$inc": {"touched": 1}})

    def audit(self, request: GetAudit) -> list[AuditEntry]:
        """Give the last changes, newest first."""
        with database():
            entries = [
                entry for item in self._rows.find({}, {"changes": 1}) for entry in _entries(item)
            ]
        wanted = [
            entry
            for entry in entries
            if (request.before is None or entry.at < request.before)
            and (request.by is None or entry.by == request.by)
        ]
        return sorted(wanted, key=lambda entry: entry.at, reverse=True)[: request.limit]

    def _is_full(self) -> bool:
        return self._rows.count_documents({"removed": False}, limit=MOST) >= MOST

    def _write(
        self,
        name: str,
        found: dict[str, Any] | None,
        after: Webhook | None,
        noted: dict[str, Any],
    ) -> bool:
        fields = _document(after) if after else {"removed": True, "secrets": [], "stopped": None}
        update: dict[str, Any] = {
            "$set": {**fields, "version": noted["version"]},
            "$push": {"changes": {"$each": [noted], "$slice": -_CHANGES}},
        }
        if after is None or not after.enabled:
            update["$unset"] = {"active": 1}
        version = found["version"] if found else 0
        try:
            done = self._rows.update_one(
                {"_id": name, "version": version}, update, upsert=found is None
            )
        except DuplicateKeyError:
            return False
        return bool(done.matched_count or done.upserted_id)


def _document(webhook: Webhook) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.to_builtins(webhook, builtin_types=(datetime,))
    for name in ("id", "version", "touched"):
        del document[name]
    active = {"active": True} if webhook.enabled else {}
    return {**document, "removed": False, **active}


def _read(found: dict[str, Any]) -> Webhook:
    for secret in found.get("secrets", ()):
        secret["since"] = as_utc(secret["since"])
        secret["until"] = as_utc(secret["until"]) if secret["until"] else None
    return msgspec.convert({**found, "id": found["_id"]}, Webhook)


def _standing(found: dict[str, Any] | None) -> Webhook | None:
    return _read(found) if found and not found["removed"] else None


def _numbered(after: Webhook | None, found: dict[str, Any] | None) -> Webhook | None:
    """Give a changed subscription with its next version."""
    version = (found["version"] if found else 0) + 1
    return after and msgspec.structs.replace(after, version=version)


def _by_cause(found: dict[str, Any], call: Call) -> dict[str, Any] | None:
    for noted in found["changes"]:
        if noted["cause"] == call.cause:
            if noted["request"] != call.digest:
                raise KeyReused
            earlier: dict[str, Any] = noted
            return earlier
    return None


def _noted(
    found: dict[str, Any] | None, after: Webhook | None, call: Call, what: str
) -> dict[str, Any]:
    before = _standing(found)
    was, is_ = _defined(before), _defined(after)
    fields = [name for name in {**was, **is_} if was.get(name) != is_.get(name)]
    return {
        "version": (found["version"] if found else 0) + 1,
        "at": call.now,
        "by": call.identity.subject,
        "fields": [what] if what else fields,
        "before": was or None,
        "after": is_ or None,
        "cause": call.cause,
        "request": call.digest,
    }


def _defined(webhook: Webhook | None) -> dict[str, Any]:
    if webhook is None:
        return {}
    document = msgspec.structs.asdict(webhook)
    return {name: value for name, value in document.items() if name not in _NOT_DEFINED}


def _entries(found: dict[str, Any]) -> Iterator[AuditEntry]:
    for noted in found["changes"]:
        yield AuditEntry(
            at=as_utc(noted["at"]),
            by=noted["by"],
            kind="webhook",
            id=found["_id"],
            version=noted["version"],
            fields=noted["fields"],
            before=noted["before"],
            after=noted["after"],
        )
