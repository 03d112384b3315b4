"""A thin typed client of the gateway's HTTP API, on asyncio; `wire.py` says how it is spoken to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

import msgspec

from contracts.calls.intake import Registered
from contracts.calls.reporting import RebuildProgress, Report, ReportEntry
from contracts.calls.routing import TicketView
from peygir.wire import Answered, Problem, Wire

__all__ = ["Answered", "Client", "Problem"]


class EventPage(msgspec.Struct, frozen=True, kw_only=True):
    """Events in order, and the cursor behind them: keep it with what was made of the events."""

    #: As they travel: CloudEvents.
    events: list[dict[str, Any]]
    next: str
    end: bool
    unavailable: list[str] = []


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

    async def event_pages(
        self, *, after: str = "", types: str = "", units: str = "", wait: float = 0
    ) -> AsyncIterator[EventPage]:
        """Give the event log page by page: to its end, or with `wait` for ever."""
        while True:
            wanted = {"after": after, "types": types, "units": units, "wait": f"{wait:g}"}
            query = {name: value for name, value in wanted.items() if value}
            page = await self.get("/api/v1/events", EventPage, {**query, "limit": "1000"})
            yield page
            after = page.next
            if page.end and not wait:
                return

    async def ticket_page(self, query: Mapping[str, str]) -> dict[str, Any]:
        """Give a page of tickets as lists show them: `items`, and the `next` of the one after."""
        return await self.get("/api/v1/tickets", dict[str, Any], query)

    # -- people ----------------------------------------------------------------------------------

    async def people(self) -> list[dict[str, Any]]:
        """Give everybody who works here or has worked here, without contacts."""
        return await self.get("/api/v1/admin/people", list[dict[str, Any]])

    async def person(self, person: str) -> dict[str, Any]:
        """Give a person as he was defined, but for the password."""
        return await self.get(f"/api/v1/admin/people/{quote(person, safe='')}", dict[str, Any])

    async def define_person(self, person: str, terms: Mapping[str, Any]) -> dict[str, Any]:
        """Add a person, or change him to what is sent; without a password he keeps his."""
        path = f"/api/v1/admin/people/{quote(person, safe='')}"
        return (await self.command(path, terms, dict[str, Any], method="PUT")).value

    async def reset_second_factor(self, person: str) -> None:
        """Let a person sign in with the password alone."""
        path = f"/api/v1/admin/people/{quote(person, safe='')}/second-factor/reset"
        await self.command(path, None, Any)

    # -- webhooks --------------------------------------------------------------------------------

    async def webhooks(self) -> list[dict[str, Any]]:
        """Give every webhook."""
        return await self.get("/api/v1/admin/webhooks", list[dict[str, Any]])

    async def test_webhook(self, webhook: str) -> dict[str, Any]:
        """Post a test message now; gives what became of it."""
        path = f"/api/v1/admin/webhooks/{quote(webhook, safe='')}/test"
        return (await self.command(path, {}, dict[str, Any])).value

    async def webhook_posts(
        self, webhook: str, *, state: str | None = None, most: int = 50
    ) -> list[dict[str, Any]]:
        """Give what was posted, newest first."""
        query = {"limit": str(most), **({"state": state} if state else {})}
        path = f"/api/v1/admin/webhooks/{quote(webhook, safe='')}/posts"
        return await self.get(path, list[dict[str, Any]], query)

    async def replay_webhook(self, webhook: str, after: str | None) -> dict[str, Any]:
        """Have a webhook told again from a cursor on, or from the beginning."""
        path = f"/api/v1/admin/webhooks/{quote(webhook, safe='')}/replay"
        return (await self.command(path, {"after": after}, dict[str, Any])).value

    # -- keys of outside systems -----------------------------------------------------------------

    async def keys(self) -> list[dict[str, Any]]:
        """Give every key there ever was, without its text."""
        return await self.get("/api/v1/admin/keys", list[dict[str, Any]])

    async def make_key(self, key: str, terms: Mapping[str, Any]) -> dict[str, Any]:
        """Make a key; its text is in `key` of the answer, and nowhere after."""
        path = f"/api/v1/admin/keys/{key}"
        return (await self.command(path, terms, dict[str, Any], method="PUT")).value

    async def rotate_key(self, key: str, overlap: int) -> dict[str, Any]:
        """Give a key another text; the one before stays good for some seconds."""
        path = f"/api/v1/admin/keys/{key}/rotate"
        return (await self.command(path, {"overlap": overlap}, dict[str, Any])).value

    async def revoke_key(self, key: str) -> None:
        """Let nobody in with a key any more."""
        path = f"/api/v1/admin/keys/{key}"
        await self.command(path, None, dict[str, Any], method="DELETE")

    async def verify_journal(self, service: str, after: int) -> dict[str, Any]:
        """Check a part of a journal: how much of it, its faults, and where the next part begins."""
        path = f"/api/v1/admin/journals/{service}/verify"
        return await self.get(path, dict[str, Any], {"after": str(after)})
