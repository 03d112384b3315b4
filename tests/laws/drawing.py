"""Random arguments for every action, by their names and types.

What a name means is said in `NAMED`, one line each. Any other field takes a value that an event of
the ticket has told under that name (the id of a task, say), or any value of its type.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from random import Random
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import inspect

from services.routing.actions import ARGUMENTS
from services.routing.actions.flows import Move

if TYPE_CHECKING:
    from tests.laws.stage import Stage


class Scene(msgspec.Struct, frozen=True):
    """Where something is drawn: on which stage, about which ticket."""

    chance: Random
    stage: Stage
    code: str


def _person(scene: Scene) -> str:
    return scene.chance.choice([*scene.stage.organisation.people, "nobody"])


def _unit(scene: Scene) -> str:
    return scene.chance.choice([*scene.stage.organisation.units, "nowhere"])


def _step(scene: Scene) -> str:
    flow = scene.stage.workflow_of(scene.code)
    return scene.chance.choice([*flow["steps"], "limbo"])


#: By the name of the argument.
NAMED: Mapping[str, Callable[[Scene], Any]] = {
    "person": _person,
    "unit": _unit,
    "step": _step,
    "task": lambda scene: scene.chance.choice(("t1", "t2")),
    "tier": lambda scene: scene.chance.randint(1, 3),
    "into": lambda scene: scene.chance.choice([*scene.stage.codes, "999999999999"]),
    "duration": lambda scene: scene.chance.randint(1, 7200),
}
#: Tried for texts that must have a certain shape.
_SAMPLES = ("a1", "A-1", "100000000009", "2026-12-01", "abcdef0123456789")
_WORDS = ("yes", "no", "perhaps")


class Undrawable(Exception):
    """Raised for an argument that needs a line in NAMED."""


def arguments(action: str, scene: Scene) -> dict[str, Any]:
    """Draw what an action takes, as plain values; what has a default is left out now and then."""
    return _struct(inspect.type_info(ARGUMENTS.get(action, Move)), scene)


def _struct(kind: Any, scene: Scene) -> dict[str, Any]:
    return {
        field.encode_name: _named(field, scene)
        for field in kind.fields
        if field.required or scene.chance.random() < 0.5
    }


def _named(field: inspect.Field, scene: Scene) -> Any:
    if field.name in NAMED:
        return NAMED[field.name](scene)
    told = scene.stage.told(scene.code, field.name)
    if told and scene.chance.random() < 0.8:
        return scene.chance.choice(told)
    try:
        return _typed(field.type, scene)
    except Undrawable as error:
        raise Undrawable(f"say in NAMED how `{field.name}` is drawn: {error}") from error


def _typed(kind: Any, scene: Scene) -> Any:
    if type(kind) not in _BY_TYPE:
        raise Undrawable(f"a value of type {kind}")
    return _BY_TYPE[type(kind)](kind, scene)


def _whole(kind: inspect.IntType, scene: Scene) -> int:
    least = kind.ge if kind.ge is not None else 0
    return scene.chance.randint(least, kind.le if kind.le is not None else least + 100)


def _several(kind: Any, scene: Scene) -> list[Any]:
    least = max(1, kind.min_length or 0)
    return [_typed(kind.item_type, scene) for _item in range(scene.chance.randint(least, 3))]


def _one_of(kind: inspect.UnionType, scene: Scene) -> Any:
    some = [each for each in kind.types if not isinstance(each, inspect.NoneType)]
    return _typed(scene.chance.choice(some), scene)


def _text(kind: inspect.StrType, scene: Scene) -> str:
    chance = scene.chance
    if kind.pattern is None:
        return chance.choice(_WORDS)
    fitting = [sample for sample in _SAMPLES if re.search(kind.pattern, sample)]
    if not fitting:
        raise Undrawable(f"a text like {kind.pattern}")
    return chance.choice(fitting)


_BY_TYPE: Mapping[type[Any], Callable[[Any, Scene], Any]] = {
    inspect.Metadata: lambda kind, scene: _typed(kind.type, scene),
    inspect.StructType: _struct,
    inspect.LiteralType: lambda kind, scene: scene.chance.choice(kind.values),
    inspect.IntType: _whole,
    inspect.FloatType: lambda _kind, scene: scene.chance.random(),
    inspect.BoolType: lambda _kind, scene: scene.chance.random() < 0.5,
    inspect.StrType: _text,
    inspect.DateTimeType: lambda _kind, scene: scene.stage.now.isoformat(),
    inspect.DateType: lambda _kind, scene: scene.stage.now.date().isoformat(),
    inspect.UnionType: _one_of,
    inspect.ListType: _several,
    inspect.SetType: _several,
    inspect.VarTupleType: _several,
    inspect.DictType: lambda kind, scene: {
        _typed(kind.key_type, scene): _typed(kind.value_type, scene)
    },
    inspect.AnyType: lambda _kind, scene: scene.chance.choice(_WORDS),
}
