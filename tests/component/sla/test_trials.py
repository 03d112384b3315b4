"""A trial on real servers: its answer is that of an empty installation under the draft.

`TICKETS=2000 make trial` does it with as many tickets as the service is held to.
"""

from __future__ import annotations

import os
import random
import signal
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, NamedTuple

import pytest

from contracts import Event
from deploy.local.descendants import descendants_of
from tests.component.sla.test_sla import AGENT, ALWAYS, codes
from tests.component.sla.world import SlaWorld
from tests.component.waiting import eventually, eventually_equal
from tests.servers import Servers
from tests.unit.sla.world import (
    answered,
    assigned,
    done,
    every_day,
    finished,
    prioritised,
    registered,
    reopened,
    resumed,
    sent_back,
    waiting,
    withdrawn,
)

_TICKETS = int(os.environ.get("TICKETS", "60"))
_TELLERS = 8
#: More than can be looked at within a few seconds.
_HELD = 30_000
_MANY_SECONDS = 60 + _TICKETS / 5
OFFICE = {"zone": "Asia/Tehran", "week": every_day("08:00-12:00", "13:00-16:00"), "default": True}
STEPS = (
    answered,
    lambda: assigned("network", 1),
    lambda: assigned("network", 2),
    lambda: assigned("desk", 1),
    lambda: prioritised(1),
    lambda: prioritised(4),
    lambda: waiting("requester"),
    lambda: waiting("supplier"),
    resumed,
    done,
    sent_back,
)
MARKS = [{"percent": 50, "notices": [{"role": "assignee", "channel": "sms"}]}]
#: Late by the hour, so that every second counts.
PENALTIES = [{"clock": "resolution", "per_breach": 10_000, "per_hour_late": 3_600}]


def agreement(first_response: str, resolution: str) -> dict[str, Any]:
    def target(clock: str, within: str, calendar: str, **more: Any) -> dict[str, Any]:
        return {"clock": clock, "within": within, "calendar": calendar, "marks": MARKS, **more}

    return {
        "targets": [
            target("first_response", first_response, "always"),
            target("resolution", resolution, "office"),
            target("network", "PT2H", "office", kind="ola", units=["network"]),
            target("carrier", "PT3H", "always", kind="contract"),
        ],
        "penalties": PENALTIES,
    }


AS_IT_WAS, DRAFT = agreement("PT2H", "PT9H"), agreement("PT45M", "PT4H")
URGENT = {
    "extends": "general",
    "match": {"priority": [1]},
    "targets": [{"clock": "resolution", "within": "PT3H", "calendar": "office"}],
}


class Told(NamedTuple):
    """What happened to a ticket, and when."""

    code: str
    events: list[tuple[datetime, Event]]


def histories(count: int, seed: int) -> list[Told]:
    """Draw lives of tickets of the last month, all of which came to an end."""
    chance = random.Random(seed)
    first = datetime.now(UTC).replace(microsecond=0) - timedelta(days=30)
    found = []
    for code in codes(count):
        at = first + timedelta(minutes=chance.randrange(20 * 1440))
        events: list[tuple[datetime, Event]] = [(at, registered())]
        for _ in range(chance.randrange(8)):
            at += timedelta(minutes=chance.randrange(1, 200))
            events.append((at, chance.choice(STEPS)()))
        end = chance.choice((finished, finished, finished, withdrawn))
        events.append((at + timedelta(minutes=chance.randrange(1, 600)), end()))
        if chance.random() < 0.1:
            events += [
                (at + timedelta(hours=20), reopened()),
                (at + timedelta(hours=22), finished()),
            ]
        found.append(Told(code, events))
    return found


