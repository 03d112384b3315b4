"""What sla stores of trials, one document each, and what they read: courses by batches.

A trial's process and everybody else write under conditions alone: `attempt` tells the process that
runs it from one that was given up, and a cancelled trial takes no more progress.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec
from bson.codec_options import CodecOptions
from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from chassis.mongo import make_indexes
from contracts.calls.trials import Draft, TrialAnswer, TrialView
from services.sla.domain.trying import Past

if TYPE_CHECKING:
    from pymongo.database import Database

_WAITING = ("asked", "running")
#: How often a trial is begun whose process broke.
_TRIES = 3
_KEPT_SECONDS = 90 * 86_400
_AT_ONCE = 500
_PROGRESS_SECONDS = 0.5
_SHOWN = 50
#: Instants come without a zone, which is faster to read; all are UTC.
_NAIVE: CodecOptions[dict[str, Any]] = CodecOptions(tz_aware=False)


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A trial as it was asked for, and how far it is."""

    name: str
    kind: Draft
    draft: str
    definition: dict[str, Any]
    since: datetime
    until: datetime
    zone: str
    asked_at: datetime
    asked_by: str
    #: The command that asked for it, and a hash of its request.
    cause: str
    request: str
    state: str = "asked"
    #: How often it was begun, and how often its process broke.
    attempt: int = 0
    broken: int = 0
    total: int = 0
    looked_at: int = 0
    ended_at: datetime | None = None
    failure: str | None = None
    answer: TrialAnswer | None = None

    def view(self) -> TrialView:
        """Show it."""
        return TrialView(
            trial=self.name,
            kind=self.kind,
            id=self.draft,
            since=self.since,
            until=self.until,
            state=self.state,
            asked_at=self.asked_at,
            asked_by=self.asked_by,
            total=self.total,
            looked_at=self.looked_at,
            ended_at=self.ended_at,
            failure=self.failure,
            answer=self.answer,
        )


class Trials:
    """All trials."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._trials = database["trials"]
        self._told_at = 0.0

    def make_indexes(self) -> None:
        """Let no command ask twice; what is old goes by itself."""
        make_indexes(
            self._trials,
            [
                IndexModel([("cause", ASCENDING)], unique=True),
                IndexModel([("state", ASCENDING), ("asked_at", ASCENDING)]),
                IndexModel([("asked_at", DESCENDING)], expireAfterSeconds=_KEPT_SECONDS),
            ],
        )

    # -- asking ----------------------------------------------------------------------------------

    def add(self, job: Job) -> Job:
        """Store what is asked for; gives what the same command had asked for already."""
        document = msgspec.structs.asdict(job)
        document["_id"] = document.pop("name")
        try:
            self._trials.insert_one(document)
        except DuplicateKeyError:
            return _read(self._trials.find_one({"cause": job.cause}) or document)
        return job

    def find(self, name: str) -> Job | None:
        """Give a trial."""
        found = self._trials.find_one({"_id": name})
        return _read(found) if found else None

    def newest(self) -> list[Job]:
        """Give the last ones, without their answers."""
        found = self._trials.find({}, {"answer": 0}, sort=[("asked_at", DESCENDING)], limit=_SHOWN)
        return [_read(item) for item in found]

    def waiting(self) -> int:
        """Count those that have not ended."""
        return self._trials.count_documents({"state": {"$in": list(_WAITING)}})

    def cancel(self, name: str) -> bool:
        """Have a trial end without an answer; False when it had ended."""
        return self._end({"_id": name, "state": {"$in": list(_WAITING)}}, state="cancelled")

    # -- running ---------------------------------------------------------------------------------

    def take(self) -> Job | None:
        """Begin what has waited longest; one that runs has lost its process, and begins anew."""
        found = self._trials.find_one(
            {"state": {"$in": list(_WAITING)}}, sort=[("asked_at", ASCENDING)]
        )
        if found is None:
            return None
        job = _read(found)
        if job.state == "running":
            if not self.broke(job):
                return None
            job = msgspec.structs.replace(job, broken=job.broken + 1)
        changes = {"state": "running", "attempt": job.attempt + 1, "looked_at": 0}
        taken = self._trials.update_one(
            {"_id": job.name, "attempt": job.attempt, "state": "asked"}, {"$set": changes}
        )
        return msgspec.structs.replace(job, **changes) if taken.matched_count else None

    def progress(self, job: Job, total: int, looked_at: int) -> bool:
        """Tell how far it is, now and then; False when it is nobody's business any more."""
        now = time.monotonic()
        if now < self._told_at + _PROGRESS_SECONDS:
            return True
        self._told_at = now
        told = {"total": total, "looked_at": looked_at}
        return bool(self._trials.update_one(_running(job), {"$set": told}).matched_count)

    def answer(self, job: Job, answer: TrialAnswer) -> None:
        """Store what it gave."""
        plain = msgspec.to_builtins(answer)
        count = answer.tickets
        self._end(_running(job), state="done", answer=plain, total=count, looked_at=count)

    def put_back(self, job: Job) -> None:
        """Let it wait again: its process has to end."""
        self._trials.update_one(_running(job), {"$set": {"state": "asked"}})

    def broke(self, job: Job) -> bool:
        """Let a trial whose process broke wait again, unless it broke too often."""
        if job.broken + 1 >= _TRIES:
            self.fail(job, "trial_broken")
            return False
        changes = {"$set": {"state": "asked"}, "$inc": {"broken": 1}}
        return bool(self._trials.update_one(_running(job), changes).matched_count)

    def fail(self, job: Job, failure: str) -> None:
        """Give it up."""
        self._end(_running(job), state="failed", failure=failure)

    def _end(self, query: dict[str, Any], **changes: Any) -> bool:
        update = {"$set": changes, "$currentDate": {"ended_at": True}}
        return bool(self._trials.update_one(query, update).matched_count)


