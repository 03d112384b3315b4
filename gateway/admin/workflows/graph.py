"""A workflow drawn: boxes for steps, lines for what leads from one to another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from gateway.admin.workflows.layout import Layout
from gateway.admin.workflows.reading import ASIDE, ENDS, Shown, WayRow

#: Sizes in the drawing's own units, which are pixels.
_WIDTH, _HEIGHT, _GAP, _BETWEEN = 140, 46, 22, 68
_MARGIN: Final = 14
_BESIDE: Final = 22
_LABEL: Final = 24
#: What a letter of a label takes, and a label's line.
_LETTER, _NEAR_Y = 6.2, 15
#: Where a label may move to, the nearest first; aside costs less than up or down.
_MOVES: Final = sorted(
    ((x, y * _NEAR_Y) for x in range(-150, 151, 30) for y in range(-4, 5)),
    key=lambda move: abs(move[0]) / 3 + abs(move[1]),
)


class Box(msgspec.Struct, frozen=True, kw_only=True):
    """A step; x and y are its upper left corner."""

    name: str
    x: float
    y: float
    lines: list[str]
    kind: str
    is_start: bool
    is_open: bool
    faults: int


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """What leads from one step to another."""

    path: str
    x: float
    y: float
    label: str
    title: str
    #: The first of its transitions, which a click opens.
    number: int
    soft: bool
    is_open: bool
    faulty: bool
    by_itself: bool


class Drawing(msgspec.Struct, frozen=True, kw_only=True):
    """A graph and its size."""

    width: float
    height: float
    boxes: list[Box]
    lines: list[Line]


def drawn(shown: Shown, opened: str = "") -> Drawing:
    """Draw a workflow; what is open stands out."""
    kinds = {step.name: step.kind for step in shown.steps}
    joined = _joined(shown)
    # What leads to an end beside the way, or back from an end, would hide the way itself.
    soft = {way for way in joined if kinds[way[1]] in ASIDE or kinds[way[0]] in ENDS}
    main = [way for way in joined if way not in soft]
    first = sorted(shown.steps, key=lambda step: not step.is_start)
    ends = [step.name for step in shown.steps if step.kind in ENDS]
    layout = Layout([step.name for step in first], main, last=ends)
    corners = {
        name: (_MARGIN + place * (_WIDTH + _GAP), _MARGIN + _depth(name, layout) * _layer())
        for name, place in layout.places.items()
    }
    boxes = [
        Box(
            name=step.name,
            x=corners[step.name][0] - _WIDTH / 2,
            y=corners[step.name][1],
            lines=_wrapped(step.title),
            kind=step.kind,
            is_start=step.is_start,
            is_open=opened == f"steps/{step.name}",
            faults=len(step.faults),
        )
        for step in shown.steps
    ]
    lines = _apart(
        [_line(way, joined[way], layout, corners, opened, way in soft) for way in joined], boxes
    )
    return Drawing(
        width=max((box.x + _WIDTH for box in boxes), default=0) + _MARGIN,
        height=max((box.y + _HEIGHT for box in boxes), default=0) + _MARGIN,
        boxes=boxes,
        lines=lines,
    )


def _layer() -> int:
    return _HEIGHT + _BETWEEN


def _depth(name: str, layout: Layout) -> int:
    return int(name.rpartition("\0")[2]) if "\0" in name else layout.depth[name]


def _joined(shown: Shown) -> dict[tuple[str, str], list[WayRow]]:
    """Give the transitions by the two steps that they lead between."""
    names = {step.name for step in shown.steps}
    joined: dict[tuple[str, str], list[WayRow]] = {}
    for way in shown.ways:
        for start in way.starts:
            if way.to in names and way.to != start:
                joined.setdefault((start, str(way.to)), []).append(way)
    return joined


def _line(
    way: tuple[str, str],
    rows: Sequence[WayRow],
    layout: Layout,
    corners: Mapping[str, tuple[float, float]],
    opened: str,
    is_soft: bool,  # noqa: FBT001 - one of what it is drawn by
) -> Line:
    start, end = way
    points = _points(layout.courses.get(way, [start, end]), corners)
    if way not in layout.courses and (end, start) in layout.courses:
        # A way back runs beside the way forth.
        back = _points(layout.courses[end, start], corners)
        points = [(x + _BESIDE, y) for x, y in back[::-1]]
    title = " / ".join(dict.fromkeys(row.title for row in rows))
    x, y = _label_place(points)
    return Line(
        path=_curve(points),
        x=x,
        y=y,
        label=title if len(title) <= _LABEL else title[: _LABEL - 1] + "…",
        title=title,
        number=rows[0].number,
        soft=is_soft,
        is_open=opened in {f"steps/{start}", *(f"transitions/{row.number}" for row in rows)},
        faulty=any(row.faults for row in rows),
        by_itself=all(row.action in ("passed", "failed") for row in rows),
    )


def _points(
    course: Sequence[str], corners: Mapping[str, tuple[float, float]]
) -> list[tuple[float, float]]:
    """Give where a way passes: out of its first step's foot, into its last one's head."""
    first, last = corners[course[0]], corners[course[-1]]
    lean = max(-1.0, min(1.0, (last[0] - first[0]) / (2 * _WIDTH))) * _WIDTH / 4
    between = [(x, y + _HEIGHT / 2) for x, y in (corners[name] for name in course[1:-1])]
    if first[1] > last[1]:
        # Upwards: out of its head, into the other's foot.
        return [(first[0] + lean, first[1]), *between, (last[0] - lean / 2, last[1] + _HEIGHT)]
    return [(first[0] + lean, first[1] + _HEIGHT), *between, (last[0] - lean / 2, last[1])]


def _label_place(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Give the middle of the middle part; of a part that crosses layers, a place between two."""
    middle = len(points) // 2
    (x1, y1), (x2, y2) = points[middle - 1], points[middle]
    if abs(y2 - y1) <= _layer():
        return (x1 + x2) / 2, (y1 + y2) / 2
    y = y2 - _BETWEEN / 2 if y2 > y1 else y2 + _BETWEEN / 2
    share = 1 - (2 * abs(y2 - y) / abs(y2 - y1)) ** 0.5 / 2
    return x1 + (x2 - x1) * share * share * (3 - 2 * share), y


