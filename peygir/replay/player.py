"""Plays the cases of a log: each one's rows in order, many cases at once.

Every command carries a key made of the log's content, the case and the row. So a replay that was
cut off is simply run again: what is there is not done twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import msgspec

from peygir.client import Client, Problem
from peygir.pace import in_parallel
from peygir.replay.mapping import Case, Log, Row


class Outcome(msgspec.Struct):
    """What became of a replay."""

    cases: int = 0
    rows: int = 0
    #: Commands that an earlier replay had done.
    repeated: int = 0
    #: Why cases were given up, by case.
    failures: dict[str, str] = {}


async def play(client: Client, log: Log, *, at_once: int, on_row: Callable[[], None]) -> Outcome:
    """Play all cases; one that fails does not stop the others."""
    outcome = Outcome(failures={})

    async def play_one(case: Case) -> None:
        try:
            await _play_case(client, log.digest, case, outcome, on_row)
        except Problem as problem:
            outcome.failures[case.id] = str(problem)
        else:
            outcome.cases += 1

    await in_parallel(log.cases, play_one, at_once=at_once)
    return outcome


async def _play_case(
    client: Client, digest: str, case: Case, outcome: Outcome, on_row: Callable[[], None]
) -> None:
    registered = await client.register(
        case.ticket, at=case.rows[0].at, key=key_of(digest, case.id, "register")
    )
    outcome.repeated += registered.repeated
    for number, row in enumerate(case.rows):
        done = await client.act(
            registered.value.code,
            "record",
            _told(row),
            at=row.at,
            key=key_of(digest, case.id, str(number)),
        )
        outcome.rows += 1
        outcome.repeated += done.repeated
        on_row()


def _told(row: Row) -> dict[str, str | int]:
    told: dict[str, str | int] = {"step": row.step, "person": row.person, "unit": row.unit}
    return told if row.tier is None else told | {"tier": row.tier}


def key_of(*parts: str) -> str:
    """Give the idempotency key of one command of a replay."""
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()