class Pasts:
    """The courses of tickets, in the order of their registering, with nothing of the journal."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._tickets = database.get_collection("tickets", codec_options=_NAIVE)

    def list_older(self) -> None:
        """Have tickets found whose snapshots are from before they said when it was registered."""
        first_start = {
            "$min": {
                "$map": {
                    "input": {"$objectToArray": {"$ifNull": ["$state.clocks", {}]}},
                    "in": "$$this.v.started_at",
                }
            }
        }
        known = {"$ifNull": [{"$first": "$state.course.at"}, first_start, "$updated_at"]}
        while found := [
            item["_id"]
            for item in self._tickets.find({"registered_at": None}, {"_id": 1}, limit=_AT_ONCE)
        ]:
            self._tickets.update_many(
                {"_id": {"$in": found}, "registered_at": None}, [{"$set": {"registered_at": known}}]
            )

    def count(self, since: datetime, until: datetime) -> int:
        """Tell how many were registered in a period."""
        return self._tickets.count_documents({"registered_at": {"$gte": since, "$lt": until}})

    def registered(self, since: datetime, until: datetime) -> Iterator[list[tuple[str, Past]]]:
        """Give them by batches, each one query of its own."""
        at, after = since, ""
        while True:
            found = list(
                self._tickets.find(
                    {
                        "registered_at": {"$gte": at, "$lt": until},
                        "$or": [{"registered_at": {"$gt": at}}, {"_id": {"$gt": after}}],
                    },
                    {"registered_at": 1, "updated_at": 1, "state.course": 1, "state.clocks": 1},
                    sort=[("registered_at", ASCENDING), ("_id", ASCENDING)],
                    limit=_AT_ONCE,
                )
            )
            if not found:
                return
            at, after = found[-1]["registered_at"].replace(tzinfo=UTC), found[-1]["_id"]
            yield [(item["_id"], _past(item)) for item in found]


def _past(item: dict[str, Any]) -> Past:
    state = item["state"]
    course, clocks = state.get("course", []), state.get("clocks", {})
    for seen in course:
        seen["at"] = seen["at"].replace(tzinfo=UTC)
    for clock in clocks.values():
        for name in ("stopped_at", "breached_at"):
            if (at := clock.get(name)) is not None:
                clock[name] = at.replace(tzinfo=UTC)
    changed_at = item["updated_at"].replace(tzinfo=UTC)
    return msgspec.convert({"changed_at": changed_at, "course": course, "clocks": clocks}, Past)


def _running(job: Job) -> dict[str, Any]:
    return {"_id": job.name, "state": "running", "attempt": job.attempt}


def _read(document: dict[str, Any]) -> Job:
    return msgspec.convert({"name": document["_id"], **document}, Job)
