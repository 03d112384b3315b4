"""What the editor's forms change in a draft of a workflow."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from chassis.errors import FieldFault, Invalid
from gateway.admin.conditions import read_condition
from gateway.admin.editing import (
    Edit,
    Fields,
    as_dict,
    as_list,
    as_text,
    kept,
    moved,
    place_of,
)
from gateway.admin.workflows.by_itself import hand_off, later, starts
from gateway.admin.workflows.reading import steps_of, ways_of

_NAME: Final = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_COMMA: Final = re.compile(r"[\s,،]+")
Draft = dict[str, Any]


def applied(draft: Draft, edit: Edit) -> tuple[Draft, str]:
    """Take what was typed into the open part; gives the part that is open then.

    Raises Invalid for what no draft can hold: two steps of one name, a condition that is no JSON.
    """
    kind, _, name = edit.opened.partition("/")
    if kind == "steps" and name in steps_of(draft):
        return _step(draft, name, edit.fields)
    if kind == "transitions" and name.isdecimal() and int(name) < len(ways_of(draft)):
        return _way(draft, int(name), edit.fields), edit.opened
    if kind == "about":
        return _about(draft, edit.fields), edit.opened
    return draft, ""


def done(draft: Draft, edit: Edit, opened: str) -> tuple[Draft, str]:
    """Do what was asked for with a draft; gives the part that is open then."""
    return _DEEDS[edit.verb](draft, edit.about, opened) if edit.verb in _DEEDS else (draft, opened)


# -- what was typed --------------------------------------------------------------------------------


def _about(draft: Draft, fields: Fields) -> Draft:
    start = fields.get("start")
    changes: Draft = {"title": fields.words("title"), "resumes_at": fields.get("resumes_at")}
    return kept(draft, changes | ({"start": start} if start else {}))


def _step(draft: Draft, name: str, fields: Fields) -> tuple[Draft, str]:
    new_name = fields.get("name") or name
    steps = steps_of(draft)
    if not _NAME.fullmatch(new_name):
        raise _wrong("name", "malformed")
    if new_name != name and new_name in steps:
        raise _wrong("name", "row_repeated", name=new_name)
    step = steps[name]
    kind = fields.get("kind")
    changes: Draft = {
        "kind": kind,
        "title": fields.words("title"),
        "tells": fields.words("tells"),
        "unit": fields.get("unit"),
        "tier": fields.number("tier"),
        "skill": fields.get("skill"),
        "waiting_for": fields.get("waiting_for") if kind == "waiting" else "",
        "tasks": _tasks(step, fields),
        "needs": fields.number("needs"),
        "approvals": _approvals(fields),
        "timers": later(fields, "timers"),
    }
    changed = {**draft, "steps": {**steps, name: kept(step, changes)}}
    return (renamed(changed, name, new_name) if new_name != name else changed), f"steps/{new_name}"


def _tasks(step: Mapping[str, Any], fields: Fields) -> Draft:
    before = as_dict(step.get("tasks"))
    tasks: Draft = {}
    for row in fields.rows("tasks"):
        name, title = fields.get(f"{row}.name"), fields.words(f"{row}.title")
        if not title and not fields.get(f"{row}.unit"):
            continue
        changes = {
            "title": title,
            "unit": fields.get(f"{row}.unit"),
            "form": fields.get(f"{row}.form"),
        }
        key = name if _NAME.fullmatch(name) else _free(tasks, "task")
        tasks[key] = kept(as_dict(before.get(name)), changes)
    return tasks


def _approvals(fields: Fields) -> Draft:
    seats = [each for each in _COMMA.split(fields.get("seats")) if each]
    if not seats:
        return {}
    given: Draft = {"by": seats, "needs": fields.number("approvals_needed")}
    return kept({}, given | {"in_order": fields.get("in_order") == "yes"})


def _way(draft: Draft, number: int, fields: Fields) -> Draft:
    ways = ways_of(draft)
    way = ways[number]
    effects = as_dict(way.get("effects"))
    action = fields.get("action")
    others = [each for each in _COMMA.split(fields.get("who_else")) if each]
    changes: Draft = {
        "to": fields.get("to"),
        "who": [*fields.all("who"), *others],
        "guards": [*fields.all("guards"), *_unlisted(way, "guards", fields)],
        "when": read_condition(fields, "when"),
        # A control called `form` would hide what its form is from scripts.
        "form": fields.get("asked_form"),
        "effects": kept(
            effects,
            {
                "priority": fields.number("priority"),
                "notify": _notices(fields),
                "schedule": later(fields, "schedule"),
                "start": starts(effects, fields),
                "hand_off": hand_off(effects, fields),
            },
        ),
    }
    own = fields.get("own_action") if action == "*" else ""
    named = own or (as_text(way.get("action")) if action == "*" else action)
    ways[number] = kept(way, changes) | {"action": named, "from": fields.all("from")}
    return _with_own(draft | {"transitions": ways}, named, fields)


def _with_own(draft: Draft, action: str, fields: Fields) -> Draft:
    """Give the workflow the title of its own action; forgets those that nothing names."""
    actions = dict(as_dict(draft.get("actions")))
    title = fields.words("action_title")
    if action in actions or fields.get("action") == "*":
        actions[action] = {"title": title or as_dict(actions.get(action)).get("title", {})}
    used = {as_text(way.get("action")) for way in ways_of(draft)}
    return kept(draft, {"actions": {name: own for name, own in actions.items() if name in used}})


def _unlisted(way: Mapping[str, Any], name: str, fields: Fields) -> list[str]:
    """Give what stood in a list and is nothing that the form offers."""
    offered = fields.all(f"{name}.offered")
    return [each for each in map(as_text, as_list(way.get(name))) if each not in offered]


def _notices(fields: Fields) -> list[Draft]:
    notices = [
        {"role": fields.get(f"{row}.role"), "text": fields.words(f"{row}.text")}
        for row in fields.rows("notify")
    ]
    return [notice for notice in notices if notice["role"] and notice["text"]]


# -- what is to be done ----------------------------------------------------------------------------


def renamed(draft: Draft, old: str, new: str) -> Draft:
    """Give a draft with a step called otherwise, wherever it is named."""
    steps = {new if name == old else name: step for name, step in steps_of(draft).items()}
    ways = [
        way
        | {"from": [new if name == old else name for name in as_list(way.get("from"))]}
        | ({"to": new} if way.get("to") == old else {})
        for way in ways_of(draft)
    ]
    places = {name: new for name in ("start", "resumes_at") if draft.get(name) == old}
    return draft | places | {"steps": steps, "transitions": ways}


def _add_step(draft: Draft, _about: str, _opened: str) -> tuple[Draft, str]:
    steps = steps_of(draft)
    name = _free(steps, "step")
    return draft | {"steps": {**steps, name: {"kind": "in_progress"}}}, f"steps/{name}"


def _add_way(draft: Draft, about: str, opened: str) -> tuple[Draft, str]:
    ways = ways_of(draft)
    start = about or opened.removeprefix("steps/")
    leaves = [start] if start in steps_of(draft) else []
    number = len(ways)
    new: Draft = {"action": "", "from": leaves, "who": ["assignee"]}
    return draft | {"transitions": [*ways, new]}, f"transitions/{number}"


def _remove(draft: Draft, about: str, _opened: str) -> tuple[Draft, str]:
    kind, _, name = about.partition("/")
    if kind == "steps":
        return _without_step(draft, name), ""
    ways = ways_of(draft)
    del ways[place_of(about, ways)]
    used = {as_text(way.get("action")) for way in ways}
    own = {name: own for name, own in as_dict(draft.get("actions")).items() if name in used}
    return kept(draft, {"actions": own}) | {"transitions": ways}, ""


def _without_step(draft: Draft, name: str) -> Draft:
    """Give a draft without a step, and without the ways that only it had."""
    steps = {each: step for each, step in steps_of(draft).items() if each != name}
    ways: list[Draft] = []
    for way in ways_of(draft):
        leaves = [each for each in as_list(way.get("from")) if each != name]
        if leaves and way.get("to") != name:
            ways.append(way | {"from": leaves})
    return draft | {"steps": steps, "transitions": ways}


def _move(by: int) -> Callable[[Draft, str, str], tuple[Draft, str]]:
    def move(draft: Draft, about: str, _opened: str) -> tuple[Draft, str]:
        ways = ways_of(draft)
        place = place_of(about, ways)
        target = min(max(place + by, 0), len(ways) - 1)
        return draft | {"transitions": moved(ways, place, by)}, f"transitions/{target}"

    return move


def _open(draft: Draft, about: str, _opened: str) -> tuple[Draft, str]:
    return draft, about


def _close(draft: Draft, _about: str, _opened: str) -> tuple[Draft, str]:
    return draft, ""


_DEEDS: Final[Mapping[str, Callable[[Draft, str, str], tuple[Draft, str]]]] = {
    "add-step": _add_step,
    "add-way": _add_way,
    "remove": _remove,
    "up": _move(-1),
    "down": _move(1),
    "open": _open,
    "close": _close,
}


def _free(taken: Mapping[str, Any], name: str) -> str:
    return next(f"{name}-{n}" for n in range(1, len(taken) + 2) if f"{name}-{n}" not in taken)


def _wrong(field: str, code: str, **params: Any) -> Invalid:
    return Invalid(
        "request_invalid", fields=[FieldFault(pointer=f"/{field}", code=code, params=params)]
    )
