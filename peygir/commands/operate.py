"""Commands for operators: what is stuck, whether the record is whole, building figures again."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import typer

from contracts.calls.reporting import RebuildProgress
from peygir.client import Client
from peygir.console import FAILED, Options, err, progress, run, show, table

_WITH_JOURNAL = ("intake", "routing", "sla", "notify")
_LOOK_SECONDS = 0.5

stuck = typer.Typer(help="Events that a service could not apply.", no_args_is_help=True)
journal = typer.Typer(help="The services' records.", no_args_is_help=True)
rebuild = typer.Typer(help="Building what is derived again.", no_args_is_help=True)

_Service = Annotated[str, typer.Argument(help="The service that could not apply the event.")]
_Row = Annotated[str, typer.Argument(help="Id of the row, as `stuck list` shows it.")]


@stuck.command("list")
def list_stuck(
    context: typer.Context,
    service: Annotated[str | None, typer.Option(help="Only of this service.")] = None,
    lagging: Annotated[bool, typer.Option(help="Also what is still being tried.")] = False,  # noqa: FBT002 - an option
) -> None:
    """List what is stuck, oldest first."""
    found = run(context.obj, lambda client: client.stuck(lagging=lagging))
    rows = [
        {"service": name, **row}
        for name, stuck_rows in found.items()
        if service in (None, name)
        for row in stuck_rows
    ]
    shown = ("service", "id", "reason", "attempts", "stuck", "since", "next_at")
    show(
        context.obj,
        rows,
        lambda: (
            table(shown, [[row[name] for name in shown] for row in rows])
            if rows
            else "Nothing is stuck."
        ),
    )


@stuck.command("retry")
def retry_stuck(context: typer.Context, service: _Service, row: _Row) -> None:
    """Have a stuck event tried again now."""
    run(context.obj, lambda client: client.retry_stuck(service, row))
    show(context.obj, {"retried": row}, lambda: f"{row} is being tried again.")


@stuck.command("skip")
def skip_stuck(
    context: typer.Context,
    service: _Service,
    row: _Row,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,  # noqa: FBT002 - an option
) -> None:
    """Have a stuck event passed over for good; it is recorded who did."""
    if not yes:
        typer.confirm(f"Pass over the next event of {row} in {service}?", abort=True, err=True)
    sequence = run(context.obj, lambda client: client.skip_stuck(service, row))
    show(context.obj, {"skipped": sequence}, lambda: f"Event {sequence} of {row} is passed over.")


@journal.command("verify")
def verify_journal(
    context: typer.Context,
    service: Annotated[str | None, typer.Option(help="Only this service.")] = None,
) -> None:
    """Check that the services' records are whole and unaltered."""
    services = [service] if service else list(_WITH_JOURNAL)

    async def verify(client: Client) -> list[dict[str, Any]]:
        return [await _verify(client, name) for name in services]

    found = run(context.obj, verify)
    rows = [
        (item["service"], item["checked"], "whole" if not item["faults"] else "BROKEN")
        for item in found
    ]
    show(context.obj, found, lambda: table(("Service", "Commits", "Record"), rows))
    faults = [(item["service"], fault) for item in found for fault in item["faults"]]
    for name, fault in faults:
        err.print(f"peygir: {name}: {fault}", style="red", markup=False)
    if faults:
        raise typer.Exit(FAILED)


async def _verify(client: Client, service: str) -> dict[str, Any]:
    """Check a journal part by part."""
    checked, after, faults = 0, 0, []
    with progress(service, None) as tell:
        while True:
            part = await client.verify_journal(service, after)
            checked, after = checked + part["checked"], part["next"]
            faults += part["faults"]
            tell(checked)
            if part["end"]:
                return {"service": service, "checked": checked, "faults": faults}


@rebuild.command("reporting")
def rebuild_reporting(context: typer.Context) -> None:
    """Build all facts and figures again from the event logs; reports go on meanwhile."""
    options: Options = context.obj

    async def work(client: Client) -> RebuildProgress:
        found: RebuildProgress | None = await client.rebuild_reporting()
        with progress("events", None) as tell:
            while found is not None and found.state != "done":
                tell(found.events)
                await asyncio.sleep(_LOOK_SECONDS)
                found = await client.rebuild_progress()
        assert found is not None  # noqa: S101 - one has just been begun
        return found

    found = run(options, work)
    show(
        options,
        found,
        lambda: f"Rebuilt from {found.events:,} events; {found.failed} streams could not be read.",
    )
    if found.failed:
        raise typer.Exit(FAILED)