def _curve(points: Sequence[tuple[float, float]]) -> str:
    x, y = points[0]
    path = f"M{x:.0f} {y:.0f}"
    for next_x, next_y in points[1:]:
        half = (y + next_y) / 2
        path += f"C{x:.0f} {half:.0f} {next_x:.0f} {half:.0f} {next_x:.0f} {next_y:.0f}"
        x, y = next_x, next_y
    return path


def _apart(lines: Sequence[Line], boxes: Sequence[Box]) -> list[Line]:
    """Move labels that would lie upon one another, or upon a step, to the nearest free place."""
    placed: list[Line] = []
    for line in sorted(lines, key=lambda each: (each.soft, each.y, each.x)):
        moved = (msgspec.structs.replace(line, x=line.x + x, y=line.y + y) for x, y in _MOVES)
        placed.append(next((each for each in moved if _is_free(each, placed, boxes)), line))
    return placed


def _is_free(line: Line, placed: Sequence[Line], boxes: Sequence[Box]) -> bool:
    half = len(line.label) * _LETTER / 2
    return not any(
        abs(other.x - line.x) < half + len(other.label) * _LETTER / 2
        and abs(other.y - line.y) < _NEAR_Y
        for other in placed
    ) and not any(
        abs(box.x + _WIDTH / 2 - line.x) < half + _WIDTH / 2
        and abs(box.y + _HEIGHT / 2 - line.y) < (_HEIGHT + _NEAR_Y) / 2
        for box in boxes
    )


def _wrapped(title: str, most: int = 19) -> list[str]:
    """Give a title in at most two lines."""
    lines = [""]
    for word in title.split():
        longer = f"{lines[-1]} {word}".strip()
        if len(longer) <= most or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    shown = lines[:2]
    if len(lines) > len(shown):
        shown[-1] += "…"
    return [line if len(line) <= most else line[: most - 1] + "…" for line in shown]
