"""What one collection holds: documents as BSON under unique keys, found by queries.

What is stored went through BSON and comes out of it, so that it is cut, typed and copied as by the
real server. Who may reach it, and what goes wrong on the way, is not here.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import bson
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument

from tests.simulation.documents import Document, keys_of, matches

CODEC: CodecOptions[Document] = CodecOptions(tz_aware=True)


class Stored(NamedTuple):
    """A document as bytes, and read once for matching; nobody changes the second."""

    raw: bytes
    document: Document


class Unique(NamedTuple):
    """A unique key and whom it covers."""

    fields: tuple[str, ...]
    covers: Mapping[str, Any]


class Duplicated(Exception):
    """Raised within a write when a unique key is taken."""

    def __init__(self, fields: tuple[str, ...]) -> None:
        super().__init__(fields)
        self.pattern = dict.fromkeys(fields, 1)


class Shelf:
    """What one collection holds on the disk, whoever looks at it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.stored: dict[Any, Stored] = {}
        self.unique: list[Unique] = []
        #: Told of every document that is stored.
        self.watcher: Callable[[Document], None] | None = None
        self._taken: dict[tuple[Any, ...], Any] = {}
        self._order: list[Any] | None = None

    def copy(self) -> Shelf:
        """Give an equal one; documents are shared, as nobody changes them."""
        twin = Shelf(self.name)
        twin.stored, twin.unique, twin.watcher = dict(self.stored), self.unique, self.watcher
        twin._taken = dict(self._taken)
        return twin

    def restore(self, copy: Shelf) -> None:
        """Hold what a copy holds."""
        self.stored, self._taken, self._order = copy.stored, copy._taken, None

    def put(self, document: Document, *, instead_of: Stored | None = None) -> Document:
        """Store a document; raises Duplicated."""
        raw = document.raw if isinstance(document, RawBSONDocument) else bson.encode(document)
        document = bson.decode(raw, CODEC)
        name = document["_id"]
        if instead_of is None and name in self.stored:
            raise Duplicated(("_id",))
        keys = list(self._keys(document))
        for key in keys:
            if self._taken.get(key, name) != name:
                raise Duplicated(key[0])
        if instead_of is None:
            self._order = None
        else:
            self._forget(instead_of.document)
        self._taken.update(dict.fromkeys(keys, name))
        self.stored[name] = Stored(raw, document)
        if self.watcher is not None:
            self.watcher(document)
        return document

    def remove(self, name: Any) -> None:
        """Take a document away."""
        self._forget(self.stored.pop(name).document)
        self._order = None

    def select(self, query: Mapping[str, Any]) -> Iterator[Stored]:
        """Give what fulfils a query, by id where that is asked for."""
        named = self._named(query.get("_id"))
        for name in list(self.stored) if named is None else named:
            item = self.stored.get(name)
            sure = named is not None and len(query) == 1
            if item is not None and (sure or matches(item.document, query)):
                yield item

    def _named(self, wanted: Any) -> Iterable[Any] | None:
        """Give the ids that a query wants, or None where it has to be asked of each document."""
        if wanted is None:
            return None
        if not isinstance(wanted, dict):
            return [wanted]
        if wanted.keys() == {"$in"}:
            return list(dict.fromkeys(wanted["$in"]))
        return self._between(wanted) if wanted.keys() <= {"$gt", "$lt", "$lte"} else None

    def _between(self, bounds: Mapping[str, Any]) -> list[Any]:
        if self._order is None:
            self._order = sorted(self.stored)
        order = self._order
        start = bisect_right(order, bounds["$gt"]) if "$gt" in bounds else 0
        end = bisect_left(order, bounds["$lt"]) if "$lt" in bounds else len(order)
        end = min(end, bisect_right(order, bounds["$lte"])) if "$lte" in bounds else end
        return order[start:end]

    def _keys(self, document: Document) -> Iterator[tuple[Any, ...]]:
        for fields, covers in self.unique:
            if matches(document, covers):
                for key in keys_of(document, fields):
                    yield (fields, *key)

    def _forget(self, document: Document) -> None:
        for key in self._keys(document):
            self._taken.pop(key, None)
