"""What a workflow calls its own: actions and titles, complete in both languages; conditions."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from chassis import logic
from chassis.errors import FieldFault
from services.routing.domain.workflow.effects import StartAsked
from services.routing.domain.workflow.faults import fault
from services.routing.domain.workflow.language import AUTOMATIC, Workflow

_LANGUAGES = frozenset({"fa", "en"})
#: What the API takes as the name of an action.
_ACTION = re.compile(r"[a-z][a-z-]{1,31}")
#: What a condition may ask of the ticket.
FACTS = frozenset(
    {
        *("subject", "kind", "channel", "segment", "language"),
        *("priority", "unit", "tier", "reopened", "tags", "mentions"),
    }
)
#: What the texts of a ticket that is started may say of the one that starts it.
PLACEHOLDERS = frozenset({"code", "title", "description"})
_BRACES = re.compile(r"\{(\w+)\}")
#: Under this name stand the answers that were given when the ticket was registered.
REQUEST = "request"


def faults(workflow: Workflow, actions: Collection[str]) -> Iterator[FieldFault]:
    """Give what is wrong with the workflow's own names, texts, forms and conditions."""
    yield from _own_actions(workflow, actions)
    for path, words in _texts(workflow):
        for language in sorted(_LANGUAGES ^ words.keys()):
            missing = language in _LANGUAGES
            yield fault(path, "language_missing" if missing else "language_unknown", language)
    yield from _forms(workflow)
    forms = forms_of(workflow)
    for place, asked in workflow.started:
        yield from _placeholders(asked, place)
        for field, rule in asked.answers.items():
            yield from _condition(rule, f"/definition/{place}/answers/{field}", forms)
    for number, transition in enumerate(workflow.transitions):
        if transition.when is not None:
            yield from _condition(transition.when, f"/definition/transitions/{number}/when", forms)


def forms_of(workflow: Workflow) -> set[str]:
    """Give the forms that are filled in on the way."""
    tasks = (task for step in workflow.steps.values() for task in step.tasks.values())
    given = [transition.form for transition in workflow.transitions]
    return {form for form in [*given, *(task.form for task in tasks)] if form is not None}


def _own_actions(workflow: Workflow, actions: Collection[str]) -> Iterator[FieldFault]:
    used = {transition.action for transition in workflow.transitions}
    for name in workflow.actions:
        if name in actions or name in AUTOMATIC:
            yield fault(f"actions/{name}", "action_taken", name)
        elif not _ACTION.fullmatch(name):
            yield fault(f"actions/{name}", "malformed", name)
        elif name not in used:
            yield fault(f"actions/{name}", "action_unused", name)


def _texts(workflow: Workflow) -> Iterator[tuple[str, Mapping[str, str]]]:
    if workflow.title is not None:
        yield "title", workflow.title
    for name, action in workflow.actions.items():
        yield f"actions/{name}/title", action.title
    for name, step in workflow.steps.items():
        if step.title is not None:
            yield f"steps/{name}/title", step.title
        if step.tells is not None:
            yield f"steps/{name}/tells", step.tells
        for key, task in step.tasks.items():
            yield f"steps/{name}/tasks/{key}/title", task.title
    yield from _texts_of_effects(workflow)


def _texts_of_effects(workflow: Workflow) -> Iterator[tuple[str, Mapping[str, str]]]:
    for at, _way, effects in workflow.effects:
        for place, notice in enumerate(effects.notify):
            yield f"{at}/notify/{place}/text", notice.text
        if effects.hand_off is not None and effects.hand_off.note is not None:
            yield f"{at}/hand_off/note", effects.hand_off.note
    for at, asked in workflow.started:
        yield f"{at}/title", asked.title
        if asked.description is not None:
            yield f"{at}/description", asked.description


def _placeholders(asked: StartAsked, at: str) -> Iterator[FieldFault]:
    """Give what stands in braces and is nothing that is known of a ticket."""
    for field, words in (("title", asked.title), ("description", asked.description or {})):
        named = {name for text in words.values() for name in _BRACES.findall(text)}
        for name in sorted(named - PLACEHOLDERS):
            yield fault(f"{at}/{field}", "placeholder_unknown", name)


def _forms(workflow: Workflow) -> Iterator[FieldFault]:
    """Whoever is asked to fill in a form must know which, before it is known how he goes on."""
    for number, transition in enumerate(workflow.transitions):
        for step in workflow.left_by(transition):
            if transition.form != workflow.leaving(step, transition.action)[0].form:
                yield fault(f"transitions/{number}/form", "form_ambiguous", transition.action)
                break


def _condition(rule: object, at: str, forms: Collection[str]) -> Iterator[FieldFault]:
    found = logic.check(rule, at=at, names=("ticket", "answers"))
    yield from found
    for root, *path in () if found else sorted(logic.Logic(rule).reads):
        known = FACTS if root == "ticket" else {REQUEST, *forms}
        if not path or path[0] not in known:
            code = "fact_unknown" if root == "ticket" else "answers_unknown"
            name = ".".join(map(str, (root, *path)))
            yield FieldFault(pointer=at, code=code, params={"name": name})
