"""The command that lets somebody make an installation's first administrator."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from contracts.setup import setup_pass
from peygir.console import Options, fail, show

_HOUR = 3600
_KEYS = "PEYGIR_CALL_KEYS"


def setup(
    context: typer.Context,
    call_keys: Annotated[
        str, typer.Option(envvar=_KEYS, show_default=False, help="The keys of calls, new first.")
    ] = "",
    hours: Annotated[int, typer.Option(min=1, max=72, help="How long the link is good for.")] = 1,
) -> None:
    """Print a link under which the first administrator is made.

    It opens nothing once somebody administers.
    """
    options: Options = context.obj
    keys = [key.strip() for key in call_keys.split(",") if key.strip()]
    try:
        given = setup_pass(keys, now=time.time(), seconds=hours * _HOUR)
    except ValueError as error:
        fail(f"{_KEYS}: {error}")
    link = f"{options.url.rstrip('/')}/setup?pass={given}"
    show(options, {"link": link, "hours": hours}, lambda: link)
