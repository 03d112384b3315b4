"""One subscription's way, with stand-ins for the log, the database and the receiver."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from chassis.errors import Unavailable
from contracts.calls.journal import LogPart, ReadLog
from contracts.envelope import CloudEvent
from services.notify.channels import outside
from services.notify.channels.posting import Posted, Poster
from services.notify.domain.posting import Settled, Waiting
from services.notify.domain.webhooks import Secret, Webhook
from services.notify.repository.posts import Attempt, Mark, Marks, Post
from services.notify.webhooks.lane import House, Lane
from services.notify.webhooks.reading import Page, Reader
from tests.unit.notify.samples import CODE, NOON, SECRET
from tests.unit.notify.test_webhooks import a_webhook, an_event

OTHER = "999999999999"


class Kept:
    """Keeps messages as the database does; fails as often as it is told to."""

    def __init__(self) -> None:
        self.posts: dict[str, Post] = {}
        self.place = Marks(places={"routing": Mark("e", 0)}, run=1)
        self.away = 0

    def marks(self, _webhook: str) -> Marks:
        return self.place

    def mark(self, _webhook: str, marks: Marks) -> bool:
        if marks.run != self.place.run:
            return False
        self.place = marks
        return True

    def add(self, posts: Sequence[Post]) -> None:
        for post in posts:
            self.posts.setdefault(post.id, post)

    def waiting(self, _webhook: str, _most: int) -> list[Waiting]:
        return [post.waiting() for post in self.posts.values() if post.state == "waiting"]

    def one(self, _webhook: str, post: str) -> Post:
        return self.posts[post]

    def settle(self, before: Waiting, attempt: Attempt, settled: Settled) -> None:
        if self.away:
            self.away -= 1
            raise Unavailable("database_unavailable")
        post = self.posts[before.id]
        if post.attempts == before.attempts:
            changes = {"state": settled.state, "next_at": settled.next_at}
            tried = {"attempts": post.attempts + 1, "tried": [*post.tried, attempt]}
            self.posts[before.id] = _replaced(post, **changes, **tried)

    def delivered_since(self, _webhook: str, _since: datetime) -> datetime | None:
        return None


class Log:
    """The event log: what is in it comes once, to who has read so far."""

    def __init__(self, *events: CloudEvent) -> None:
        self.events = list(events)

    def ends(self) -> dict[str, Mark]:
        return {"routing": Mark("e", len(self.events))}

    def page(self, marks: Mapping[str, Mark], most: int) -> Page:
        start = marks["routing"].position
        found = self.events[start : start + most]
        return Page(found, {"routing": Mark("e", start + len(found))})

    def wanted(self, _webhook: Webhook, events: Sequence[CloudEvent]) -> list[CloudEvent]:
        return list(events)


class Way:
    """Answers as scripted, the last way for ever."""

    def __init__(self, *script: Any) -> None:
        self.script = list(script)
        self.got: list[tuple[str, bytes]] = []

    def post(self, _address: str, body: bytes, head: Mapping[str, str]) -> Posted:
        self.got.append((head["webhook-id"], body))
        said = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(said, Exception):
            raise said
        return Posted(said, "", b"")

    def place(self, address: str) -> Any:
        return address

    def close(self) -> None:
        """Nothing is open."""


class Stops:
    """Stops, and the end of the lease with it."""

    def __init__(self) -> None:
        self.reasons: list[str] = []

    def stop(self, _webhook: Webhook, reason: str, _now: datetime) -> None:
        self.reasons.append(reason)


class Lease:
    """Held until what is waited for is so."""

    def __init__(self, until: Callable[[], object]) -> None:
        self._until = until
        self._looks = 0

    def held(self) -> bool:
        self._looks += 1
        assert self._looks < 2000, "waited in vain"
        return not self._until()


class World:
    """A lane and what surrounds it, on a clock that goes on an hour with every look."""

    def __init__(self, way: Way, *events: CloudEvent, pauses: Sequence[float] = (60, 60)) -> None:
        self.way = way
        self.kept = Kept()
        self.stops = Stops()
        self.now = NOON
        self._log = Log(*events)
        self._pauses = pauses

    def clock(self) -> datetime:
        self.now += timedelta(hours=1)
        return self.now

    def run(self, until: Callable[[], object], **changes: Any) -> None:
        house = House(
            posts=self.kept,
            stops=self.stops,
            reads=self._log,
            now=self.clock,
            draining=lambda: False,
            pauses=self._pauses,
        )
        webhook = a_webhook(secrets=[Secret(text=SECRET, since=NOON)], **changes)
        Lane(webhook, house, self.way, Lease(until)).run()

    @property
    def states(self) -> list[str]:
        return [post.state for post in self.kept.posts.values()]


@pytest.fixture(autouse=True)
def _no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_IDLE_SECONDS", "_BUSY_SECONDS", "_AFTER_TROUBLE_SECONDS"):
        monkeypatch.setattr(f"services.notify.webhooks.lane.{name}", 0)


def test_each_event_is_posted_once_and_its_place_kept() -> None:
    world = World(Way(200), an_event(), an_event(id=f"{CODE}.8", sequence=8))

    world.run(lambda: world.states == ["delivered"] * 2)

    assert len(world.way.got) == 2
    assert world.kept.place.places["routing"].position == 2


def test_a_page_that_is_read_again_finds_its_messages() -> None:
    world = World(Way(200), an_event())
    world.run(lambda: world.states == ["delivered"])

    world.kept.place = Marks(places={"routing": Mark("e", 0)}, run=1)
    world.run(lambda: world.kept.place.places["routing"].position == 1)

    assert len(world.way.got) == 1


def test_what_was_taken_is_recorded_and_not_posted_again_while_the_database_is_away() -> None:
    world = World(Way(200), an_event())
    world.kept.away = 3

    world.run(lambda: world.states == ["delivered"])

    assert len(world.way.got) == 1


def test_trouble_of_every_kind_leads_to_another_attempt_with_the_same_id() -> None:
    way = Way(500, ConnectionResetError(), TimeoutError(), outside.OutOfBounds("x"), 302, 200)
    world = World(way, an_event(), pauses=(1,) * 9)

    world.run(lambda: world.states == ["delivered"])

    (post,) = world.kept.posts.values()
    assert [each.outcome for each in post.tried] == [
        "failing",
        "unreachable",
        "timeout",
        "address_not_allowed",
        "redirected",
        "taken",
    ]
    assert len(set(way.got)) == 1


def test_gone_stops_at_once_and_what_waits_stays() -> None:
    world = World(Way(410), an_event(), an_event(id=f"{CODE}.8", sequence=8))

    world.run(lambda: False, ordered=True)

    assert world.stops.reasons == ["gone"]
    assert world.states == ["failed", "waiting"]


def test_one_that_takes_nothing_is_stopped_when_the_schedule_ends() -> None:
    world = World(Way(503), an_event())

    world.run(lambda: False)

    assert world.stops.reasons == ["failing"]
    assert len(world.way.got) == 3


def test_in_order_nothing_of_a_ticket_overtakes_what_is_tried_again() -> None:
    events = [an_event(id=f"{CODE}.{n}", sequence=n) for n in (1, 2, 3)]
    world = World(Way(500, 200), *events)

    world.run(lambda: world.states == ["delivered"] * 3, ordered=True)

    posted = [name.rpartition(".")[2] for name, _body in world.way.got]
    assert posted == ["1", "1", "2", "3"]


def test_a_place_that_was_moved_meanwhile_is_gone_on_from() -> None:
    world = World(Way(200), an_event())
    world.run(lambda: world.states == ["delivered"])

    world.kept.place = Marks(places={"routing": Mark("e", 0)}, run=2)
    world.run(lambda: world.states == ["delivered"] * 2)

    assert [name for name, _body in world.way.got] == [world.way.got[0][0]] * 2


# -- reading ---------------------------------------------------------------------------------------


class Service:
    """One service's log."""

    def __init__(self, epoch: str, *events: CloudEvent) -> None:
        self.epoch = epoch
        self.events = list(events)
        self.asked = 0

    def query(self, _method: str, request: ReadLog, _answer: Any) -> Any:
        self.asked += 1
        last = len(self.events)
        if request.tail:
            return LogPart(epoch=self.epoch, events=[], next=last, end=True)
        found = [
            _replaced(event, position=number, epoch=self.epoch)
            for number, event in enumerate(self.events, 1)
            if number > request.after
        ][: request.limit]
        next_ = found[-1].position if found else request.after
        return LogPart(epoch=self.epoch, events=found, next=next_, end=True)


