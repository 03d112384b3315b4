"""What follows for a ticket's clocks: each event as it should come, twice, and out of order."""

from datetime import timedelta

import pytest

from contracts.routing import TicketDeclined, TicketHandedOff, TicketMerged
from contracts.sla import (
    SlaBreached,
    SlaBreachWithdrawn,
    SlaCancelled,
    SlaMet,
    SlaPaused,
    SlaResumed,
    SlaStarted,
    SlaWarned,
)
from services.sla.domain.book import Book
from services.sla.domain.finding import index
from tests.unit.sla.world import (
    CODE,
    TEXT,
    World,
    an_agreement,
    answered,
    done,
    finished,
    local,
    registered,
    reopened,
    resumed,
    sent_back,
    the_demo,
    waiting,
    withdrawn,
)


def a_ticket(channel: str = "web", *, imported: bool = False) -> World:
    world = World()
    world.receive(registered(channel, imported=imported), 0)
    return world


def only_first_response(**target) -> Book:
    """One agreement with one clock, around the clock, an hour long."""
    definition = {
        "clock": "first_response",
        "within": "PT1H",
        "calendar": "around-the-clock",
        **target,
    }
    demo = the_demo()
    return Book({("only", 1): an_agreement("only", targets=[definition])}, demo.calendars)


# -- starting --------------------------------------------------------------------------------------


def test_registering_starts_the_clocks_of_the_agreement():
    world = a_ticket()

    first, resolution = world.found(SlaStarted)
    assert (first.clock, first.agreement, first.agreement_version) == (
        "first_response",
        "ticket",
        1,
    )
    assert first.due_at == world.at(60)
    assert [(alarm.mark, alarm.at) for alarm in first.alarms] == [
        (75, world.at(45)),
        (100, world.at(60)),
    ]
    assert (resolution.clock, resolution.calendar) == ("resolution", "tehran-office")
    assert resolution.due_at == local("2026-11-25 15:30")


def test_an_email_has_two_hours():
    world = a_ticket("email")

    assert world.clock().agreement == "email"
    assert world.clock().due_at == world.at(120)


def test_registering_twice_starts_nothing_more():
    world = a_ticket()

    assert world.receive(registered(), 0) == []


def test_a_ticket_that_no_agreement_holds_for_has_no_clock():
    world = World(Book())

    world.receive(registered(), 0)

    assert world.recorded == []
    assert index(world.state)["due_at"] is None


@pytest.mark.parametrize(
    "event", [answered(), waiting(), resumed(), done(), sent_back(), finished(), withdrawn()]
)
def test_events_of_a_ticket_without_clocks_change_nothing(event):
    assert World().receive(event, 5) == []


# -- marks -----------------------------------------------------------------------------------------


def test_at_three_quarters_the_assignee_is_told_how_many_minutes_are_left():
    world = a_ticket()

    world.ring(45.002)

    (warned,) = world.found(SlaWarned)
    assert (warned.clock, warned.mark, warned.left_seconds) == ("first_response", 75, 900)
    assert (warned.alarm_at, warned.due_at) == (world.at(45), world.at(60))
    assert [(notice.role, notice.channel) for notice in warned.notices] == [("assignee", "sms")]


def test_at_the_target_the_service_manager_is_told():
    world = a_ticket()
    world.ring(45)

    world.ring(60)

    (breached,) = world.found(SlaBreached)
    assert (breached.alarm_at, breached.due_at) == (world.at(60), world.at(60))
    assert breached.confirmed
    (ladder,) = breached.notices
    assert [(step.role, step.channel) for step in (ladder, *ladder.then)] == [
        ("service_manager", "push"),
        ("service_manager", "sms"),
        ("service_manager", "email"),
    ]


def test_nothing_comes_before_its_instant():
    world = a_ticket()

    assert world.ring(44.999) == []


def test_each_mark_comes_once_however_often_the_alarm_rings():
    world = a_ticket()

    for minutes in (45, 45, 46, 60, 60, 61, 600):
        world.ring(minutes)

    assert len(world.found(SlaWarned)) == 1
    assert len(world.found(SlaBreached)) == 1


