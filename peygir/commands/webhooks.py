"""Commands for webhooks: what is owed to whom, and what became of it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from peygir.console import FAILED, run, show, table

webhooks = typer.Typer(help="Webhooks: systems that are told what happens.", no_args_is_help=True)

_Id = Annotated[str, typer.Argument(help="Id of the webhook.")]
_LISTED = ("id", "address", "types", "state", "waiting")
_POSTED = ("number", "type", "subject", "state", "attempts", "last", "settled_at")


@webhooks.command("list")
def list_webhooks(context: typer.Context) -> None:
    """List every webhook, whether it is told, and how much waits for it."""
    found = run(context.obj, lambda client: client.webhooks())
    rows = [
        (each["id"], each["address"], ", ".join(each["types"]), _state(each), each["waiting"])
        for each in found
    ]
    show(context.obj, found, lambda: table(_LISTED, rows) if rows else "There are no webhooks.")


@webhooks.command("ping")
def ping(context: typer.Context, webhook: _Id) -> None:
    """Post a test message now, and tell what the receiver answered."""
    posted = run(context.obj, lambda client: client.test_webhook(webhook))
    last = _last(posted)
    show(context.obj, posted, lambda: f"{webhook}: {posted['state']} ({last})")
    if posted["state"] != "delivered":
        raise typer.Exit(FAILED)


@webhooks.command("deliveries")
def deliveries(
    context: typer.Context,
    webhook: _Id,
    state: Annotated[str | None, typer.Option(help="Only in this state: failed, ...")] = None,
    most: Annotated[int, typer.Option(min=1, max=200, help="At most so many.")] = 50,
) -> None:
    """List what was posted and what became of it, newest first."""
    found = run(context.obj, lambda client: client.webhook_posts(webhook, state=state, most=most))
    rows = [
        (
            each["number"],
            each["type"],
            each["subject"],
            each["state"],
            len(each["attempts"]),
            _last(each),
            each["settled_at"],
        )
        for each in found
    ]
    show(context.obj, found, lambda: table(_POSTED, rows) if rows else "Nothing was posted.")


@webhooks.command("replay")
def replay(
    context: typer.Context,
    webhook: _Id,
    after: Annotated[
        str | None, typer.Option(help="Cursor of the event log to go on from; else its beginning.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,  # noqa: FBT002 - an option
) -> None:
    """Have a webhook told again what it was told before, under the same ids."""
    if not yes:
        where = "the cursor" if after else "the beginning of the log"
        typer.confirm(f"Tell {webhook} everything again from {where}?", abort=True, err=True)
    view = run(context.obj, lambda client: client.replay_webhook(webhook, after))
    show(context.obj, view, lambda: f"{webhook} goes on from there.")


def _state(webhook: dict[str, Any]) -> str:
    if not webhook["enabled"]:
        return "disabled"
    return f"stopped: {webhook['stopped']}" if webhook["stopped"] else "told"


def _last(post: dict[str, Any]) -> str:
    """Say what the last attempt came to."""
    if not post["attempts"]:
        return "not yet"
    last = post["attempts"][-1]
    return f"{last['status'] or last['outcome']} in {last['milliseconds']} ms"
