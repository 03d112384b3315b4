"""A run as a picture: what was acknowledged and refused, how long it took, and when harm was done.

Plain SVG made by hand, so that the report is one file that needs nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

_WIDTH, _LEFT = 960, 44
_LOAD_TOP, _LOAD_HEIGHT = 14, 96
_TIME_TOP, _TIME_HEIGHT = 132, 72
_FAULTS_TOP, _LANE = 218, 13
_LANES = 6


def draw(run: dict[str, Any]) -> str:
    """Give the SVG of one run, as `Result.as_document` describes it."""
    series = run["series"]
    if not series:
        return ""
    last = max(series[-1]["second"] + 1, 1)

    def x(second: float) -> float:
        return _LEFT + min(max(second, 0), last) / last * (_WIDTH - _LEFT - 8)

    height = _FAULTS_TOP + _LANES * _LANE + 18
    parts = [
        f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="Load, time, faults">',
        *_load(series, x),
        *_times(series, x),
        *_faults(run, x),
        *_axis(last, x, height - 4),
        "</svg>",
    ]
    return "\n".join(parts)


def _load(series: list[dict[str, float]], x: Callable[[float], float]) -> list[str]:
    """Draw bars: acknowledged upwards, refused on top of them."""
    most = max(*(item["acknowledged"] + item["refused"] for item in series), 1)
    width = max(x(1) - x(0) - 0.4, 0.4)
    bars = [_label(_LOAD_TOP + 8, f"{most:g}/s"), _label(_LOAD_TOP + _LOAD_HEIGHT, "0")]
    for item in series:
        base: float = _LOAD_TOP + _LOAD_HEIGHT
        for kind in ("acknowledged", "refused"):
            tall = item[kind] / most * _LOAD_HEIGHT
            base -= tall
            if tall:
                bars.append(
                    f'<rect class="{kind}" x="{x(item["second"]):.1f}" y="{base:.1f}" '
                    f'width="{width:.1f}" height="{tall:.1f}"/>'
                )
    return bars


def _times(series: list[dict[str, float]], x: Callable[[float], float]) -> list[str]:
    """Draw the longest time to an answer of each second."""
    longest = max(*(item["longest_seconds"] for item in series), 0.1)
    bottom = _TIME_TOP + _TIME_HEIGHT
    points = " ".join(
        f"{x(item['second'] + 0.5):.1f},"
        f"{bottom - item['longest_seconds'] / longest * _TIME_HEIGHT:.1f}"
        for item in series
    )
    return [
        _label(_TIME_TOP + 8, f"{longest:.1f} s"),
        _label(bottom, "0"),
        f'<polyline class="time" points="{points}"/>',
    ]


def _faults(run: dict[str, Any], x: Callable[[float], float]) -> list[str]:
    """Draw each fault in a lane of its own as long as it lasted."""
    drawn = []
    for number, fault in enumerate(run["faults"]):
        begin, end = x(fault["at"] - run["began"]), x(fault["until"] - run["began"])
        top = _FAULTS_TOP + number % _LANES * _LANE
        drawn.append(
            f'<g class="fault"><title>{escape(fault["fault"])}</title>'
            f'<line x1="{begin:.1f}" x2="{begin:.1f}" y1="{_LOAD_TOP}" y2="{top}"/>'
            f'<rect x="{begin:.1f}" y="{top}" width="{max(end - begin, 3):.1f}" height="9"/>'
            f'<text x="{max(end, begin + 3) + 2:.1f}" y="{top + 8}">{escape(fault["fault"])}</text>'
            "</g>"
        )
    return drawn


def _axis(last: float, x: Callable[[float], float], bottom: float) -> list[str]:
    step = next((each for each in (5, 10, 30, 60, 300) if last / each <= 12), 600)
    return [
        f'<text class="axis" x="{x(second):.1f}" y="{bottom}">{second} s</text>'
        for second in range(0, int(last) + 1, step)
    ]


def _label(y: float, text: str) -> str:
    return f'<text class="axis" x="2" y="{y:.1f}">{escape(text)}</text>'
