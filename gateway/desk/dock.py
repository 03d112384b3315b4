"""Where a ticket is written to: the form of one action, and what else may be done instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from chassis.errors import DomainError, NotFound, Unavailable
from contracts.calls.base import Nothing
from contracts.calls.routing import Macro, PartnerName, TicketView
from contracts.forms import ready
from gateway.api.forms import published
from gateway.caller import Caller
from gateway.desk.action_forms import RELATIONS, Field, fields_of
from gateway.desk.choosing import Chooser, Group
from gateway.desk.offers import Offer, Offers, arranged, offers_of, title_of
from gateway.desk.screen import Screen
from gateway.filled import worded
from gateway.pages.forms import Faults, faults_of, new_key
from gateway.pages.sheet import Part, Sheet, labels_of, places_of
from gateway.texts import has, text

#: What a draft and a standard answer can be for.
USES: Final = frozenset({"answer", "ask", "note"})
_TASKS: Final = frozenset({"take-task", "give-task", "finish-task", "refuse-task"})


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One question of the form."""

    name: str
    kind: str
    label: str
    required: bool
    value: str
    fault: str = ""
    groups: list[Group] = []


class Dock(msgspec.Struct, frozen=True, kw_only=True):
    """The form that is open, and the actions around it."""

    offers: Offers
    #: Absent: nothing may be written.
    action: str | None
    title: str
    fields: list[Asked]
    parts: list[Part]
    labels: Mapping[str, str]
    sheet: Sheet | None
    macros: list[tuple[str, str]]
    key: str
    faults: Faults
    #: The ticket does not allow it any more; what was typed is still there.
    is_late: bool


async def dock_of(
    caller: Caller,
    screen: Screen,
    action: str | None,
    typed: Sequence[tuple[str, str]] = (),
    *,
    key: str | None = None,
    error: DomainError | None = None,
) -> Dock:
    """Give the dock with an action's form, or with the one that is used most here."""
    view, language = screen.view, caller.language
    offers = _offers(caller, screen)
    chosen = action if action in offers or error else _usual(offers, screen)
    if chosen is None:
        return _without_form(offers)
    values = _values(screen, chosen, typed)
    sheet = await sheet_for(caller, view, chosen, typed)
    partners = await _partners(caller) if chosen == "hand-off" else []
    labels = labels_of(sheet.parts({}, language), language) if sheet else {}
    places = {f"/{field.name}": field.name for field in fields_of(chosen)}
    places |= places_of(error.fields if error else (), labels)
    faults = faults_of(error, places, language) if error else Faults()
    chooser = Chooser(screen, language, caller.gateway.settings.zone, partners)
    return Dock(
        offers=arranged(offers),
        action=chosen,
        title=offers[chosen].title if chosen in offers else title_of(chosen, view, language),
        fields=[
            _asked(field, chosen, values, faults, chooser)
            for field in fields_of(chosen)
            if not (field.name == "children" and not view.children)
        ],
        parts=sheet.parts(faults.fields, language) if sheet else [],
        labels=labels,
        sheet=sheet,
        macros=await _macros(caller, chosen),
        key=key or new_key(),
        faults=faults,
        is_late=chosen not in offers,
    )


def bar_of(caller: Caller, screen: Screen, action: str) -> Dock:
    """Give what may be done beside an action whose form is open already, without that form."""
    return msgspec.structs.replace(_without_form(_offers(caller, screen)), action=action)


def _offers(caller: Caller, screen: Screen) -> dict[str, Offer]:
    can_split = caller.identity.scope("ticket.register_for")
    return offers_of(screen.view, caller.language, can_split=can_split)


async def sheet_for(
    caller: Caller, view: TicketView, action: str, typed: Sequence[tuple[str, str]]
) -> Sheet | None:
    """Give the form that goes with an action, with what was typed; None where none does."""
    form = view.forms.get(action) or _form_of_task(view, action, dict(typed).get("task"))
    if form is None:
        return None
    try:
        found = await published(caller, form)
    except (NotFound, Unavailable):
        return None
    today = datetime.now(ZoneInfo(caller.gateway.settings.zone)).date().isoformat()
    context = {
        "today": today,
        "subject": view.subject,
        "channel": view.channel,
        "language": caller.language,
    }
    return Sheet(ready(found.form), typed, context)


def _form_of_task(view: TicketView, action: str, task: str | None) -> str | None:
    if action != "finish-task":
        return None
    waiting = [each for each in view.tasks if each.outcome == "open" and task in {None, each.id}]
    return waiting[0].form if len(waiting) == 1 else None


def _usual(offers: Mapping[str, Offer], screen: Screen) -> str | None:
    """Give what is open when nobody has chosen: what one was writing, else writing at all."""
    draft = screen.draft.use if screen.draft and screen.draft.text else None
    return next((each for each in (draft, "answer", "note") if each in offers), None)


def _without_form(offers: Mapping[str, Offer]) -> Dock:
    return Dock(
        offers=arranged(offers),
        action=None,
        title="",
        fields=[],
        parts=[],
        labels={},
        sheet=None,
        macros=[],
        key=new_key(),
        faults=Faults(),
        is_late=False,
    )


def _values(screen: Screen, action: str, typed: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Give what stands in the fields: what was typed, a draft, or what is likely."""
    if typed:
        return dict(typed)
    view, draft = screen.view, screen.draft
    values = {"priority": str(view.priority), "relation": RELATIONS[0]}
    if draft is not None and draft.use == action:
        values[fields_of(action)[0].name] = draft.text
    waiting = [task.id for task in view.tasks if task.outcome == "open"]
    if action in _TASKS and waiting:
        values["task"] = waiting[0]
    if action == "answer-question" and screen.questions:
        mine = [each for each in screen.questions if each.is_mine] or screen.questions
        values["question"] = mine[0].id
    return values


def _asked(
    field: Field, action: str, values: Mapping[str, str], faults: Faults, chooser: Chooser
) -> Asked:
    own = f"ticket.field_of.{action}.{field.name}"
    label = text(chooser.language, own if has(own) else f"ticket.field.{field.name}")
    is_choice = field.kind not in {"text", "line", "code", "duration", "flag", "hidden", "tags"}
    return Asked(
        name=field.name,
        kind="choice" if is_choice else field.kind,
        label=label,
        required=field.required,
        value=values.get(field.name, ""),
        fault=faults.fields.get(field.name, ""),
        groups=chooser.groups(field.kind) if is_choice else [],
    )


async def _macros(caller: Caller, action: str) -> list[tuple[str, str]]:
    """Give the standard answers for an action, by title; none while routing does not answer."""
    if action not in USES:
        return []
    found = await caller.optional("routing", "own_macros", Nothing(), list[Macro]) or []
    return sorted(
        (
            (macro.id, worded(macro.title, caller.language))
            for macro in found
            if macro.use == action and macro.active
        ),
        key=lambda pair: pair[1],
    )


async def _partners(caller: Caller) -> list[PartnerName]:
    found = await caller.optional("routing", "partner_names", Nothing(), list[PartnerName])
    return found or []
