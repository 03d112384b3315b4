"""What subscriptions have taken over of the event log, and what became of it: the delivery log.

A message is kept until it is settled, and for a while after; how far each log has been read stands
beside it. A page of the log is stored first and its place afterwards: a page that is read again
finds its messages there.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import BulkWriteError
from pymongo.read_concern import ReadConcern

from chassis.clock import as_utc
from chassis.errors import NotFound
from chassis.mongo import make_indexes
from contracts.calls.base import Position
from contracts.calls.webhooks import ListPosts, PostState
from contracts.places import Place
from services.notify.domain.posting import Answered, Settled, Waiting
from services.notify.repository.reach import database

if TYPE_CHECKING:
    from pymongo.database import Database

#: Of a receiver's answer so much is kept.
_ANSWER_BYTES = 2048
#: Attempts that are kept of one message: of one that is tried again by hand the last ones.
_ATTEMPTS = 30
_TAKEN_TWICE = 11000


class Mark(msgspec.Struct, frozen=True):
    """How far one service's log has been taken over, and when its last event happened."""

    epoch: str
    position: Position
    time: datetime | None = None


class Marks(msgspec.Struct, frozen=True, kw_only=True):
    """How far a subscription has come."""

    places: dict[str, Mark] = {}
    #: Counts replays: what is taken over again is another message of the log, with the same id.
    run: int = 0
    #: Counts what was taken over.
    taken: int = 0

    @property
    def cursor(self) -> dict[str, Place]:
        """The same as a cursor of the event log."""
        return {name: Place(mark.epoch, mark.position) for name, mark in self.places.items()}


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt as it is kept."""

    at: datetime
    outcome: str
    status: int | None
    milliseconds: int
    answer: str = ""


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """One message to one subscription."""

    id: str
    webhook: str
    message: str
    type: str
    subject: str
    event_at: datetime
    taken_at: datetime
    order: int
    state: PostState = "waiting"
    next_at: datetime | None = None
    #: Attempts since it was last begun with.
    attempts: int = 0
    first_at: datetime | None = None
    settled_at: datetime | None = None
    tried: list[Attempt] = []
    body: bytes = b""

    def waiting(self) -> Waiting:
        """Give what its turn depends on."""
        return Waiting(
            id=self.id,
            message=self.message,
            stream=self.subject,
            order=self.order,
            next_at=self.next_at or self.taken_at,
            attempts=self.attempts,
            first_at=self.first_at,
        )


class Posts:
    """The collections `webhook_posts` and `webhook_places`; every method raises Unavailable."""

    def __init__(self, database: Database[dict[str, Any]], kept: timedelta) -> None:
        self._posts = database.get_collection("webhook_posts", read_concern=ReadConcern("majority"))
        self._places = database["webhook_places"]
        self._kept = kept

    def make_indexes(self) -> None:
        """Let a subscription's messages be found in order, by state, and be forgotten in time."""
        indexes = [
            IndexModel([("webhook", ASCENDING), ("state", ASCENDING), ("order", ASCENDING)]),
            IndexModel([("webhook", ASCENDING), ("order", ASCENDING)]),
            IndexModel([("webhook", ASCENDING), ("state", ASCENDING), ("settled_at", DESCENDING)]),
            IndexModel([("forget_at", ASCENDING)], expireAfterSeconds=0),
        ]
        make_indexes(self._posts, indexes)

    # -- how far ---------------------------------------------------------------------------------

    def marks(self, webhook: str) -> Marks:
        """Give how far a subscription has come; an empty one has not begun."""
        with database():
            found = self._places.find_one({"_id": webhook})
        return _as_marks(found) if found else Marks()

    def mark(self, webhook: str, marks: Marks) -> bool:
        """Keep how far it has come; False where it was sent to another place meanwhile."""
        places = {name: _plain(mark) for name, mark in marks.places.items()}
        written = {"$set": {"places": places, "taken": marks.taken}}
        with database():
            done = self._places.update_one({"_id": webhook, "run": marks.run}, written)
        return bool(done.matched_count)

    def begin(self, webhook: str, places: dict[str, Mark]) -> None:
        """Go on from other places, as a new run."""
        plain = {name: _plain(mark) for name, mark in places.items()}
        update = {"$set": {"places": plain}, "$inc": {"run": 1, "taken": 0}}
        with database():
            self._places.update_one({"_id": webhook}, update, upsert=True)

    # -- taking over -----------------------------------------------------------------------------

    def add(self, posts: Sequence[Post]) -> None:
        """Store messages; those that are there already stay as they are."""
        documents = [_document(post) for post in posts]
        with database():
            try:
                self._posts.insert_many(documents, ordered=False)
            except BulkWriteError as error:
                faults = (error.details or {}).get("writeErrors", [])
                if not faults or any(fault["code"] != _TAKEN_TWICE for fault in faults):
                    raise

    def add_settled(self, post: Post) -> None:
        """Store a message that is settled already."""
        forget_at = (post.settled_at or post.taken_at) + self._kept
        with database():
            self._posts.insert_one({**_document(post), "forget_at": forget_at})

    def waiting(self, webhook: str, most: int) -> list[Waiting]:
        """Give what is to be posted, in the order in which it was taken over."""
        query, without = {"webhook": webhook, "state": "waiting"}, {"body": 0, "tried": 0}
        with database():
            found = self._posts.find(query, without, sort=[("order", ASCENDING)], limit=most)
            return [_as_post(item).waiting() for item in found]

    def one(self, webhook: str, post: str) -> Post:
        """Give one message; raises NotFound."""
        with database():
            found = self._posts.find_one({"_id": post, "webhook": webhook})
        if found is None:
            raise NotFound("webhook_post_not_found")
        return _as_post(found)

    # -- what became of it -----------------------------------------------------------------------

    def settle(self, before: Waiting, attempt: Attempt, settled: Settled) -> None:
        """Keep an attempt and what follows from it, once per attempt."""
        is_over = settled.state != "waiting"
        fields: dict[str, Any] = {
            "state": settled.state,
            "next_at": settled.next_at,
            "attempts": before.attempts + 1,
            "first_at": before.first_at or attempt.at,
            "settled_at": attempt.at if is_over else None,
        }
        if is_over:
            fields["forget_at"] = attempt.at + self._kept
        tried = {"$each": [msgspec.structs.asdict(attempt)], "$slice": -_ATTEMPTS}
        query = {"_id": before.id, "state": "waiting", "attempts": before.attempts}
        with database():
            self._posts.update_one(query, {"$set": fields, "$push": {"tried": tried}})

    def delivered_since(self, webhook: str, since: datetime) -> datetime | None:
        """Give when a message was last delivered, if that was since."""
        query = {"webhook": webhook, "state": "delivered", "settled_at": {"$gte": since}}
        with database():
            found = self._posts.find_one(query, {"settled_at": 1}, sort=[("settled_at", -1)])
        return as_utc(found["settled_at"]) if found else None

    def again(self, webhook: str, now: datetime, post: str | None = None) -> None:
        """Begin anew with one message, or with all that wait."""
        chosen = {"_id": post} if post else {"state": "waiting"}
        fields = {"state": "waiting", "attempts": 0, "next_at": now}
        with database():
            self._posts.update_many(
                {"webhook": webhook, **chosen},
                {"$set": {**fields, "first_at": None, "settled_at": None, "forget_at": None}},
            )

    def pass_over(self, webhook: str, now: datetime) -> None:
        """Post nothing of what waits: it was sent to another place of the log."""
        attempt = Attempt(at=now, outcome="passed_over", status=None, milliseconds=0)
        fields = {"state": "failed", "next_at": None, "settled_at": now}
        with database():
            self._posts.update_many(
                {"webhook": webhook, "state": "waiting"},
                {
                    "$set": {**fields, "forget_at": now + self._kept},
                    "$push": {"tried": msgspec.structs.asdict(attempt)},
                },
            )

    def forget(self, webhook: str) -> None:
        """Forget what a subscription has taken over, and how far it has come."""
        with database():
            self._posts.delete_many({"webhook": webhook})
            self._places.delete_one({"_id": webhook})

    # -- looking ---------------------------------------------------------------------------------

    def newest(self, request: ListPosts) -> list[Post]:
        """Give the last messages of a subscription, newest first, without bodies."""
        query: dict[str, Any] = {"webhook": request.id}
        if request.state is not None:
            query["state"] = request.state
        if request.before is not None:
            query["order"] = {"$lt": request.before}
        with database():
            found = self._posts.find(
                query, {"body": 0}, sort=[("order", DESCENDING)], limit=request.limit
            )
            return [_as_post(item) for item in found]

    def counts(self, webhooks: Collection[str]) -> dict[str, int]:
        """Give how many messages wait, by subscription."""
        with database():
            return {
                name: self._posts.count_documents({"webhook": name, "state": "waiting"})
                for name in webhooks
            }


def attempt_of(answered: Answered, at: datetime, milliseconds: int) -> Attempt:
    """Give an attempt as it is kept: of the answer the beginning."""
    return Attempt(
        at=at,
        outcome=answered.outcome,
        status=answered.status,
        milliseconds=milliseconds,
        answer=answered.body[:_ANSWER_BYTES].decode("utf-8", "replace"),
    )


def _document(post: Post) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.to_builtins(post, builtin_types=(datetime, bytes))
    document["_id"] = document.pop("id")
    return document


def _as_post(found: dict[str, Any]) -> Post:
    return msgspec.convert({**found, "id": found["_id"]}, Post)


def _plain(mark: Mark) -> dict[str, Any]:
    return msgspec.structs.asdict(mark)


def _as_marks(found: dict[str, Any]) -> Marks:
    return msgspec.convert(found, Marks)
