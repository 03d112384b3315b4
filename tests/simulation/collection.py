"""A collection with pymongo's names, as far as the services use it, over a shelf in memory.

Time, faults and crashes are not here: every call goes through `Access`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import bson
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo.errors import BulkWriteError, DuplicateKeyError
from pymongo.operations import ReplaceOne

from tests.simulation.documents import (
    Document,
    sort_key,
    started_from,
    updated,
)
from tests.simulation.shelf import CODEC, Duplicated, Shelf, Stored, Unique

_RAW: CodecOptions[RawBSONDocument] = CodecOptions(document_class=RawBSONDocument)
_DUPLICATE_KEY = 11000


class Access(Protocol):
    """How a process reaches a server: takes time, may fail, may be the end of the process."""

    def call(self, what: str, effect: Any, *, session: Any = None) -> Any:
        """Let the effect happen at the server, or not."""
        ...

    def shelf(self, name: str) -> Shelf:
        """Give another collection's shelf."""
        ...


class Cursor:
    """A query that is asked when it is read."""

    def __init__(self, read: Any, sort: Any) -> None:
        self._read = read
        self._sort = sort

    def sort(self, field: str, direction: int = 1) -> Cursor:
        """Give the same in an order."""
        return Cursor(self._read, [(field, direction)])

    def __iter__(self) -> Iterator[Any]:
        return iter(self._read(self._sort))


class Result(NamedTuple):
    """What a write tells."""

    matched_count: int
    upserted_count: int = 0


