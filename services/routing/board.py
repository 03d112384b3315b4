"""How units stand now, for who looks after them: the board, and the tickets behind its figures."""

from __future__ import annotations

from typing import Any

from chassis.calls.call import Call
from chassis.clock import as_utc
from chassis.errors import Forbidden, NotFound
from chassis.journal import Aggregates, Snapshot
from contracts.calls.routing import TicketPage
from contracts.calls.routing.board import AwayTicket, Board, GetBoard, ListOpen
from contracts.rights import scope_of
from services.routing import attention
from services.routing.attending import Attending
from services.routing.cursors import cursor_of, place_of
from services.routing.domain.organisation import Organisation
from services.routing.domain.permission import asker_of
from services.routing.domain.ticket import Ticket
from services.routing.repository.boards import Boards, aged, away_in, open_in
from services.routing.views import Shown, Views

_AWAY = 20
#: Out of which those that are away longest are chosen.
_LOOKED_AT = 500
_OLDEST = [("opened_at", 1), ("_id", 1)]


class Overlook:
    """Shows one caller how units stand; raises Forbidden to who reads no reports."""

    def __init__(
        self, tickets: Aggregates[Ticket], boards: Boards, organisation: Organisation, call: Call
    ) -> None:
        call.require("report.read")
        self._tickets = tickets
        self._boards = boards
        self._organisation = organisation
        self._call = call

    def board(self, request: GetBoard, attending: Attending) -> Board:
        """Tell how units stand; raises NotFound or Forbidden for a unit."""
        units = self._units(request.unit)
        named = [unit for unit in units if unit is not None]
        midnight = as_utc(request.midnight)
        return Board(
            units=named,
            counts=self._boards.counts(units, self._call.now),
            registered=self._boards.registered(units, midnight),
            ended=self._boards.ended(units, midnight),
            people=attending.working_in(named, self._call.now),
            away=self._away(units),
        )

    def tickets(self, request: ListOpen, views: Views) -> TicketPage:
        """Show a page of open tickets, the oldest first."""
        units = self._units(request.unit)
        query = away_in(units) if request.away else open_in(units)
        conditions = [query, *_after(request.cursor)]
        if request.state is not None:
            conditions.append({"status": request.state})
        if request.age is not None:
            conditions.append(aged(request.age, self._call.now))
        if request.queued:
            conditions.append({"queued": True})
        if request.assignee is not None:
            conditions.append({"assignee": request.assignee})
        found = self._tickets.find({"$and": conditions}, sort=_OLDEST, limit=request.limit + 1)
        shown = found[: request.limit]
        items = [
            views.show(Shown(item.stream, item.version, item.state, item.updated_at))
            for item in shown
        ]
        more = len(found) > request.limit
        return TicketPage(items=items, next=_cursor(shown[-1]) if more else None)

    def _away(self, units: list[str | None]) -> list[AwayTicket]:
        found = self._tickets.find(away_in(units), limit=_LOOKED_AT)
        away = [
            AwayTicket(
                code=item.stream,
                owner=item.state.owner,
                away=attention.away(item.state, self._call.now),
            )
            for item in found
        ]
        return sorted(away, key=lambda ticket: ticket.away.since)[:_AWAY]

    def _units(self, wanted: str | None) -> list[str | None]:
        """Give the units that are asked for and may be read."""
        organisation = self._organisation
        asker = asker_of(self._call.identity, organisation)
        scope = scope_of(asker.role, "ticket.read")
        if scope is None or (wanted is None and scope == "own"):
            raise Forbidden("right_missing", right="ticket.read")
        if wanted is not None and wanted not in organisation.units:
            raise NotFound("unit_unknown", unit=wanted)
        if scope == "all":
            return [*organisation.subtree(wanted)] if wanted else [*organisation.units, None]
        mine = organisation.subtree(asker.unit) if scope == "subtree" else [asker.unit]
        if wanted is None:
            return list(mine)
        if wanted not in mine:
            raise Forbidden("right_missing", right="ticket.read")
        return [unit for unit in organisation.subtree(wanted) if unit in mine]


def _cursor(last: Snapshot[Ticket]) -> str:
    return cursor_of(last.state.opened_at, last.stream)


def _after(cursor: str | None) -> list[dict[str, Any]]:
    """Give the condition for what comes after a cursor; raises Invalid."""
    if cursor is None:
        return []
    at, code = place_of(cursor)
    return [{"$or": [{"opened_at": {"$gt": at}}, {"opened_at": at, "_id": {"$gt": code}}]}]
