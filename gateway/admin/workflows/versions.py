"""The versions of a workflow: what each one changed, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from contracts.calls.routing import WorkflowView
from gateway.admin.conditions import told
from gateway.admin.differences import Difference, changed_fields, differences
from gateway.admin.editing import as_dict, as_list, as_text, said
from gateway.admin.known import Known
from gateway.admin.workflows.reading import action_title, step_title, steps_of, ways_of, who_said


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A difference in words."""

    kind: str
    what: str
    #: Name of a field, what it was and what it is.
    fields: list[tuple[str, str, str]]


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """A version, and what it changed in the one before."""

    number: int
    steps: int
    ways: int
    changes: list[Told]
    is_first: bool


def versions_told(views: Sequence[WorkflowView], known: Known) -> list[Version]:
    """Give the versions, newest first, each with what it changed."""
    before: list[WorkflowView | None] = [*views[1:], None]
    return [
        Version(
            number=view.version,
            steps=len(steps_of(view.definition)),
            ways=len(ways_of(view.definition)),
            changes=compared(old.definition, view.definition, known) if old else [],
            is_first=old is None,
        )
        for view, old in zip(views, before, strict=True)
    ]


def compared(before: Mapping[str, Any], after: Mapping[str, Any], known: Known) -> list[Told]:
    """Say what differs between two definitions."""
    found = [
        *differences("steps", steps_of(before), steps_of(after)),
        *differences("transitions", _by_way(before), _by_way(after), ordered=True),
    ]
    own = ("title", "start", "resumes_at", "actions")
    fields = changed_fields(
        {name: before.get(name) for name in own}, {name: after.get(name) for name in own}
    )
    if fields:
        found.insert(0, Difference(kind="changed", group="about", key="", fields=fields))
    return [_told(each, before, after, known) for each in found]


def _by_way(definition: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Give transitions by what makes them the same in two versions: action and target."""
    seen: Counter[str] = Counter()
    ways: dict[str, dict[str, Any]] = {}
    for way in ways_of(definition):
        key = f"{as_text(way.get('action'))}\0{as_text(way.get('to'))}"
        seen[key] += 1
        ways[f"{key}\0{seen[key]}"] = way
    return ways


def _told(
    found: Difference, before: Mapping[str, Any], after: Mapping[str, Any], known: Known
) -> Told:
    definition = before if found.kind == "removed" else after
    return Told(
        kind=found.kind,
        what=_named(found, definition, known),
        fields=[
            (
                known.words().text(f"admin.workflow.field.{field.name}"),
                _value(field.name, field.before, before, known),
                _value(field.name, field.after, after, known),
            )
            for field in found.fields
        ],
    )


def _named(found: Difference, definition: Mapping[str, Any], known: Known) -> str:
    say = known.words().text
    if found.group == "about":
        return say("admin.workflow.itself")
    if found.group == "steps":
        step = steps_of(definition)[found.key]
        title = step_title(found.key, step, known.language)
        return say("admin.workflow.step_named", title=title)
    action, to, _ = found.key.split("\0")
    title = action_title(action, definition, known.language)
    if not to:
        return say("admin.workflow.way_named", title=title)
    target = step_title(to, as_dict(steps_of(definition).get(to)), known.language)
    return say("admin.workflow.way_to_named", title=title, to=target)


def _value(name: str, value: Any, definition: Mapping[str, Any], known: Known) -> str:
    if value is None:
        return ""
    comma = known.words().text("admin.joined.list")
    match name:
        case "who":
            shown = comma.join(who_said(as_text(who), known) for who in as_list(value))
        case "when":
            shown = told(value, known.words())
        case "title" | "tells":
            shown = said(value, known.language)
        case "unit" | "form":
            shown = (known.units if name == "unit" else known.forms).get(value, as_text(value))
        case "from" | "to" | "start" | "resumes_at":
            shown = comma.join(_steps_named(value, definition, known))
        case _:
            shown = as_text(value) or msgspec.json.encode(value).decode()
    return shown


def _steps_named(value: Any, definition: Mapping[str, Any], known: Known) -> list[str]:
    steps = steps_of(definition)
    names = [as_text(each) for each in (as_list(value) or [value])]
    return [step_title(name, as_dict(steps.get(name)), known.language) for name in names]