def test_the_index_holds_the_next_mark_of_all_running_clocks():
    world = a_ticket()
    assert index(world.state)["due_at"] == world.at(45)

    world.ring(45)
    assert index(world.state)["due_at"] == world.at(60)

    world.ring(60)
    assert index(world.state)["due_at"] == local("2026-11-25 09:30")


def test_after_an_outage_a_warning_that_comes_too_late_tells_nobody():
    world = a_ticket()

    world.ring(200)

    assert world.found(SlaWarned)[0].notices == []
    assert world.found(SlaWarned)[0].left_seconds == 0
    assert len(world.found(SlaBreached)[0].notices) == 1


def test_a_target_without_marks_is_still_breached():
    world = World(only_first_response())
    world.receive(registered(), 0)

    world.ring(60)

    assert world.found(SlaBreached)[0].notices == []


def test_a_breach_is_unconfirmed_while_routing_cannot_be_asked():
    world = a_ticket()
    world.book = world.book.with_unconfirmed(frozenset({CODE}))

    world.ring(60)

    assert not world.found(SlaBreached)[0].confirmed


def test_a_target_of_seconds_has_marks_to_the_millisecond():
    world = World(only_first_response(within="PT4S", marks=[{"percent": 33}]))

    world.receive(registered(), 0)

    assert [(alarm.mark, alarm.at - world.start) for alarm in world.clock().alarms] == [
        (33, timedelta(seconds=1.32)),
        (100, timedelta(seconds=4)),
    ]


# -- answering -------------------------------------------------------------------------------------


def test_an_answer_meets_the_first_response():
    world = a_ticket()

    world.receive(answered(), 30)

    (met,) = world.found(SlaMet)
    assert (met.clock, met.stopped_at) == ("first_response", world.at(30))
    assert (met.elapsed_seconds, met.late_seconds) == (1800, 0)
    assert world.clock("resolution").running


def test_a_second_answer_changes_nothing():
    world = a_ticket()
    world.receive(answered(), 30)

    assert world.receive(answered(), 40) == []


def test_a_late_answer_meets_it_late():
    world = a_ticket()
    world.ring(45)
    world.ring(60)

    world.receive(answered(), 70)

    (met,) = world.found(SlaMet)
    assert (met.elapsed_seconds, met.late_seconds) == (4200, 600)


def test_a_mark_that_lies_before_an_event_comes_first_and_warns_nobody_any_more():
    world = a_ticket()

    events = world.receive(answered(), 50)

    warned, met = events
    assert isinstance(warned, SlaWarned)
    assert (warned.alarm_at, warned.left_seconds, warned.notices) == (world.at(45), 900, [])
    assert isinstance(met, SlaMet)


def test_a_target_that_an_answer_shows_to_be_missed_is_told():
    world = a_ticket()

    events = world.receive(answered(), 61)

    assert [type(event) for event in events] == [SlaWarned, SlaBreached, SlaMet]
    assert len(world.found(SlaBreached)[0].notices) == 1


def test_an_answer_at_the_very_instant_is_in_time():
    world = a_ticket()

    world.receive(answered(), 60)

    assert world.found(SlaBreached) == []
    assert world.found(SlaMet)[0].late_seconds == 0


# -- a breach that proves false --------------------------------------------------------------------


def test_an_answer_that_becomes_known_after_the_breach_withdraws_it():
    world = a_ticket()
    world.ring(45)
    world.ring(60)

    events = world.receive(answered(), 58, known_at=65)

    assert [type(event) for event in events] == [SlaBreachWithdrawn, SlaMet]
    assert world.found(SlaBreachWithdrawn)[0].stopped_at == world.at(58)
    assert world.found(SlaMet)[0].late_seconds == 0
    assert world.clock().breached_at is None


