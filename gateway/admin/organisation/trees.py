"""Things that lie beneath one another, listed as a tree."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")


class Branch(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """A thing in a tree, and how deep it lies."""

    depth: int
    item: T


def in_tree(
    items: Iterable[T], name: Callable[[T], str], above: Callable[[T], str | None]
) -> list[Branch[T]]:
    """Give things in the order of a tree; what hangs on nothing known lies at the top."""
    listed = list(items)
    known = {name(item) for item in listed}
    below: dict[str | None, list[T]] = {}
    for item in listed:
        parent = above(item)
        below.setdefault(parent if parent in known else None, []).append(item)
    found: list[Branch[T]] = []

    def descend(parent: str | None, depth: int) -> None:
        for item in below.pop(parent, ()):
            found.append(Branch(depth=depth, item=item))
            descend(name(item), depth + 1)

    descend(None, 0)
    # Whatever lies below itself has no way down from the top.
    for parent in list(below):
        descend(parent, 0)
    return found
