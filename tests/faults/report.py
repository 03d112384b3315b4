"""What runs leave behind: a line each on the terminal, a JSON file, a page to look at, a table."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import Any

from tests.faults.picture import draw
from tests.faults.result import Result

PAGE = "faults.html"
_COLUMNS = {
    "test": "test",
    "seed": "seed",
    "accepted": "accepted",
    "lost": "lost",
    "doubled": "doubled",
    "phantom": "phantom",
    "stuck": "stuck",
    "given_up": "given up",
    "notices": "notices",
    "notices_missing": "missing",
    "notices_repeated": "repeated",
    "most_repeats": "most repeats",
    "p99_seconds": "p99 s",
    "drain_seconds": "drain s",
}

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem;
       color: #1c2430; background: #fff; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .25rem .5rem; border-bottom: 1px solid #dde2e8; }
th:first-child, td:first-child { text-align: left; }
h2 { margin-top: 2.5rem; } svg { width: 100%; height: auto; }
.held { color: #17653a; } .broken { color: #b3261e; font-weight: 600; }
.acknowledged { fill: #4c8dd6; } .refused { fill: #d98a2b; }
.time { fill: none; stroke: #5b6675; stroke-width: 1.2; }
.fault rect { fill: #b3261e; } .fault line { stroke: #b3261e; stroke-width: .4; opacity: .5; }
.fault text, .axis { font-size: 9px; fill: #5b6675; }
"""


def line(result: Result) -> str:
    """Give the figures of a run on one line."""
    if result.skipped:
        return f"test={result.test} skipped: {result.skipped}"
    figures = " ".join(f"{name}={value}" for name, value in result.as_row().items())
    return f"{figures} {'held' if not result.unmet else 'BROKEN: ' + '; '.join(result.unmet)}"


def write(results: list[Result], folder: Path) -> None:
    """Write `faults.json`, the page, and the table for docs/reliability.md."""
    folder.mkdir(parents=True, exist_ok=True)
    runs = [result.as_document() for result in results]
    (folder / "faults.json").write_text(json.dumps(runs, indent=1))
    (folder / PAGE).write_text(_page(runs))
    (folder / "faults.md").write_text(_table(runs))


def _table(runs: list[dict[str, Any]]) -> str:
    """Give the runs as a Markdown table."""
    number, *others = _COLUMNS
    titles = ["test", "", *(_COLUMNS[name] for name in others), "its own figures", "verdict"]
    lines = [titles, ["---"] * len(titles)]
    for run in runs:
        figures = "; ".join(f"{item['name']}: {item['value']:g}" for item in run["figures"])
        verdict = run["skipped"] or "; ".join(run["unmet"]) or "held"
        cells = [run[number], run["title"], *(f"{run[name]}" for name in others)]
        told = [*cells, figures or "-", verdict]
        lines.append([cell.replace("|", "/") for cell in told])
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _page(runs: list[dict[str, Any]]) -> str:
    heads = "".join(f"<th>{escape(title)}</th>" for title in _COLUMNS.values())
    rows = "\n".join(_row(run) for run in runs)
    return f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Faults</title><style>{_STYLE}</style>
<h1>Faults, and what they cost</h1>
<p>Blue: commands acknowledged in each second. Orange: answers that say that it is not done.
The line: the longest time to an answer, repeats included. Red: harm.</p>
<table><tr>{heads}</tr>
{rows}
</table>
{"".join(_section(run) for run in runs)}
</html>
"""


def _row(run: dict[str, Any]) -> str:
    if run["skipped"]:
        told = f'<td colspan="{len(_COLUMNS) - 1}">{escape(run["skipped"])}</td>'
        return f"<tr><td>{escape(run['test'])}</td>{told}</tr>"
    return "<tr>" + "".join(f"<td>{escape(str(run[name]))}</td>" for name in _COLUMNS) + "</tr>"


def _section(run: dict[str, Any]) -> str:
    figures = "".join(
        f"<tr><td>{escape(figure['name'])}</td><td>{figure['value']:g}</td>"
        f"<td>{escape(figure['wanted'])}</td></tr>"
        for figure in run["figures"]
    )
    verdict = (
        f'<p class="broken">{escape("; ".join(run["unmet"]))}</p>'
        if run["unmet"]
        else '<p class="held">The promise held.</p>'
    )
    return (
        f"<h2>{escape(run['test'])}: {escape(run['title'])}</h2>{verdict}"
        f"{draw(run)}<table>{figures}</table>"
    )
