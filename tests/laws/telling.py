"""A broken walk as a story that a person can read, and do again by its seed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from services.routing.domain.organisation import Organisation
from tests.laws import steps
from tests.laws.walk import Verdict


def told(verdict: Verdict) -> Iterator[str]:
    """Give the lines of a story: who was there, by which ways, what was done, which law broke."""
    if verdict.begin is not None:
        yield from _organisation(verdict.begin.organisation)
        used = {
            step.event.workflow for _n, step in verdict.story if isinstance(step, steps.Registers)
        }
        for definition in verdict.begin.definitions:
            if definition["id"] in used:
                yield from _workflow(definition)
    for number, step in verdict.story:
        yield f"{number:4}  {_step(step)}"
    yield f"seed {verdict.seed}: {verdict.fault or 'no law was broken'}"


def _organisation(organisation: Organisation) -> Iterator[str]:
    for unit in organisation.units.values():
        signs = [word for word, has in (("desk", unit.desk), ("closed", not unit.active)) if has]
        yield f"unit {unit.id} below {unit.parent} {' '.join(signs)}".rstrip()
    for person in organisation.people.values():
        gone = "" if person.active else " gone"
        yield (
            f"{person.role} {person.id} in {person.unit}, tier {person.tier}, "
            f"capacity {person.capacity}, {'/'.join(sorted(person.skills)) or 'no'} skills{gone}"
        )
    for rule in organisation.rules:
        yield f"rule {_plain(rule)}"


def _workflow(definition: dict[str, Any]) -> Iterator[str]:
    yield f"workflow {definition['id']} begins at {definition['start']}: {definition['steps']}"
    for way in definition["transitions"]:
        yield f"  {way}"


def _step(step: steps.Step) -> str:
    match step:
        case steps.Acts():
            when = " (imported)" if step.at else ""
            behalf = f" for {step.behalf}" if step.behalf else ""
            who = f"{step.who.subject} ({step.who.role})"
            return f"{step.code}: {who} does {step.action} {step.arguments}{behalf}{when}"
        case steps.Races():
            return f"{_step(step.first)}  -- faster than --  {_step(step.second)}"
        case steps.Registers():
            return f"{step.code}: registered {_plain(step.event)}"
        case steps.Reorganises():
            return f"reorganised: {'; '.join(_organisation(step.organisation))}"
        case _:
            return f"{type(step).__name__} {_plain(step)}"


def _plain(value: Any) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(value)
    return {name: each for name, each in plain.items() if each not in (None, False, "")}
