"""A plan: when it makes tickets, and what it has made; the fold of its stream."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from chassis.decisions import Evolution
from contracts.envelope import ContentRef
from contracts.plans import (
    PlanDefined,
    PlanEnded,
    PlanFulfilled,
    PlanPaused,
    PlanResumed,
    PlanSkipped,
    Schedule,
)

_MOST_KEPT = 10


class Made(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A ticket that was made, or whose registering was refused."""

    at: datetime
    code: str | None = None
    refused: str | None = None


class Plan(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a plan stands."""

    state: Literal["active", "paused", "ended"] = "ended"
    subject: str = ""
    kind: str = ""
    schedule: Schedule | None = None
    content: ContentRef | None = None
    starts: datetime | None = None
    ends: datetime | None = None
    #: When it makes a ticket next, unless it is paused.
    next_at: datetime | None = None
    #: The instant of the one before: working days are counted from it.
    last_at: datetime | None = None
    count: int = 0
    #: The newest first.
    made: tuple[Made, ...] = ()

    @property
    def due_at(self) -> datetime | None:
        """When something is to be done."""
        return self.next_at if self.state == "active" else None


PLANS = Evolution(Plan)


def stream(plan: str) -> str:
    """Give the stream of a plan."""
    return f"plan:{plan}"


def index(plan: Plan) -> dict[str, Any]:
    """Give what plans are found by."""
    return {"listed": True} | ({"due_at": plan.due_at} if plan.due_at else {})


@PLANS.on(PlanDefined)
def defined(plan: Plan, event: PlanDefined, _at: datetime) -> Plan:
    return replace(
        plan,
        state="active",
        subject=event.subject,
        kind=event.kind,
        schedule=event.schedule,
        content=event.content,
        starts=event.starts,
        ends=event.ends,
        next_at=event.next_at,
        last_at=None,
    )


@PLANS.on(PlanFulfilled)
def fulfilled(plan: Plan, event: PlanFulfilled, _at: datetime) -> Plan:
    made = Made(at=event.at, code=event.code, refused=event.refused)
    return replace(
        plan,
        next_at=event.next_at,
        last_at=event.at,
        count=event.occurrence,
        made=(made, *plan.made)[:_MOST_KEPT],
    )


@PLANS.on(PlanSkipped)
def skipped(plan: Plan, event: PlanSkipped, _at: datetime) -> Plan:
    return replace(plan, next_at=event.next_at, last_at=event.at)


@PLANS.on(PlanPaused)
def paused(plan: Plan, _event: PlanPaused, _at: datetime) -> Plan:
    return replace(plan, state="paused")


@PLANS.on(PlanResumed)
def resumed(plan: Plan, event: PlanResumed, _at: datetime) -> Plan:
    return replace(plan, state="active", next_at=event.next_at)


@PLANS.on(PlanEnded)
def ended(plan: Plan, _event: PlanEnded, _at: datetime) -> Plan:
    return replace(plan, state="ended", next_at=None)
