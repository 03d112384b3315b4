"""One subscription's way: takes events over from the log, posts them, keeps what became of each.

Run by the one process that has the subscription's lease. Nothing of another subscription waits for
it: it has its own green threads and its own connections.
"""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

import eventlet

from chassis import webhooks as signing
from chassis.errors import DomainError, Unavailable
from chassis.logging import get_logger
from chassis.metrics import metric
from contracts.envelope import CloudEvent
from services.notify.channels import outside
from services.notify.channels.posting import Posted, seconds_of
from services.notify.domain import posting
from services.notify.domain.posting import Answered, Waiting
from services.notify.domain.webhooks import FAILING, GONE, Webhook, body, message_id
from services.notify.repository.posts import Attempt, Mark, Marks, Post, attempt_of
from services.notify.webhooks.reading import Page

log = get_logger()

#: Events that one look takes over at most.
_PAGE = 500
_MOST = 12_000
_IDLE_SECONDS, _BUSY_SECONDS = 0.4, 0.01
_AFTER_TROUBLE_SECONDS = 1.0
#: So many attempts in a row that came to nothing: the receiver is failing.
_FAILING = 20
#: Posts of one subscription under way at a time.
WIDTH = 8


class Holds(Protocol):
    """A lease."""

    def held(self) -> bool: ...


class Posts(Protocol):
    """Where messages are kept; every method raises Unavailable."""

    def marks(self, webhook: str) -> Marks: ...
    def mark(self, webhook: str, marks: Marks) -> bool: ...
    def add(self, posts: Sequence[Post]) -> None: ...
    def waiting(self, webhook: str, most: int) -> list[Waiting]: ...
    def one(self, webhook: str, post: str) -> Post: ...
    def settle(self, before: Waiting, attempt: Attempt, settled: posting.Settled) -> None: ...
    def delivered_since(self, webhook: str, since: datetime) -> datetime | None: ...


class Stops(Protocol):
    """Where it is kept that nothing more is posted."""

    def stop(self, webhook: Webhook, reason: str, now: datetime) -> None: ...


class Reads(Protocol):
    """Reads the event log on."""

    def ends(self) -> dict[str, Mark]: ...
    def page(self, marks: Mapping[str, Mark], most: int) -> Page: ...
    def wanted(self, webhook: Webhook, events: Sequence[CloudEvent]) -> list[CloudEvent]: ...


class Way(Protocol):
    """The way out."""

    def post(self, address: str, body: bytes, head: Mapping[str, str]) -> Posted: ...
    def place(self, address: str) -> tuple[outside.Place, str]: ...
    def close(self) -> None: ...


class House(NamedTuple):
    """What all lanes share."""

    posts: Posts
    stops: Stops
    reads: Reads
    now: Callable[[], datetime]
    draining: Callable[[], bool]
    pauses: Sequence[float]


