"""How the command line speaks: results to stdout, progress and complaints to stderr."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, NoReturn, TypeVar

import msgspec
import typer
from rich import box
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from peygir.client import Client, Problem

T = TypeVar("T")

#: Wide enough for any table where no terminal says otherwise.
_FILE_WIDTH = 200

out = Console(width=None if sys.stdout.isatty() else _FILE_WIDTH)
#: A complaint stays one line, however narrow the terminal.
err = Console(stderr=True, soft_wrap=True)

#: Exit statuses beside 0 and the 2 of a wrong command line.
FAILED = 1
AWAY = 3
_INTERRUPTED = 130
_UNAVAILABLE = 503


class Options(NamedTuple):
    """What holds for every command."""

    url: str
    username: str
    password: str | None
    language: str
    as_json: bool
    #: Of an outside system; goes before name and password.
    key: str | None = None


def fail(said: str, status: int = FAILED) -> NoReturn:
    """Complain in one line and leave."""
    err.print(Text(f"peygir: {said}", style="red"))
    raise typer.Exit(status)


def run(options: Options, work: Callable[[Client], Awaitable[T]], *, signed_in: bool = True) -> T:
    """Do some work with a client, signed in unless it needs not be; failures end the command."""
    try:
        return asyncio.run(_with_client(options, work, signed_in=signed_in))
    except* Problem as problems:
        problem = _first(problems)
    except* KeyboardInterrupt:
        raise typer.Exit(_INTERRUPTED) from None
    fail(str(problem), AWAY if problem.status == _UNAVAILABLE else FAILED)


async def _with_client(
    options: Options, work: Callable[[Client], Awaitable[T]], *, signed_in: bool
) -> T:
    async with Client(options.url, language=options.language) as client:
        if signed_in and options.key:
            client.come_with(options.key)
        elif signed_in:
            if not options.password:
                said = "give --password or PEYGIR_PASSWORD, or PEYGIR_KEY"
                raise Problem(401, "sign_in_required", "There is no password", said)
            await client.sign_in(options.username, options.password)
        return await work(client)


def _first(group: BaseExceptionGroup[Problem]) -> Problem:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    assert isinstance(error, Problem)  # noqa: S101 - the group holds nothing else
    return error


def show(options: Options, value: Any, readable: Callable[[], Any]) -> None:
    """Print a result: as JSON when that is wanted, else for people."""
    if options.as_json:
        sys.stdout.write(msgspec.json.encode(value, enc_hook=str).decode() + "\n")
    else:
        out.print(readable())


def table(titles: Sequence[str], rows: Iterable[Sequence[Any]], title: str | None = None) -> Table:
    """Make a table; numbers stand to the right."""
    kept = [list(row) for row in rows]
    heads = any(titles)
    made = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, show_header=heads)
    for index, name in enumerate(titles):
        numbers = bool(kept) and all(isinstance(row[index], int | float) for row in kept)
        made.add_column(name, justify="right" if numbers else "left", overflow="fold")
    for row in kept:
        made.add_row(*(Text("" if cell is None else _shown(cell)) for cell in row))
    return made


def _shown(cell: Any) -> str:
    return f"{cell:,}" if isinstance(cell, int) and not isinstance(cell, bool) else str(cell)


@contextmanager
def progress(what: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """Show how far something is, on a terminal; hands out what tells how many are done."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, disable=not err.is_terminal, transient=True) as shown:
        task = shown.add_task(what, total=total)

        def tell(done: int) -> None:
            shown.update(task, completed=done)

        yield tell
