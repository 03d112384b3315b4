"""Tests 4, 5, 6 and 14: the servers under us die, go away, fall silent or forget."""

from __future__ import annotations

import json
import time

from tests.faults import plan
from tests.faults.cases.table import case
from tests.faults.course import Course
from tests.faults.plan import BROKER, GATEWAY, MONGOD, REDIS, Fault
from tests.faults.probe import Probe

_OUTAGE_SECONDS = 60.0
_BEFORE_SECONDS = 8.0
_AFTER_SECONDS = 15.0


@case("4", "kill -9 of mongod five times under load")
def database_killed(course: Course) -> None:
    """What was acknowledged is on the disk; what was not may be asked for again."""
    course.open()
    every = 12.0
    faults = plan.in_turn(course.chance, "kill", [MONGOD], every=every, until=every * 5)
    course.harm(faults, seconds=every * 6)
    statuses = {status for _at, status in course.ledger.refusals if status >= 500}
    course.expect("answers 5xx that say nothing of a retry", len(statuses - {503}), exactly=0)


@case("5", "the broker is away for 60 s")
def broker_away(course: Course) -> None:
    """Nobody outside notices; inside, the journals carry the work on."""
    course.open()
    seconds = course.seconds(_OUTAGE_SECONDS)
    course.harm(
        [Fault(_BEFORE_SECONDS, "away", BROKER, seconds)],
        seconds=_BEFORE_SECONDS + seconds + _AFTER_SECONDS,
    )
    refused = sum(1 for _at, status in course.ledger.refusals if status >= 500 or not status)
    course.expect("requests not served", refused, exactly=0)


@case("6", "the broker is frozen for 60 s, then its connections are cut, half closed and slow")
def broker_silent(course: Course) -> None:
    """No process waits for a silent broker in a way that keeps it from anything else."""
    world = course.open(proxied=[BROKER])
    probe = course.enter(Probe({**world.addresses.metrics}))
    seconds = course.seconds(_OUTAGE_SECONDS)
    frozen = Fault(_BEFORE_SECONDS, "freeze", BROKER, seconds)
    others = plan.at_random(
        course.chance,
        [
            ("cut", BROKER, 0.0),
            ("half-close", BROKER, 0.0),
            ("slow", BROKER, 5.0),
            ("refuse", BROKER, 5.0),
        ],
        count=6,
        until=40,
    )
    after = _BEFORE_SECONDS + seconds + 5
    later = [Fault(after + fault.at, fault.kind, fault.target, fault.seconds) for fault in others]
    course.harm([frozen, *later], seconds=after + 50)
    course.expect(
        "longest that a process did not answer, seconds",
        round(max(probe.longest.values()), 2),
        most=5,
    )
    course.expect("longest request, seconds", round(course.ledger.longest_attempt, 2), most=5)


@case("14", "Redis is killed, flushed, frozen and away")
def redis_harmed(course: Course) -> None:
    """Redis is nobody's truth: nothing waits for it, and what was closed stays closed."""
    world = course.open(proxied=[REDIS])
    ended = _sign_in_and_out(course)
    faults = [
        Fault(5, "kill", REDIS),
        Fault(12, "flush", REDIS),
        Fault(16, "freeze", REDIS, 15),
        Fault(36, "away", REDIS, 10),
        Fault(50, "half-close", REDIS),
        Fault(53, "suspend", REDIS, 8),
    ]
    with course.load() as running:
        course.injector.carry_out(faults, running.started)
        time.sleep(4)
        course.expect("ended sessions open again", _opened(course, ended), exactly=0)
        # A gateway that begins knows only what Redis tells it.
        world.processes.restart(GATEWAY)
        world.processes.wait_ready(60, names=[GATEWAY])
        time.sleep(3)
        course.expect("the same after a restart", _opened(course, ended), exactly=0)
    course.expect("wrong proofs taken", _guesses_taken(course), exactly=0)
    course.expect("longest request, seconds", round(course.ledger.longest_attempt, 2), most=2)


def _sign_in_and_out(course: Course, count: int = 3) -> list[dict[str, str]]:
    """Sign in and out again; gives the headers of the ended sessions."""
    admin = course.world.admin
    ended = []
    for _ in range(count):
        session = admin.request(
            "POST", "/sessions", {"username": "manager", "password": _password(course)}
        )
        headers = {"Authorization": f"Bearer {session['token']}"}
        admin.request("DELETE", "/sessions/current", headers=headers)
        ended.append(headers)
    return ended


def _password(course: Course) -> str:
    return course.world.processes.environment["PEYGIR_DEMO_PASSWORD"]


def _opened(course: Course, ended: list[dict[str, str]]) -> int:
    return sum(
        1 for headers in ended if course.world.admin.status("GET", "/tickets", headers) == 200
    )


def _guesses_taken(course: Course) -> int:
    """Guess a proof again and again, Redis flushed between; gives how often it was looked at."""
    admin = course.world.admin
    code = next(iter(course.ledger.codes.values()))
    looked_at = 0
    for number in range(15):
        course.injector.begin(Fault(0, "flush", REDIS))
        status = admin.status("GET", f"/track/{code}", {"Peygir-Proof": f"x{number:03d}"})
        looked_at += status == 404
    limit = json.loads(course.world.processes.environment.get("PEYGIR_PROOFS_PER_CODE", "5"))
    return max(0, looked_at - limit - 1)
