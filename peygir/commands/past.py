"""Commands that fill an installation with a past: a real log, or a made-up one."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from peygir.client import Client
from peygir.console import FAILED, Options, err, fail, progress, run, show, table
from peygir.importer import become_importer
from peygir.pace import Pace
from peygir.replay import player as replay_player
from peygir.replay.mapping import MappingError, read_log, read_mapping
from peygir.simulate import player as simulation_player
from peygir.simulate.plan import commands, make_plan
from peygir.simulate.world import read_world

_SHOWN_FAILURES = 10


def replay(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The event log as CSV.")],
    mapping: Annotated[
        Path, typer.Option(help="YAML that says which column holds what; some are in mappings/.")
    ],
    at_once: Annotated[int, typer.Option(min=1, max=500, help="Cases played at a time.")] = 32,
) -> None:
    """Play an event log through the public commands, with its own times.

    An administrator enters it by an account `importer` that is defined for it. Run again, it goes
    on where it was cut off.
    """
    try:
        log = read_log(file, read_mapping(_shipped(mapping)))
    except MappingError as error:
        fail(str(error))
    started = time.monotonic()

    async def work(client: Client) -> replay_player.Outcome:
        await become_importer(client)
        with progress("rows", log.rows) as tell:
            done = _Counter(tell)
            return await replay_player.play(client, log, at_once=at_once, on_row=done.one)

    outcome = run(context.obj, work)
    _tell_outcome(
        context.obj,
        {
            "cases": outcome.cases,
            "rows": outcome.rows,
            "repeated": outcome.repeated,
            "failed": len(outcome.failures),
        },
        outcome.failures,
        seconds=time.monotonic() - started,
    )


def simulate(
    context: typer.Context,
    days: Annotated[int, typer.Option(min=1, max=3660, help="How far back it begins.")] = 30,
    per_day: Annotated[float, typer.Option(min=0, help="Requests on an average day.")] = 200,
    seed: Annotated[int, typer.Option(help="The same seed makes up the same past.")] = 7,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day it ends before; today.")
    ] = None,
    rate: Annotated[
        float, typer.Option(min=0, help="Most commands a second; 0 is as fast as it goes.")
    ] = 150,
    at_once: Annotated[int, typer.Option(min=1, max=500, help="Tickets played at a time.")] = 16,
) -> None:
    """Make up a believable past and play it through the public commands.

    Needs an administrator: the past is entered by an account `importer` that it defines. Run again
    with the same options, it goes on where it was cut off.
    """
    last = until.date() if until else datetime.now(ZoneInfo("Asia/Tehran")).date()
    name = f"simulate.{seed}.{days}.{per_day:g}.{last}"
    started = time.monotonic()

    async def work(client: Client) -> simulation_player.Played:
        world = await read_world(client)
        if not world.subjects or not world.agents():
            fail("there is nobody to simulate: no subjects, or no agents")
        plan = make_plan(world, days=days, per_day=per_day, seed=seed, until=last)
        await become_importer(client)
        with progress("commands", commands(plan)) as tell:
            return await simulation_player.play(
                client,
                plan,
                name=name,
                at_once=at_once,
                pace=Pace(rate or None),
                on_command=_Counter(tell).one,
            )

    played = run(context.obj, work)
    _tell_outcome(
        context.obj,
        {
            "tickets": played.tickets,
            "commands": played.commands,
            "repeated": played.repeated,
            **dict(sorted(played.states.items())),
            "failed": len(played.failures),
        },
        {f"ticket {number}": reason for number, reason in played.failures.items()},
        seconds=time.monotonic() - started,
    )


class _Counter:
    """Counts, and tells how many."""

    def __init__(self, tell: Any) -> None:
        self.count = 0
        self._tell = tell

    def one(self) -> None:
        self.count += 1
        self._tell(self.count)


def _shipped(mapping: Path) -> Path:
    """Give the file, or the mapping of that name that comes with Peygir."""
    here = Path(__file__).parents[1] / "mappings" / mapping.name
    return here if not mapping.exists() and here.exists() else mapping


def _tell_outcome(
    options: Options, counts: dict[str, int], failures: dict[str, str], *, seconds: float
) -> None:
    summary = {**counts, "seconds": round(seconds, 1)}
    value = {**summary, "failures": failures} if failures else summary
    show(options, value, lambda: table(("", ""), summary.items()))
    for name, reason in list(failures.items())[:_SHOWN_FAILURES]:
        err.print(f"peygir: {name}: {reason}", style="red", markup=False)
    if failures:
        raise typer.Exit(FAILED)