class Lane:
    """The way of one subscription."""

    def __init__(self, webhook: Webhook, house: House, way: Way, lease: Holds) -> None:
        #: As it was looked up last; whoever looks puts a newer one here.
        self.webhook = webhook
        self.ended = False
        self._house = house
        self._way = way
        self._lease = lease
        self._queue: dict[str, Waiting] = {}
        self._marks: Marks | None = None
        self._touched = -1
        self._in_hand: set[str] = set()
        self._failures = 0
        self._stopped = False
        self._pool = eventlet.GreenPool(WIDTH)

    @property
    def waiting(self) -> int:
        """How many messages are to be posted."""
        return len(self._queue)

    def leave(self) -> None:
        """Begin nothing more."""
        self._stopped = True

    def run(self) -> None:
        """Take over and post as long as the lease is held; ends with empty hands."""
        try:
            while self._goes_on():
                eventlet.sleep(self._round())
        finally:
            self._pool.waitall()
            self._way.close()
            self.ended = True

    def _goes_on(self) -> bool:
        return not self._stopped and self._lease.held() and not self._house.draining()

    def _round(self) -> float:
        """Do what there is to do; gives how long to rest."""
        try:
            self._look_anew()
            took = self._take_over()
            return _BUSY_SECONDS if self._post_due() or took or self._in_hand else _IDLE_SECONDS
        except DomainError as error:
            log.warning("webhook_waits", webhook=self.webhook.id, error=error.code)
        except Exception:
            log.exception("webhook_failed", webhook=self.webhook.id)
        return _AFTER_TROUBLE_SECONDS

    def _look_anew(self) -> None:
        """Read what waits and how far one has come, at first and after an administrator's deed."""
        touched = self.webhook.touched
        if self._touched == touched and self._marks is not None:
            return
        self._pool.waitall()
        self._marks = self._house.posts.marks(self.webhook.id)
        found = self._house.posts.waiting(self.webhook.id, _MOST)
        self._queue = {item.id: item for item in found}
        self._failures = 0
        self._touched = touched

    # -- taking over -----------------------------------------------------------------------------

    def _take_over(self) -> bool:
        """Take the next events over from the log; tells whether there were any."""
        marks = self._marks
        failing = self._failures >= _FAILING
        room = posting.appetite(self._queue.values(), failing=failing)
        if marks is None or not room:
            return False
        if not marks.places:
            page = Page([], self._house.reads.ends())
        else:
            page = self._house.reads.page(marks.places, min(room, _PAGE))
        if page.marks == marks.places:
            return False
        wanted = self._house.reads.wanted(self.webhook, page.events)
        posts = self._posts(wanted, marks)
        if posts:
            self._house.posts.add(posts)
        after = Marks(places=page.marks, run=marks.run, taken=marks.taken + len(posts))
        if not self._house.posts.mark(self.webhook.id, after):
            self._marks = None
            return True
        self._marks = after
        self._queue |= {post.id: post.waiting() for post in posts}
        return bool(page.events)

    def _posts(self, events: Sequence[CloudEvent], marks: Marks) -> list[Post]:
        now, webhook = self._house.now(), self.webhook
        return [
            Post(
                id=f"{webhook.id}:{marks.run}:{message_id(event)}",
                webhook=webhook.id,
                message=message_id(event),
                type=event.event_type,
                subject=event.subject,
                event_at=event.time,
                taken_at=now,
                next_at=now,
                order=marks.taken + number,
                body=body(event, webhook.payload),
            )
            for number, event in enumerate(events, 1)
        ]

    # -- posting ---------------------------------------------------------------------------------

    def _post_due(self) -> bool:
        """Begin what is due as far as hands are free; tells whether there was any."""
        room = WIDTH - len(self._in_hand)
        found = posting.due(
            self._queue.values(),
            self._in_hand,
            now=self._house.now(),
            ordered=self.webhook.ordered,
            room=room,
        )
        for item in found:
            self._in_hand.add(item.id)
            self._pool.spawn_n(self._deliver, item)
        return bool(found)

    def _deliver(self, item: Waiting) -> None:
        try:
            self._attempt(item)
        except DomainError as error:
            log.warning("webhook_waits", webhook=self.webhook.id, error=error.code)
            eventlet.sleep(_AFTER_TROUBLE_SECONDS)
        except Exception:
            log.exception("webhook_failed", webhook=self.webhook.id)
            eventlet.sleep(_AFTER_TROUBLE_SECONDS)
        finally:
            self._in_hand.discard(item.id)

    def _attempt(self, item: Waiting) -> None:
        post = self._house.posts.one(self.webhook.id, item.id)
        if post.state != "waiting" or post.attempts != item.attempts:
            # Somebody else has had it meanwhile.
            self._marks = None
            return
        if not self._goes_on():
            return
        webhook, at, started = self.webhook, self._house.now(), time.monotonic()
        answered = attempt(self._way, webhook, post.message, post.body, at)
        attempted = attempt_of(answered, at, int((time.monotonic() - started) * 1000))
        settled = posting.settle(item, answered, self._house.pauses, self._house.now())
        metric("peygir_webhook_posts_total", answered.outcome).inc()
        self._failures = 0 if answered.outcome == posting.TAKEN else self._failures + 1
        self._keep(item, attempted, settled)
        if settled.state == "waiting" and settled.next_at is not None:
            item.first_at = item.first_at or at
            item.attempts += 1
            item.next_at = settled.next_at
            return
        self._queue.pop(item.id, None)
        metric("peygir_webhook_deliveries_total", settled.state).inc()
        if settled.state == "delivered":
            late = (self._house.now() - post.event_at).total_seconds()
            metric("peygir_webhook_lag_seconds").observe(max(0.0, late))
        else:
            self._consider(webhook, item, answered, at)

    def _keep(self, item: Waiting, attempted: Attempt, settled: posting.Settled) -> None:
        """Record an attempt, however long that takes: what was taken is not to be posted again."""
        while True:
            try:
                self._house.posts.settle(item, attempted, settled)
            except Unavailable:
                if not self._lease.held():
                    raise
                eventlet.sleep(_AFTER_TROUBLE_SECONDS)
            else:
                return

    def _consider(self, webhook: Webhook, item: Waiting, answered: Answered, at: datetime) -> None:
        """Stop posting to a receiver that is gone, or that has taken nothing for days."""
        first_at = item.first_at or at
        if answered.outcome != posting.GONE:
            delivered_at = self._house.posts.delivered_since(webhook.id, first_at)
            if not posting.is_hopeless(first_at, delivered_at):
                return
        reason = GONE if answered.outcome == posting.GONE else FAILING
        log.warning("webhook_stopped", webhook=webhook.id, reason=reason)
        self._stopped = True
        self._house.stops.stop(webhook, reason, self._house.now())


def attempt(way: Way, webhook: Webhook, message: str, content: bytes, now: datetime) -> Answered:
    """Post one message, signed with every secret that is good; never raises."""
    head = signing.headers(webhook.signing(now), message, content, now=now)
    try:
        posted = way.post(webhook.address, content, head)
    except (outside.OutOfBounds, ValueError):
        return Answered("address_not_allowed")
    except TimeoutError:
        return Answered("timeout")
    except (OSError, http.client.HTTPException):
        return Answered("unreachable")
    retry_after = seconds_of(posted.retry_after, now)
    return Answered(posting.outcome_of(posted.status), posted.status, retry_after, posted.body)
