"""Random workflows: any definition that the reader accepts, and shipped ones with changed ways."""

from __future__ import annotations

import copy
from random import Random
from typing import Any

from chassis.errors import Invalid
from contracts.rights import RIGHTS
from contracts.routing import ENDED, STATES
from services.routing.actions import ARGUMENTS
from services.routing.domain import workflow
from services.routing.workflows import definitions

Definition = dict[str, Any]
Steps = dict[str, dict[str, Any]]
_TRIES = 50
#: Who is named most often, so that walks come far; anybody else comes now and then.
_USUAL = ("owner", "assignee", "team", "staff", "desk", "ticket.work", "ticket.assign")
_NAMED = ("role:expert", "unit:u0", "unit:u1/expert", "person:p1")
_EVERYBODY = (*sorted(workflow.RELATIONS), *sorted(RIGHTS), *_NAMED)
#: Actions that lead to a step that their way names.
_LEADING = sorted(set(workflow.LEADS_TO) - {"record"})
#: What a workflow with an action of its own calls it.
_OWN = "take-up"
_WORDS = {"fa": "یک", "en": "one"}
#: Where a workflow's own actions may lead, and tickets by themselves.
_BY_ITSELF = frozenset({"new", "in_progress", "waiting", "done", "finished"})
_SEATS = ("supervisor", "owner", "role:manager", "role:expert", "unit:u1", "unit:u0/supervisor")
_CONDITIONS = (
    {"===": [{"var": "ticket.kind"}, "complaint"]},
    {"<=": [{"var": "ticket.priority"}, 3]},
)
#: The second is none; the third ends the ticket.
PARTNERS = ("p0", "p1", "p2")
#: Kinds that most workflows have.
_CORE = ("in_progress", "in_progress", "waiting", "done", "finished")


def drawn(chance: Random, name: str, version: int = 1) -> Definition:
    """Draw a definition that is accepted."""
    make = chance.choice((_free, _free, _changed, _shipped))
    for _try in range(_TRIES):
        definition = make(chance) | {"id": name, "version": version}
        if is_accepted(definition):
            return _with_hand_offs(definition)
    return _shipped(chance) | {"id": name, "version": version}


def is_accepted(definition: Definition) -> bool:
    """Tell whether the reader takes it."""
    try:
        workflow.read(definition, ARGUMENTS)
    except Invalid:
        return False
    return True


def _shipped(chance: Random) -> Definition:
    return copy.deepcopy(definitions()[chance.choice(("default", "default", "default", "replay"))])


def _changed(chance: Random) -> Definition:
    """The ordinary way with some doors opened, closed, or opened to others."""
    definition = _shipped(chance)
    ways = definition["transitions"]
    for _change in range(chance.randint(1, 6)):
        way = chance.choice(ways or [{}])
        match chance.randrange(4):
            case 0:
                ways[:] = [other for other in ways if other is not way]
            case 1:
                way["guards"] = _guards(chance)
            case 2:
                way["who"] = _who(chance)
            case 3:
                ways += _ways(chance, definition["steps"], 2)
    return definition


def _free(chance: Random) -> Definition:
    """Steps and ways of any shape."""
    kinds = [
        chance.choice(("new", "new", "new", "in_progress", chance.choice(STATES))),
        *(kind for kind in _CORE if chance.random() < 0.8),
        *chance.sample(STATES, chance.randint(0, 4)),
    ]
    steps: Steps = {}
    for number, kind in enumerate(kinds):
        name = kind if chance.random() < 0.6 else f"{chance.choice(STATES)}-{number}"
        step = {"kind": kind}
        if kind == "waiting":
            step["waiting_for"] = chance.choice(("requester", "supplier", "unit"))
        steps.setdefault(name, step)
    if not any(step["kind"] in ENDED for step in steps.values()):
        steps["end"] = {"kind": "finished"}
    start = next(iter(steps))
    ways = [*_ways(chance, steps, chance.randint(10, 40)), *_connect(chance, steps, start)]
    definition: Definition = {"start": start, "steps": steps, "transitions": ways}
    if chance.random() < 0.7:
        _have_checks(chance, definition)
        _have_actions(chance, definition)
    if chance.random() < 0.3:
        definition["resumes_at"] = chance.choice(list(steps))
    return definition


def _way(chance: Random, steps: Steps, action: str, to: str | None = None) -> Definition | None:
    """Draw a way for an action, or none where no step is of a kind that it may lead to."""
    kinds = workflow.LEADS_TO.get(action)
    ends = [name for name, step in steps.items() if kinds is None or step["kind"] in kinds]
    places = [*steps, *{step["kind"] for step in steps.values()}]
    way: Definition = {
        "action": action,
        "from": sorted(set(chance.choices(sorted(places), k=chance.randint(1, 4)))),
        "who": _who(chance),
    }
    if action == "record":
        if len(ends) < len(steps):
            return None
        way["to"] = workflow.ANY
    elif kinds is not None:
        if not ends:
            return None
        if to is None and chance.random() < 0.2:
            way["from"] = ends
        else:
            way["to"] = to or chance.choice(ends)
    if chance.random() < 0.3:
        way["guards"] = _guards(chance)
    if chance.random() < 0.3:
        way["within"] = chance.choice(("PT12H", "P1D", "P7D"))
    return way


