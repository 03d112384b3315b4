"""How tickets are shown to who may see them: one, a page of a list, an inbox."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from chassis.calls.call import Call
from chassis.errors import Forbidden, NotFound
from chassis.journal import Aggregates, Outcome, Snapshot
from contracts.calls.routing import (
    ActedOn,
    GetReadable,
    Inbox,
    ListTickets,
    OpenReferral,
    Readable,
    Refusal,
    TicketPage,
    TicketView,
)
from contracts.rights import scope_of
from services.routing import attention
from services.routing.cursors import cursor_of, place_of
from services.routing.domain.permission import Asker, Standing, asker_of
from services.routing.domain.ticket import AT_WORK, Ticket
from services.routing.handlers import allowed
from services.routing.handlers.case import Grounds
from services.routing.partners import outside_of
from services.routing.parts import asked_as, parts_of
from services.routing.repository.queues import QUEUE_ORDER
from services.routing.timeline import told_whole

_INBOX = 200
_NEWEST = [("updated_at", -1), ("_id", -1)]
#: What somebody may do who is asked beside the ticket's own work.
_PARTS = frozenset({"take-task", "finish-task", "approve", "refuse"})
_URGENT = [("rank", -1), ("priority", 1), ("opened_at", 1)]


class Shown(NamedTuple):
    """A ticket at one of its versions."""

    code: str
    version: int
    ticket: Ticket
    updated_at: datetime


class Views:
    """Shows tickets to one caller."""

    def __init__(self, tickets: Aggregates[Ticket], grounds: Grounds, call: Call) -> None:
        self._tickets = tickets
        self._grounds = grounds
        self._asker: Asker = asker_of(call.identity, grounds.organisation)
        self._now = call.now

    @property
    def is_staff(self) -> bool:
        """Whether the caller may see more than a requester."""
        return scope_of(self._asker.role, "ticket.read") is not None

    def ticket(self, code: str) -> TicketView:
        """Show one; raises NotFound or Forbidden."""
        return self.show(self.readable(code))

    def readable(self, code: str) -> Shown:
        """Give a ticket that the caller may read; raises NotFound or Forbidden."""
        return self._allowed(self._found(code))

    def _found(self, code: str) -> Snapshot[Ticket] | None:
        found = self._tickets.find({"_id": code}, limit=1)
        if not found:
            self._tickets.mend([code])
            found = self._tickets.find({"_id": code}, limit=1)
        return found[0] if found else None

    def readable_of(self, request: GetReadable) -> Readable:
        """Give those tickets and units whose tickets the caller may read."""
        found = self._tickets.find({"_id": {"$in": request.codes}}, limit=len(request.codes) or 1)
        organisation, me = self._grounds.organisation, self._asker
        scope = scope_of(me.role, "ticket.read")
        below = [me.unit] if scope == "team" else organisation.subtree(me.unit)
        return Readable(
            codes=[
                item.stream
                for item in found
                if item.state.opened_at and Standing(item.state, me, organisation).may_read
            ],
            units=[unit for unit in request.units if scope == "all" or (scope and unit in below)],
        )

    def followed(self, code: str, snapshot: Mapping[str, Any] | None) -> Shown:
        """Give one whose snapshot was looked up; raises NotFound or Forbidden."""
        stored = {} if snapshot is None else self._tickets.stored({code: snapshot})
        found = self._allowed(stored.get(code) or self._found(code))
        return found._replace(ticket=told_whole(code, found.ticket, self._tickets))

    def _allowed(self, found: Snapshot[Ticket] | None) -> Shown:
        if found is None or found.state.opened_at is None:
            raise NotFound("ticket_not_found")
        shown = _shown(found)
        if not Standing(shown.ticket, self._asker, self._grounds.organisation).may_read:
            raise Forbidden("ticket_not_yours")
        return shown

    def page(self, request: ListTickets) -> TicketPage:
        """Show a page of what the caller may read, newest change first."""
        query: dict[str, Any] = {"$and": [self._visible(), *_after(request.cursor)]}
        wanted = {
            "status": request.state,
            "unit": request.unit,
            "owner": request.owner,
            "assignee": request.assignee,
            "tags": request.tag,
        }
        query |= {field: value for field, value in wanted.items() if value is not None}
        if request.codes is not None:
            query["_id"] = {"$in": request.codes}
        found = self._tickets.find(query, sort=_NEWEST, limit=request.limit + 1)
        items = [self.show(_shown(item)) for item in found[: request.limit]]
        more = len(found) > request.limit
        return TicketPage(items=items, next=_cursor(found[request.limit - 1]) if more else None)

    def inbox(self) -> Inbox:
        """Show what the caller has to look at; raises Forbidden to who is no staff member."""
        me = self._asker
        if me.person is None:
            raise Forbidden("staff_only")
        at_work = {"status": {"$in": sorted(AT_WORK)}}
        asleep = {"$elemMatch": {"by": me.person, "until": {"$gt": self._now}}}
        awake = {"snoozes": {"$not": asleep}}
        # Named one by one, the tiers come sorted from the index.
        tiers = list(range(1, me.tier + 1))
        queue = {"queued": True, "unit": me.unit, "tier": {"$in": tiers}}
        return Inbox(
            work=self._list({"held_by": me.person, **awake}),
            out=self._out({"owner": me.person, "assignee": {"$ne": me.person}, **at_work, **awake}),
            queue=self._list({**queue, "for_person": {"$in": [None, me.person]}}, QUEUE_ORDER),
            asked=self._asked(),
            questions=self._questions(),
        )

    def show(self, shown: Shown) -> TicketView:
        """Give a ticket's case with what the caller may do now."""
        ticket = shown.ticket
        actions = allowed(ticket, self._asker, self._now, self._grounds)
        return TicketView(
            code=shown.code,
            state=ticket.state,
            step=ticket.step,
            workflow=ticket.workflow,
            subject=ticket.subject,
            kind=ticket.kind,
            channel=ticket.channel,
            requester=ticket.requester,
            unit=ticket.unit,
            tier=ticket.tier,
            owner=ticket.owner,
            assignee=ticket.assignee,
            priority=ticket.priority,
            registered_at=ticket.opened_at or shown.updated_at,
            updated_at=shown.updated_at,
            finished_at=ticket.finished_at,
            waiting_for=ticket.waiting_for,
            referrals=_referrals(ticket),
            reopened=ticket.reopened,
            rating=ticket.rating,
            touch_seconds=ticket.touch_seconds,
            cost=ticket.cost,
            version=shown.version,
            parent=ticket.ties.parent,
            children=len(ticket.ties.children),
            merged_into=ticket.ties.merged_into,
            **attention.shown(ticket, self._asker.person),
            actions=actions,
            outside=outside_of(ticket),
            client=ticket.client.partner if ticket.client else None,
            tags=list(ticket.tags),
            **parts_of(ticket, self._grounds.workflow_of(ticket), actions),
        )

    def _out(self, query: dict[str, Any]) -> list[TicketView]:
        """Show what is with others, the longest there first."""
        found = self._tickets.find_again(query, sort=_URGENT, limit=_INBOX)
        views = [
            msgspec.structs.replace(
                self.show(_shown(item)), away=attention.away(item.state, self._now)
            )
            for item in found
        ]
        return sorted(views, key=lambda view: view.away.since if view.away else self._now)

    def _questions(self) -> list[TicketView]:
        """Show what the caller's unit, or he himself, was asked about."""
        if self._asker.unit is None:
            return []
        found = self._tickets.find_again(
            {"questioned": self._asker.unit}, sort=_URGENT, limit=_INBOX
        )
        organisation = self._grounds.organisation
        mine = (i for i in found if Standing(i.state, self._asker, organisation).was_asked)
        return [self.show(_shown(item)) for item in mine]

    def acted_on(self, outcomes: Mapping[str, Outcome]) -> list[ActedOn]:
        """Show what became of an action on many tickets."""
        return [self._acted_on(code, outcome) for code, outcome in outcomes.items()]

    def _acted_on(self, code: str, outcome: Outcome) -> ActedOn:
        error = outcome.error
        if error is None:
            shown = Shown(code, outcome.version, outcome.state, self._now)
            return ActedOn(code=code, ticket=self.show(shown))
        faults = [(fault.pointer, fault.code, fault.params) for fault in error.fields]
        refusal = Refusal(status=error.status, code=error.code, params=error.params, fields=faults)
        return ActedOn(code=code, refusal=refusal)

    def _asked(self) -> list[TicketView]:
        """Show what has a task or a seat for the caller."""
        names = asked_as(self._asker, self._grounds.organisation)
        shown = self._list({"asked": {"$in": names}})
        return [view for view in shown if not _PARTS.isdisjoint(view.actions)]

    def _list(
        self, query: dict[str, Any], order: Sequence[tuple[str, int]] = _URGENT
    ) -> list[TicketView]:
        found = self._tickets.find_again(query, sort=order, limit=_INBOX)
        return [self.show(_shown(item)) for item in found]

    def _visible(self) -> dict[str, Any]:
        """Give the condition under which the caller may read a ticket; raises Forbidden."""
        me = self._asker
        scope = scope_of(me.role, "ticket.read")
        if scope is None:
            raise Forbidden("right_missing", right="ticket.read")
        if scope == "all":
            return {}
        mine: list[dict[str, Any]] = [{"owner": me.person}, {"assignee": me.person}]
        if scope == "team":
            mine.append({"unit": me.unit})
        elif scope == "subtree":
            mine.append({"unit": {"$in": self._grounds.organisation.subtree(me.unit)}})
        return {"$or": mine}


def _shown(snapshot: Snapshot[Ticket]) -> Shown:
    return Shown(snapshot.stream, snapshot.version, snapshot.state, snapshot.updated_at)


def _referrals(ticket: Ticket) -> list[OpenReferral]:
    return [
        OpenReferral(
            id=token.id,
            by=token.by,
            to_unit=token.to_unit,
            to_tier=token.to_tier,
            to_person=token.to_person,
            since=token.since,
        )
        for token in ticket.referrals
    ]


def _cursor(last: Snapshot[Ticket]) -> str:
    return cursor_of(last.updated_at, last.stream)


def _after(cursor: str | None) -> list[dict[str, Any]]:
    """Give the condition for what comes after a cursor; raises Invalid."""
    if cursor is None:
        return []
    at, code = place_of(cursor)
    return [{"$or": [{"updated_at": {"$lt": at}}, {"updated_at": at, "_id": {"$lt": code}}]}]
