"""Standard answers: which words they may leave open, and how these are filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from chassis.errors import FieldFault

#: What a text may leave open.
WORDS = ("requester", "code", "title", "owner", "unit")
_WORD = re.compile(r"\{([^{}\n]{0,40})\}")
_GROUP = 4


def faults(text: Mapping[Any, str]) -> Iterator[FieldFault]:
    """Give every word that nothing fills in."""
    for language, body in text.items():
        for name in _WORD.findall(body):
            if name not in WORDS:
                yield FieldFault(
                    pointer=f"/text/{language}", code="word_unknown", params={"name": name}
                )


def fill_in(text: str, words: Mapping[str, str]) -> str:
    """Give the text with its words; one that is not known is left out."""
    return _WORD.sub(lambda found: words.get(found[1], ""), text)


def written(code: str) -> str:
    """Give a tracking code as people read it: 4-4-4."""
    return "-".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))
