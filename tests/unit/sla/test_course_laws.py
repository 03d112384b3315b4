"""Laws of courses: deciding again gives the same, and nobody's time is lost or counted twice."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.sla.domain.book import Book
from services.sla.domain.clocks import CLOCKS, Clock, Clocks
from services.sla.domain.explaining import explain
from services.sla.domain.finding import index
from services.sla.domain.replay import replayed
from tests.unit.sla.world import (
    CODE,
    World,
    an_agreement,
    answered,
    asked,
    assigned,
    done,
    finished,
    prioritised,
    queued,
    registered,
    reopened,
    resumed,
    sent_back,
    the_demo,
    waiting,
    withdrawn,
)

EVENTS = (
    answered,
    asked,
    done,
    finished,
    reopened,
    resumed,
    sent_back,
    withdrawn,
    lambda: waiting("requester"),
    lambda: waiting("supplier"),
    lambda: waiting("unit"),
    lambda: assigned("network", 1),
    lambda: assigned("network", 2),
    lambda: queued("desk", 1),
    lambda: prioritised(1),
    lambda: prioritised(4),
)
MARKS = [{"percent": 50}, {"left": "PT5M"}, {"percent": 130}, {"after": "PT30M"}]


def target(clock, within, calendar="around-the-clock", **more):
    return {"clock": clock, "within": within, "calendar": calendar, "marks": MARKS, **more}


TARGETS = [
    target("first_response", "PT30M"),
    target("next_response", "PT45M"),
    target("update", "PT40M"),
    target("resolution", "PT3H", "tehran-office"),
    target("triage", "PT10M", kind="stage", states=["new"]),
    target("network", "PT1H", kind="ola", units=["network"]),
    target("carrier", "PT1H", kind="contract"),
]
URGENT = [target("resolution", "PT1H"), target("first_response", "PT15M")]
BOOK = Book(
    {
        ("general", 1): an_agreement("general", targets=TARGETS),
        ("urgent", 1): an_agreement(
            "urgent", extends="general", match={"priority": [1]}, targets=URGENT
        ),
        ("network", 1): an_agreement("network", match={"unit": ["network"]}, targets=TARGETS[:4]),
    },
    the_demo().calendars,
)

lives = st.lists(st.tuples(st.integers(1, 40), st.sampled_from(EVENTS)), max_size=25)
law = settings(max_examples=150, deadline=None)


def lived(life, book: Book = BOOK) -> tuple[World, int]:
    """Live a life, with every alarm at its instant."""
    world, now = World(book), 0
    world.receive(registered(), 0)
    for pause, event in life:
        now += pause
        ring_before(world, now)
        world.receive(event(), now)
    return world, now


def ring_before(world: World, minutes: int) -> None:
    while True:
        due_at = index(world.state)["due_at"]
        if due_at is None or due_at >= world.at(minutes):
            return
        world.ring((due_at - world.start).total_seconds() / 60)


def verdict(clock: Clock) -> tuple:
    return (
        clock.state,
        clock.agreement,
        clock.due_at,
        clock.stopped_at,
        clock.breached_at,
        clock.left_seconds,
        clock.held_by,
    )


def verdicts(state: Clocks) -> dict[str, tuple]:
    return {name: verdict(clock) for name, clock in state.clocks.items()}


@law
@given(lives)
def test_a_replay_of_the_course_gives_what_the_alarms_gave(life):
    world, now = lived(life)
    ring_before(world, now + 500)

    again = replayed(world.state.course, BOOK, world.at(now + 500))

    assert verdicts(again.state) == verdicts(world.state)
    assert [type(event) for event, _ in again.facts] == [type(event) for event, _ in world.history]


@law
@given(lives)
def test_verdicts_do_not_depend_on_whether_alarms_rang_in_time(life):
    world, now = World(BOOK), 0
    world.receive(registered(), 0)
    for pause, event in life:
        now += pause
        world.receive(event(), now)
    prompt, _ = lived(life)

    assert verdicts_of_ended(world.state) == verdicts_of_ended(prompt.state)


def verdicts_of_ended(state: Clocks) -> dict[str, tuple]:
    return {
        name: (clock.state, clock.stopped_at, clock.breached_at, clock.left_seconds)
        for name, clock in state.clocks.items()
        if not clock.open
    }


@law
@given(lives)
def test_folding_the_record_gives_the_state(life):
    world, _ = lived(life)

    state = CLOCKS.initial()
    for event, at in world.history:
        state = CLOCKS.apply(state, event, at)

    assert state == world.state


ALWAYS = Book(
    {
        (name, 1): an_agreement(
            name,
            match=match,
            targets=[{**item, "calendar": "around-the-clock"} for item in targets],
        )
        for name, match, targets in (
            ("general", {}, TARGETS),
            ("urgent", {"priority": [1]}, [*URGENT, *TARGETS[1:3], *TARGETS[4:]]),
        )
    },
    the_demo().calendars,
)


@law
@given(lives)
# Judged by when it was done, although it got other terms before that was confirmed.
@example([(1, done), (1, EVENTS[14]), (1, finished)])
def test_whose_time_it_was_adds_up_to_all_the_time_there_was(life):
    world, now = lived(life, ALWAYS)
    asked_at = world.at(now + 1)

    for name in world.state.clocks:
        found = explain(CODE, name, world.history, ALWAYS, asked_at)
        assert found is not None
        clock = world.clock(name)
        end = clock.stopped_at or asked_at
        apart = sum(
            (line.to_at - line.from_at).total_seconds()
            for line in found.lines
            if line.kind == "ended"
        )
        passed = (end - found.lines[0].from_at).total_seconds()
        charged = sum(charge.seconds for charge in found.charges)
        if found.due_at is None or found.due_at >= end:
            assert charged + apart == pytest.approx(passed, abs=1e-3)
        counted = sum(line.seconds for line in found.lines if line.kind in ("started", "counted"))
        over = found.lines[-1].seconds if found.due_at else 0.0
        assert counted - over + found.left_seconds == pytest.approx(found.target_seconds, abs=1e-3)
