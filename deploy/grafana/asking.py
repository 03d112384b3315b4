"""What panels ask again and again, in few words: rates, sums, the slowest one in a hundred.

Labels are named once, as `"job source"`: answers are summed by them and called by them.
"""

from __future__ import annotations

from typing import Final

from deploy.grafana.panels import Panel, Query, Unit

RATE: Final = "[$__rate_interval]"


def rates(metric: str, by: str, where: str = "", *, a_minute: bool = False) -> list[Query]:
    """Ask how fast a counter grows, a second or a minute."""
    times = "60 * " if a_minute else ""
    return [Query(f"{times}sum {_by(by)} (rate({metric}{_where(where)}{RATE}))", called(by))]


def sums(metric: str, by: str, where: str = "") -> list[Query]:
    """Ask for a gauge's sum."""
    return [Query(f"sum {_by(by)} ({metric}{_where(where)})", called(by))]


def largest(metric: str, by: str, where: str = "", legend: str = "") -> list[Query]:
    """Ask for a gauge's largest value."""
    return [Query(f"max {_by(by)} ({metric}{_where(where)})", legend or called(by))]


def slowest(histogram: str, by: str, where: str = "", legend: str = "") -> list[Query]:
    """Ask within what 99 of 100 are done, of those of which there are any."""
    inside = f"sum {_by(f'{by} le')} (rate({histogram}_bucket{_where(where)}{RATE}))"
    return [Query(f"histogram_quantile(0.99, {inside} > 0)", legend or called(by))]


def half_and_slowest(histogram: str, where: str = "") -> list[Query]:
    """Ask within what half and 99 of 100 are done."""
    inside = f"sum by (le) (rate({histogram}_bucket{_where(where)}{RATE}))"
    return [
        Query(f"histogram_quantile({share}, {inside})", name)
        for share, name in ((0.5, "half"), (0.99, "99 of 100"))
    ]


def figure(
    title: str,
    description: str,
    unit: Unit,
    runbook: str,
    expr: str,
    limits: tuple[float, ...] = (),
    *,
    width: int = 6,
    lower_is_worse: bool = False,
) -> Panel:
    """Show one number."""
    return Panel(
        title,
        description,
        unit,
        runbook,
        [Query(expr)],
        "stat",
        width=width,
        limits=limits,
        lower_is_worse=lower_is_worse,
    )


def called(by: str) -> str:
    """Give how answers are called that have these labels."""
    return " ".join(f"{{{{{label}}}}}" for label in by.split())


def _by(labels: str) -> str:
    return f"by ({', '.join(labels.split())})"


def _where(where: str) -> str:
    return f"{{{where}}}" if where else ""
