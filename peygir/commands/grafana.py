"""Commands for whoever watches: dashboards into Grafana, and marks on its graphs."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Annotated

import typer

from peygir.console import Options, fail, show, table
from peygir.grafana import Grafana, GrafanaRefused, Step

grafana = typer.Typer(help="Dashboards in Grafana.", no_args_is_help=True)

_Url = Annotated[str, typer.Option("--grafana", envvar="GRAFANA_URL", help="Address of Grafana.")]
_Token = Annotated[
    str, typer.Option(envvar="GRAFANA_TOKEN", help="Token of a service account, role Admin.")
]


@grafana.command("sync")
def sync(
    context: typer.Context,
    url: _Url,
    token: _Token,
    prometheus: Annotated[
        str, typer.Option(help="Address of Prometheus, as Grafana reaches it.")
    ] = "http://prometheus:9090",
    folder: Annotated[str, typer.Option(help="Title of the folder.")] = "Peygir",
    runbooks: Annotated[
        str | None, typer.Option(help="Where the pages of docs/runbook are.")
    ] = None,
) -> None:
    """Bring folder, data source and dashboards to what they should be; again changes nothing."""
    made = Grafana(url, token).sync(prometheus, title=folder, runbooks=runbooks)
    _tell(context.obj, made)


@grafana.command("mark")
def mark(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="What happened, such as a version deployed.")],
    url: _Url,
    token: _Token,
    tag: Annotated[list[str] | None, typer.Option(help="What kind of thing it is.")] = None,
    at: Annotated[float | None, typer.Option(help="When, in seconds since 1970; now.")] = None,
) -> None:
    """Mark a deployment, or whatever happened, on every graph."""
    instant = round((time.time() if at is None else at) * 1000)
    _tell(context.obj, _marked(Grafana(url, token), text, tag or ["deployment"], instant))


def _marked(grafana: Grafana, text: str, tags: list[str], instant: int) -> Iterable[Step]:
    yield grafana.mark(text, tags, instant)


def _tell(options: Options, steps: Iterable[Step]) -> None:
    try:
        done = list(steps)
    except GrafanaRefused as error:
        fail(f"Grafana: {error}")
    rows = [step._asdict() for step in done]
    show(options, rows, lambda: table(("what", "uid", "done"), done))
