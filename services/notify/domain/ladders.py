"""Ladders: a notice that nobody acknowledges goes on to the next channel or the next person.

The first step is told at once. The next one follows when the time to acknowledge is over, or at
once when the step came to nothing: no such person, no address, refused for good. A ladder ends with
the first acknowledgement, and when what it tells is no longer so. That is asked of sla right before
a step, not heard from its events: they come for every clock of every ticket, ladders are few.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from chassis.decisions import Context, Due
from contracts.calls.sla import ClockView
from contracts.envelope import Event
from contracts.notify import (
    NotificationLadderEnded,
    NotificationSuppressed,
    OnLadder,
    Particulars,
)
from contracts.sla import Notice as Asked
from contracts.sla import Rung
from services.notify.domain.deliveries import ROLE, Delivery, Ladder, Ledger
from services.notify.domain.notices import Notice, event_of
from services.notify.domain.policy import Policy

WARNING, BREACH = "sla_warning", "sla_breach"
#: Why a message that was owed is not sent: somebody has taken note, or it is no longer so.
ACKNOWLEDGED, OUTDATED = "acknowledged", "no_longer_so"
CLIMBED = "climbed"


class Grounds(NamedTuple):
    """What decisions look up."""

    policy: Policy = Policy()
    #: The clocks of tickets whose ladders go on, as sla has them now; a ticket is absent while
    #: sla does not answer.
    clocks: dict[str, Sequence[ClockView]] = {}


def begin(
    template: str, asked: Asked, particulars: Particulars, context: Context, policy: Policy
) -> Notice:
    """Give the notice that a mark asks for: the first step of its ladder, where it has one."""
    not_before = None if asked.urgent else policy.not_before(asked.role, asked.channel, context.now)
    notice = Notice(
        template,
        ROLE + asked.role,
        (asked.channel,),
        particulars,
        holder=asked.holder,
        not_before=not_before,
    )
    if not asked.then and asked.acknowledge_within is None:
        return notice
    on_ladder = OnLadder(
        ladder=notice.id_on(asked.channel, context),
        step=1,
        next_at=_next_at(asked, not_before or context.now),
        then=asked.then,
        urgent=asked.urgent,
    )
    return notice._replace(on_ladder=on_ladder)


def climb(ledger: Ledger, _due: Due, context: Context, grounds: Grounds) -> list[Event]:
    """Tell the next step of the ladders whose time has come, or end them."""
    events: list[Event] = []
    for ladder in ledger.ladders.values():
        if ladder.next_at is None or ladder.next_at > context.now:
            continue
        over = why_over(
            ladder.template, ladder.particulars, grounds.clocks.get(context.stream)
        ) or (None if ladder.then else CLIMBED)
        if over is None:
            events.append(_step(ladder, context.now, grounds.policy))
        else:
            events.append(NotificationLadderEnded(ladder=ladder.id, reason=over))
            if over != CLIMBED:
                events += stopped(ledger, ladder.id, OUTDATED)
    return events


def why_over(
    template: str, particulars: Particulars, clocks: Sequence[ClockView] | None
) -> str | None:
    """Tell why a mark's notice is no longer so; None where it is, or nobody can tell.

    A warning ends when the clock stops, stands still (the time is somebody else's) or was given
    more time, for then its marks come anew. A breach stands, whoever holds the ticket, until what
    was promised is done, the clock is cancelled, or the breach proves false.
    """
    clock = next((each for each in clocks or () if each.clock == particulars.clock), None)
    if clock is None:
        return None
    if clock.state == "cancelled":
        return "cancelled"
    if clock.stopped_at is not None or clock.state == "met":
        return "met"
    if template == BREACH:
        return "breach_withdrawn" if clock.breached_at is None else None
    if clock.state == "paused":
        return "paused"
    later = clock.due_at and particulars.due_at and clock.due_at > particulars.due_at
    return "replanned" if later else None


def is_outdated(delivery: Delivery, clocks: Sequence[ClockView] | None) -> bool:
    """Tell whether a message that waited says what is no longer so.

    That a target was missed is told once, though it was reached since.
    """
    over = why_over(delivery.template, delivery.particulars, clocks)
    if delivery.template == BREACH and delivery.step <= 1:
        return over in ("cancelled", "breach_withdrawn")
    return over is not None


def stopped(ledger: Ledger, ladder: str, reason: str) -> Iterator[Event]:
    """Take off the list what a ladder's steps still owe."""
    for delivery in ledger.on(ladder):
        if delivery.state in ("queued", "gathered"):
            yield NotificationSuppressed(
                delivery=delivery.id,
                channel=delivery.channel,
                template=delivery.template,
                recipient=delivery.recipient,
                reason=reason,
            )


def _step(ladder: Ladder, now: datetime, policy: Policy) -> Event:
    rung, then = ladder.then[0], ladder.then[1:]
    not_before = None if ladder.urgent else policy.not_before(rung.role, rung.channel, now)
    notice = Notice(
        ladder.template,
        ROLE + rung.role,
        (rung.channel,),
        ladder.particulars,
        holder=rung.holder,
        not_before=not_before,
        on_ladder=OnLadder(
            ladder=ladder.id,
            step=ladder.step + 1,
            next_at=_next_at(rung, not_before or now),
            then=then,
            urgent=ladder.urgent,
        ),
    )
    return event_of(notice, rung.channel, step_id(ladder.id, ladder.step + 1), hushed=False)


def _next_at(rung: Rung, told_at: datetime) -> datetime | None:
    return told_at + rung.acknowledge_within if rung.acknowledge_within else None


def step_id(ladder: str, step: int) -> str:
    """Give the id of a step's message: the same however often the step is decided on."""
    return hashlib.blake2b(f"{ladder}\0{step}".encode(), digest_size=8).hexdigest()
