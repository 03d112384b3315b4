"""A ticket's timeline: everything for staff, an allow-list for the requester.

The requester sees one name, his owner's; who else worked on it, notes, logs and referrals are not
his business, but that it went to a higher tier is told in plain words.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from chassis.journal import Recorded
from contracts.calls.routing import Step
from contracts.envelope import ContentRef, Event
from contracts.routing import TicketMoved
from services.routing.forms import read_kept
from services.routing.repository.stories import Bodies

#: What the requester is shown: event types with their fields and texts. The first is what his
#: timeline begins with, whatever routing calls it.
PUBLIC: Mapping[str, tuple[str, ...]] = {
    "ticket.registered": ("state", "subject", "kind", "channel"),
    "ticket.owned": ("owner",),
    "ticket.assigned": ("state",),
    "ticket.escalated": (),
    "ticket.moved": ("state", "tells"),
    "ticket.waiting": ("state", "waiting_for", "question"),
    "ticket.resumed": ("state",),
    "ticket.answered": ("answer",),
    "ticket.done": ("state", "result"),
    "ticket.finished": ("state", "result"),
    "ticket.reopened": ("state", "times"),
    "ticket.withdrawn": ("state",),
    "ticket.declined": ("state", "reason"),
    "ticket.merged": ("state",),
    "ticket.attached": (),
    "ticket.handed_off": ("state",),
    "ticket.rated": ("score",),
}


def full(history: Iterable[Recorded], bodies: Bodies) -> list[Step]:
    """Give every step with its texts, oldest first; an erased text is left out."""
    steps = list(history)
    kept = bodies([ref.id for step in steps for ref in _refs(step.event).values()])
    return [_step(step, kept) for step in steps]


def public(history: Iterable[Recorded], bodies: Bodies, names: Mapping[str, str]) -> list[Step]:
    """Give the steps that the requester may see, with nothing in them that he may not."""
    shown = [step for step in history if _is_public(step.event)]
    return [_for_requester(step, names) for step in full(shown, bodies)]


def _is_public(event: Event) -> bool:
    """Tell whether the requester sees it: of a workflow's own steps, those that tell him."""
    told = not isinstance(event, TicketMoved) or event.tells is not None
    return _type_of(event) in PUBLIC and told


def _type_of(event: Event) -> str:
    return "ticket.registered" if event.type == "ticket.opened" else event.type


def _step(recorded: Recorded, bodies: Mapping[str, str]) -> Step:
    event = recorded.event
    refs = _refs(event)
    data = msgspec.to_builtins(event)
    texts = {field: bodies[ref.id] for field, ref in refs.items() if ref.id in bodies}
    kept = texts.pop("answers", None) if event.type == "ticket.form_filled" else None
    return Step(
        at=recorded.at,
        type=_type_of(event),
        actor=recorded.actor,
        data={field: value for field, value in data.items() if field not in refs},
        texts=texts,
        answers=read_kept(kept) if kept else [],
    )


def _for_requester(step: Step, names: Mapping[str, str]) -> Step:
    fields = PUBLIC[step.type]
    data = {field: value for field, value in step.data.items() if field in fields}
    if "owner" in data:
        data["owner"] = names.get(data["owner"], "")
    return Step(
        at=step.at,
        type=step.type,
        actor="requester" if step.actor.startswith("requester:") else "desk",
        data=data,
        texts={field: text for field, text in step.texts.items() if field in fields},
    )


def _refs(event: Event) -> dict[str, ContentRef]:
    fields: dict[str, Any] = msgspec.structs.asdict(event)
    return {name: value for name, value in fields.items() if isinstance(value, ContentRef)}