class Collection:
    """A shelf as one process sees it, with pymongo's names."""

    codec_options = CODEC

    def __init__(self, shelf: Shelf, access: Access, *, raw: bool = False) -> None:
        self._shelf = shelf
        self._access = access
        self._raw = raw

    @property
    def name(self) -> str:
        """The collection's name."""
        return self._shelf.name

    def with_options(self, *, codec_options: Any = None, **_concerns: Any) -> Collection:
        """Give a view that reads plain or raw documents."""
        raw = codec_options is not None and codec_options.document_class is RawBSONDocument
        return Collection(self._shelf, self._access, raw=raw)

    # -- indexes: only unique keys have an effect here --------------------------------------------

    def create_indexes(self, models: Sequence[Any]) -> None:
        """Keep the unique keys."""
        for model in models:
            self._keep(model.document)

    def list_indexes(self) -> list[Document]:
        """Give none: each is asked for anew."""
        return []

    def create_index(self, keys: Any, **options: Any) -> None:
        """Keep the key if it is unique."""
        named = [(keys, 1)] if isinstance(keys, str) else keys
        self._keep({"key": dict(named), **options})

    def _keep(self, index: Mapping[str, Any]) -> None:
        unique = Unique(tuple(index["key"]), index.get("partialFilterExpression", {}))
        if index.get("unique") and unique not in self._shelf.unique:
            self._shelf.unique.append(unique)

    # -- reading ---------------------------------------------------------------------------------

    def find(
        self,
        query: Mapping[str, Any] | None = None,
        fields: Mapping[str, Any] | None = None,
        *,
        sort: Any = None,
        limit: int = 0,
        skip: int = 0,
        session: Any = None,
    ) -> Cursor:
        """Give the documents that fulfil a query, or of each the wanted fields."""
        tops = {"_id", *(name.partition(".")[0] for name in fields)} if fields else None

        def read(order: Any) -> list[Any]:
            found = self._call("find", lambda: self._sorted(query or {}, order), session)
            part = found[skip : skip + limit if limit else None]
            return [self._out(item) if tops is None else _only(tops, item) for item in part]

        return Cursor(read, sort)

    def find_one(
        self,
        query: Mapping[str, Any] | None = None,
        fields: Mapping[str, Any] | None = None,
        *,
        sort: Any = None,
        session: Any = None,
    ) -> Any:
        """Give the first document that fulfils a query."""
        return next(iter(self.find(query, fields, sort=sort, limit=1, session=session)), None)

    def count_documents(self, query: Mapping[str, Any]) -> int:
        """Give how many fulfil a query."""
        return len(self._call("count", lambda: list(self._shelf.select(query))))

    def aggregate(self, pipeline: Sequence[Document], **_options: Any) -> list[Document]:
        """Group what matches by some fields, or give what other collections hold besides."""
        match, *rest = pipeline
        found = self._call("aggregate", lambda: list(self._shelf.select(match["$match"])))
        if all("$unionWith" in stage for stage in rest):
            # The server reads one collection after the other: between them others may write.
            others = (self._marked(**stage["$unionWith"]) for stage in rest)
            return [*map(self._out, found), *(item for other in others for item in other)]
        group = rest[0]["$group"]["_id"]
        rows = [
            {name: item.document.get(field[1:]) for name, field in group.items()} for item in found
        ]
        return [{"_id": row} for n, row in enumerate(rows) if row not in rows[:n]]

    def _marked(self, coll: str, pipeline: Sequence[Document]) -> list[Document]:
        match, mark = pipeline
        other = Collection(self._access.shelf(coll), self._access)
        return [item | mark["$set"] for item in other.find(match["$match"])]

    # -- writing ---------------------------------------------------------------------------------

    def insert_one(self, document: Document, session: Any = None) -> None:
        """Store a new document; raises DuplicateKeyError."""
        document.setdefault("_id", len(self._shelf.stored))
        self._told("insert", lambda: self._shelf.put(document), session)

    def insert_many(self, documents: Sequence[Any], *, ordered: bool) -> None:
        """Store new documents, each by itself; raises BulkWriteError for those not stored."""
        assert not ordered
        self._bulk([lambda item=item: self._shelf.put(item) for item in documents], "insert_many")

    def bulk_write(
        self, operations: Sequence[Any], *, ordered: bool, session: Any = None
    ) -> Result:
        """Replace and update, each by itself; raises BulkWriteError for those that failed.

        Where they are ordered, the first that fails is the last.
        """
        writes = [
            lambda item=item: self._write(
                item._filter,
                item._doc,
                replace=isinstance(item, ReplaceOne),
                upsert=bool(item._upsert),
            )
            for item in operations
        ]
        matched = self._bulk(writes, "bulk_write", session, ordered=ordered)
        upserts = [bool(item._upsert) for item in operations]
        upserted = sum(u and not m for u, m in zip(upserts, matched, strict=True))
        return Result(sum(matched), upserted)

    def update_one(
        self, query: Document, update: Document, *, upsert: bool = False, session: Any = None
    ) -> Result:
        """Change the first document that fulfils a query; raises DuplicateKeyError."""
        count = self._told("update", lambda: self._write(query, update, upsert=upsert), session)
        return Result(count)

    def update_many(self, query: Document, update: Document) -> None:
        """Change every document that fulfils a query."""

        def effect() -> None:
            for item in list(self._shelf.select(query)):
                self._shelf.put(updated(item.document, update, inserting=False), instead_of=item)

        self._call("update_many", effect)

    def replace_one(self, query: Document, document: Document, *, upsert: bool = False) -> Result:
        """Put a document in the place of the first that fulfils a query."""
        count = self._told(
            "replace", lambda: self._write(query, document, replace=True, upsert=upsert)
        )
        return Result(count)

    def delete_one(self, query: Document) -> None:
        """Take the first document away that fulfils a query."""
        self._call("delete", lambda: self._delete(query, 1))

    def delete_many(self, query: Document) -> None:
        """Take every document away that fulfils a query."""
        self._call("delete", lambda: self._delete(query, None))

    def find_one_and_update(
        self,
        query: Document,
        update: Document,
        *,
        upsert: bool = False,
        sort: Any = None,
        return_document: Any = None,  # noqa: ARG002 - always the new one
    ) -> Document | None:
        """Change the first document that fulfils a query, and give it as it is then."""

        def effect() -> Document | None:
            found = next(iter(self._sorted(query, sort)), None)
            if found is None and not upsert:
                return None
            before = found.document if found else started_from(query)
            after = updated(before, update, inserting=found is None)
            return self._shelf.put(after, instead_of=found)

        return self._told("find_one_and_update", effect)

    # -- at the server ---------------------------------------------------------------------------

    def _sorted(self, query: Mapping[str, Any], order: Any) -> list[Stored]:
        found = list(self._shelf.select(query))
        for field, direction in reversed([_pair(item) for item in order or ()]):
            key = sort_key(field)
            found.sort(key=lambda item, key=key: key(item.document), reverse=direction < 0)
        return found

    def _out(self, item: Stored) -> Any:
        if self._raw:
            # As of an answer of many: a part of its bytes.
            return RawBSONDocument(memoryview(item.raw), _RAW)
        return bson.decode(item.raw, CODEC)

    def _write(
        self, query: Document, change: Any, *, replace: bool = False, upsert: bool = False
    ) -> int:
        found = next(self._shelf.select(query), None)
        if found is None and not upsert:
            return 0
        if replace:
            name = query["_id"] if found is None else found.document["_id"]
            after = {"_id": name, **change}
        else:
            before = found.document if found else started_from(query)
            after = updated(before, change, inserting=found is None)
        self._shelf.put(after, instead_of=found)
        return int(found is not None)

    def _delete(self, query: Document, most: int | None) -> None:
        for item in list(self._shelf.select(query))[:most]:
            self._shelf.remove(item.document["_id"])

    def _bulk(
        self, writes: Sequence[Any], what: str, session: Any = None, *, ordered: bool = False
    ) -> list[Any]:
        def effect() -> tuple[list[Document], list[Any]]:
            faults, told = [], []
            for index, write in enumerate(writes):
                try:
                    told.append(write())
                except Duplicated as duplicated:
                    fault = {"index": index, "code": _DUPLICATE_KEY}
                    faults.append(fault | {"keyPattern": duplicated.pattern})
                    if ordered:
                        break
            return faults, told

        faults, told = self._call(what, effect, session)
        if faults:
            raise BulkWriteError({"writeErrors": faults, "writeConcernErrors": []})
        return told

    def _told(self, what: str, effect: Any, session: Any = None) -> Any:
        """Write one document; raises DuplicateKeyError as the server's answer."""

        def write() -> Any:
            try:
                return effect()
            except Duplicated as duplicated:
                return duplicated

        result = self._call(what, write, session)
        if isinstance(result, Duplicated):
            raise DuplicateKeyError("duplicate", _DUPLICATE_KEY, {"keyPattern": result.pattern})
        return result

    def _call(self, what: str, effect: Any, session: Any = None) -> Any:
        return self._access.call(f"{self._shelf.name}.{what}", effect, session=session)


def _only(tops: set[str], item: Stored) -> Document:
    """Give the top fields that a projection reaches into; nobody changes what he has read."""
    return {name: value for name, value in item.document.items() if name in tops}


def _pair(item: Any) -> tuple[str, int]:
    return (item, 1) if isinstance(item, str) else item
