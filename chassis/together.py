"""What several collections hold of the same thing, looked up by one command.

A command costs its process 0.2 ms of CPU and the database 0.1, however little it finds; a further
collection in it costs 0.01 and 0.06 (docs/performance.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from chassis.gather import Gathered

if TYPE_CHECKING:
    from pymongo.collection import Collection

Document = dict[str, Any]
#: What each collection holds, in the collections' order.
Found = tuple[list[Document], ...]

#: The field by which a document says from which of the collections it comes.
_PART = "part_"
_MOST = 100
#: So many documents come with the first answer; by itself the database sends a hundred.
_BATCH = 5000


class Part(NamedTuple):
    """A collection, and the indexed field that names what a document is about."""

    collection: Collection[Document]
    field: str


class Together:
    """Collections of one database that are read in the order given.

    So what is written before something else that refers to it belongs behind that.
    """

    def __init__(self, first: Part, *others: Part) -> None:
        self._parts = (first, *others)
        self._gathered: Gathered[str, Found] = Gathered(self._look, most=_MOST)

    def of(self, name: str) -> Found:
        """Give what is held of one thing; who asks at the same moment is answered by one look."""
        return self._gathered.one(name)

    def of_each(self, names: Sequence[str]) -> Mapping[str, Found]:
        """Give what is held of many, by name."""
        return dict(zip(names, self._gathered.many(names), strict=True))

    def _look(self, names: list[str]) -> list[Found]:
        found: dict[str, Found] = {name: tuple([] for _ in self._parts) for name in names}
        pipeline = self._pipeline(list(found))
        for document in self._parts[0].collection.aggregate(pipeline, batchSize=_BATCH):
            part = document.pop(_PART, 0)
            found[document[self._parts[part].field]][part].append(document)
        return [found[name] for name in names]

    def _pipeline(self, names: list[str]) -> list[Document]:
        wanted = names[0] if len(names) == 1 else {"$in": names}
        first, *others = self._parts
        pipeline: list[Document] = [{"$match": {first.field: wanted}}]
        for number, (collection, field) in enumerate(others, 1):
            own = [{"$match": {field: wanted}}, {"$set": {_PART: number}}]
            pipeline.append({"$unionWith": {"coll": collection.name, "pipeline": own}})
        return pipeline
