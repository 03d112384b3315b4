"""Lookups that wait at the same moment are made by one query: the chassis's gathering, by key."""

from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar

from chassis.gather import Gathered

K = TypeVar("K")
V = TypeVar("V")

_MOST = 100


class Gathering(Generic[K, V]):
    """Answers one by one what is looked up many at a time."""

    def __init__(self, look_up: Callable[[Sequence[K]], Mapping[K, V]]) -> None:
        self._look_up = look_up
        self._gathered: Gathered[K, V | None] = Gathered(self._answers, most=_MOST)

    def get(self, key: K) -> V | None:
        """Give what is found under the key, or None; raises what the lookup raises."""
        return self._gathered.one(key)

    def begin(self, key: K) -> Callable[[], V | None]:
        """Look up while the caller does something else; gives what waits for the answer."""
        wait = self._gathered.begin([key])
        return lambda: wait()[0]

    def _answers(self, keys: list[K]) -> list[V | None]:
        found = self._look_up(list(dict.fromkeys(keys)))
        return [found.get(key) for key in keys]