class Away:
    """A service that does not answer."""

    def query(self, *_asked: Any) -> Any:
        raise Unavailable("service_unavailable")


def a_reader(**services: Any) -> Reader:
    clients = {name: Service("e") for name in ("intake", "routing", "sla", "notify")} | services
    return Reader(clients, asks=None, clock=iter(range(10_000)).__next__)  # type: ignore[arg-type]


def at(minute: int, **changes: Any) -> CloudEvent:
    return an_event(time=NOON + timedelta(minutes=minute), **changes)


def test_the_logs_are_read_as_one_by_time() -> None:
    reader = a_reader(
        routing=Service("e", at(2, sequence=1), at(4, sequence=2)),
        intake=Service("e", at(1, source="/peygir/intake"), at(3, source="/peygir/intake")),
    )

    page = reader.page({}, 3)

    assert [event.service for event in page.events] == ["intake", "routing", "intake"]
    assert page.marks["routing"].position == 1
    assert reader.page(page.marks, 10).events[0].sequence == 2


def test_a_service_that_is_away_is_read_later() -> None:
    reader = a_reader(intake=Away(), routing=Service("e", at(1)))

    page = reader.page({}, 10)

    assert len(page.events) == 1
    assert "intake" not in page.marks


def test_nothing_new_leaves_the_place_as_it_is() -> None:
    reader = a_reader(routing=Service("e", at(1)))
    first = reader.page({}, 10)

    assert reader.page(first.marks, 10).marks == first.marks


