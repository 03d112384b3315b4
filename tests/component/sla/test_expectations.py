"""Expected dates on real servers: from what has ended here, and a slip comes by its own alarm."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from contracts.sla import SlaExpected, SlaForetold
from tests.component.sla.test_sla import ALWAYS, codes
from tests.component.sla.world import SlaWorld
from tests.component.waiting import eventually, eventually_equal
from tests.servers import Servers
from tests.unit.sla.world import assigned, done, finished, registered

DAY = timedelta(days=1)
TARGET = {"clock": "resolution", "within": "PT100H", "calendar": "always"}
_SECONDS = 90


@pytest.fixture(scope="module")
def world(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SlaWorld]:
    """Two replicas; each test has a subject and a unit of its own."""
    with SlaWorld(servers, tmp_path_factory.mktemp("sla"), 2) as started:
        started.start_all("intake", "routing", *started.replicas)
        started.define("calendar", "always", ALWAYS)
        started.define("agreement", "general", {"targets": [TARGET]})
        yield started


def ended(world: SlaWorld, count: int, took: timedelta, subject: str) -> None:
    """Have an importer bring tickets that took so long, one a day; wait until replicas know."""
    for number, code in enumerate(codes(count)):
        end = datetime.now(UTC) - (number + 1) * DAY
        world.tell(code, registered(subject=subject, imported=True), at=end - took)
        world.tell(code, assigned(subject), at=end - took / 2)
        world.tell(code, done(), at=end)
        world.tell(code, finished(), at=end)
    eventually_equal(lambda: known(world, subject), [count] * 2, seconds=_SECONDS)


def expected(world: SlaWorld, code: str, replica: str = "sla-1") -> dict[str, Any] | None:
    found = world.ask(replica, "expected", {"codes": [code]})
    answer: dict[str, Any] | None = found.get(code)
    return answer


def instant(found: dict[str, Any] | None) -> datetime:
    assert found is not None
    return msgspec.convert(found["expected_at"], datetime, strict=False)


def known(world: SlaWorld, subject: str) -> list[int]:
    """How many ended tickets of a subject each replica has read."""
    return [
        sum(
            each["tickets"]
            for each in world.ask(name, "expectations", {})
            if each["subject"] == subject
        )
        for name in world.replicas
    ]


def test_what_was_imported_says_when_a_new_ticket_is_expected_to_end(world):
    before, after = codes(2)
    world.tell(before, registered(subject="passport"))
    eventually(lambda: expected(world, before))
    assert expected(world, before)["of"] == "target"

    ended(world, 12, 6 * DAY, "passport")
    world.tell(after, registered(subject="passport"))

    eventually(lambda: world.recorded(SlaExpected).get(after))
    found = eventually(lambda: expected(world, after))
    assert (found["of"], found["samples"], found["quantile"]) == ("subject", 12, 0.8)
    ahead = instant(found) - datetime.now(UTC)
    assert abs(ahead - found["load"] * 6 * DAY) < timedelta(minutes=5)
    # Whoever is asked says the same, half a second later.
    eventually_equal(lambda: expected(world, after, "sla-2"), found)
    (calibration,) = world.ask("sla-1", "expectations", {})
    assert (calibration["subject"], calibration["half_hours"]) == ("passport", 144)
    assert (calibration["foretold"], calibration["held"]) == (0, None)


def test_a_slip_is_found_at_its_instant_though_nothing_else_happens(world):
    ended(world, 12, timedelta(seconds=5), "quick")
    (code,) = codes(1)

    world.tell(code, registered(subject="quick"))

    eventually_equal(
        lambda: [event.why for event in world.recorded(SlaExpected).get(code, [])],
        ["registered", "slipped"],
        seconds=_SECONDS,
    )
    first, slipped = world.recorded(SlaExpected)[code]
    assert slipped.was == first.expected_at < slipped.expected_at
    # Minutes are not worth a message.
    assert code not in world.recorded(SlaForetold)


def test_a_unit_with_twice_the_usual_tickets_takes_longer_and_the_requester_is_told(world):
    ended(world, 20, 10 * DAY, "visa")
    waits, *others = codes(40)
    world.tell(waits, registered(subject="visa"))
    eventually(lambda: world.recorded(SlaExpected).get(waits))
    assert eventually(lambda: expected(world, waits))["load"] < 1

    for code in others:
        world.tell(code, registered(subject="visa"))
        world.tell(code, assigned("visa"))
    eventually(lambda: _load_is_high(world), seconds=_SECONDS)
    world.tell(waits, assigned("visa"))

    eventually(lambda: world.recorded(SlaForetold).get(waits))
    (told,) = world.recorded(SlaForetold)[waits]
    assert told.expected_at > told.was + DAY
    assert world.recorded(SlaExpected)[waits][-1].why == "held"


def _load_is_high(world: SlaWorld) -> bool:
    """Ask of a ticket of which nothing is recorded: what is shown then goes by the load of now."""
    (code,) = codes(1)
    world.tell(code, registered(subject="visa"))
    found = eventually(lambda: expected(world, code))
    return bool(found["load"] > 2)
