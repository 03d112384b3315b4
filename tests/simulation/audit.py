"""What must hold at rest: ledger, journals, logs, snapshots, places and figures agree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from chassis.bus.inbox import Inbox
from chassis.bus.topology import CONSUMES
from chassis.journal import commit as commits
from chassis.journal.snapshots import SnapshotStore
from contracts.envelope import CloudEvent
from services.reporting.domain.rollups import Contributions, Key, add
from services.reporting.handlers import Batch, Remembered, learn
from services.reporting.repository.documents import read
from tests.simulation.rest import documents
from tests.simulation.watch import FOLDS

if TYPE_CHECKING:
    from tests.simulation.clients import Acknowledged
    from tests.simulation.world import World

#: Actions that record nothing where they change nothing: a repeat may find that they would.
_MAY_BE_EMPTY = frozenset({"assign", "prioritise", "acknowledge_delivery"})
_PEOPLE = ("person:", "requester:", "anonymous:")
_ZONE = ZoneInfo("Asia/Tehran")


def faults(world: World) -> Iterator[str]:
    """Give everything that is not as it must be."""
    yield from _commands(world)
    yield from _applied(world)
    yield from _snapshots(world)
    yield from _texts(world)
    yield from _figures(world)
    yield from _handed_over(world)


def _commands(world: World) -> Iterator[str]:
    """Every acknowledged command is there, once, as it was answered; and no other one."""
    ledger = world.ledger
    codes: dict[str, str] = {}
    for told in ledger.acknowledged:
        if codes.setdefault(told.cause, told.stream) != told.stream:
            yield f"{told.cause} was told two codes"
        yield from _command(world, told)
    for (service, code), stream in world.watch.streams.items():
        for cause in stream.causes:
            if cause.startswith(_PEOPLE) and cause not in ledger.attempted:
                yield f"{service}/{code} has {cause}, which nobody commanded"


def _command(world: World, told: Acknowledged) -> Iterator[str]:
    stream = world.watch.streams.get((told.service, told.stream))
    version = stream.causes.get(told.cause) if stream else None
    if told.action in _MAY_BE_EMPTY:
        return
    if version is None:
        yield f"{told.cause} was acknowledged for {told.stream}, and is not there"
    elif told.answer.get("version", version) != version:
        yield f"{told.cause} was answered with another version than {version}"


def _applied(world: World) -> Iterator[str]:
    """Whoever subscribes to an event has decided on it once; order is watched meanwhile."""
    for consumer, sources in CONSUMES.items():
        if consumer in FOLDS:
            process = next(p for p in world.processes.values() if p.service == consumer)
            for source in sources:
                yield from _missed(world, process.part(Inbox).receiver, consumer, source)


def _missed(world: World, receiver: Any, consumer: str, source: str) -> Iterator[str]:
    for code, events in _journal(world, source).items():
        stream = world.watch.streams.get((consumer, code))
        causes = stream.causes if stream else {}
        for event in events:
            if receiver.wants(event.event_type) and f"{source}:{event.sequence}" not in causes:
                yield f"{consumer} has never decided on {source}:{event.sequence} of {code}"


def _snapshots(world: World) -> Iterator[str]:
    for service, fold in FOLDS.items():
        store = SnapshotStore(_Nothing(), fold, None)
        for item in documents(world, service, "tickets"):
            stream = world.watch.streams[service, item["_id"]]
            if store._state(item) != stream.state:
                yield f"{service}'s snapshot of {item['_id']} is not the fold of its journal"


def _handed_over(world: World) -> Iterator[str]:
    """Of each hand-off the partner is owed one message, and of nothing else."""
    journal = _journal(world, "routing")
    for ledger in documents(world, "notify", "tickets"):
        owed = [
            each["particulars"]["handoff"]
            for each in ledger["state"].get("deliveries", {}).values()
            if each["template"] == "handoff_requested"
        ]
        told = [e for e in journal.get(ledger["_id"], ()) if e.event_type == "ticket.sent_out"]
        sent = [each.payload().handoff for each in told]
        if sorted(owed) != sorted(sent):
            yield f"{ledger['_id']} was handed over by {sent}, and partners are told of {owed}"


def _texts(world: World) -> Iterator[str]:
    """Every text that an event refers to is kept."""
    for service, also in (("routing", ()), ("intake", ("claims",))):
        kept = {item["_id"] for item in documents(world, service, "texts")}
        kept |= {item["code"] for shelf in also for item in documents(world, service, shelf)}
        for commit in documents(world, service, "journal"):
            for event in commit["events"]:
                for value in event["data"].values():
                    if isinstance(value, dict) and "sha256" in value and value["id"] not in kept:
                        yield f"{service} {commit['_id']} refers to a text that is not kept"


def _figures(world: World) -> Iterator[str]:
    """Facts are the fold of the journals, and the sums are the sums of the facts."""
    expected: dict[str, Remembered] = {}
    for source in CONSUMES["reporting"]:
        runs = _journal(world, source, tickets_only=False)
        known = {name: expected.get(name) or Remembered(stream=name) for name in runs}
        learned = learn(known, [Batch(source, runs)], _ZONE)
        expected |= {memory.stream: memory for memory in learned.changed}
    total: Contributions = {}
    for name, memory in expected.items():
        add(total, memory.counted)
        found = world.disks["reporting"].shelf("facts_1").stored.get(name)
        if found is None or read(found.document) != memory:
            yield f"reporting's facts of {name} are not the fold of the journals"
    if _without_zeros(total) != _without_zeros(_sums(world)):
        yield "reporting's sums are not the sums of its facts"


def _sums(world: World) -> Contributions:
    sums: Contributions = {}
    for row in documents(world, "reporting", "rollups_1"):
        key = Key(row["cube"], row["day"], row["by"], row["value"], row["part"])
        add(sums, {key: row["measures"]})
    return sums


def _without_zeros(total: Contributions) -> dict[tuple[str, ...], dict[str, int]]:
    rows = {
        tuple(map(str, key)): {name: amount for name, amount in measures.items() if amount}
        for key, measures in total.items()
    }
    return {key: measures for key, measures in rows.items() if measures}


def _journal(
    world: World, service: str, *, tickets_only: bool = True
) -> dict[str, list[CloudEvent]]:
    """Give every stream's events, in order, as they travel."""
    runs: dict[str, list[CloudEvent]] = {}
    for commit in sorted(documents(world, service, "journal"), key=lambda item: item["_id"]):
        if ":" not in commit["stream"] or not tickets_only:
            events = commits.cloud_events(commit, service=service, epoch="simulated")
            runs.setdefault(commit["stream"], []).extend(events)
    return {name: events for name, events in runs.items() if events}


class _Nothing:
    """A collection that is never asked."""

    def with_options(self, **_options: Any) -> _Nothing:
        """Give itself."""
        return self
