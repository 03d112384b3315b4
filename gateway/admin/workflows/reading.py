"""A draft of a workflow as pages show it: steps and transitions with what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from chassis.errors import Invalid
from gateway.admin.conditions import told
from gateway.admin.editing import as_dict, as_list, as_text, said
from gateway.admin.known import Known
from gateway.admin.workflows import by_itself
from gateway.errors import ErrorItem
from gateway.texts import digits, has, text

KINDS: Final = (
    *("new", "in_progress", "waiting", "done"),
    *("finished", "declined", "withdrawn", "merged", "handed_off"),
)
#: Ends beside the way: drawn softly, for nearly every step leads there.
ASIDE: Final = frozenset({"declined", "withdrawn", "merged", "handed_off"})
ENDS: Final = ASIDE | {"finished"}
#: What the ticket does by itself.
AUTOMATIC: Final = ("passed", "failed")
#: The actions that every workflow knows, the usual ones first.
ACTIONS: Final = (
    *("assign", "claim", "log-work", "note", "tag", "prioritise", "refer", "escalate", "return"),
    *("ask", "answer", "resume", "done", "approve", "send-back", "finish", "rate", "reopen"),
    *("decline", "withdraw", "merge", "hand-off", "tell-partner", "recall"),
    *("ask-unit", "answer-question", "take-question-back", "attach", "detach", "link", "unlink"),
    *("follow", "unfollow", "snooze", "wake", "chase"),
)
RELATIONS: Final = (
    *("assignee", "owner", "team", "desk", "staff", "requester", "supervisor"),
    *("ticket.work", "ticket.assign", "ticket.approve"),
)
GUARDS: Final = (
    *("in_my_queue", "held_by_me_or_nobody", "is_out", "nothing_out", "not_by_doer"),
    *("not_rated", "at_work", "is_outside"),
)
_AT: Final = "/definition/"


class StepRow(msgspec.Struct, frozen=True, kw_only=True):
    """A step in the list."""

    name: str
    title: str
    kind: str
    is_start: bool
    #: What happens there, in words.
    marks: list[str]
    faults: list[str]


class WayRow(msgspec.Struct, frozen=True, kw_only=True):
    """A transition in the list."""

    number: int
    action: str
    title: str
    #: Titles of steps or kinds.
    leaves: list[str]
    #: The steps that it leaves, kinds resolved.
    starts: list[str]
    to: str | None
    to_title: str
    who: list[str]
    when: str
    marks: list[str]
    faults: list[str]


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A draft of a workflow in words."""

    title: str
    steps: list[StepRow]
    ways: list[WayRow]
    #: What is wrong with neither a step nor a transition.
    faults: list[str]

    def title_of(self, step: str) -> str:
        """Give the title of a step."""
        return next((row.title for row in self.steps if row.name == step), step)


def steps_of(draft: Any) -> dict[str, dict[str, Any]]:
    """Give the steps by name."""
    return {name: as_dict(step) for name, step in as_dict(as_dict(draft).get("steps")).items()}


def ways_of(draft: Any) -> list[dict[str, Any]]:
    """Give the transitions in their order."""
    return [as_dict(way) for way in as_list(as_dict(draft).get("transitions"))]