def lived(world: SlaWorld, tickets: Sequence[Told], general: dict[str, Any]) -> None:
    """Have it all happen in a world under an agreement, and wait until sla knows."""
    world.start_all("intake", "routing", "sla-1")
    world.define("calendar", "always", ALWAYS)
    world.define("calendar", "office", OFFICE)
    world.define("agreement", "general", general)
    world.define("agreement", "urgent", URGENT)

    def tell(ticket: Told) -> None:
        for at, event in ticket.events:
            world.tell(ticket.code, event, at=at)

    with ThreadPoolExecutor(_TELLERS) as pool:
        list(pool.map(tell, tickets))
    ended = {"state.situation.ended": True}
    snapshots = world.database("sla")["tickets"]
    lasts = {ticket.code: ticket.events[-1][0] for ticket in tickets}

    def known() -> bool:
        found = {item["_id"]: item["state"]["course"][-1]["at"] for item in snapshots.find(ended)}
        return found == lasts

    eventually(known, "sla to know every ticket", seconds=_MANY_SECONDS)


def verdicts(world: SlaWorld, tickets: Sequence[Told]) -> dict[str, Any]:
    """Count what became of clocks, and what it costs, as sla shows each ticket."""
    counts: Counter[tuple[str, str]] = Counter()
    penalties: Counter[str] = Counter()
    for start in range(0, len(tickets), 200):
        asked = {"codes": [ticket.code for ticket in tickets[start : start + 200]]}
        for clocks in world.ask("sla-1", "clocks", asked).values():
            for clock in clocks:
                counts[clock["clock"], clock["state"]] += 1
                penalties[clock["clock"]] += clock["penalty"] or 0
    return {
        name: (
            counts[name, "met"],
            counts[name, "breached"],
            counts[name, "cancelled"],
            penalties[name],
        )
        for name in sorted({clock for clock, _ in counts})
    }


def told(side: str, answer: dict[str, Any]) -> dict[str, Any]:
    return {
        item["clock"]: tuple(item[side][name] for name in ("met", "missed", "cancelled", "penalty"))
        for item in answer["clocks"]
    }


def ask_trial(world: SlaWorld, definition: dict[str, Any], **options: Any) -> dict[str, Any]:
    since = datetime.now(UTC) - timedelta(days=60)
    request = {
        "kind": "agreement",
        "id": "general",
        "definition": definition,
        "since": since.replace(hour=0, minute=0, second=0, microsecond=0).isoformat(),
    }
    return world.ask("sla-1", "start_trial", request, **options)


def state_of(world: SlaWorld, trial: str) -> dict[str, Any]:
    return world.ask("sla-1", "trial", {"trial": trial})


def ended(world: SlaWorld, trial: str) -> dict[str, Any]:
    def over() -> dict[str, Any] | None:
        found = state_of(world, trial)
        return found if found["state"] not in ("asked", "running") else None

    found = eventually(over, "the trial to end", seconds=_MANY_SECONDS)
    assert found is not None
    return found


def hold(world: SlaWorld) -> None:
    """Give a trial much to do: copies of a ticket, which `release` takes away again."""
    snapshots = world.database("sla")["tickets"]
    original = snapshots.find_one({}) or {}
    for first in range(0, _HELD, 2000):
        copies = [{**original, "_id": f"copy-{first + each:06}"} for each in range(2000)]
        snapshots.insert_many(copies, ordered=False)


def release(world: SlaWorld) -> None:
    world.database("sla")["tickets"].delete_many({"_id": {"$regex": "^copy-"}})


def stored(world: SlaWorld, trial: str) -> dict[str, Any]:
    return world.database("sla")["trials"].find_one({"_id": trial}) or {}


def process_of(world: SlaWorld) -> int | None:
    """Give the process that does a trial."""
    return next((found.pid for found in descendants_of(world.processes["sla-1"].pid)), None)


@pytest.fixture(scope="module")
def tickets() -> list[Told]:
    return histories(_TICKETS, seed=5)


@pytest.fixture(scope="module")
def world(
    servers: Servers, tmp_path_factory: pytest.TempPathFactory, tickets: list[Told]
) -> Iterator[SlaWorld]:
    with SlaWorld(servers, tmp_path_factory.mktemp("trials"), 1) as started:
        lived(started, tickets, AS_IT_WAS)
        yield started