def test_of_a_restored_log_only_what_is_new_comes() -> None:
    before = Service("old", at(1), at(2), at(3))
    marks = a_reader(routing=before).page({}, 10).marks

    restored = Service("new", at(1), at(2), at(9, subject=OTHER))
    page = a_reader(routing=restored).page(marks, 10)

    assert [event.subject for event in page.events] == [OTHER]
    assert page.marks["routing"].epoch == "new"


@pytest.mark.parametrize(
    ("hosts", "address", "allowed"),
    [
        ((), "https://crm.example.org/x", True),
        (("crm.example.org",), "https://crm.example.org/x", True),
        ((".example.org",), "https://crm.example.org/x", True),
        ((".example.org",), "https://badexample.org/x", False),
        (("crm.example.org",), "https://other.example.org/x", False),
        ((), "http://crm.example.org/x", False),
        ((), "https://127.0.0.1/x", False),
        ((), "https://[::ffff:10.0.0.1]/x", False),
        ((), "https://crm.example.org:8443/x", False),
    ],
)
def test_where_events_may_be_posted(hosts: tuple[str, ...], address: str, *, allowed: bool) -> None:
    way = Poster(inside=frozenset(), width=1, seconds=1, hosts=hosts)

    if allowed:
        assert way.place(address)[0].scheme == "https"
    else:
        with pytest.raises(outside.OutOfBounds):
            way.place(address)


def _replaced(struct: Any, **changes: Any) -> Any:
    fields = {name: getattr(struct, name) for name in struct.__struct_fields__}
    return type(struct)(**(fields | changes))
