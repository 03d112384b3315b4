"""Published forms and blocks: one document per publication, numbered without gaps.

The unique number lets two replicas never publish at once without one of them having seen the
other's; nothing is ever changed or taken away, for tickets stay with the version they were made
with. What administrators wrote is kept as the text of JSON: the database has numbers of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError
from pymongo.read_concern import ReadConcern

from chassis.mongo import make_indexes
from contracts.calls.forms import FormVersion
from services.intake.domain.forms import Edition, Publication


class Forms:
    """The collection `forms`."""

    def __init__(self, collection: Collection[dict[str, Any]]) -> None:
        self._collection = collection.with_options(read_concern=ReadConcern("majority"))

    def make_indexes(self) -> None:
        """Let no command publish twice, and find a version by its name."""
        make_indexes(
            self._collection,
            [
                IndexModel([("cause", ASCENDING)], unique=True),
                IndexModel([("editions.id", ASCENDING), ("editions.version", ASCENDING)]),
            ],
        )

    def after(self, number: int) -> list[Publication]:
        """Give the publications beyond a number, in order."""
        found = self._collection.find({"_id": {"$gt": number}}, sort=[("_id", ASCENDING)])
        return [_read(item) for item in found]

    def of_cause(self, cause: str) -> Publication | None:
        """Give what a command has published."""
        found = self._collection.find_one({"cause": cause})
        return _read(found) if found else None

    def edition(self, form: str, version: int) -> Edition | None:
        """Give a version of a form."""
        match = {"id": form, "version": version}
        found = self._collection.find_one({"editions": {"$elemMatch": match}}, {"editions.$": 1})
        return _edition(found["editions"][0]) if found else None

    def versions(self, form: str, limit: int) -> list[FormVersion]:
        """Give the versions of a form, newest first, whoever's publication brought them."""
        mine = {"editions": {"$elemMatch": {"id": form}}}
        fields = {"kind": 1, "id": 1, "by": 1, "at": 1, "definition": 1, **mine}
        found = self._collection.find(
            {"editions.id": form}, fields, sort=[("_id", DESCENDING)], limit=limit
        )
        publications = list(found)
        written = self._written(form, publications)
        return [
            FormVersion(
                version=each["editions"][0]["version"],
                definition=definition,
                form=msgspec.json.decode(each["editions"][0]["form"]),
                published_by=each["by"],
                published_at=each["at"],
                block=each["id"] if each["kind"] == "block" else None,
            )
            for each, definition in zip(publications, written, strict=True)
        ]

    def _written(self, form: str, publications: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Give what was last written of the form as of each publication of those, newest first."""
        own = {"kind": "form", "id": form}
        last = publications[-1]["_id"] if publications else 0
        before = self._collection.find_one({**own, "_id": {"$lte": last}}, sort=[("_id", -1)])
        holding = before["definition"] if before else "{}"
        found = []
        for each in reversed(publications):
            if each["kind"] == "form":
                holding = each["definition"]
            found.append(msgspec.json.decode(holding))
        return found[::-1]

    def add(self, publication: Publication) -> bool:
        """Store a publication; False when somebody else took its number or its cause."""
        document = msgspec.structs.asdict(publication)
        document["_id"] = document.pop("number")
        document["definition"] = _text(publication.definition)
        document["editions"] = [
            msgspec.structs.asdict(edition) | {"form": _text(edition.form)}
            for edition in publication.editions
        ]
        try:
            self._collection.insert_one(document)
        except DuplicateKeyError:
            return False
        return True


def _read(document: dict[str, Any]) -> Publication:
    number = document.pop("_id")
    definition = msgspec.json.decode(document.pop("definition"))
    editions = [_edition(each) for each in document.pop("editions")]
    return Publication(number=number, definition=definition, editions=editions, **document)


def _edition(document: dict[str, Any]) -> Edition:
    return Edition(**document | {"form": msgspec.json.decode(document["form"])})


def _text(definition: dict[str, Any]) -> str:
    return msgspec.json.encode(definition).decode()
