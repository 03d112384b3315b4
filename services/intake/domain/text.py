"""What people write, folded before it is searched.

Search folds away what Persian typists vary: Arabic letter forms, digits, marks, half-spaces.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable

import msgspec

from contracts.writing import DIGITS

_LETTERS = {
    "ي": "ی",
    "ى": "ی",
    "ك": "ک",
    "ە": "ه",
    "ة": "ه",
    "ہ": "ه",
}
#: Marks that NFKD parts from their letters, the stretching line, and invisible signs of direction.
_DROPPED = (
    *range(0x0300, 0x0370),
    *range(0x0610, 0x061B),
    0x0640,
    *range(0x064B, 0x0660),
    0x0670,
    *range(0x06D6, 0x06DD),
    *range(0x06DF, 0x06E5),
    *range(0x06E7, 0x06E9),
    *range(0x06EA, 0x06EE),
    0x00AD,
    0x200B,
    *range(0x200D, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2070),
    0xFEFF,
)
_FOLDING: dict[int, str | None] = {
    **dict.fromkeys(_DROPPED),
    **DIGITS,
    **{ord(letter): folded for letter, folded in _LETTERS.items()},
}
_HALF_SPACE = "\u200c"
_PART = re.compile(r"[^\W_]+")
_WORD = re.compile(rf"[^\W_]+(?:{_HALF_SPACE}+[^\W_]+)*")


def folded(text: str) -> str:
    """Give the text as search compares it; half-spaces stay."""
    return unicodedata.normalize("NFKD", text).casefold().translate(_FOLDING)


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
