"""Queues: which tickets wait for a free person, and which count as whose, by their snapshots."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from pymongo import IndexModel, UpdateOne
from pymongo.collection import Collection as Documents

from contracts.routing import ENDED
from services.routing.domain.organisation import Person
from services.routing.domain.rules import AND
from services.routing.domain.ticket import NEVER

#: What has no rank comes after what has one.
_ORDER = [("rank", -1), ("priority", 1), ("opened_at", 1)]
#: In a queue, what comes due first goes before what came first.
QUEUE_ORDER = [("rank", -1), ("priority", 1), ("next_due", 1), ("opened_at", 1)]
_QUEUED = {"queued": True}
#: Before everything; the database must see in a question that an index holds what is asked for.
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

#: What lists, queues and inboxes are read by.
TICKET_INDEXES = (
    IndexModel([("updated_at", -1), ("_id", -1)]),
    IndexModel([("unit", 1), ("updated_at", -1)]),
    IndexModel([("assignee", 1), ("updated_at", -1)]),
    IndexModel([("owner", 1), ("status", 1), ("updated_at", -1)]),
    # The database must see that whoever is asked for is among them: `$type` does not tell it so.
    IndexModel([("held_by", 1)], name="held", partialFilterExpression={"held_by": {"$gt": ""}}),
    IndexModel(
        [("unit", 1), ("tier", 1), ("for_person", 1), *QUEUE_ORDER],
        name="queue",
        partialFilterExpression=_QUEUED,
    ),
    # What a unit has and had: `efforts.py`.
    IndexModel([("load.unit", 1), ("load.until", -1)], name="load"),
    # The requests of a period, on which rules are tried.
    IndexModel([("opened_at", 1)]),
    IndexModel([("client", 1)], sparse=True),
    IndexModel(
        [("questioned", 1), *_ORDER],
        name="questioned",
        partialFilterExpression={"questioned": {"$gt": ""}},
    ),
    IndexModel(
        [("wakes_at", 1)], name="wakes", partialFilterExpression={"wakes_at": {"$gt": LONG_AGO}}
    ),
    IndexModel([("passing", 1)], name="passing", partialFilterExpression={"passing": True}),
    IndexModel("due_at", sparse=True),
    IndexModel(
        [("for_person", 1), *QUEUE_ORDER], name="own_queue", partialFilterExpression=_QUEUED
    ),
    IndexModel([("due_asked_at", 1)], name="due_unasked", partialFilterExpression=_QUEUED),
    # Steps with tasks or approvals; ordinary tickets have none of these fields.
    IndexModel([("asked", 1)], name="asked", partialFilterExpression={"asked": {"$gt": ""}}),
    IndexModel(
        [("tags", 1), ("updated_at", -1)],
        name="tagged",
        partialFilterExpression={"tags": {"$gt": ""}},
    ),
    IndexModel(
        [("tasks_queued", 1), *_ORDER],
        name="waiting_tasks",
        partialFilterExpression={"tasks_queued": True},
    ),
)


class Queue(NamedTuple):
    """Whose queue it is: those of a unit's tier who have the skill, or one person's own.

    Without a unit it is nobody's yet.
    """

    unit: str | None = None
    tier: int | None = None
    skill: str | None = None
    for_person: str | None = None


class Queues:
    """Questions about the collection `tickets`, by the fields that `domain.ticket.index` gives."""

    def __init__(self, collection: Documents[dict[str, Any]]) -> None:
        self._collection = collection

    def all(self) -> list[Queue]:
        """Give the queues in which something waits."""
        group = {field: f"${field}" for field in Queue._fields}
        found = self._collection.aggregate(
            # It would read every ticket there is, for want of a condition on what comes first.
            [{"$match": _QUEUED}, {"$group": {"_id": group}}],
            hint="queue",
        )
        return [Queue(**item["_id"]) for item in found]

    def waiting(self, queue: Queue, limit: int, besides: str | None = None) -> list[str]:
        """Give the codes that wait in a queue: by rank, priority and due time, then by age.

        What somebody let lie waits for others: it can be left out.
        """
        query = {"queued": True, **queue._asdict()}
        passed = {"passed_over": {"$nin": [besides]}} if besides else {}
        return self._codes(query | passed, limit, QUEUE_ORDER)

    def next_for(self, person: Person) -> str | None:
        """Give the code that a person who has become free should get: his own, else his team's."""
        own = {"queued": True, "for_person": person.id}
        fitting = {
            "queued": True,
            **Queue(person.unit, person.tier)._asdict(),
            "skill": {"$in": [None, *person.skills, *_of_several(person.skills)]},
            "passed_over": {"$nin": [person.id]},
        }
        found = self._codes(own, 1, QUEUE_ORDER) or self._codes(fitting, 1, QUEUE_ORDER)
        return found[0] if found else None

    def held_by(self, person: str) -> dict[str, int]:
        """Give the work a person has with its weight: codes, and `code#task` for tasks beside."""
        found = self._collection.find({"held_by": person}, {"weight": 1})
        with_tasks = self._collection.find({"asked": f"person:{person}"}, {"state.tasks": 1})
        tasks = {
            f"{item['_id']}#{task['id']}": 1
            for item in with_tasks
            for task in item["state"]["tasks"]
            if task.get("assignee") == person and "outcome" not in task
        }
        return {item["_id"]: item.get("weight", 1) for item in found} | tasks

    def at_work_of(self, person: str, limit: int) -> list[str]:
        """Give codes of tickets whose own work a person has."""
        found = self._collection.find({"held_by": person}, {"_id": 1}, limit=limit)
        return [item["_id"] for item in found]

    def open_of(self, person: str, limit: int) -> list[str]:
        """Give codes of open tickets that a person owns."""
        query = {"owner": person, "status": {"$nin": sorted(ENDED)}}
        return [item["_id"] for item in self._collection.find(query, {"_id": 1}, limit=limit)]

    def with_waiting_tasks(self, limit: int) -> list[str]:
        """Give the codes of tickets that have a task in a queue: the most urgent first."""
        return self._codes({"tasks_queued": True}, limit)

    def owned_by(self, person: str) -> int:
        """Give how many open tickets a person owns."""
        query = {"owner": person, "status": {"$nin": sorted(ENDED)}}
        return self._collection.count_documents(query)

    def unasked(self, before: datetime, limit: int) -> list[str]:
        """Give codes in queues whose due time was not asked for since; those never asked first."""
        query = {"queued": True, "due_asked_at": {"$lt": before}}
        return self._codes(query, limit, [("due_asked_at", 1)])

    def note_due(self, due: Mapping[str, datetime | None], at: datetime) -> None:
        """Note when the next clock of tickets comes due, where they still wait."""
        self._collection.bulk_write(
            [
                UpdateOne(
                    {"_id": code, "queued": True},
                    {"$set": {"next_due": instant or NEVER, "due_asked_at": at}},
                )
                for code, instant in due.items()
            ],
            ordered=False,
        )

    def _codes(
        self, query: dict[str, Any], limit: int, order: Sequence[tuple[str, int]] = _ORDER
    ) -> list[str]:
        found = self._collection.find(query, {"_id": 1}, sort=order, limit=limit)
        return [item["_id"] for item in found]


def _of_several(skills: Collection[str]) -> list[re.Pattern[str]]:
    """Give what fits any several of somebody's skills that work may ask for at once."""
    if len(skills) <= 1:
        return []
    one = "|".join(re.escape(skill) for skill in sorted(skills))
    return [re.compile(rf"^(?:{one})(?:\{AND}(?:{one}))+$")]
