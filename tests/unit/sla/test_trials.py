"""A trial gives what would have been: the same as living it all again under the draft."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from hypothesis import given

from contracts.sla import SlaBreached, SlaMet, SlaOverdue, SlaStarted, SlaWarned
from services.sla import publishing
from services.sla.domain.clocks import CLOCKS
from services.sla.domain.tally import Side, Tally
from services.sla.domain.trying import Eras, Outcome, Past, RecordedClock
from tests.unit.sla.test_course_laws import (
    BOOK,
    TARGETS,
    law,
    lived,
    lives,
    ring_before,
    verdict,
)
from tests.unit.sla.world import (
    CODE,
    NOON,
    World,
    a_calendar,
    answered,
    assigned,
    every_day,
    finished,
    prioritised,
    registered,
    the_demo,
    waiting,
)

ZONE = ZoneInfo("Asia/Tehran")
NOTICES = [
    {"percent": 50, "notices": [{"role": "assignee", "channel": "sms"}]},
    {"percent": 100, "notices": [{"role": "service_manager", "channel": "email"}]},
    {"after": "PT20M", "notices": [{"role": "owner", "channel": "sms"}]},
]
DRAFT = {
    "targets": [
        {**target, "within": "PT25M", "marks": NOTICES}
        for target in TARGETS
        if target["clock"] != "triage"
    ],
    "penalties": [{"clock": "resolution", "per_breach": 1000, "per_hour_late": 60}],
}
DRAFTED = publishing.with_draft(BOOK, "agreement", "general", DRAFT)


def tried(world: World, book, minutes: float) -> Outcome:
    """Decide a world's course again, looking so far."""
    return Outcome(Eras.of(book), ZONE).follow(world.state.course, world.at(minutes))


def past(world: World, **clocks: RecordedClock) -> Past:
    found = {
        name: RecordedClock(clock.state, clock.stopped_at, clock.breached_at, clock.exception)
        for name, clock in world.state.clocks.items()
    }
    return Past(world.start, world.state.course, found | clocks)


@law
@given(lives)
def test_what_a_trial_finds_is_what_living_it_again_gives(life):
    known, now = lived(life)
    again, _ = lived(life, DRAFTED)
    ring_before(again, now + 500)

    found = tried(known, DRAFTED, now + 500)

    assert {name: verdict(clock) for name, clock in found.state.clocks.items()} == {
        name: verdict(clock) for name, clock in again.state.clocks.items()
    }
    assert [tuple(message) for message in found.messages] == messages(again)
    assert sorted((run.clock, run.verdict) for run in found.runs(again.at(now + 500))) == runs(
        again
    )


def messages(world: World) -> list[tuple]:
    return [
        (notice.role, notice.channel, event.alarm_at.astimezone(ZONE).date())
        for event, _ in world.history
        if isinstance(event, SlaBreached | SlaWarned | SlaOverdue)
        for notice in event.notices
    ]


def runs(world: World) -> list[tuple[str, str]]:
    """Read each run's end off the record, another way than trials do."""
    state, ended = CLOCKS.initial(), []
    for event, at in world.history:
        if isinstance(event, SlaStarted) and event.clock in state.clocks:
            ended.append(state.clocks[event.clock])
        state = CLOCKS.apply(state, event, at)
    names = {"met": "met", "cancelled": "cancelled"}
    return sorted(
        (
            clock.name,
            "missed"
            if clock.breached_at and clock.state != "cancelled"
            else names.get(clock.state, "open"),
        )
        for clock in [*ended, *state.clocks.values()]
    )


@law
@given(lives)
def test_the_course_under_what_was_published_gives_what_was_recorded(life):
    world, now = lived(life)
    ring_before(world, now + 500)
    until = world.at(now + 500)

    assert tried(world, BOOK, now + 500).is_recorded(past(world), until)


def test_a_calendar_published_meanwhile_counts_from_then_on():
    longer = a_calendar(week=every_day("00:00-24:00"))
    world = World(the_demo())
    world.receive(registered(), 0)
    world.receive(assigned(), 1)
    book = with_calendar(world, longer, published=60)
    world.book = book
    world.receive(finished(), 600)

    found = tried(world, book, 700)

    assert found.is_recorded(past(world), world.at(700))
    met = next(event for event, _ in world.history if isinstance(event, SlaMet))
    assert met.elapsed_seconds > 0
    assert found.state.clocks["resolution"].calendar_version == 2


