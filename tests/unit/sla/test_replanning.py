"""Clocks that go by other terms: another agreement for the ticket, or a calendar's new version."""

from datetime import UTC, datetime
from typing import Any

from msgspec.structs import replace

from contracts.sla import (
    SlaBreached,
    SlaCancelled,
    SlaObserved,
    SlaReplanned,
    SlaStarted,
    SlaWarned,
)
from services.sla.domain.book import Book
from tests.unit.sla.world import (
    NOON,
    World,
    a_calendar,
    an_agreement,
    answered,
    assigned,
    every_day,
    finished,
    prioritised,
    registered,
    reopened,
    resumed,
    the_demo,
    waiting,
)

ALWAYS = the_demo().calendars["around-the-clock", 1]


def target(clock: str, within: str, **more: Any) -> dict[str, Any]:
    return {"clock": clock, "within": within, "calendar": "around-the-clock", **more}


def book_of(**agreements: dict[str, Any]) -> Book:
    return Book(
        {(name, 1): an_agreement(name, **terms) for name, terms in agreements.items()},
        the_demo().calendars,
    )


MARKS = [{"percent": 50}, {"percent": 75}]
GENERAL = {"targets": [target("resolution", "PT4H", marks=MARKS)]}
URGENT = {"match": {"priority": [1]}, "targets": [target("resolution", "PT2H", marks=MARKS)]}


def a_ticket(book: Book) -> World:
    world = World(book)
    world.receive(registered(), 0)
    return world


# -- another agreement -----------------------------------------------------------------------------


def test_a_higher_priority_shortens_the_target_and_keeps_the_time_used():
    world = a_ticket(book_of(general=GENERAL, urgent=URGENT))

    world.receive(prioritised(1), 30)

    (replanned,) = world.found(SlaReplanned)
    assert (replanned.reason, replanned.used_seconds) == ("agreement", 1800)
    assert (replanned.before.agreement, replanned.after.agreement) == ("general", "urgent")
    assert (replanned.due_before, replanned.due_at) == (world.at(240), world.at(120))
    assert [(alarm.mark, alarm.at) for alarm in world.clock("resolution").alarms] == [
        (50, world.at(60)),
        (75, world.at(90)),
        (100, world.at(120)),
    ]


def test_the_change_of_agreement_stands_in_the_course():
    world = a_ticket(book_of(general=GENERAL, urgent=URGENT))

    world.receive(prioritised(1), 30)

    seen = [event for event, _ in world.history if isinstance(event, SlaObserved)]
    assert [(event.agreement, event.agreement_version) for event in seen] == [
        ("general", 1),
        ("urgent", 1),
    ]


def test_a_priority_set_at_opening_costs_nothing():
    world = a_ticket(book_of(general=GENERAL, urgent=URGENT))

    world.receive(prioritised(1), 0)

    assert world.clock("resolution").due_at == world.at(120)


def test_who_is_never_prioritised_has_the_usual_priority_once_he_is_assigned():
    usual = {"match": {"priority": [3]}, "targets": [target("resolution", "PT3H")]}
    world = a_ticket(book_of(general=GENERAL, usual=usual))
    assert world.clock("resolution").agreement == "general"

    world.receive(assigned(), 0)

    assert world.clock("resolution").due_at == world.at(180)


def test_a_mark_that_has_come_comes_again_only_where_it_lies_ahead_again():
    world = a_ticket(book_of(general=GENERAL, urgent=URGENT))
    world.receive(prioritised(1), 0)
    world.ring(60)
    world.receive(prioritised(3), 70)

    world.ring(120)
    world.ring(180)
    world.receive(prioritised(1), 181)

    assert [warned.mark for warned in world.found(SlaWarned)] == [50, 50, 75]