def test_the_answer_is_that_of_an_empty_installation_under_the_draft(
    world, servers, tickets, tmp_path
):
    view = ended(world, ask_trial(world, DRAFT)["trial"])
    with SlaWorld(servers, tmp_path, 1) as again:
        lived(again, tickets, DRAFT)
        would_be = verdicts(again, tickets)

    assert view["state"] == "done"
    answer = view["answer"]
    assert (answer["tickets"], answer["left_out"]) == (len(tickets), {})
    assert told("before", answer) == verdicts(world, tickets)
    assert told("after", answer) == would_be
    assert answer["changed"] > 0
    assert sum(item["after"]["total"] for item in answer["notices"]) > 0


def test_the_same_command_again_gives_the_same_trial_and_another_draft_is_refused(world):
    first = ask_trial(world, DRAFT, key="trial-once")
    again = ask_trial(world, DRAFT, key="trial-once")
    request = {"kind": "agreement", "id": "general", "definition": AS_IT_WAS}
    other = world.call(
        "sla-1", "start_trial", {**request, "since": "2026-01-01T00:00:00Z"}, key="trial-once"
    )

    assert first["trial"] == again["trial"]
    assert (other.status, other.json["code"]) == (422, "idempotency_key_reused")
    assert ended(world, first["trial"])["state"] == "done"


def test_a_trial_whose_service_is_killed_is_done_by_the_next_one(world):
    hold(world)
    trial = ask_trial(world, AS_IT_WAS)["trial"]
    eventually(lambda: state_of(world, trial)["state"] == "running")
    # It gives the trial back when its service is gone.
    eventually(lambda: process_of(world))
    world.kill("sla-1")
    eventually_equal(lambda: stored(world, trial)["state"], "asked")
    release(world)

    world.start("sla-1")

    view = ended(world, trial)
    assert (view["state"], view["answer"]["changed"]) == ("done", 0)


def test_a_cancelled_trial_gives_no_answer_and_ends_its_process(world):
    hold(world)
    trial = ask_trial(world, AS_IT_WAS)["trial"]
    eventually(lambda: state_of(world, trial)["state"] == "running")

    cancelled = world.ask("sla-1", "cancel_trial", {"trial": trial})
    again = world.ask("sla-1", "cancel_trial", {"trial": trial})
    release(world)

    assert (cancelled["state"], again["state"], again["answer"]) == ("cancelled", "cancelled", None)
    following = ended(world, ask_trial(world, AS_IT_WAS)["trial"])
    assert (following["state"], state_of(world, trial)["state"]) == ("done", "cancelled")
    late = world.call("sla-1", "cancel_trial", {"trial": following["trial"]})
    assert (late.status, late.json["code"]) == (HTTPStatus.CONFLICT, "trial_has_ended")


def test_a_trial_that_always_breaks_is_given_up(world):
    world.database("sla")["trials"].delete_many({})
    hold(world)
    trial = ask_trial(world, AS_IT_WAS)["trial"]
    for _ in range(3):
        pid = eventually(lambda: process_of(world))
        os.kill(pid, signal.SIGKILL)
        eventually(lambda killed=pid: process_of(world) != killed)
    release(world)

    view = ended(world, trial)
    assert (view["state"], view["failure"]) == ("failed", "trial_broken")


def test_wrong_drafts_periods_and_callers_are_refused(world):
    good = {"kind": "agreement", "id": "general", "definition": DRAFT}
    since = {"since": "2026-01-01T00:00:00Z"}
    wrong = {"targets": [{"clock": "resolution", "within": "PT1H", "calendar": "none"}]}
    cases = [
        ({**good, **since, "definition": wrong}, "definition_invalid"),
        ({**good, **since, "until": "2025-01-01T00:00:00Z"}, "request_invalid"),
        ({**good, **since, "zone": "Mars/Olympus"}, "request_invalid"),
    ]

    for request, code in cases:
        refused = world.call("sla-1", "start_trial", request)
        assert (refused.status, refused.json["code"]) == (422, code)
    forbidden = world.call("sla-1", "start_trial", {**good, **since}, by=AGENT)
    assert forbidden.status == HTTPStatus.FORBIDDEN
    assert world.call("sla-1", "trial", {"trial": "none"}).status == HTTPStatus.NOT_FOUND