def test_a_breach_that_waiting_proved_false_can_still_come_truly():
    world = a_ticket()
    world.ring(60)
    world.receive(waiting(), 50, known_at=65)
    world.receive(resumed(), 55, known_at=65)
    assert world.clock().due_at == world.at(65)

    world.ring(65)

    breaches = world.found(SlaBreached)
    assert [breach.alarm_at for breach in breaches] == [world.at(60), world.at(65)]
    assert len(world.found(SlaBreachWithdrawn)) == 1


def test_a_true_breach_is_not_withdrawn():
    world = a_ticket()
    world.ring(60)

    world.receive(answered(), 61)

    assert world.found(SlaBreachWithdrawn) == []
    assert world.clock().breached_at == world.at(60)


# -- waiting ---------------------------------------------------------------------------------------


def test_waiting_stops_time_and_says_who_holds_it():
    world = a_ticket()

    world.receive(waiting("supplier"), 20)

    first, _resolution = world.found(SlaPaused)
    assert (first.clock, first.held_by, first.left_seconds) == ("first_response", "supplier", 2400)
    assert index(world.state)["due_at"] is None


def test_going_on_keeps_the_time_that_was_left():
    world = a_ticket()
    world.receive(waiting(), 20)

    world.receive(resumed(), 500)

    first = world.found(SlaResumed)[0]
    assert (first.due_at, first.paused_seconds) == (world.at(540), 480 * 60)
    assert [(alarm.mark, alarm.at) for alarm in first.alarms] == [
        (75, world.at(525)),
        (100, world.at(540)),
    ]


def test_a_pause_outside_business_time_costs_nothing():
    world = World(start=local("2026-11-22 15:00"))
    world.receive(registered(), 0)
    due_at = world.clock("resolution").due_at
    world.receive(waiting(), 120)

    world.receive(resumed(), 600)

    assert world.clock("resolution").due_at == due_at
    assert world.found(SlaResumed)[1].paused_seconds == 0


def test_a_warning_that_was_given_is_not_given_again_after_a_pause():
    world = a_ticket()
    world.ring(45)
    world.receive(waiting(), 50)
    world.receive(resumed(), 100)

    world.ring(105)
    world.ring(110)

    assert len(world.found(SlaWarned)) == 1
    assert world.found(SlaBreached)[0].alarm_at == world.at(110)


def test_waiting_twice_pauses_once_and_another_holder_is_recorded():
    world = a_ticket()
    world.receive(waiting("requester"), 20)

    assert world.receive(waiting("requester"), 21) == []

    changed = world.receive(waiting("unit"), 22)
    assert [event.held_by for event in changed] == ["unit", "unit"]
    assert changed[0].left_seconds == 2400


def test_resuming_what_runs_changes_nothing():
    world = a_ticket()

    assert world.receive(resumed(), 5) == []


def test_an_overdue_clock_that_waits_stays_overdue_by_what_it_was():
    world = a_ticket()
    world.ring(60)
    world.receive(waiting(), 70)
    world.receive(resumed(), 170)

    world.ring(500)
    world.receive(answered(), 190)

    assert len(world.found(SlaBreached)) == 1
    assert world.found(SlaMet)[0].late_seconds == 30 * 60


def test_events_whose_times_are_crossed_never_give_time_back():
    world = a_ticket()
    world.receive(waiting(), 20)
    world.receive(resumed(), 30)

    world.receive(waiting(), 29)

    assert world.clock().left_seconds == 2400


def test_an_answer_while_waiting_meets_the_clock_with_the_time_it_had_used():
    world = a_ticket()
    world.receive(waiting(), 20)

    world.receive(answered(), 300)

    assert world.found(SlaMet)[0].elapsed_seconds == 1200


# -- done, approved, sent back ---------------------------------------------------------------------


def test_done_work_stops_the_response_and_holds_the_resolution_on_nobodys_time():
    world = a_ticket()

    events = world.receive(done(), 30)

    met, paused = events
    assert isinstance(met, SlaMet)
    assert met.clock == "first_response"
    assert isinstance(paused, SlaPaused)
    assert (paused.clock, paused.held_by) == ("resolution", "nobody")