def test_a_target_that_the_time_used_exceeds_is_missed_at_once():
    world = a_ticket(book_of(general=GENERAL, urgent=URGENT))
    world.ring(121)
    world.receive(prioritised(1), 150)

    assert world.clock("resolution").due_at == world.at(150)
    world.ring(150)

    assert [breach.due_at for breach in world.found(SlaBreached)] == [world.at(150)]


def test_a_breach_stays_one_under_a_longer_target():
    world = a_ticket(book_of(general=GENERAL, urgent=URGENT))
    world.receive(prioritised(1), 0)
    world.ring(120)

    world.receive(prioritised(3), 130)

    assert world.clock("resolution").breached_at == world.at(120)
    world.ring(240)
    assert len(world.found(SlaBreached)) == 1


def test_a_clock_that_waits_is_planned_anew_and_goes_on_waiting():
    world = a_ticket(book_of(general=GENERAL, urgent=URGENT))
    world.receive(waiting(), 30)
    world.receive(prioritised(1), 60)
    assert world.clock("resolution").held_by == "requester"

    world.receive(resumed(), 100)

    assert world.clock("resolution").due_at == world.at(190)


def test_a_target_that_only_the_nearer_agreement_has_starts_with_the_time_that_was_used():
    nearer = {
        "match": {"unit": ["network"]},
        "targets": [target("resolution", "PT4H"), target("first_response", "PT1H")],
    }
    world = a_ticket(book_of(general=GENERAL, nearer=nearer))
    world.receive(waiting(), 10)
    world.receive(resumed(), 30)

    world.receive(assigned("network"), 40)

    started = world.found(SlaStarted)[-1]
    assert (started.clock, started.started_at, started.left_seconds) == (
        "first_response",
        world.at(0),
        2400,
    )
    assert started.due_at == world.at(80)


def test_an_answer_that_was_given_is_not_owed_again_under_another_agreement():
    nearer = {
        "match": {"unit": ["network"]},
        "targets": [target("resolution", "PT4H"), target("first_response", "PT1H")],
    }
    world = a_ticket(book_of(general=GENERAL, nearer=nearer))
    world.receive(answered(), 10)

    world.receive(assigned("network"), 40)

    assert "first_response" not in world.state.clocks


def test_a_target_that_the_nearer_agreement_does_not_have_ends_without_a_verdict():
    general = {"targets": [target("resolution", "PT4H"), target("first_response", "PT1H")]}
    world = a_ticket(book_of(general=general, urgent=URGENT))

    world.receive(prioritised(1), 10)

    assert [(end.clock, end.reason) for end in world.found(SlaCancelled)] == [
        ("first_response", "agreement")
    ]


def test_a_ticket_that_is_reopened_goes_by_the_agreement_that_holds_then():
    world = a_ticket(book_of(general=GENERAL, urgent=URGENT))
    world.receive(finished(), 30)
    world.receive(prioritised(1), 40)

    world.receive(reopened(), 100)

    assert world.clock("resolution").agreement == "urgent"
    assert world.clock("resolution").due_at == world.at(190)


# -- versions --------------------------------------------------------------------------------------


def test_a_version_published_ahead_holds_for_tickets_registered_from_then_on():
    later = {**GENERAL, "targets": [target("resolution", "PT1H")]}
    ahead = an_agreement("general", 2, valid_from="2026-12-01T00:00:00Z", **later)
    book = Book(
        {("general", 1): an_agreement("general", **GENERAL), ("general", 2): ahead},
        the_demo().calendars,
    )

    early, late = World(book), World(book, start=datetime(2026, 12, 1, tzinfo=UTC))
    early.receive(registered(), 0)
    late.receive(registered(), 0)

    assert early.clock("resolution").agreement_version == 1
    assert late.clock("resolution").agreement_version == 2


def test_what_is_published_after_registering_does_not_hold_for_the_ticket():
    before = book_of(general=GENERAL)
    world = a_ticket(before)
    urgent = an_agreement("urgent", **URGENT)
    world.book = Book(
        {**before.agreements, ("urgent", 1): replace(urgent, number=7)},
        before.calendars,
        number=7,
    )

    world.receive(prioritised(1), 10)

    assert world.found(SlaReplanned) == []


