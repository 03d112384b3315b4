"""What the forms of the workflow editor let people choose from, each with its words."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from gateway.admin.editing import as_dict
from gateway.admin.known import Known
from gateway.admin.workflows.reading import (
    ACTIONS,
    AUTOMATIC,
    GUARDS,
    KINDS,
    RELATIONS,
    Shown,
    action_title,
    own_titles,
)
from gateway.texts import digits, text

#: What a condition may ask of the ticket.
_FACTS: Final = (
    *("subject", "kind", "channel", "segment", "language"),
    *("priority", "unit", "tier", "reopened"),
)
_WAITS: Final = ("requester", "supplier", "unit")
_TOLD: Final = ("requester", "owner", "assignee", "supervisor", "service_manager")
_LEVELS: Final = range(1, 6)


class Choices(msgspec.Struct, frozen=True, kw_only=True):
    """Words by what they stand for; `facts` the other way round."""

    steps: dict[str, str]
    #: What a transition may leave: steps, and every step of a kind.
    froms: dict[str, str]
    kinds: dict[str, str]
    actions: dict[str, str]
    waits: dict[str, str]
    units: dict[str, str]
    forms: dict[str, str]
    who: dict[str, str]
    guards: dict[str, str]
    told: dict[str, str]
    levels: dict[str, str]
    facts: dict[str, str]
    #: The workflow's own actions, which may come by themselves.
    own: dict[str, str]


def choices_of(draft: Any, shown: Shown, known: Known) -> Choices:
    """Give what there is to choose from in a draft."""
    language = known.language

    def named(group: str, keys: tuple[str, ...]) -> dict[str, str]:
        return {key: text(language, f"{group}.{key}") for key in keys}

    steps = {step.name: step.title for step in shown.steps}
    kinds = named("state", KINDS)
    own = as_dict(as_dict(draft).get("actions"))
    actions = dict.fromkeys([*own, *AUTOMATIC, *ACTIONS])
    return Choices(
        steps=steps,
        froms=steps
        | {
            kind: text(language, "admin.workflow.every_of", kind=title)
            for kind, title in kinds.items()
            if kind not in steps
        },
        kinds=kinds,
        actions={name: action_title(name, draft, language) for name in actions},
        waits=named("admin.waiting", _WAITS),
        units=known.units,
        forms=known.forms,
        who=named("admin.who", RELATIONS),
        guards=named("admin.guard", GUARDS),
        told=named("admin.told", _TOLD),
        levels={str(level): digits(level, language) for level in _LEVELS},
        own=own_titles(draft, language),
        facts={text(language, f"admin.fact.{fact}"): f"ticket.{fact}" for fact in _FACTS},
    )
