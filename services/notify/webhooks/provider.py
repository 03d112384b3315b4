"""Puts what posts to webhooks together from settings and dependencies, and keeps it going."""

from __future__ import annotations

from datetime import timedelta

from chassis.bus.topology import SOURCES
from chassis.calls.client import Caller
from chassis.late import late
from chassis.runtime import Runtime
from chassis.timers import Everywhere
from services.notify.assembly import Assembled
from services.notify.channels.posting import Poster
from services.notify.repository import Posts, Webhooks, Workers
from services.notify.sending.directory import Directory, PartnerLinks
from services.notify.webhooks.administering import Desk
from services.notify.webhooks.engine import Engine
from services.notify.webhooks.lane import WIDTH, House
from services.notify.webhooks.reading import Reader
from services.notify.webhooks.telling import tell

_TEST_SECONDS = 1.0


class WebhookPosting(Assembled):
    """The engine, and the desk that administrators come to: of `ledgers` and `settings`."""

    runtime = Runtime()

    def setup(self) -> None:
        """Have the indexes made before the process is ready."""
        self.runtime.before_ready(self._prepare)

    def _prepare(self) -> None:
        for collection in (self.known, self._posts, self._workers):
            collection.make_indexes()

    @late
    def known(self) -> Webhooks:
        """The subscriptions."""
        return Webhooks(self.runtime.database)

    @late
    def desk(self) -> Desk:
        """What administrators do."""
        # A test is answered while its caller waits.
        return Desk(self.known, self._posts, self._reader, self._way(_TEST_SECONDS))

    @late
    def engine(self) -> Engine:
        """What posts."""
        clock = self.runtime.clock
        house = House(
            posts=self._posts,
            stops=self.known,
            reads=self._reader,
            now=clock.now,
            draining=lambda: self.runtime.draining,
            pauses=self._settings.webhook_retry_seconds,
        )
        ledgers = self._other("ledgers")
        return Engine(
            self.known,
            lambda: self._workers.present(clock.now()),
            self.runtime.leases,
            house,
            way=self._way,
            tell=lambda webhook: tell(ledgers, webhook),
        )

    @late
    def _posts(self) -> Posts:
        return Posts(self.runtime.database, timedelta(days=self._settings.webhook_kept_days))

    @late
    def _workers(self) -> Workers:
        return Workers(self.runtime.database)

    @late
    def _reader(self) -> Reader:
        callers = {source: Caller(self.runtime, source) for source in SOURCES}
        intake, routing = callers["intake"], callers["routing"]
        asks = Directory(intake, routing, lambda _codes: {}, PartnerLinks(routing))
        return Reader(callers, asks)

    def _way(self, seconds: float | None = None) -> Poster:
        settings = self._settings
        return Poster(
            inside=frozenset(_listed(settings.webhook_inside)),
            hosts=_listed(settings.webhook_hosts),
            width=WIDTH,
            seconds=seconds or settings.webhook_seconds,
        )


class Posting(Everywhere):
    """The chassis's loop in every process that hears events; it ends with empty hands."""

    def stop(self) -> None:
        """End, and wait for what is under way; the runner limits how long."""
        super().stop()
        if self.role in self.server.runtime.settings.roles:
            self.server.service.webhook_posting.engine.put_down()


def _listed(text: str) -> list[str]:
    return [item for each in text.split(",") if (item := each.strip().lower())]


posting = Posting.decorator