def test_a_special_agreement_promises_what_the_general_one_does_but_for_its_own():
    general = {
        "targets": [target("first_response", "PT1H"), target("resolution", "PT24H")],
        "penalties": [{"clock": "resolution", "per_breach": 1000}],
    }
    special = {
        "extends": "general",
        "match": {"subject": ["network"]},
        "targets": [target("resolution", "PT2H")],
    }
    world = a_ticket(book_of(general=general, special=special))

    assert {name: clock.target_seconds for name, clock in world.state.clocks.items()} == {
        "first_response": 3600,
        "resolution": 7200,
    }
    penalty = world.book.penalty_of(world.clock("resolution"), world.state)
    assert penalty is not None
    assert penalty.per_breach == 1000


def test_penalties_grow_with_lateness_up_to_their_cap():
    terms = {
        **GENERAL,
        "penalties": [{"clock": "resolution", "per_breach": 100, "per_hour_late": 60, "cap": 1000}],
    }
    world = a_ticket(book_of(general=terms))
    penalty = world.book.penalty_of(world.clock("resolution"), world.state)
    assert penalty is not None

    assert [penalty.amount(late) for late in (0, 60, 90, 3600, 10**6)] == [100, 101, 102, 160, 1000]


# -- calendars -------------------------------------------------------------------------------------

#: From two o'clock on, where the first version had the whole day.
AFTERNOON = a_calendar(zone="UTC", week=every_day("14:00-24:00"))


def with_new_calendar(world: World, minutes: float) -> None:
    book = world.book
    world.book = Book(
        book.agreements,
        {**book.calendars, ("around-the-clock", 2): AFTERNOON},
        published_at={("around-the-clock", 2): world.at(minutes)},
    )


def test_a_new_calendar_counts_from_its_publication_on():
    world = a_ticket(book_of(general=GENERAL))
    with_new_calendar(world, 30)

    world.receive(assigned(), 60)

    (replanned,) = world.found(SlaReplanned)
    assert (replanned.reason, replanned.replanned_at) == ("calendar", world.at(30))
    assert (replanned.before.calendar_version, replanned.after.calendar_version) == (1, 2)
    assert replanned.used_seconds == 1800
    assert world.clock("resolution").due_at == NOON.replace(hour=17, minute=30)


def test_an_alarm_that_a_new_calendar_puts_off_does_not_ring():
    world = a_ticket(book_of(general=GENERAL))
    with_new_calendar(world, 30)

    world.ring(121)

    assert world.found(SlaWarned) == []
    assert world.clock("resolution").alarms[0].at == NOON.replace(hour=15, minute=30)


def test_each_publication_is_followed_once():
    world = a_ticket(book_of(general=GENERAL))
    with_new_calendar(world, 30)
    world.receive(assigned(), 60)

    world.receive(waiting(), 70)
    world.receive(resumed(), 80)

    assert len(world.found(SlaReplanned)) == 1


def test_several_publications_count_each_for_its_time():
    world = a_ticket(book_of(general=GENERAL))
    world.book = Book(
        world.book.agreements,
        {
            **world.book.calendars,
            ("around-the-clock", 2): AFTERNOON,
            ("around-the-clock", 3): ALWAYS,
        },
        published_at={
            ("around-the-clock", 2): world.at(30),
            ("around-the-clock", 3): world.at(60),
        },
    )

    world.receive(assigned(), 90)

    assert world.clock("resolution").due_at == world.at(270)


def test_imported_tickets_keep_the_calendar_they_were_read_under():
    world = World(book_of(general=GENERAL))
    world.receive(registered(imported=True), 0)
    with_new_calendar(world, 30)

    world.receive(assigned(), 60)

    assert world.found(SlaReplanned) == []
