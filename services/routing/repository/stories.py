"""What happened to a ticket, with the texts: the journal's commits and what was written in them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from pymongo.collection import Collection

from chassis.together import Part, Together

Bodies = Callable[[Sequence[str]], Mapping[str, str]]


class Story(NamedTuple):
    """A ticket's commits in order, and what gives texts by id; an erased one is left out."""

    commits: list[dict[str, Any]]
    bodies: Bodies


class Stories:
    """The journal and the collection `texts`, by one look."""

    def __init__(
        self,
        journal: Collection[dict[str, Any]],
        texts: Collection[dict[str, Any]],
        bodies: Bodies,
    ) -> None:
        # A text is stored before the commit that refers to it.
        self._both = Together(Part(journal, "stream"), Part(texts, "stream"))
        self._bodies = bodies

    def of(self, code: str) -> Story:
        """Give a ticket's story; that of none is empty."""
        commits, texts = self._both.of(code)
        own = {text["_id"]: text["body"] for text in texts}

        def bodies(ids: Sequence[str]) -> dict[str, str]:
            # What was answered in another ticket and holds for this one is kept under that.
            return {**own, **self._bodies([text for text in ids if text not in own])}

        return Story(sorted(commits, key=_version), bodies)


def _version(commit: Mapping[str, Any]) -> int:
    return int(commit["version"])