def starts_of(way: Mapping[str, Any], steps: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Give the steps that a transition leaves, where it names kinds too."""
    named = [name for name in as_list(way.get("from")) if isinstance(name, str)]
    return [
        name
        for name, step in steps.items()
        if name in named or (step.get("kind") in named and step.get("kind") not in steps)
    ]


def checked_shape(draft: Any) -> dict[str, Any]:
    """Give a draft that has steps and transitions of whatever sort; raises Invalid for others."""
    document = as_dict(draft)
    if not isinstance(document.get("steps"), dict) or not isinstance(
        document.get("transitions"), list
    ):
        raise Invalid("workflow_invalid")
    return document


def shown(draft: Any, faults: Sequence[ErrorItem], known: Known) -> Shown:
    """Put a draft into words, each fault where it belongs."""
    steps, ways = steps_of(draft), ways_of(draft)
    titles = {name: step_title(name, step, known.language) for name, step in steps.items()}
    own = own_titles(draft, known.language)
    rows = [
        StepRow(
            name=name,
            title=titles[name],
            kind=as_text(step.get("kind")),
            is_start=as_dict(draft).get("start") == name,
            marks=[*_step_marks(step, known), *by_itself.marks(step.get("timers"), own, known)],
            faults=_faults_at(faults, f"steps/{name}"),
        )
        for name, step in steps.items()
    ]
    listed = [
        _way(number, way, steps, titles, draft, faults, known) for number, way in enumerate(ways)
    ]
    placed = {f"steps/{name}" for name in steps} | {f"transitions/{n}" for n in range(len(ways))}
    return Shown(
        title=said(as_dict(draft).get("title"), known.language),
        steps=rows,
        ways=listed,
        faults=[
            fault.message
            for fault in faults
            if "/".join(fault.pointer.removeprefix(_AT).split("/")[:2]) not in placed
        ],
    )


def step_title(name: str, step: Mapping[str, Any], language: str) -> str:
    """Give a step's title, or that of its kind, or its name."""
    keys = (f"state.{name}", f"admin.workflow.step.{name}")
    otherwise = next((text(language, key) for key in keys if has(key)), name)
    return said(step.get("title"), language, otherwise)


def title_of(name: str, definition: Any, language: str) -> str:
    """Give a workflow's title, what everybody calls it, or its name."""
    key = f"admin.workflow.called.{name}"
    return said(
        as_dict(definition).get("title"), language, text(language, key) if has(key) else name
    )


def action_title(action: str, draft: Any, language: str) -> str:
    """Give the title of an action: of everybody's, or of the workflow's own."""
    own = as_dict(as_dict(as_dict(draft).get("actions")).get(action))
    if own:
        return said(own.get("title"), language, action)
    return text(language, f"admin.action.{action}") if has(f"admin.action.{action}") else action


def own_titles(draft: Any, language: str) -> dict[str, str]:
    """Give the titles of the workflow's own actions by their names."""
    own = as_dict(as_dict(draft).get("actions"))
    return {name: action_title(name, draft, language) for name in own}


def who_said(who: str, known: Known) -> str:
    """Say whom a name means: `owner`, `unit:legal/supervisor`, `person:sara`."""
    if has(f"admin.who.{who}"):
        return text(known.language, f"admin.who.{who}")
    kind, _, rest = who.partition(":")
    if kind == "role":
        return text(known.language, f"role.{rest}") if has(f"role.{rest}") else rest
    if kind == "person":
        return known.people.get(rest, rest)
    if kind == "unit":
        unit, _, role = rest.partition("/")
        title = known.units.get(unit, unit)
        if not role:
            return text(known.language, "admin.workflow.of_unit", unit=title)
        named = text(known.language, f"role.{role}") if has(f"role.{role}") else role
        return text(known.language, "admin.workflow.role_of_unit", role=named, unit=title)
    return who


def _way(
    number: int,
    way: Mapping[str, Any],
    steps: Mapping[str, Mapping[str, Any]],
    titles: Mapping[str, str],
    draft: Any,
    faults: Sequence[ErrorItem],
    known: Known,
) -> WayRow:
    action, to = as_text(way.get("action")), as_text(way.get("to")) or None
    own = own_titles(draft, known.language)
    effects = as_dict(way.get("effects"))
    return WayRow(
        number=number,
        action=action,
        title=action_title(action, draft, known.language),
        leaves=[_left(as_text(name), titles, known) for name in as_list(way.get("from"))],
        starts=starts_of(way, steps),
        to=to,
        to_title=titles.get(to, to) if to else "",
        who=[who_said(as_text(name), known) for name in as_list(way.get("who"))],
        when=told(way.get("when"), known.words()),
        marks=[
            *_way_marks(way, known),
            *by_itself.effect_marks(effects, known),
            *by_itself.marks(effects.get("schedule"), own, known),
        ],
        faults=_faults_at(faults, f"transitions/{number}"),
    )


def _left(name: str, titles: Mapping[str, str], known: Known) -> str:
    if name in titles:
        return titles[name]
    if name in KINDS:
        kind = text(known.language, f"state.{name}")
        return text(known.language, "admin.workflow.every_of", kind=kind)
    return name


def _step_marks(step: Mapping[str, Any], known: Known) -> list[str]:
    say, marks = known.words().text, []
    if unit := as_text(step.get("unit")):
        marks.append(say("admin.workflow.at_unit", unit=known.units.get(unit, unit)))
    if tasks := as_dict(step.get("tasks")):
        named = [said(as_dict(task).get("title"), known.language, n) for n, task in tasks.items()]
        marks.append(say("admin.workflow.tasks_are", tasks=named))
    if approvals := as_dict(step.get("approvals")):
        seats = [who_said(as_text(who), known) for who in as_list(approvals.get("by"))]
        marks.append(say("admin.workflow.approved_by", who=seats))
    if step.get("kind") == "waiting":
        whom = as_text(step.get("waiting_for")) or "requester"
        if has(f"admin.waiting.{whom}"):
            marks.append(say(f"admin.waiting.{whom}"))
    if tells := said(step.get("tells"), known.language):
        marks.append(say("admin.workflow.tells_so", words=tells))
    return marks


def _way_marks(way: Mapping[str, Any], known: Known) -> list[str]:
    say = known.words().text
    guards = [as_text(name) for name in as_list(way.get("guards"))]
    marks = [say(f"admin.guard.{name}") for name in guards if has(f"admin.guard.{name}")]
    if form := as_text(way.get("form")):
        marks.append(say("admin.workflow.with_form", form=known.forms.get(form, form)))
    effects = as_dict(way.get("effects"))
    if priority := effects.get("priority"):
        marks.append(say("admin.workflow.sets_priority", level=digits(priority, known.language)))
    for notice in as_list(effects.get("notify")):
        role = as_text(as_dict(notice).get("role"))
        marks.append(
            say(
                "admin.workflow.tells_whom",
                who=say(f"admin.told.{role}") if has(f"admin.told.{role}") else role,
            )
        )
    return marks


def _faults_at(faults: Iterable[ErrorItem], place: str) -> list[str]:
    at = _AT + place
    found = [
        fault.message
        for fault in faults
        if fault.pointer == at or fault.pointer.startswith(f"{at}/")
    ]
    return list(dict.fromkeys(found))
