"""A ticket's timeline: everything for staff, for the requester what he may see."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from chassis.journal import Aggregates, Recorded
from contracts.calls.routing import Step
from contracts.envelope import ContentRef, Event
from services.routing.domain.life import TICKETS
from services.routing.domain.public import REGISTERED, PublicEvent, shown_as
from services.routing.domain.ticket import Ticket
from services.routing.forms import read_kept
from services.routing.repository.stories import Bodies


def full(history: Iterable[Recorded], bodies: Bodies) -> list[Step]:
    """Give every step with its texts, oldest first; an erased text is left out."""
    steps = list(history)
    kept = bodies([ref.id for step in steps for ref in _refs(step.event).values()])
    return [_step(step, kept) for step in steps]


def public(told: Iterable[PublicEvent], bodies: Bodies, names: Mapping[str, str]) -> list[Step]:
    """Give the steps that the requester may see, with nothing in them that he may not."""
    steps = list(told)
    kept = bodies([text for step in steps for text in step.texts.values()])
    return [_for_requester(step, kept, names) for step in steps]


def told_whole(code: str, ticket: Ticket, tickets: Aggregates[Ticket]) -> Ticket:
    """Give a ticket with all that its requester was told.

    A snapshot may be from before that was kept there.
    """
    if ticket.public and ticket.public[0].type == REGISTERED:
        return ticket
    return TICKETS.fold((step.event, step.at) for step in tickets.history(code))


def _step(recorded: Recorded, bodies: Mapping[str, str]) -> Step:
    event = recorded.event
    refs = _refs(event)
    data = msgspec.to_builtins(event)
    texts = {field: bodies[ref.id] for field, ref in refs.items() if ref.id in bodies}
    kept = texts.pop("answers", None) if event.type == "ticket.form_filled" else None
    return Step(
        at=recorded.at,
        type=shown_as(event),
        actor=recorded.actor,
        data={field: value for field, value in data.items() if field not in refs},
        texts=texts,
        answers=read_kept(kept) if kept else [],
    )


def _for_requester(step: PublicEvent, bodies: Mapping[str, str], names: Mapping[str, str]) -> Step:
    data = step.data
    if "owner" in data:
        data = {**data, "owner": names.get(data["owner"], "")}
    texts = {field: bodies[text] for field, text in step.texts.items() if text in bodies}
    return Step(at=step.at, type=step.type, data=data, texts=texts)


def _refs(event: Event) -> dict[str, ContentRef]:
    fields: dict[str, Any] = msgspec.structs.asdict(event)
    return {name: value for name, value in fields.items() if isinstance(value, ContentRef)}
