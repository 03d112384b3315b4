"""Bringing a ticket to another version of its workflow: where it stands is translated."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from chassis.decisions import Context
from chassis.errors import Conflict
from contracts.envelope import Event
from contracts.routing import ENDED, TicketMigrated
from services.routing.domain.ticket import Ticket
from services.routing.domain.workflow import Workflow
from services.routing.handlers.case import Grounds, stand_at
from services.routing.handlers.following import with_what_follows


class Migrate(msgspec.Struct, frozen=True, kw_only=True):
    """Go on by another version."""

    workflow: str
    from_version: int
    to_version: int
    steps: Mapping[str, str] = {}


@with_what_follows
def migrate(state: Ticket, message: Migrate, context: Context, grounds: Grounds) -> list[Event]:
    """Migrate one ticket; nothing when it is elsewhere by now; raises Conflict with the reason."""
    if not is_meant(state, message):
        return []
    newer = grounds.workflows[message.workflow, message.to_version]
    step = message.steps.get(state.step, state.step)
    if (reason := hindrance(state, step, newer)) is not None:
        raise Conflict("migration_not_possible", reason=reason)
    return [
        TicketMigrated(
            **stand_at(newer, step),
            workflow=newer.id,
            workflow_version=newer.version,
            from_version=state.workflow_version,
            from_step=state.step,
            by=context.actor.removeprefix("person:"),
        )
    ]


def is_meant(state: Ticket, message: Migrate) -> bool:
    """Tell whether an open ticket goes by the version that is left."""
    by = (state.workflow, state.workflow_version) == (message.workflow, message.from_version)
    return by and state.opened_at is not None and state.state not in ENDED


def hindrance(state: Ticket, step: str, newer: Workflow) -> str | None:
    """Give why a ticket cannot go on at a step of the new version."""
    if step not in newer.steps:
        return "step_gone"
    if newer.steps[step].kind != state.state:
        return "state_differs"
    waits = state.consent is not None or any(task.is_open for task in state.tasks)
    return "waits_for_others" if waits else None
