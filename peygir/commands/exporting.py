"""Commands that write tickets or events into a file."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from peygir import export as exporting
from peygir.client import Client
from peygir.console import fail, progress, run, show

export = typer.Typer(
    help="Write tickets or events into a file; run again, it goes on where it was cut off.",
    no_args_is_help=True,
)


class Form(StrEnum):
    """How a file is written."""

    JSONL = "jsonl"
    CSV = "csv"


_File = Annotated[Path, typer.Argument(help="The file; beside it FILE.cursor, to go on from.")]
_Form = Annotated[Form, typer.Option("--format", help="JSON lines, or CSV that spreadsheets read.")]


@export.command("events")
def export_events(
    context: typer.Context,
    file: _File,
    form: _Form = Form.JSONL,
    types: Annotated[str, typer.Option(help="Types, comma separated: ticket.*, sla.*")] = "",
    units: Annotated[str, typer.Option(help="Only of tickets of these units.")] = "",
) -> None:
    """Write the event log, in its order; run again, what has happened since is added."""
    what = f"events {types} {units}".strip()

    async def work(client: Client) -> int:
        with (
            exporting.Target(file, what, form.value, exporting.EVENT_COLUMNS) as target,
            progress("events", None) as told,
        ):
            pages = exporting.events(client, target.cursor, types=types, units=units)
            await exporting.export(pages, target, told=told)
            return target.count

    try:
        count = run(context.obj, work)
    except (ValueError, OSError) as error:
        fail(str(error))
    show(context.obj, {"events": count, "file": str(file)}, lambda: f"{count:,} events in {file}.")


@export.command("tickets")
def export_tickets(
    context: typer.Context,
    file: _File,
    form: _Form = Form.JSONL,
    state: Annotated[str | None, typer.Option(help="Only in this state.")] = None,
    unit: Annotated[str | None, typer.Option(help="Only of this unit.")] = None,
) -> None:
    """Write every ticket that the account may read, as lists show it, the last changed first.

    A ticket that changes meanwhile comes once more: its last line holds.
    """
    query = {name: each for name, each in (("state", state), ("unit", unit)) if each}
    what = f"tickets {query}"

    async def work(client: Client) -> int:
        with (
            exporting.Target(file, what, form.value, exporting.TICKET_COLUMNS) as target,
            progress("tickets", None) as told,
        ):
            pages = exporting.tickets(client, target.cursor, query)
            await exporting.export(pages, target, told=told)
            target.end()
            return target.count

    try:
        count = run(context.obj, work)
    except (ValueError, OSError) as error:
        fail(str(error))
    show(context.obj, {"lines": count, "file": str(file)}, lambda: f"{count:,} lines in {file}.")