def with_calendar(world: World, calendar, published: float):
    book = world.book.with_calendars(
        {**world.book.calendars, ("tehran-office", 2): calendar},
    )
    book.published_at = {("tehran-office", 2): world.at(published)}
    return book


def test_whose_time_it_was_is_told_of_each_verdict():
    world = World(the_demo())
    world.receive(registered(), 0)
    world.receive(assigned("network", 2), 1)
    world.receive(answered(), 90)

    found = tried(world, world.book, 200)

    held = {run.clock: (run.verdict, run.holder) for run in found.runs(world.at(200))}
    assert held["first_response"] == ("missed", "unit:network/2")


def test_tickets_whose_outcome_has_other_causes_are_left_out():
    world = World(the_demo())
    world.receive(registered(), 0)
    world.receive(answered(), 10)
    agreed = RecordedClock("met", breached_at=world.at(60), exception="approved")
    other = RecordedClock("met", stopped_at=world.at(10), breached_at=world.at(5))
    found = tried(world, world.book, 200)

    assert past(world).left_out() is None
    assert Past(NOON).left_out() == "no_course"
    assert past(world, first_response=agreed).left_out() == "excepted"
    assert found.is_recorded(past(world), world.at(200))
    assert not found.is_recorded(past(world, first_response=other), world.at(200))


def test_a_mark_that_has_just_come_may_still_be_on_its_way():
    world = World(the_demo())
    world.receive(registered(), 0)
    world.state = CLOCKS.apply(world.state, world.recorded[0], world.at(0))

    found = tried(world, world.book, 60.5)

    assert found.state.clocks["first_response"].breached_at == world.at(60)
    assert found.is_recorded(past(world), world.at(60.5))
    assert not tried(world, world.book, 62).is_recorded(past(world), world.at(62))


def test_a_draft_stands_in_the_place_of_all_versions_for_every_ticket():
    book = publishing.with_draft(
        the_demo(), "agreement", "ticket", {"targets": [], "valid_from": "2040-01-01T00:00:00Z"}
    )
    nights = {"week": every_day("22:00-06:00"), "zone": "UTC"}
    nightly = publishing.with_draft(the_demo(), "calendar", "tehran-office", nights)
    world = World(the_demo())
    world.receive(registered(), 0)

    assert tried(world, book, 100).state.clocks == {}
    found = tried(world, nightly, 100).state.clocks["resolution"]
    assert (found.calendar_version, found.left_seconds) == (2, 24 * 3600)
    assert found.due_at == NOON.replace(hour=6) + timedelta(days=3)


def test_figures_add_up_verdicts_messages_and_penalties():
    world, tally = World(the_demo()), Tally()
    world.receive(registered(), 0)
    world.receive(assigned(), 1)
    world.receive(waiting(), 20)
    world.receive(prioritised(1), 30)
    strict = {
        "targets": [
            {
                "clock": "first_response",
                "within": "PT15M",
                "calendar": "around-the-clock",
                "marks": NOTICES,
            }
        ],
        "penalties": [{"clock": "first_response", "per_breach": 500}],
    }
    drafted = publishing.with_draft(the_demo(), "agreement", "ticket", strict)
    until = world.at(100)
    sides = [
        Side(found.runs(until), found.messages)
        for found in (tried(world, world.book, 100), tried(world, drafted, 100))
    ]

    tally.compare(CODE, *sides)
    tally.compare(CODE, *sides)
    tally.leave_out("100000000012", "no_course")
    answer = tally.answer()

    assert (answer.tickets, answer.compared, answer.changed) == (3, 2, 2)
    clocks = {item.clock: item for item in answer.clocks}
    assert (clocks["first_response"].before.open, clocks["first_response"].after.missed) == (2, 2)
    assert clocks["first_response"].after.penalty == 1000
    assert clocks["first_response"].newly_missed == 2
    assert (clocks["resolution"].before.open, clocks["resolution"].after.open) == (2, 0)
    assert [(item.holder, item.after.missed) for item in answer.holders] == [("unit:network/1", 2)]
    loads = {(item.role, item.channel): item.after for item in answer.notices}
    assert (loads["assignee", "sms"].total, loads["assignee", "sms"].most_a_day) == (2, 2)
    assert loads["assignee", "sms"].busiest == NOON.date()
    assert answer.left_out == {"no_course": 1}
    assert [item.code for item in answer.not_comparable] == ["100000000012"]
    assert answer.examples == [CODE, CODE]
