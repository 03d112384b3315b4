"""A ticket with the texts that were written in it: what happened to it, or how it stands."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from pymongo.collection import Collection

from chassis.together import Part, Together

Bodies = Callable[[Sequence[str]], Mapping[str, str]]


class Story(NamedTuple):
    """A ticket's commits in order, and what gives texts by id; an erased one is left out."""

    commits: list[dict[str, Any]]
    bodies: Bodies


class Standing(NamedTuple):
    """A ticket's snapshot, where there is one, and what gives texts by id."""

    snapshot: dict[str, Any] | None
    bodies: Bodies


class Stories:
    """The journal or the collection `tickets`, and the collection `texts`, by one look."""

    def __init__(
        self,
        journal: Collection[dict[str, Any]],
        tickets: Collection[dict[str, Any]],
        texts: Collection[dict[str, Any]],
        bodies: Bodies,
    ) -> None:
        # A text is stored before the commit that refers to it.
        self._stories = Together(Part(journal, "stream"), Part(texts, "stream"))
        self._standings = Together(Part(tickets, "_id"), Part(texts, "stream"))
        self._bodies = bodies

    def of(self, code: str) -> Story:
        """Give a ticket's story; that of none is empty."""
        commits, texts = self._stories.of(code)
        return Story(sorted(commits, key=_version), self._bodies_in(texts))

    def standing(self, code: str) -> Standing:
        """Give how a ticket stands; a new one has no snapshot for a moment."""
        snapshots, texts = self._standings.of(code)
        return Standing(snapshots[0] if snapshots else None, self._bodies_in(texts))

    def _bodies_in(self, texts: Sequence[Mapping[str, Any]]) -> Bodies:
        own = {text["_id"]: text["body"] for text in texts}

        def bodies(ids: Sequence[str]) -> dict[str, str]:
            # What was answered in another ticket and holds for this one is kept under that.
            return {**own, **self._bodies([text for text in ids if text not in own])}

        return bodies


def _version(commit: Mapping[str, Any]) -> int:
    return int(commit["version"])