def test_approval_meets_the_resolution_at_the_instant_the_work_was_done():
    world = a_ticket()
    world.receive(done(), 30)

    world.receive(finished(), 5000)

    met = world.found(SlaMet)[-1]
    assert (met.clock, met.stopped_at, met.late_seconds) == ("resolution", world.at(30), 0)


def test_work_done_while_waiting_counts_from_when_it_was_done():
    world = a_ticket()
    world.receive(waiting(), 10)
    world.receive(done(), 30)

    world.receive(finished(), 40)

    assert world.found(SlaMet)[-1].stopped_at == world.at(30)


def test_sent_back_work_goes_on_with_the_time_it_had_and_the_response_stays_met():
    world = a_ticket()
    left = world.clock("resolution").target_seconds
    world.receive(done(), 0)

    events = world.receive(sent_back(), 4 * 1440)

    assert [event.clock for event in events] == ["resolution"]
    assert world.clock("resolution").left_seconds == left
    assert world.clock("first_response").state == "met"


def test_finishing_without_being_done_meets_every_clock():
    world = a_ticket()

    world.receive(finished(), 30)

    assert [met.clock for met in world.found(SlaMet)] == ["first_response", "resolution"]
    assert world.receive(finished(), 31) == []


def test_a_reopened_ticket_goes_on_with_the_time_that_was_left():
    world = World(start=local("2026-11-22 09:00"))
    world.receive(registered(), 0)
    world.receive(done(), 120)
    world.receive(finished(), 130)

    world.receive(reopened(), 2 * 1440)

    assert world.clock("resolution").left_seconds == 22 * 3600
    assert world.clock("resolution").due_at == local("2026-11-28 11:00")
    assert world.clock("first_response").state == "met"


def test_a_clock_can_stop_at_done_where_its_target_says_so():
    world = World(only_first_response(clock="resolution", stops_on=["done"]))
    world.receive(registered(), 0)

    world.receive(done(), 30)

    assert world.found(SlaMet)[0].clock == "resolution"
    world.receive(sent_back(), 40)
    assert world.clock("resolution").due_at == world.at(70)


# -- ended without a verdict -----------------------------------------------------------------------

ENDINGS = [
    (withdrawn(), "withdrawn"),
    (TicketDeclined(state="declined", step="declined", by="desk", reason=TEXT), "declined"),
    (TicketMerged(state="merged", step="merged", by="desk", into=CODE), "merged"),
    (
        TicketHandedOff(state="handed_off", step="handed_off", by="desk", to="crm", reference="7"),
        "handed_off",
    ),
]


@pytest.mark.parametrize(("event", "reason"), ENDINGS)
def test_an_ended_ticket_cancels_its_clocks(event, reason):
    world = a_ticket()

    world.receive(event, 10)

    assert [cancelled.reason for cancelled in world.found(SlaCancelled)] == [reason, reason]
    assert index(world.state)["due_at"] is None
    assert world.receive(event, 11) == []


def test_a_breach_before_the_withdrawal_comes_first():
    world = a_ticket()

    events = world.receive(withdrawn(), 90)

    assert [type(event) for event in events][:3] == [SlaWarned, SlaBreached, SlaCancelled]


def test_a_reopened_withdrawal_goes_on_with_both_clocks():
    world = a_ticket()
    world.receive(withdrawn(), 10)

    world.receive(reopened(), 100)

    assert world.clock().due_at == world.at(150)
    assert world.clock("resolution").running


# -- imported history ------------------------------------------------------------------------------


def test_an_imported_ticket_has_no_alarm_by_the_wall_clock():
    world = a_ticket(imported=True)

    assert index(world.state)["due_at"] is None
    assert world.ring(10_000) == []


def test_an_imported_ticket_is_judged_by_its_events_and_tells_nobody():
    world = a_ticket(imported=True)

    world.receive(answered(), 90, known_at=1_000_000)

    assert [type(event) for event in world.recorded[2:]] == [SlaWarned, SlaBreached, SlaMet]
    assert world.found(SlaWarned)[0].alarm_at == world.at(45)
    assert world.found(SlaBreached)[0].notices == []
    assert world.found(SlaMet)[0].late_seconds == 1800
