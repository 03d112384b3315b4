"""The words that what people write is found by, folded as `contracts.writing` does."""

import hashlib
import re
from collections.abc import Iterable

import msgspec

from contracts.writing import folded

_HALF_SPACE = "\u200c"
_PART = re.compile(r"[^\W_]+")
_WORD = re.compile(rf"[^\W_]+(?:{_HALF_SPACE}+[^\W_]+)*")


def parts_of(text: str) -> list[str]:
    """Give the words of a text one after the other, those with half-spaces in their parts."""
    return _PART.findall(folded(text))


def query_words(text: str) -> set[str]:
    """Give the words somebody searches for; a word with half-spaces is one word."""
    return {word.replace(_HALF_SPACE, "") for word in _WORD.findall(folded(text))}


def indexed_words(texts: Iterable[str], *, limit: int) -> list[str]:
    """Give the first `limit` different words to find the texts by.

    A word with half-spaces is found as a whole and by its parts, because some people type a space
    there and others nothing.
    """
    words: dict[str, None] = {}
    for text in texts:
        for word in dict.fromkeys(_WORD.findall(folded(text))):
            if _HALF_SPACE in word:
                parts = [part for part in word.split(_HALF_SPACE) if part]
                words.update(dict.fromkeys(["".join(parts), *parts]))
            else:
                words[word] = None
    return list(words)[:limit]


def sha256(*parts: str) -> str:
    """Give the hash that proves later what was written: of the parts as a JSON array."""
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()
