"""Groups of words and phrases, and which of them a text mentions.

Compared are letters and digits alone, folded as for searching: whether somebody types a space, a
half-space or nothing between the parts of a word makes no difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from chassis.decisions import Evolution
from contracts.calls.intake import WordGroup
from contracts.intake import WordGroupDefined
from services.intake.domain.text import parts_of

#: So many words of a text are looked at, the title's first.
_LOOKED_AT = 2000
#: Somebody may part a phrase into so many pieces more than it was defined with.
_MORE_PIECES = 2


class WordsState(msgspec.Struct, frozen=True, kw_only=True):
    """The fold of a group's stream `words:{id}`."""

    words: int = 0
    active: bool = True


WORDS = Evolution(WordsState)


@WORDS.on(WordGroupDefined)
def defined(_state: WordsState, event: WordGroupDefined, _at: datetime) -> WordsState:
    """Take over the new definition."""
    return WordsState(words=event.words, active=event.active)


def stream(group: str) -> str:
    """Give the stream of a group."""
    return f"words:{group}"


class Phrases:
    """The active groups, ready to be looked for: as fast however many words they have."""

    def __init__(self, groups: Iterable[WordGroup]) -> None:
        found: dict[str, set[str]] = {}
        self._longest = 0
        for group in groups:
            for phrase in group.words if group.active else ():
                parts = parts_of(phrase)
                if parts:
                    found.setdefault("".join(parts), set()).add(group.id)
                    self._longest = max(self._longest, len(parts) + _MORE_PIECES)
        self._groups: Mapping[str, set[str]] = found

    def in_texts(self, *texts: str) -> list[str]:
        """Give the groups that texts mention, by id."""
        if not self._groups:
            return []
        mentioned: set[str] = set()
        left = _LOOKED_AT
        for text in texts:
            parts = parts_of(text)[:left]
            left -= len(parts)
            for start in range(len(parts)):
                joined = ""
                for part in parts[start : start + self._longest]:
                    joined += part
                    mentioned |= self._groups.get(joined, set())
        return sorted(mentioned)
