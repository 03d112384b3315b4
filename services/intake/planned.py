"""Plans' decisions: what is recorded of them. Instants are worked out before (`planning.py`)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from chassis.decisions import Context
from chassis.errors import Conflict, NotFound
from contracts.envelope import ContentRef, Event
from contracts.plans import (
    PlanDefined,
    PlanEnded,
    PlanFulfilled,
    PlanPaused,
    PlanResumed,
    PlanSkipped,
    Schedule,
)
from services.intake.domain.plan import Plan


class Definition(msgspec.Struct, frozen=True, kw_only=True):
    """A plan that was checked, with its content stored."""

    subject: str
    kind: str
    schedule: Schedule
    content: ContentRef
    starts: datetime
    ends: datetime | None
    next_at: datetime | None


class Resumption(msgspec.Struct, frozen=True, kw_only=True):
    """Go on with the next one after now."""

    next_at: datetime | None


class Omission(msgspec.Struct, frozen=True, kw_only=True):
    """Leave one out."""

    at: datetime
    next_at: datetime | None


class Fulfilment(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one."""

    at: datetime
    occurrence: int
    next_at: datetime | None
    code: str | None = None
    refused: str | None = None


def define_plan(_plan: Plan, message: Definition, context: Context, _reference: Any) -> list[Event]:
    """Make or change a plan."""
    return [PlanDefined(by=_by(context), **msgspec.structs.asdict(message))]


def pause_plan(plan: Plan, _message: Any, context: Context, _reference: Any) -> list[Event]:
    """Make nothing until it is resumed; nothing where it is not active."""
    _known(context)
    return [PlanPaused(by=_by(context))] if plan.state == "active" else []


def resume_plan(plan: Plan, message: Resumption, context: Context, _: Any) -> list[Event]:
    """Go on; nothing where it was not paused."""
    _known(context)
    if plan.state != "paused":
        return []
    return [PlanResumed(by=_by(context), next_at=message.next_at)]


def end_plan(plan: Plan, _message: Any, context: Context, _reference: Any) -> list[Event]:
    """Make nothing any more; nothing where it has ended."""
    _known(context)
    return [] if plan.state == "ended" else [PlanEnded(by=_by(context))]


def skip_plan(plan: Plan, message: Omission, context: Context, _reference: Any) -> list[Event]:
    """Leave the next one out; raises Conflict where another one is the next by now."""
    _known(context)
    if plan.next_at != message.at or plan.state == "ended":
        raise Conflict("plan_moved_on")
    return [PlanSkipped(by=_by(context), at=message.at, next_at=message.next_at)]


def fulfil_plan(plan: Plan, message: Fulfilment, _context: Context, _: Any) -> list[Event]:
    """Record what became of the next one; nothing where it is another one by now."""
    if plan.next_at != message.at or plan.count + 1 != message.occurrence:
        return []
    return [PlanFulfilled(**msgspec.structs.asdict(message))]


def _known(context: Context) -> None:
    if not context.exists:
        raise NotFound("plan_not_found")


def _by(context: Context) -> str:
    return context.actor.removeprefix("person:")
