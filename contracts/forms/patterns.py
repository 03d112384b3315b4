r"""Patterns of texts, as much of regular expressions as cannot be made slow.

A pattern is a row of characters and sets of them, each with how many: `[A-Z]{2}-\d{4,6}`. There
are no groups, no alternatives and nothing unbounded, so that a text is matched in one pass, and a
browser's `pattern` means the same.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

_ATOM = re.compile(
    r"(?P<set>\[[^\[\]\\^](?:[^\[\]\\]|\\[dw\\\]\-.])*\]|\\[dw\\.+*?()\[\]{}|^$/\-]|[^\\\[\](){}*+?|^$])"
    r"(?P<times>\{\d{1,3}(?:,\d{1,3})?\}|\?)?"
)
_LONGEST = 200


class Malformed(ValueError):
    """Raised for what is no pattern of ours."""


class Atom(NamedTuple):
    """Which letters, and how many of them."""

    letters: re.Pattern[str]
    least: int
    most: int


@lru_cache(maxsize=1000)
def read(pattern: str) -> tuple[Atom, ...]:
    """Read a pattern; raises Malformed."""
    atoms: list[Atom] = []
    place = 0
    while place < len(pattern):
        found = _ATOM.match(pattern, place)
        if found is None:
            raise Malformed(pattern)
        least, most = _times(found["times"])
        try:
            letters = re.compile(found["set"], re.ASCII)
        except re.error:
            raise Malformed(pattern) from None
        atoms.append(Atom(letters, least, most))
        place = found.end()
    if not atoms:
        raise Malformed(pattern)
    return tuple(atoms)


def fits(pattern: str, text: str) -> bool:
    """Tell whether all of the text is as the pattern says; takes time by their lengths alone."""
    ends = [True] + [False] * len(text)
    for atom in read(pattern):
        ends = _ends_after(atom, text, ends)
    return ends[-1]


def _ends_after(atom: Atom, text: str, starts: list[bool]) -> list[bool]:
    """Tell of each place in the text whether the atom may end there, begun at one of `starts`."""
    run = 0
    changes = [0] * (len(text) + 2)
    for start in range(len(text), -1, -1):
        begins = start < len(text) and atom.letters.fullmatch(text, start, start + 1)
        run = run + 1 if begins else 0
        if starts[start] and atom.least <= run:
            changes[start + atom.least] += 1
            changes[start + min(run, atom.most) + 1] -= 1
    return [open_ways > 0 for open_ways in accumulate(changes[:-1])]


def _times(written: str | None) -> tuple[int, int]:
    if written is None:
        return 1, 1
    if written == "?":
        return 0, 1
    least, _, most = written.strip("{}").partition(",")
    times = int(least), int(most or least)
    if times[0] > times[1] or times[1] > _LONGEST:
        raise Malformed(written)
    return times
