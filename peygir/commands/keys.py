"""Commands for keys of outside systems."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer

from peygir.console import run, show, table

keys = typer.Typer(help="Keys of outside systems.", no_args_is_help=True)

_Id = Annotated[str, typer.Argument(help="Id of the key: the system's name.")]


@keys.command("make")
def make_key(
    context: typer.Context,
    key: _Id,
    rights: Annotated[list[str], typer.Option("--right", help="May: event.read, ...; repeatable.")],
    title: Annotated[str | None, typer.Option(help="What it is for.")] = None,
    addresses: Annotated[
        list[str] | None, typer.Option("--from", help="Address or network; repeatable.")
    ] = None,
    expires: Annotated[datetime | None, typer.Option(help="Until when it is good.")] = None,
) -> None:
    """Make a key and print it, this once."""
    terms: dict[str, Any] = {"title": title or key, "rights": rights, "addresses": addresses or []}
    if expires is not None:
        terms["expires_at"] = expires.astimezone().isoformat()
    made = run(context.obj, lambda client: client.make_key(key, terms))
    show(context.obj, made, lambda: made["key"])


@keys.command("list")
def list_keys(context: typer.Context) -> None:
    """List every key there ever was."""
    found = run(context.obj, lambda client: client.keys())
    shown = ("id", "title", "rights", "active", "expires_at", "last_used")
    rows = [[_told(row.get(name)) for name in shown] for row in found]
    show(context.obj, found, lambda: table(shown, rows) if rows else "There are no keys.")


@keys.command("rotate")
def rotate_key(
    context: typer.Context,
    key: _Id,
    overlap: Annotated[int, typer.Option(help="Seconds the old text stays good.")] = 86_400,
) -> None:
    """Give a key another text and print it, this once."""
    rotated = run(context.obj, lambda client: client.rotate_key(key, overlap))
    show(context.obj, rotated, lambda: rotated["key"])


@keys.command("revoke")
def revoke_key(context: typer.Context, key: _Id) -> None:
    """Let nobody in with a key any more."""
    revoked = run(context.obj, lambda client: client.revoke_key(key))
    show(context.obj, revoked, lambda: f"{key} is revoked.")


def _told(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