def _ways(chance: Random, steps: Steps, count: int) -> list[Definition]:
    actions = sorted(ARGUMENTS)
    drawn_ways = (_way(chance, steps, chance.choice(actions)) for _number in range(count))
    return [way for way in drawn_ways if way is not None]


def _who(chance: Random) -> list[str]:
    usual = chance.random() < 0.8
    return sorted(set(chance.choices(_USUAL if usual else _EVERYBODY, k=chance.randint(1, 3))))


def _guards(chance: Random) -> list[str]:
    return sorted(set(chance.choices(sorted(workflow.GUARDS), k=chance.randint(0, 2))))


def _connect(chance: Random, steps: Steps, start: str) -> list[Definition]:
    """Draw a way into every step, and one from everywhere to an end."""
    ways = []
    end = next(name for name, step in steps.items() if step["kind"] in ENDED)
    for name, step in steps.items():
        leading = [action for action in _LEADING if step["kind"] in workflow.LEADS_TO[action]]
        way = _way(chance, steps, chance.choice(leading), name) if leading else None
        if way is not None:
            way["to"], way["from"] = name, list(steps) if name == end else [start, *way["from"]]
            ways.append(way)
    return ways


def _have_checks(chance: Random, definition: Definition) -> None:
    """Have some steps wait for tasks or approvals, and be left by themselves either way."""
    steps = definition["steps"]
    alive = [name for name, step in steps.items() if step["kind"] not in ENDED]
    for name in alive:
        onward = [s for s in steps if s != name and steps[s]["kind"] in _BY_ITSELF]
        if not onward or chance.random() < 0.3:
            continue
        many = chance.randint(1, 2)
        if chance.random() < 0.5:
            steps[name]["tasks"] = {f"t{n}": _task(chance) for n in range(1, many + 1)}
            steps[name]["needs"] = chance.choice(("all", 1))
        else:
            by = [chance.choice(_SEATS) for _seat in range(many)]
            in_order = chance.random() < 0.3
            needs = chance.choice(("all", 1))
            steps[name]["approvals"] = {"by": by, "needs": needs, "in_order": in_order}
        for action in ("passed", "failed"):
            way = {"action": action, "from": [name], "to": chance.choice(onward)}
            definition["transitions"].append(way)


def _have_actions(chance: Random, definition: Definition) -> None:
    """Give the workflow an action of its own, steps that belong to units, conditions, effects."""
    steps, ways = definition["steps"], definition["transitions"]
    alive = [name for name, step in steps.items() if step["kind"] not in ENDED]
    onward = [name for name, step in steps.items() if step["kind"] in _BY_ITSELF]
    for name in alive:
        if chance.random() < 0.2:
            steps[name]["unit"] = _unit(chance)
    if alive and onward:
        definition["actions"] = {_OWN: {"title": _WORDS}}
        for _way_of_it in range(chance.randint(1, 3)):
            way: Definition = {"action": _OWN, "from": [chance.choice(alive)], "who": _who(chance)}
            ways.append(way | ({"to": chance.choice(onward)} if chance.random() < 0.8 else {}))
        if chance.random() < 0.3:
            for way in (each for each in ways if each["action"] == _OWN):
                way["form"] = "f1"
        else:
            _have_timers(chance, definition)
    for way in ways:
        if way["action"] not in ("passed", "failed") and chance.random() < 0.1:
            way["when"] = chance.choice(_CONDITIONS)
        if chance.random() < 0.05:
            notice = {"role": "owner", "text": _WORDS}
            way.setdefault("effects", {}).update(
                {"priority": chance.randint(1, 5), "notify": [notice], "tags": ["a", "b"]}
            )


def _have_timers(chance: Random, definition: Definition) -> None:
    """Have the workflow's own action come by itself, at a step or wherever the ticket stands."""
    steps, later = definition["steps"], {"after": "PT4H", "action": _OWN}
    own = [way for way in definition["transitions"] if way["action"] == _OWN]
    for name in dict.fromkeys(name for way in own for name in way["from"]):
        if chance.random() < 0.6:
            steps[name]["timers"] = [later] * chance.randint(1, 2)
    for way in definition["transitions"]:
        goes_on = way.get("to") in steps and steps[way["to"]]["kind"] not in ENDED
        if goes_on and chance.random() < 0.1:
            way["effects"] = {"schedule": [later]}
        if chance.random() < 0.05:
            way.setdefault("effects", {})["start"] = [{"subject": "it", "title": _WORDS}]


def _with_hand_offs(definition: Definition) -> Definition:
    """Have some ways give the work to a partner by themselves, where it can go on from there."""
    chance = Random(repr(definition))
    for way in definition["transitions"]:
        if chance.random() < 0.2:
            before = way.get("effects", {})
            way["effects"] = before | {"hand_off": {"partner": chance.choice(PARTNERS)}}
            if not is_accepted(definition):
                way["effects"] = before
    return definition


def _task(chance: Random) -> Definition:
    task: Definition = {"title": _WORDS, "unit": _unit(chance)}
    return task | ({"tier": chance.randint(1, 2)} if chance.random() < 0.5 else {})


def _unit(chance: Random) -> str:
    return f"u{chance.randint(0, 2)}"
