"""Profiles: requesters with their personal data, each found by mobile number or e-mail address.

A profile is written before its stream tells of it, because unique indexes decide who is new. What
is still to be told stands in the profile itself, written together with the change, so that a crash
in between loses nothing. As with claims, the ticket's commit makes a new profile durable.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

import msgspec
from pymongo import IndexModel, UpdateOne
from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError

from chassis.journal import Duplicate, GroupWriter
from chassis.mongo import DERIVED, make_indexes
from services.intake.domain.contact import Contact
from services.intake.domain.requester import Profile
from services.intake.repository.gathering import Gathering

_CONTACTS = ("mobile", "email")
#: What a new requester has not said; absent, it is what `Profile` begins with.
_SAID_HIMSELF = ("told_by", "calendar", "digits", "proofs")


class Untold(msgspec.Struct, frozen=True, kw_only=True):
    """A change that the requester's stream does not tell yet."""

    #: What the commit will name as its cause: the same however often it is tried.
    cause: str
    fields: list[str]
    actor: str
    at: datetime
    correlation: str | None = None


class Profiles:
    """The collection `profiles`."""

    def __init__(self, collection: Collection[dict[str, Any]], *, seconds: float) -> None:
        self._collection = collection
        # A mark that the server forgets in a crash is made again: what is told twice is one event.
        self._marks = collection.with_options(write_concern=DERIVED)
        self._writer = GroupWriter(collection, seconds=seconds, concern=DERIVED)
        self._candidates = Gathering(self._candidates_of)

    def make_indexes(self) -> None:
        """Make each mobile number and each e-mail address one requester's only."""
        untold = {"untold.at": {"$exists": True}}
        # An equality is seen to lie within `$gt`; within `$type` the planner does not see it.
        contacts = [
            IndexModel(field, unique=True, partialFilterExpression={field: {"$gt": ""}})
            for field in _CONTACTS
        ]
        make_indexes(
            self._collection, [*contacts, IndexModel("untold.at", partialFilterExpression=untold)]
        )

    def candidates(self, contact: Contact) -> list[Profile]:
        """Give those who have the contact's mobile number or e-mail address: two at most."""
        return self._candidates.get(contact) or []

    def look_for(self, contact: Contact) -> Callable[[], list[Profile]]:
        """Look for the same while the caller does something else; gives what waits for them."""
        wait = self._candidates.begin(contact)
        return lambda: wait() or []

    def add(self, profile: Profile, untold: Untold) -> bool:
        """Store a new requester; False when somebody else has a contact of his by now."""
        try:
            self._writer.insert(_document(profile, untold))
        except Duplicate:
            return False
        return True

    def keep(self, profile: Profile, untold: Untold) -> None:
        """Write a requester durably where he is missing, unless another has his contacts by now."""
        document = _document(profile, untold)
        with suppress(DuplicateKeyError):
            self._collection.update_one(
                {"_id": profile.id}, {"$setOnInsert": document}, upsert=True
            )

    def fill_in(self, profile: Profile, news: dict[str, str], untold: Untold) -> bool:
        """Add what was missing; False when it no longer is, or is somebody else's by now."""
        still_missing = dict.fromkeys(news)
        try:
            result = self._collection.update_one(
                {"_id": profile.id, **still_missing},
                {"$set": news, "$push": {"untold": msgspec.structs.asdict(untold)}},
            )
        except DuplicateKeyError:
            return False
        return result.matched_count == 1

    def change(self, profile: Profile, news: dict[str, Any], untold: Untold) -> bool:
        """Change fields; False where another has the contact by now, or he changed meanwhile."""
        before = {name: getattr(profile, name) for name in news if name in _CONTACTS}
        wanted = {"_id": profile.id, **before}
        fields = msgspec.to_builtins(news, builtin_types=(datetime,))
        try:
            result = self._collection.update_one(
                wanted, {"$set": fields, "$push": {"untold": msgspec.structs.asdict(untold)}}
            )
        except DuplicateKeyError:
            return False
        return result.matched_count == 1

    def by_ids(self, ids: Sequence[str]) -> dict[str, Profile]:
        """Give those requesters that there are."""
        found = self._collection.find({"_id": {"$in": list(ids)}})
        return {item["_id"]: _read(item) for item in found}

    def untold(self, limit: int) -> list[tuple[Profile, Untold]]:
        """Give requesters with changes still to be told, each with the first of them."""
        found = self._collection.find(
            {"untold.at": {"$exists": True}}, sort=[("untold.at", 1)], limit=limit
        )
        return [(_read(item), msgspec.convert(item["untold"][0], Untold)) for item in found]

    def mark_told(self, told: Sequence[tuple[Profile, Untold]]) -> None:
        """Forget changes that are told."""
        forgotten = [
            UpdateOne({"_id": profile.id}, {"$pull": {"untold": {"cause": untold.cause}}})
            for profile, untold in told
        ]
        if forgotten:
            self._marks.bulk_write(forgotten, ordered=False)

    def _candidates_of(self, contacts: Sequence[Contact]) -> dict[Contact, list[Profile]]:
        asked = {field: {getattr(contact, field) for contact in contacts} for field in _CONTACTS}
        either = [{field: {"$in": list(values - {None})}} for field, values in asked.items()]
        found = [_read(item) for item in self._collection.find({"$or": either})]
        return {
            contact: [profile for profile in found if _shares(profile, contact)]
            for contact in contacts
        }


def _document(profile: Profile, untold: Untold) -> dict[str, Any]:
    document = {
        name: value
        for name, value in msgspec.structs.asdict(profile).items()
        if name not in _SAID_HIMSELF
    }
    document["_id"] = document.pop("id")
    return document | {"untold": [msgspec.structs.asdict(untold)]}


def _shares(profile: Profile, contact: Contact) -> bool:
    return any(
        getattr(contact, field) is not None and getattr(contact, field) == getattr(profile, field)
        for field in _CONTACTS
    )


def _read(found: dict[str, Any]) -> Profile:
    return msgspec.convert({**found, "id": found["_id"]}, Profile)
