"""The command line: which commands there are, and what holds for all of them."""

from __future__ import annotations

from typing import Annotated

import typer

from peygir.commands import (
    docs,
    exporting,
    grafana,
    keep,
    keys,
    operate,
    past,
    people,
    read,
    setup,
    subscribers,
    webhooks,
)
from peygir.console import Options

app = typer.Typer(
    name="peygir",
    help="Peygir's command line: talks to the gateway of an installation.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def everywhere(
    context: typer.Context,
    url: Annotated[
        str,
        typer.Option(envvar=["PEYGIR_URL", "PEYGIR_PUBLIC_URL"], help="Address of the gateway."),
    ] = "http://127.0.0.1:8000",
    username: Annotated[
        str, typer.Option(envvar="PEYGIR_USERNAME", help="Name of a staff account.")
    ] = "admin",
    password: Annotated[
        str | None,
        typer.Option(envvar=["PEYGIR_PASSWORD", "PEYGIR_DEMO_PASSWORD"], help="Its password."),
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(envvar="PEYGIR_KEY", help="Key of a system, instead of an account."),
    ] = None,
    language: Annotated[str, typer.Option(help="Language of refusals: en or fa.")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print results as JSON.")] = False,  # noqa: FBT002 - an option
) -> None:
    """Keep what every command needs."""
    context.obj = Options(url, username, password, language, as_json, key)


app.command("setup")(setup.setup)
app.command("status")(read.status)
app.command("ticket")(read.ticket)
app.command("report")(read.report)
app.command("replay")(past.replay)
app.command("simulate")(past.simulate)
app.command("backup")(keep.backup)
app.command("restore")(keep.restore)
app.add_typer(operate.stuck, name="stuck")
app.add_typer(operate.journal, name="journal")
app.add_typer(operate.rebuild, name="rebuild")
app.add_typer(people.people, name="user")
app.add_typer(keys.keys, name="key")
app.add_typer(exporting.export, name="export")
app.add_typer(webhooks.webhooks, name="webhook")
app.add_typer(subscribers.subscribers, name="subscriber")
app.add_typer(grafana.grafana, name="grafana")
app.command("docs")(docs.docs)


def main() -> None:
    """Run the command line."""
    app()
