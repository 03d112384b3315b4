"""A thin typed client of the gateway's HTTP API, on asyncio; `wire.py` says how it is spoken to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from contracts.calls.intake import Registered
from contracts.calls.reporting import RebuildProgress, Report, ReportEntry
from contracts.calls.routing import TicketView
from peygir.wire import Answered, Problem, Wire

__all__ = ["Answered", "Client", "Problem"]


class Client(Wire):
    """One user's way to one gateway."""

    # -- tickets ---------------------------------------------------------------------------------

    async def register(
        self, ticket: Mapping[str, Any], *, at: datetime | None = None, key: str | None = None
    ) -> Answered[Registered]:
        """Register a request."""
        return await self.command("/api/v1/tickets", ticket, Registered, at=at, key=key)

    async def act(
        self,
        code: str,
        action: str,
        arguments: Mapping[str, Any] | None = None,
        *,
        at: datetime | None = None,
        key: str | None = None,
        behalf: str | None = None,
    ) -> Answered[TicketView]:
        """Do one of a ticket's actions; `behalf` is for importers: whose deed it was."""
        path = f"/api/v1/tickets/{code}/actions/{action}"
        return await self.command(path, arguments or {}, TicketView, at=at, key=key, behalf=behalf)

    async def write(
        self,
        code: str,
        proof: str,
        text: str,
        *,
        at: datetime | None = None,
        key: str | None = None,
    ) -> Answered[dict[str, Any]]:
        """Write as the requester."""
        path = f"/api/v1/track/{code}/messages"
        return await self.command(path, {"text": text}, dict[str, Any], at=at, key=key, proof=proof)

    async def ticket(self, code: str) -> dict[str, Any]:
        """Give a whole ticket."""
        return await self.get(f"/api/v1/tickets/{code}", dict[str, Any])

    async def timeline(self, code: str) -> list[dict[str, Any]]:
        """Give a ticket's steps, oldest first."""
        answer = await self.get(f"/api/v1/tickets/{code}/timeline", dict[str, Any])
        steps: list[dict[str, Any]] = answer["steps"]
        return steps

    # -- figures and operation -------------------------------------------------------------------

    async def reports(self) -> list[ReportEntry]:
        """Give the catalogue of reports."""
        return await self.get("/api/v1/reports", list[ReportEntry])

    async def report(
        self,
        name: str,
        *,
        since: date | None = None,
        until: date | None = None,
        by: str | None = None,
    ) -> Report:
        """Give one report."""
        wanted = {"from": since, "to": until, "by": by}
        query = {part: str(value) for part, value in wanted.items() if value is not None}
        return await self.get(f"/api/v1/reports/{name}", Report, query)

    async def rebuild_reporting(self) -> RebuildProgress:
        """Have the figures built again; one that is under way is answered instead."""
        return (await self.command("/api/v1/admin/reporting/rebuild", {}, RebuildProgress)).value

    async def rebuild_progress(self) -> RebuildProgress | None:
        """Tell how far the last rebuild has come."""
        return await self.get_optional("/api/v1/admin/reporting/rebuild", RebuildProgress)

    async def stuck(self, *, lagging: bool = False) -> dict[str, list[dict[str, Any]]]:
        """Give the events that services could not apply, by service."""
        query = {"lagging": "true"} if lagging else None
        answer = await self.get("/api/v1/admin/stuck", dict[str, Any], query)
        stuck: dict[str, list[dict[str, Any]]] = answer["stuck"]
        return stuck

    async def retry_stuck(self, service: str, row: str) -> None:
        """Have a stuck event tried again now."""
        await self.command(
            f"/api/v1/admin/stuck/{service}/{quote(row, safe='')}/retry", {}, dict[str, bool]
        )

    async def skip_stuck(self, service: str, row: str) -> int:
        """Have a stuck event passed over; gives its sequence."""
        path = f"/api/v1/admin/stuck/{service}/{quote(row, safe='')}/skip"
        answered = await self.command(path, {}, dict[str, int])
        return answered.value["skipped"]

    async def verify_journal(self, service: str, after: int) -> dict[str, Any]:
        """Check a part of a journal: how much of it, its faults, and where the next part begins."""
        path = f"/api/v1/admin/journals/{service}/verify"
        return await self.get(path, dict[str, Any], {"after": str(after)})
