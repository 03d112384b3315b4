"""When an installation is at rest: all told, applied, folded and swept, and no alarm due."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from chassis.bus.inbox import Inbox
from chassis.bus.topology import CONSUMES
from tests.simulation.founding import CAPACITY
from tests.simulation.watch import FOLDS

if TYPE_CHECKING:
    from tests.simulation.world import World


def unsettled(world: World) -> str | None:
    """Give the first thing that is still under way, or None."""
    return next(_under_way(world), None)


def documents(world: World, service: str, shelf: str) -> list[dict[str, Any]]:
    """Give what a service has in a collection."""
    return [item.document for item in world.disks[service].shelf(shelf).stored.values()]


def _under_way(world: World) -> Iterator[str]:
    if not world.is_complete:
        yield "processes are starting"
    if any(not client.done for client in world.clients):
        yield "clients still command"
    if not world.broker.is_empty:
        yield "the broker still has messages"
    for service in FOLDS:
        yield from _untold(world, service)
        yield from _unfolded(world, service)
    for consumer in CONSUMES:
        for row in documents(world, consumer, "lagging"):
            yield f"{consumer} lags: {row['_id']} ({row['reason']})"
        for source in CONSUMES[consumer]:
            yield from _unapplied(world, source, consumer)
    yield from _places(world)
    yield from _due(world)


def _due(world: World) -> Iterator[str]:
    """Alarms come, and ladders go on as long as nobody takes note."""
    for ticket in documents(world, "sla", "tickets"):
        if ticket["due_at"] is not None:
            yield f"an alarm is due for {ticket['_id']}"
    for ledger in documents(world, "notify", "tickets"):
        for name, ladder in ledger["state"].get("ladders", {}).items():
            if ladder.get("next_at") is not None:
                yield f"the ladder {name} of {ledger['_id']} goes on"


def _untold(world: World, service: str) -> Iterator[str]:
    numbered = world.watch.numbered[service]
    for commit in documents(world, service, "journal"):
        if ":" not in commit["stream"] and commit["events"] and commit["_id"] not in numbered:
            yield f"{service} has not numbered {commit['_id']}"
    for segment in documents(world, service, "log"):
        if not segment["published"]:
            yield f"{service} has not published its log at {segment['_id']}"


def _unfolded(world: World, service: str) -> Iterator[str]:
    snapshots = {item["_id"]: item["version"] for item in documents(world, service, "tickets")}
    for (of_service, code), stream in world.watch.streams.items():
        if of_service == service and snapshots.get(code) != stream.version:
            yield f"{service}'s snapshot of {code} is behind"


def _unapplied(world: World, source: str, consumer: str) -> Iterator[str]:
    inbox = next(p for p in world.processes.values() if p.service == consumer).part(Inbox)
    shelf = "facts_1" if consumer == "reporting" else "tickets"
    cursors = {item["_id"]: item["cursors"] for item in documents(world, consumer, shelf)}
    for commit in documents(world, source, "journal"):
        code = commit["stream"]
        if ":" in code and consumer != "reporting":
            continue
        for offset, event in enumerate(commit["events"]):
            sequence = commit["first_seq"] + offset
            behind = cursors.get(code, {}).get(source, 0) < sequence
            if behind and inbox.receiver.wants(event["type"]):
                yield f"{consumer} has not applied {source}:{sequence} of {code}"


def _places(world: World) -> Iterator[str]:
    """Each ticket takes the place of whoever has the work, and of nobody else."""
    tickets = {
        code: stream.state
        for (service, code), stream in world.watch.streams.items()
        if service == "routing"
    }
    for load in documents(world, "routing", "loads"):
        if load["_id"].startswith("#"):
            if load["giving"]:
                yield f"{load['_id']} gives {sorted(load['giving'])}"
            continue
        mine = {code for code, ticket in tickets.items() if ticket.holder == load["_id"]}
        points = sum(min(tickets[code].weight, CAPACITY) for code in mine)
        if set(load["held"]) != mine or load["count"] != points:
            yield f"{load['_id']} has {sorted(mine)} and is counted for {sorted(load['held'])}"
