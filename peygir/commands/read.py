"""Commands that only look: the installation's state, one ticket, one report."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.table import Table
from rich.text import Text

from contracts.calls.reporting import Report
from peygir.client import Client, Problem
from peygir.console import AWAY, Options, run, show, table

_DAY = ["%Y-%m-%d"]
_UNITS = {"percent": " (%)", "rials": " (rials)"}


def status(context: typer.Context) -> None:
    """Tell whether the gateway and the services answer, and what is stuck or lagging."""
    options: Options = context.obj

    async def look(client: Client) -> dict[str, Any]:
        found: dict[str, Any] = {"url": client.url, "ready": await _is_ready(client)}
        if found["ready"] and options.password:
            await client.sign_in(options.username, options.password)
            answer = await client.get("/api/v1/admin/stuck", dict[str, Any], {"lagging": "true"})
            found["unavailable"] = answer["unavailable"]
            found["waiting"] = {name: _counted(rows) for name, rows in answer["stuck"].items()}
        return found

    found = run(options, look, signed_in=False)
    show(options, found, lambda: _status_lines(found))
    if not found["ready"] or found.get("unavailable"):
        raise typer.Exit(AWAY)


async def _is_ready(client: Client) -> bool:
    client.patience = 0
    try:
        await client.get("/api/v1/subjects", list[Any])
    except Problem:
        return False
    return True


def _counted(rows: list[dict[str, Any]]) -> dict[str, int]:
    stuck = sum(row["stuck"] for row in rows)
    return {"stuck": stuck, "lagging": len(rows) - stuck}


def _status_lines(found: dict[str, Any]) -> Any:
    said = "answers" if found["ready"] else "does not answer"
    parts: list[Any] = [Text(f"{found['url']} {said}")]
    parts += [Text(f"{name} does not answer") for name in found.get("unavailable", [])]
    if waiting := found.get("waiting"):
        rows = [(name, counts["stuck"], counts["lagging"]) for name, counts in waiting.items()]
        parts.append(table(("Service", "Stuck", "Lagging"), rows))
    return Group(*parts)


def ticket(
    context: typer.Context, code: Annotated[str, typer.Argument(help="The tracking code.")]
) -> None:
    """Show a ticket with its timeline."""
    digits = code.replace("-", "")

    async def read(client: Client) -> dict[str, Any]:
        whole = await client.ticket(digits)
        return {**whole, "timeline": await client.timeline(digits)}

    found = run(context.obj, read)
    show(context.obj, found, lambda: _ticket_lines(found))


def _ticket_lines(found: dict[str, Any]) -> Group:
    names = ("state", "subject", "channel", "unit", "owner", "assignee", "registered_at")
    head = [(name, found.get(name) or "-") for name in names]
    steps = [
        (step["at"], step["title"], step.get("actor") or "", " / ".join(step["texts"].values()))
        for step in found["timeline"]
    ]
    return Group(
        Text(f"{found['code']}  {found['title']}", style="bold"),
        *(Text(f"{name:<14} {value}") for name, value in head),
        table(("At", "Step", "By", "Text"), steps),
    )


def report(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="The report; none lists them.")] = None,
    since: Annotated[datetime | None, typer.Option(formats=_DAY, help="First day.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=_DAY, help="Last day.")] = None,
    by: Annotated[str | None, typer.Option(help="What to group by.")] = None,
) -> None:
    """Show a report as a table, or the catalogue of reports."""
    options: Options = context.obj
    if name is None:
        entries = run(options, lambda client: client.reports())
        rows = [
            (one.name, one.title[options.language], ", ".join(one.by) or "-") for one in entries
        ]
        show(options, entries, lambda: table(("Name", "Title", "By"), rows))
        return
    found = run(
        options, lambda client: client.report(name, since=_day(since), until=_day(until), by=by)
    )
    show(options, found, lambda: _report_table(found, options.language))


def _report_table(found: Report, language: str) -> Table:
    titles = [f"{head.title[language]}{_UNITS.get(head.unit, '')}" for head in found.columns]
    rows = [
        [_cell(value, head.unit) for value, head in zip(row, found.columns, strict=True)]
        for row in found.rows
    ]
    return table(titles, rows, found.title[language])


def _cell(value: Any, unit: str) -> Any:
    if value in (None, ""):
        return "-"
    return duration(value) if unit == "seconds" else value


def duration(seconds: float) -> str:
    """Give seconds as people say them, by the two largest units: `3 d 4 h`, `12 min 5 s`."""
    left = round(seconds)
    parts: list[str] = []
    for name, length in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        count, left = divmod(left, length)
        if count or parts or name == "s":
            parts.append(f"{count} {name}" if count or not parts else "")
    return " ".join(part for part in parts[:2] if part)


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None
