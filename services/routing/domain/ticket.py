"""A ticket's case: where it stands. `life` tells how it got there."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from chassis.decisions import Evolution
from contracts.envelope import Answered, ContentRef, Event
from contracts.routing import ENDED, State
from contracts.routing.partners import Outcome, PartnerKind
from services.routing.domain import attention, ties
from services.routing.domain.attention import Attention
from services.routing.domain.parts import Consent, Task
from services.routing.domain.pending import Pending
from services.routing.domain.public import PublicEvent, public
from services.routing.domain.ties import Ties

#: States in which the work lies with its assignee and counts towards his capacity.
AT_WORK: frozenset[State] = frozenset({"new", "in_progress", "waiting"})
#: Until when a unit has a ticket that is open.
STILL = datetime(9999, 1, 1, tzinfo=UTC)


class Referral(msgspec.Struct, frozen=True, kw_only=True):
    """Work passed on: a token that must come back to who passed it on."""

    id: str
    by: str
    from_unit: str | None
    from_tier: int | None
    to_unit: str
    to_tier: int
    to_person: str | None
    since: datetime


class Outside(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Work handed to a partner outside: a token, open until it is closed or called back."""

    handoff: str
    partner: str
    kind: PartnerKind
    by: str
    since: datetime
    is_open: bool = True
    reference: str | None = None
    #: How the work stands there, in the partner's own word.
    state: str | None = None
    due_at: datetime | None = None
    #: The number of the newest message that told how it stands.
    number: int = 0
    heard_at: datetime | None = None
    #: What the partner answered last.
    answer: ContentRef | None = None
    outcome: Outcome | None = None


class Client(msgspec.Struct, frozen=True, kw_only=True):
    """The partner outside that asked for a ticket, by a hand-off of its own."""

    partner: str
    handoff: str
    reference: str


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """Where a ticket stands."""

    opened_at: datetime | None = None
    requester: str = ""
    subject: str = ""
    kind: str = ""
    channel: str = ""
    segment: str = ""
    language: str = ""
    workflow: str = "default"
    workflow_version: int = 1
    imported: bool = False
    #: The unit of who registered it for the requester: the rules may go by it.
    registered_in: str | None = None
    state: State = "new"
    step: str = "new"
    priority: int = 3
    owner: str | None = None
    unit: str | None = None
    tier: int | None = None
    assignee: str | None = None
    #: Who had the work last, also while nobody has it.
    last_assignee: str | None = None
    #: From whom the work was taken or passed on last.
    left_by: str | None = None
    #: What the person whom the queued work waits for must be able to do, or who he must be.
    skill: str | None = None
    for_person: str | None = None
    #: How that person is chosen, and how far before others its segment is served in the queue.
    strategy: str | None = None
    rank: int | None = None
    #: Points of capacity that it takes.
    weight: int = 1
    #: When the work goes to the next, unless its assignee has done something; who let it lie.
    react_by: datetime | None = None
    passed_over: tuple[str, ...] = ()
    #: Open referrals, the last one comes back first.
    referrals: tuple[Referral, ...] = ()
    waiting_for: str | None = None
    waiting_since: datetime | None = None
    done_by: str | None = None
    result: str | None = None
    ended_at: datetime | None = None
    finished_at: datetime | None = None
    answered: bool = False
    reopened: int = 0
    rating: int | None = None
    touch_seconds: int = 0
    cost: int = 0
    outside: Outside | None = None
    client: Client | None = None
    #: Which tickets it belongs together with.
    ties: Ties = Ties()
    #: Who looks after it beside owner and assignee.
    attention: Attention = Attention()
    #: What the step has open beside the work itself.
    tasks: tuple[Task, ...] = ()
    consent: Consent | None = None
    #: What its workflow does by itself later.
    pending: Pending = Pending()
    #: What was answered in forms on the way, by form: what conditions may ask.
    answers: dict[str, dict[str, Answered]] = {}
    #: Groups of words that it was registered with.
    mentions: tuple[str, ...] = ()
    #: What it is about, as rules and people say.
    tags: tuple[str, ...] = ()
    #: What its requester has been told of it, oldest first.
    public: tuple[PublicEvent, ...] = ()

    @property
    def is_outside(self) -> bool:
        """Whether a partner outside has the work."""
        return self.outside is not None and self.outside.is_open

    @property
    def holder(self) -> str | None:
        """Who has the work on his desk now: it counts towards his capacity."""
        return self.assignee if self.state in AT_WORK else None

    @property
    def places(self) -> dict[str, str]:
        """Who has which work on his desk: the ticket's own under "", a task's under `#task`."""
        held = {} if self.holder is None else {"": self.holder}
        for task in self.tasks:
            if task.is_open and task.assignee is not None:
                held[f"#{task.id}"] = task.assignee
        return held

    def task(self, name: str) -> Task | None:
        """Give a task of the step."""
        return next((task for task in self.tasks if task.id == name), None)

    @property
    def speaker(self) -> str | None:
        """Who owns the ticket while something is owed to the requester."""
        return None if self.state in ENDED else self.owner

    @property
    def is_queued(self) -> bool:
        """Whether the work waits for a free person."""
        return self._waits and self.unit is not None

    @property
    def is_adrift(self) -> bool:
        """Whether there was nobody to give the work to, and no queue either."""
        return self._waits and self.unit is None

    @property
    def _waits(self) -> bool:
        here = self.opened_at is not None and self.state in AT_WORK
        return here and self.assignee is None and not self.imported


