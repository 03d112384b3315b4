"""What operators can do about stuck events: list, try again, pass over."""

from __future__ import annotations

import msgspec
from nameko.extensions import SharedExtension

from chassis.bus.inbox import Inbox
from chassis.calls.call import Call
from chassis.calls.server import CallServer
from chassis.errors import Conflict, NotFound
from chassis.journal.aggregates import Aggregates
from contracts.calls.journal import ListStuck, StuckId, StuckRow


class StuckCalls(SharedExtension):
    """Offers the calls on the service's call server; each needs `system.operate`."""

    inbox = Inbox()
    server = CallServer()

    def setup(self) -> None:
        """Offer them."""
        self.server.offer("stuck_list", self.list, ListStuck)
        self.server.offer("stuck_retry", self.retry, StuckId)
        self.server.offer("stuck_skip", self.skip, StuckId)

    def list(self, request: ListStuck, call: Call) -> list[StuckRow]:
        """Give what is stuck, oldest first."""
        call.require("system.operate")
        rows = self.inbox.lagging.find(stuck_only=not request.lagging)
        return [msgspec.convert({**row, "id": row["_id"]}, type=StuckRow) for row in rows]

    def retry(self, request: StuckId, call: Call) -> dict[str, bool]:
        """Try a stuck event again now."""
        call.require("system.operate")
        if not self.inbox.lagging.retry(request.id):
            raise NotFound("stuck_not_found")
        return {"retried": True}

    def skip(self, request: StuckId, call: Call) -> dict[str, int]:
        """Pass over the one event that cannot be applied; recorded in the stream with the name."""
        call.require("system.operate")
        row = self.inbox.lagging.get(request.id)
        if row is None:
            raise NotFound("stuck_not_found")
        sequence = self._skip_next(row["source"], row["stream"], call)
        self.inbox.lagging.retry(request.id)
        return {"skipped": sequence}

    def _skip_next(self, source: str, stream: str, call: Call) -> int:
        receiver = self.inbox.receiver
        assert receiver is not None  # noqa: S101 - set before anything is consumed
        into = getattr(receiver, "into", receiver)
        skip = into.skip if isinstance(into, Aggregates) else getattr(receiver, "skip", None)
        if skip is None:
            raise Conflict("skip_not_possible")
        if isinstance(into, Aggregates):
            into.mend([stream])
        sequence = receiver.cursors(source, [stream]).get(stream, 0) + 1
        skip(stream, (source, sequence), call.identity.subject)
        return sequence
