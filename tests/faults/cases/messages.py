"""Tests 8, 9 and 10: messages come again, out of order, or are none of ours."""

from __future__ import annotations

import json
import time

from amqp import Message

from tests.faults import bystander
from tests.faults.api import wait_for
from tests.faults.bystander import Bystander
from tests.faults.cases.table import case
from tests.faults.course import Course

_TWO_OF_EACH = {"routing": 2, "sla": 2, "notify": 2, "reporting": 2}
#: Where poison is put: what intake tells, to each that hears it.
_HEARERS = ("routing", "sla", "notify", "reporting")
_PARTITION = "0"
_LONGEST_BYTES = 16 * 1024 * 1024


@case("8", "every message published twice, and one in ten five times")
def everything_twice(course: Course) -> None:
    """An event has its effect once, however often it comes."""
    world = course.open(hooks=["everything_twice"], environment=_seed(course))
    heard = course.enter(Bystander(world.servers.environment["AMQP_URI"]))
    course.harm([], seconds=course.seconds(60))
    course.expect("copies beyond the first", heard.repeats, least=len(heard.copies))


@case("9", "messages delivered in a random order, two replicas of every consumer")
def out_of_order(course: Course) -> None:
    """Every ticket ends in the right state, and its history reads in order."""
    course.open(hooks=["out_of_order"], environment=_seed(course), replicas=_TWO_OF_EACH)
    course.harm([], seconds=course.seconds(60), followed=0.6)
    course.tell("tickets compared", len(course.ledger.codes))


@case("10", "messages that are no events, among good ones")
def poisoned(course: Course) -> None:
    """What is no event goes aside with its body; the good ones go on."""
    world = course.open()
    uri = world.servers.environment["AMQP_URI"]
    before = world.pids()
    with course.load():
        time.sleep(5)
        poison = _poison()
        bystander.publish(uri, "intake.events", _PARTITION, poison)
        time.sleep(course.seconds(45))
    expected = {f"intake--{name}.dead": len(poison) for name in _HEARERS}
    dead: dict[str, tuple[int, int]] = {}

    def all_aside() -> bool:
        dead.update(bystander.queues(uri, list(expected)))
        return all(dead.get(name, (0, 0))[0] >= count for name, count in expected.items())

    wait_for("the poison to be put aside", all_aside, 60, pause=1)
    course.expect(
        "poison put aside",
        sum(count for count, _consumers in dead.values()),
        exactly=sum(expected.values()),
    )
    course.expect("put aside without a reason", _unexplained(uri, list(expected)), exactly=0)
    course.expect("processes that ended", _ended(before, world.pids()), exactly=0)


def _seed(course: Course) -> dict[str, str]:
    return {"FAULTS_SEED": str(course.options.seed)}


def _poison() -> list[Message]:
    """Give messages that nobody can make an event of."""
    event = {
        "specversion": "1.0",
        "id": "poison.1",
        "source": "/peygir/intake",
        "type": "ir.peygir.ticket.registered.v1",
        "subject": "poison",
        "time": "2026-01-01T00:00:00Z",
        "sequence": 1,
        "epoch": "none",
        "actor": "anonymous",
        "data": {},
    }
    bodies = [
        b"",
        b"{",
        b"\xff\xfe" * 50,
        b"[" * 100_000,
        b"9" * 5_000,
        b"\x80\x04K\x01.",
        json.dumps([event]).encode(),
        json.dumps([event | {"__type__": "datetime", "data": [1]}]).encode(),
        json.dumps([event | {"specversion": "2.0"}]).encode(),
        json.dumps([event | {"source": "/peygir/routing"}]).encode(),
        json.dumps([event | {"sequence": 0}]).encode(),
        b" " * _LONGEST_BYTES,
    ]
    headers = [
        {"subject": "poison"},
        {"subject": 7},
        {"subject": "poison", "nameko.call_id_stack": 5},
        {"subject": "poison", "traceparent": "x" * 300},
    ]
    return [
        Message(body, delivery_mode=2, application_headers=headers[number % len(headers)])
        for number, body in enumerate(bodies)
    ]


def _unexplained(uri: str, queues: list[str]) -> int:
    """Count messages put aside that do not say why."""

    def look(channel: object) -> int:
        count = 0
        for queue in queues:
            while message := channel.basic_get(queue):  # type: ignore[attr-defined]
                deaths = message.headers.get("x-death") or []
                count += not any(death.get("reason") == "rejected" for death in deaths)
        return count

    return bystander.with_channel(uri, look)


def _ended(before: dict[str, int], after: dict[str, int]) -> int:
    return sum(1 for name, pid in before.items() if after.get(name) != pid)