class _Life(Evolution[Ticket]):
    """The fold of a ticket; what its requester is told of an event is kept by itself."""

    def apply(self, state: Ticket, event: Event, at: datetime) -> Ticket:
        state, told = super().apply(state, event, at), public(event, at)
        if told is None:
            return state
        return msgspec.structs.replace(state, public=(*state.public, told))


#: What `life` fills in: how each event changes a ticket.
TICKETS = _Life(Ticket)


def index(state: Ticket) -> dict[str, Any]:
    """Give what lists, queues and rights look tickets up by."""
    client = state.client
    return {
        **({"client": f"{client.partner}:{client.handoff}"} if client else {}),
        "status": state.state,
        "unit": state.unit,
        "tier": state.tier,
        "owner": state.owner,
        "assignee": state.assignee,
        "skill": state.skill,
        "for_person": state.for_person,
        "held_by": state.holder,
        "queued": state.is_queued or state.is_adrift,
        "priority": state.priority,
        "opened_at": state.opened_at,
        **ties.index(state.ties),
        **({"passing": True} if state.pending.starts else {}),
        **attention.index(state.attention),
        **_load(state),
        **(UNASKED if state.is_queued else {}),
        **_seldom(state),
    } | _parts(state)


#: What waits in a queue begins as if no clock of it ever came due: `urgency` asks soon.
NEVER = datetime(9000, 1, 1, tzinfo=UTC)
UNASKED = {"next_due": NEVER, "due_asked_at": datetime(2000, 1, 1, tzinfo=UTC)}


def _load(state: Ticket) -> dict[str, Any]:
    """Give which unit has it, and until when: what units can do is measured by it."""
    if state.unit is None or (state.imported and state.ended_at is None):
        return {}
    return {"load": {"unit": state.unit, "until": state.ended_at or STILL}}


def _seldom(state: Ticket) -> dict[str, Any]:
    """Give what most tickets do not have, and what is not worth a line in theirs then."""
    passed_over = list(state.passed_over) if state.is_queued and state.passed_over else None
    fields = {
        "rank": state.rank,
        "weight": state.weight if state.weight != 1 else None,
        "passed_over": passed_over,
        "due_at": state.react_by if state.holder is not None else None,
        "tags": list(state.tags) or None,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _parts(state: Ticket) -> dict[str, Any]:
    """Give for whom an open step has a task or a seat; nothing for the ordinary ticket."""
    tasks = [task for task in state.tasks if task.is_open]
    keys = [f"person:{t.assignee}" if t.assignee else f"unit:{t.unit}" for t in tasks]
    keys += (who for _number, who in (state.consent.free() if state.consent else ()))
    queued = any(task.assignee is None for task in tasks)
    return ({"asked": keys} if keys else {}) | ({"tasks_queued": True} if queued else {})
