"""Tests 2 and 3: death at the one moment that hurts most, by a hook in the process."""

from __future__ import annotations

import json
import time
from pathlib import Path

from tests.faults.api import wait_for
from tests.faults.bystander import Bystander
from tests.faults.cases.table import case
from tests.faults.course import Course

_KILLS = 30
_PUBLISHERS = ("intake", "routing", "sla", "notify")
_OBEYED_SECONDS = 90.0


@case("2", "kill -9 of the relay between the confirms and the mark, 30 times")
def relay_dies(course: Course) -> None:
    """What was confirmed and not marked is published again, and nothing else."""
    world = course.open(hooks=["relay_dies"])
    heard = course.enter(Bystander(world.servers.environment["AMQP_URI"]))
    kills = max(4, round(course.seconds(_KILLS)))
    with course.load():
        for number in range(kills):
            _strike(course, f"relay.{_PUBLISHERS[number % len(_PUBLISHERS)]}")
    _wait_until_heard(course, heard)
    made_up = set(heard.copies)
    course.log.read_on()
    made_up -= course.log.told
    again = sum(json.loads(note.read_text()) for note in world.strikes.glob("struck.*"))
    course.tell("kills", kills)
    course.tell("events in the segments of the killed", again)
    course.expect("events published again", heard.repeats, most=again)
    course.expect("events published that are not in the log", len(made_up), exactly=0)


@case("3", "kill -9 between a commit and its answer, in intake and gateway by turns")
def answer_lost(course: Course) -> None:
    """The client asks again with its key, and gets the ticket it has, not another."""
    course.open(hooks=["intake_dies", "gateway_dies"])
    kills = max(4, round(course.seconds(_KILLS)))
    with course.load():
        for number in range(kills):
            _strike(course, "answer.gateway" if number % 2 else "answer.intake")
    course.tell("kills", kills)
    _ask_again(course)


def _strike(course: Course, order: str) -> None:
    """Give an order to die, and wait until it is obeyed and the next process has begun."""
    file: Path = course.world.strikes / order
    file.touch()
    course.say(f"order: {order}")
    wait_for(order, lambda: not file.exists(), _OBEYED_SECONDS)
    time.sleep(course.chance.uniform(0.5, 1.5))


def _wait_until_heard(course: Course, heard: Bystander) -> None:
    """Wait until everything in the log has been published as well: what has not, fails this."""

    def all_heard() -> bool:
        return course.log.read_on() and course.log.told <= heard.copies.keys()

    wait_for("the broker to tell all of the log", all_heard, 120, pause=1)


def _ask_again(course: Course) -> None:
    """Repeat every registration once more: the answer must be the same ticket."""
    ledger, desk = course.ledger, course.world.api("desk")
    for key, code in ledger.codes.items():
        command = ledger.attempted[key]
        repeated = desk.request("POST", command.path, command.body, {"Idempotency-Key": key})
        if repeated["code"] != code:
            ledger.contradict(key)
    course.tell("registrations asked for again", len(ledger.codes))
