"""When a ticket is expected to end: by history, load and calendar, and told no more than needed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.sla import SlaExpected, SlaForetold
from services.sla.domain.book import Book
from services.sla.domain.clocks import CLOCKS
from services.sla.domain.expectation import estimate, shown
from services.sla.domain.finding import index
from services.sla.domain.history import Ending, History
from services.sla.expecting import calibration
from tests.unit.sla.world import (
    World,
    a_calendar,
    an_agreement,
    asked,
    assigned,
    done,
    every_day,
    finished,
    local,
    queued,
    registered,
    reopened,
    resumed,
    sent_back,
    waiting,
    withdrawn,
)

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ALWAYS = a_calendar(zone="UTC", week=every_day("00:00-24:00"))
#: 22 November 2026 is a Sunday; nobody works on Thursday and Friday.
OFFICE = a_calendar(
    zone="Asia/Tehran",
    week=every_day("08:00-16:00") | {"thursday": [], "friday": []},
)
DAY = 24 * 60
MOVES = (SlaExpected, SlaForetold)
HOUR = timedelta(hours=1)


def tickets(*hours: float, subject: str = "network", unit: str = "network", foretold=None):
    """Ended tickets that took so many hours, all of the last days."""
    return [
        Ending(
            subject=subject,
            kind="incident",
            unit=unit,
            registered_at=NOW - timedelta(days=1, hours=took),
            ended_at=NOW - timedelta(days=1),
            foretold=foretold,
        )
        for took in hours
    ]


def a_world(history: History, calendar=ALWAYS, start: datetime = NOW, within: str = "PT90H"):
    target = {"clock": "resolution", "within": within, "calendar": "hours"}
    book = Book(
        {("general", 1): an_agreement("general", targets=[target])}, {("hours", 1): calendar}
    )
    book.history = history
    return World(book, start=start)


def of(*hours: float, load: float = 1.0) -> History:
    return History({"network": tickets(*hours)}, {"network": load}, NOW)


TEN_DAYS = of(*[240] * 20)


def test_a_ticket_is_expected_to_end_when_four_of_five_like_it_had():
    world = a_world(of(*range(1, 21)))

    world.receive(registered(), 0)

    (expected,) = world.found(SlaExpected)
    assert expected.expected_at == NOW + 17 * HOUR
    assert expected.why == "registered"
    assert (expected.basis.of, expected.basis.samples, expected.basis.quantile) == (
        "subject",
        20,
        0.8,
    )


def test_without_history_the_resolution_target_stands_in_and_nothing_is_recorded():
    world = a_world(History())

    world.receive(registered(), 0)

    assert world.found(SlaExpected) == []
    found = shown(world.state, world.at(60), world.book)
    assert (found.at, found.basis.of) == (NOW + 90 * HOUR, "target")


def test_a_target_that_was_missed_stands_in_no_more():
    world = a_world(History())
    world.receive(registered(), 0)

    found = shown(world.state, world.at(100 * 60), world.book)

    assert (found.at, found.basis.of) == (NOW + 125 * HOUR, "elapsed")


def test_nothing_is_promised_on_a_closed_day():
    """Wednesday noon and six hours of work: not on the weekend, but on Saturday morning."""
    six_hours = [
        Ending(
            subject="network",
            kind="incident",
            unit=None,
            registered_at=local("2026-11-21 09:00"),
            ended_at=local("2026-11-21 15:00"),
        )
    ] * 12
    start = local("2026-11-25 12:00")
    world = a_world(History({"network": six_hours}, at=NOW), OFFICE, start)

    world.receive(registered(), 0)

    (expected,) = world.found(SlaExpected)
    assert expected.expected_at == local("2026-11-28 10:00")


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.floats(0.1, 400), min_size=10, max_size=40),
    st.floats(0.5, 4),
    st.floats(0, 3.5),
    st.integers(0, 60 * DAY),
    st.sampled_from([ALWAYS, OFFICE]),
)
def test_expectations_lie_ahead_in_opening_hours_and_more_load_brings_none_nearer(
    hours, load, more, minutes, calendar
):
    world = a_world(of(*hours, load=load), calendar)
    world.receive(registered(), 0)
    world.receive(assigned(), 1)
    now = world.at(1 + minutes)

    light = estimate(world.state, now, world.book)
    world.book.history = of(*hours, load=load + more)
    heavy = estimate(world.state, now, world.book)

    assert now < light.at <= heavy.at
    assert calendar.between(light.at - timedelta(seconds=1), light.at) > 0


def test_who_is_late_already_is_told_by_those_that_took_longer():
    world = a_world(of(*[1] * 90, *[100] * 10))
    world.receive(registered(), 0)
    assert world.state.expected.at == NOW + HOUR

    world.ring(60)

    slipped = world.found(SlaExpected)[-1]
    assert (slipped.why, slipped.was) == ("slipped", NOW + HOUR)
    assert slipped.expected_at == NOW + 100 * HOUR


def test_a_ticket_that_takes_longer_than_all_slips_a_few_times_only():
    world = a_world(of(*[10] * 20))
    world.receive(registered(), 0)

    for minute in range(0, 100 * DAY, 30):
        world.ring(minute)

    slips = [event for event in world.found(SlaExpected) if event.why == "slipped"]
    assert 10 <= len(slips) <= 30
    assert slips[-1].basis.of == "elapsed"
    assert all(event.expected_at > event.was for event in slips)


def test_what_lies_days_ahead_is_looked_at_half_way_and_again():
    world = a_world(TEN_DAYS)
    world.receive(registered(), 0)
    looks = []

    while (due := index(world.state)["due_at"]) < NOW + 240 * HOUR:
        minutes = (due - NOW) / timedelta(minutes=1)
        world.ring(minutes)
        looks.append(minutes / DAY)

    assert looks == [3.75, 5, 7.5, 8.75]
    told = [event for event in world.found(SlaExpected) if event.why == "looked_at"]
    assert {event.expected_at for event in told} == {NOW + 240 * HOUR}
    assert world.found(SlaForetold) == []


def test_a_fuller_unit_moves_it_and_the_requester_is_told():
    world = a_world(TEN_DAYS)
    world.receive(registered(), 0)
    world.book.history = of(*[240] * 20, load=2.0)

    world.ring(5 * DAY)

    moved = world.found(SlaExpected)[-1]
    assert moved.expected_at == NOW + 15 * 24 * HOUR
    assert (moved.why, moved.basis.load) == ("looked_at", 2.0)
    (told,) = world.found(SlaForetold)
    assert (told.was, told.expected_at) == (NOW + 10 * 24 * HOUR, moved.expected_at)


def test_who_gets_the_work_may_move_it_but_what_hardly_moves_is_not_recorded():
    world = a_world(TEN_DAYS)
    world.receive(registered(), 0)
    world.receive(assigned("network"), 5)
    assert len(world.found(SlaExpected)) == 1
    world.book.history = History(
        {"network": tickets(*[240] * 20)}, {"network": 1.1, "archive": 3.0}, NOW
    )

    world.receive(queued("network", tier=2), 10)
    assert len(world.found(SlaExpected)) == 1
    world.receive(queued("archive"), 20)

    moved = world.found(SlaExpected)[-1]
    assert (moved.why, moved.basis.load) == ("held", 3.0)
    assert len(world.found(SlaForetold)) == 1


def test_the_requester_is_told_once_a_day_at_most():
    world = a_world(TEN_DAYS)
    world.receive(registered(), 0)
    units = {"network": 1.0, "archive": 2.0, "basement": 4.0}
    world.book.history = History({"network": tickets(*[240] * 20)}, units, NOW)

    world.receive(queued("archive"), 10)
    world.receive(queued("network"), 20)
    world.receive(queued("basement"), 30)
    world.receive(queued("network"), 40)
    world.receive(queued("basement"), 30 + DAY)

    told = [type(event) for event in world.recorded if isinstance(event, MOVES)]
    assert told == [SlaExpected, *MOVES, *[SlaExpected] * 3, *MOVES]


def test_a_slip_of_an_hour_is_recorded_but_not_told():
    world = a_world(of(*[2] * 50, *[4] * 9))
    world.receive(registered(), 0)

    world.ring(3 * 60)

    assert len(world.found(SlaExpected)) == 2
    assert world.found(SlaForetold) == []


def test_while_the_requester_is_waited_for_nothing_slips():
    world = a_world(of(*[10] * 20))
    world.receive(registered(), 0)
    world.receive(assigned(), 1)
    world.receive(waiting("requester"), 60)
    assert index(world.state)["due_at"] is None

    world.receive(resumed(), 30 * 60)

    last = world.found(SlaExpected)[-1]
    assert (last.why, last.was) == ("resumed", NOW + 10 * HOUR)
    assert last.expected_at > world.at(30 * 60)


@pytest.mark.parametrize("end", [withdrawn, finished, done])
def test_what_has_ended_or_is_done_is_awaited_no_more(end):
    world = a_world(of(*[10] * 20))
    world.receive(registered(), 0)
    world.receive(end(), 60)

    assert index(world.state)["due_at"] is None
    assert shown(world.state, world.at(61), world.book) is None
    assert world.ring(30 * DAY) == []
    assert len(world.found(SlaExpected)) == 1


def test_what_was_sent_back_is_awaited_again():
    world = a_world(of(*[10] * 20))
    world.receive(registered(), 0)
    world.receive(done(), 60)

    world.receive(sent_back(), 20 * 60)

    assert world.state.expected.at > world.at(20 * 60)


def test_what_is_reopened_is_expected_anew():
    world = a_world(of(*[10] * 20))
    world.receive(registered(), 0)
    world.receive(finished(), 60)

    world.receive(reopened(), 10 * DAY)

    assert world.found(SlaExpected)[-1].expected_at == world.at(10 * DAY) + 10 * HOUR
    assert world.state.expected.first_at == world.at(10 * DAY) + 10 * HOUR


def test_of_imported_tickets_nothing_is_expected_but_they_are_history():
    world = a_world(of(*[10] * 20))
    world.receive(registered(imported=True), 0)
    world.receive(assigned(), 10)
    world.receive(done(), 60)
    world.receive(finished(), 90)

    assert world.found(SlaExpected) == []
    assert index(world.state)["ending"] == {"subject": "network", "at": world.at(60)}
    assert index(world.state)["load"] == {"unit": "network", "until": world.at(90)}


def test_a_mark_of_its_own_that_finds_no_history_any_more_still_moves_on():
    world = a_world(of(*[10] * 20))
    world.receive(registered(), 0)
    world.book.history = History()

    world.ring(11 * 60)

    assert world.found(SlaExpected)[-1].basis.of == "elapsed"
    assert index(world.state)["due_at"] > world.at(11 * 60)


def test_messages_alone_do_not_touch_it():
    world = a_world(of(*[10] * 20))
    world.receive(registered(), 0)
    world.book.history = of(*[10] * 20, load=4.0)

    world.receive(asked(), 60)

    assert len(world.found(SlaExpected)) == 1


def test_a_line_of_steps_is_expected_step_by_step():
    def passport(hours: float) -> Ending:
        (plain,) = tickets(hours)
        began, step = plain.registered_at, timedelta(hours=hours / 4)
        return plain._replace(
            steps=(
                ("papers-complete", began + step),
                ("printed", began + 2 * step),
                ("posted", began + 3 * step),
            )
        )

    world = a_world(History({"network": [passport(40)] * 20}, at=NOW))
    world.receive(registered(), 0)

    (expected,) = world.found(SlaExpected)
    assert [(each.step, each.at) for each in expected.steps] == [
        ("papers-complete", NOW + 10 * HOUR),
        ("printed", NOW + 20 * HOUR),
        ("posted", NOW + 30 * HOUR),
    ]
    world.receive(assigned(step="papers-complete"), 5 * 60)
    now = world.at(6 * 60)
    assert [each.step for each in estimate(world.state, now, world.book).steps] == [
        "printed",
        "posted",
    ]


def test_how_often_it_held_is_told_by_subject():
    early, late = NOW - timedelta(days=2), NOW
    endings = tickets(*[10] * 4, foretold=late) + tickets(10, foretold=early) + tickets(30)

    found = calibration("network", endings)

    assert (found.tickets, found.foretold, found.held, found.meant) == (6, 5, 0.8, 0.8)


def test_a_record_from_before_expectations_folds_as_ever():
    world = a_world(of(*[10] * 20))
    world.receive(registered(), 0)
    old = [item for item in world.history if not isinstance(item.event, SlaExpected)]

    assert CLOCKS.fold(old).expected is None
