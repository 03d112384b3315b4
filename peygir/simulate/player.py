"""Plays a plan through the public API: each story's commands in order, many stories at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from peygir.client import Answered, Client, Problem
from peygir.pace import Pace, in_parallel
from peygir.simulate.plan import keys
from peygir.simulate.story import MESSAGE, Step, Story

_CONFLICT = 409


class Played(msgspec.Struct):
    """What became of a plan."""

    tickets: int = 0
    commands: int = 0
    #: Commands that an earlier run had done.
    repeated: int = 0
    states: dict[str, int] = {}
    failures: dict[int, str] = {}

    def count(self, *, repeated: bool) -> None:
        """Count one command."""
        self.commands += 1
        self.repeated += repeated


async def play(
    client: Client,
    plan: Sequence[Story],
    *,
    name: str,
    at_once: int,
    pace: Pace,
    on_command: Callable[[], None],
) -> Played:
    """Play all stories; one that fails does not stop the others."""
    played = Played(states={}, failures={})

    async def play_one(story: Story) -> None:
        try:
            await _play_story(client, story, name, pace, played, on_command)
        except Problem as problem:
            played.failures[story.number] = str(problem)
        else:
            played.tickets += 1

    await in_parallel(plan, play_one, at_once=at_once)
    return played


async def _play_story(
    client: Client,
    story: Story,
    name: str,
    pace: Pace,
    played: Played,
    on_command: Callable[[], None],
) -> None:
    first, *rest = keys(name, story)
    await pace.wait()
    registered = await client.register(story.ticket, at=story.at, key=first)
    state = registered.value.state
    played.count(repeated=registered.repeated)
    on_command()
    for step, key in zip(story.steps, rest, strict=True):
        await pace.wait()
        done = await _play_step(client, registered.value.code, story.proof, step, key)
        state = done.value.get("state", state)
        played.count(repeated=done.repeated)
        on_command()
    played.states[state] = played.states.get(state, 0) + 1


async def _play_step(
    client: Client, code: str, proof: str, step: Step, key: str
) -> Answered[dict[str, Any]]:
    """Do one step; the answer holds the state after it, unless the requester did it."""
    if step.action == MESSAGE:
        return await client.write(code, proof, step.arguments["text"], at=step.at, key=key)
    try:
        done = await client.act(
            code, step.action, step.arguments, at=step.at, key=key, behalf=step.behalf
        )
    except Problem as problem:
        # The requester's message resumes the work by itself, and may have been faster.
        if step.action == "resume" and problem.status == _CONFLICT:
            return Answered({}, repeated=False)
        raise
    return Answered({"state": done.value.state}, repeated=done.repeated)
