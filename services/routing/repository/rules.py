"""The published versions of the rules, and the draft beside them.

Each version is one document of `rule_sets` with its number as id: truth and audit in one, so that
nothing is half published and whoever publishes has seen the version before. Before the first one
the single rules of an older Peygir hold, as version 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from pymongo import IndexModel, UpdateOne
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError, PyMongoError

from chassis.logging import get_logger
from chassis.mongo import DERIVED, make_indexes
from contracts.calls.routing import Difference, Origin, Rule, RuleSet, RuleSetHead

log = get_logger()

Document = dict[str, Any]
#: Versions that a list shows.
_SHOWN = 200
#: Codes that are kept for each pair of rows.
_EXAMPLES = 20
_PAIRS_SHOWN = 200


class Publication(msgspec.Struct, frozen=True, kw_only=True):
    """One version, as it was written."""

    version: int
    rows: list[Rule]
    origin: Origin | None = None
    restored: int | None = None
    by: str | None = None
    at: datetime | None = None
    note: str | None = None
    #: The command that led here, and a hash of its request.
    cause: str = ""
    request: str = ""

    def head(self) -> RuleSetHead:
        """Show it without its rows."""
        return RuleSetHead(**self._shown())

    def view(self) -> RuleSet:
        """Show it."""
        return RuleSet(**self._shown(), rows=self.rows)

    def _shown(self) -> dict[str, Any]:
        fields = (name for name in RuleSetHead.__struct_fields__ if name != "size")
        return {"size": len(self.rows), **{name: getattr(self, name) for name in fields}}


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """The table that decides beside the published one, for nobody."""

    id: str
    rows: list[Rule]
    by: str
    since: datetime
    note: str | None = None
    request: str = ""
    looked_at: int = 0
    different: int = 0


class Pair(NamedTuple):
    """The row that decided, and the one that would have; None is the desk."""

    live: str | None
    shadow: str | None


class Tally(msgspec.Struct):
    """How often a pair differed since the last time it was written."""

    count: int
    differing: list[str]
    last_at: datetime
    examples: list[str]


class RuleSets:
    """The collections `rule_sets`, `rule_shadow` and `rule_differences`, and `rules` of old."""

    def __init__(self, database: Database[Document], changed: Callable[[], None]) -> None:
        self._sets = database["rule_sets"]
        self._single = database["rules"]
        self._shadow = database["rule_shadow"]
        self._differences = database.get_collection("rule_differences", write_concern=DERIVED)
        self._changed = changed

    def make_indexes(self) -> None:
        """Let no command publish twice."""
        make_indexes(self._sets, [IndexModel("cause", unique=True)])
        make_indexes(self._differences, [IndexModel([("shadow", 1), ("count", -1)])])

    # -- versions --------------------------------------------------------------------------------

    def current(self) -> Publication:
        """Give the version that holds."""
        found = self._sets.find_one({}, sort=[("_id", -1)])
        if found is not None:
            return _read(found)
        single = self._single.find(sort=[("order", 1), ("_id", 1)])
        rows = [msgspec.convert({"id": item["_id"], **item}, Rule) for item in single]
        return Publication(version=0, rows=rows)

    def one(self, version: int) -> Publication | None:
        """Give a version."""
        found = self._sets.find_one({"_id": version})
        return _read(found) if found else None

    def of_cause(self, cause: str) -> Publication | None:
        """Give what a command has published."""
        found = self._sets.find_one({"cause": cause})
        return _read(found) if found else None

    def newest(self) -> list[Publication]:
        """Give the last versions, newest first."""
        found = self._sets.find({}, sort=[("_id", -1)], limit=_SHOWN)
        return [_read(item) for item in found]

    def add(self, publication: Publication) -> bool:
        """Store a version; False when somebody else took its number or its cause."""
        document = msgspec.to_builtins(publication, builtin_types=(datetime,))
        document["_id"] = document.pop("version")
        try:
            self._sets.insert_one(document)
        except DuplicateKeyError:
            return False
        self._changed()
        return True

    # -- the draft beside ------------------------------------------------------------------------

    def shadow(self) -> Draft | None:
        """Give the draft that decides beside the published version, if there is one."""
        found = self._shadow.find_one({"_id": "shadow"})
        return msgspec.convert(found, Draft) if found else None

    def begin(self, draft: Draft) -> None:
        """Have a draft decide beside; what was before it goes with its figures."""
        document = msgspec.to_builtins(draft, builtin_types=(datetime,))
        self._shadow.replace_one({"_id": "shadow"}, document, upsert=True)
        self._differences.delete_many({"shadow": {"$ne": draft.id}})
        self._changed()

    def end(self, shadow: str) -> None:
        """Have a draft decide no more."""
        self._shadow.delete_one({"_id": "shadow", "id": shadow})
        self._differences.delete_many({"shadow": shadow})
        self._changed()

    def count(self, shadow: str, looked_at: int, pairs: Mapping[Pair, Tally]) -> None:
        """Add to a draft's figures; what cannot be written is lost, as are those of one ended."""
        try:
            self._count(shadow, looked_at, pairs)
        except PyMongoError as error:
            log.warning("shadow_not_written", error=type(error).__name__, requests=looked_at)

    def _count(self, shadow: str, looked_at: int, pairs: Mapping[Pair, Tally]) -> None:
        different = sum(tally.count for tally in pairs.values())
        counted = self._shadow.update_one(
            {"_id": "shadow", "id": shadow},
            {"$inc": {"looked_at": looked_at, "different": different}},
        )
        if counted.matched_count and pairs:
            updates = [_added(shadow, pair, tally) for pair, tally in pairs.items()]
            self._differences.bulk_write(updates, ordered=False)

    def differences(self, shadow: str) -> list[Difference]:
        """Give where a draft differed, the most frequent first."""
        found = self._differences.find(
            {"shadow": shadow}, sort=[("shadow", 1), ("count", -1)], limit=_PAIRS_SHOWN
        )
        return [
            msgspec.convert(
                {**item, "live": item["pair"][0], "shadow": item["pair"][1]}, Difference
            )
            for item in found
        ]


def _added(shadow: str, pair: Pair, tally: Tally) -> UpdateOne:
    return UpdateOne(
        {"_id": f"{shadow}:{pair.live or ''}:{pair.shadow or ''}"},
        {
            "$inc": {"count": tally.count},
            "$set": {
                "shadow": shadow,
                "pair": list(pair),
                "differing": tally.differing,
                "last_at": tally.last_at,
            },
            "$push": {"examples": {"$each": tally.examples, "$slice": -_EXAMPLES}},
        },
        upsert=True,
    )


def _read(document: Document) -> Publication:
    return msgspec.convert({"version": document["_id"], **document}, Publication)
