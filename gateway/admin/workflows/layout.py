"""Where the steps of a graph stand: in layers from the start down, with few crossings.

After Sugiyama: ways back are turned round, long ways get a place in every layer that they cross,
neighbours decide about the order, and the places are the nearest to the neighbours' that leave
everybody his room.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final

Way = tuple[str, str]
#: How often layers are ordered, and placed, by their neighbours.
_SWEEPS: Final = 6
#: What a way takes of the room of a layer, measured in steps.
_THIN: Final = 0.35


class Layout:
    """The layers of a graph, and where in its layer each step stands; 1 is the room of a step."""

    def __init__(
        self, steps: Sequence[str], ways: Iterable[Way], *, last: Iterable[str] = ()
    ) -> None:
        self.forward = _turned(steps, [way for way in ways if way[0] != way[1]])
        self.depth = _depths(steps, self.forward, set(last))
        self._layers: list[list[str]] = [[] for _ in range(max(self.depth.values(), default=0) + 1)]
        for step in steps:
            self._layers[self.depth[step]].append(step)
        self._above: dict[str, list[str]] = {}
        self._below: dict[str, list[str]] = {}
        #: The places that a way passes, both ends included.
        self.courses = {way: self._course(way) for way in sorted(self.forward)}
        self._order()
        self.places = self._placed()

    def _course(self, way: Way) -> list[str]:
        start, end = way
        course = [start]
        for depth in range(self.depth[start] + 1, self.depth[end]):
            between = f"{start}\0{end}\0{depth}"
            self._layers[depth].append(between)
            course.append(between)
        course.append(end)
        for upper, lower in pairwise(course):
            self._below.setdefault(upper, []).append(lower)
            self._above.setdefault(lower, []).append(upper)
        return course

    def _order(self) -> None:
        for sweep in range(_SWEEPS):
            down = sweep % 2 == 0
            beside = self._above if down else self._below
            for layer in self._layers if down else reversed(self._layers):
                rank = {name: number for each in self._layers for number, name in enumerate(each)}
                middles = {name: _middle(beside.get(name, ()), rank, rank[name]) for name in layer}
                layer.sort(key=middles.__getitem__)

    def _placed(self) -> dict[str, float]:
        places: dict[str, float] = {}
        for layer in self._layers:
            places.update(_spread(layer, dict.fromkeys(layer, 0.0)))
        for sweep in range(_SWEEPS):
            down = sweep % 2 == 0
            for layer in self._layers if down else reversed(self._layers):
                wanted = {
                    name: _middle(
                        [*self._above.get(name, ()), *self._below.get(name, ())],
                        places,
                        places[name],
                    )
                    for name in layer
                }
                places.update(_spread(layer, wanted))
        left = min((places[name] - _room(name) / 2 for name in places), default=0.0)
        return {name: place - left for name, place in places.items()}


def _turned(steps: Sequence[str], ways: Sequence[Way]) -> set[Way]:
    """Give the ways with those that lead back turned round: no circle is left."""
    onward: dict[str, list[str]] = {}
    for start, end in ways:
        onward.setdefault(start, []).append(end)
    done: set[str] = set()
    back: set[Way] = set()
    for root in steps:
        path: list[tuple[str, int]] = [] if root in done else [(root, 0)]
        on_path = {root}
        while path:
            step, number = path.pop()
            following = onward.get(step, [])
            if number == len(following):
                done.add(step)
                on_path.discard(step)
                continue
            path.append((step, number + 1))
            ahead = following[number]
            if ahead in on_path:
                back.add((step, ahead))
            elif ahead not in done:
                on_path.add(ahead)
                path.append((ahead, 0))
    return {(way[1], way[0]) if way in back else way for way in ways}


def _depths(steps: Sequence[str], forward: Iterable[Way], last: set[str]) -> dict[str, int]:
    """Give each step the layer beneath all that lead to it; the last ones the last layer."""
    depth = dict.fromkeys(steps, 0)
    ways = list(forward)
    for _ in steps:
        changed = False
        for start, end in ways:
            if depth[end] <= depth[start]:
                depth[end] = depth[start] + 1
                changed = True
        if not changed:
            break
    deepest = max((depth[step] for step in steps if step not in last), default=0)
    lowest = max([deepest + bool(last), *(depth[step] for step in last)], default=0)
    return {step: lowest if step in last else depth[step] for step in steps}


def _spread(layer: Sequence[str], wanted: Mapping[str, float]) -> dict[str, float]:
    """Give the places nearest to those wanted at which everybody has his room, in order."""
    offsets: list[float] = []
    for number, name in enumerate(layer):
        before = layer[number - 1] if number else name
        offsets.append(offsets[-1] + (_room(before) + _room(name)) / 2 if number else 0.0)
    # Pools of neighbours that would overlap: their common place is the mean of what they want.
    pools: list[tuple[float, int]] = []
    for name, offset in zip(layer, offsets, strict=True):
        pools.append((wanted[name] - offset, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (mean, count), (other, more) = pools[-2], pools[-1]
            pools[-2:] = [((mean * count + other * more) / (count + more), count + more)]
    means = [mean for mean, count in pools for _ in range(count)]
    return {name: mean + offset for name, mean, offset in zip(layer, means, offsets, strict=True)}


def _middle(names: Iterable[str], places: Mapping[str, float], otherwise: float) -> float:
    found = [places[name] for name in names]
    return sum(found) / len(found) if found else otherwise


def _room(name: str) -> float:
    return _THIN if "\0" in name else 1.0
