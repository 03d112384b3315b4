"""A unit's work against what it can do: measured, loaded, told, tried with more."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest

from chassis.decisions import Context
from contracts.calls.days import WorkingDay
from contracts.calls.routing import Shift, Unit
from contracts.hours import Week
from contracts.routing import UnitOvercommitted, UnitRelieved
from services.routing.domain.attendance import OnLeave, Times
from services.routing.domain.capacity import (
    Finished,
    Worker,
    left_of,
    measured,
    present_seconds,
)
from services.routing.domain.figures import shown
from services.routing.domain.organisation import Organisation, Person
from services.routing.domain.records import RECORDS, Record
from services.routing.domain.survey import Known, OpenWork, PlannedWork, Survey, since_of, week_of
from services.routing.domain.trying import Thought, tried
from services.routing.handlers.capacity import tell_of_load
from services.routing.handlers.case import Grounds
from services.routing.watching import fullness

#: A Saturday before work; every day is a working day of eight hours here.
NOW = datetime(2026, 11, 21, 7, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def working_days(start: int, end: int) -> list[WorkingDay]:
    """Days from 8 to 16, counted from today."""
    opens = [NOW + HOUR + DAY * number for number in range(start, end)]
    return [
        WorkingDay(day=at.date(), opens_at=at, closes_at=at + 8 * HOUR, seconds=8 * 3600)
        for at in opens
    ]


def worker(name: str = "ali", capacity: int = 10, times: Times = Times()) -> Worker:  # noqa: B008
    return Worker(Person(id=name, unit="it", capacity=capacity), times)


def finished(*days_ago: float, touch: int = 0) -> list[Finished]:
    return [Finished(NOW - DAY * days, "it", 1, touch) for days in days_ago]


@dataclass
class Scene:
    """A unit that finishes two tickets a day, and what it has to do."""

    promised: dict[str, float] = field(default_factory=dict)
    planned: list[PlannedWork] = field(default_factory=list)
    workers: list[Worker] = field(default_factory=lambda: [worker()])

    def survey(self) -> Survey:
        work = [OpenWork(code, "it", 1, 0, 3, NOW - HOUR) for code in sorted(self.promised)]
        return Survey(
            Known(
                unit="it",
                now=NOW,
                open=work,
                planned=self.planned,
                finished=finished(*[n / 2 for n in range(1, 41)]),
                promised={code: NOW + DAY * days for code, days in self.promised.items()},
                past=working_days(-20, 0),
                ahead=working_days(0, 84),
                workers=self.workers,
            )
        )


def test_a_unit_can_do_what_it_did():
    unit = measured(finished(*[n / 2 for n in range(1, 41)]), working_days(-20, 0), [worker()])

    assert unit is not None
    assert (unit.tickets, unit.points, unit.per_day, unit.usual) == (40, 40, 2.0, 1)
    assert unit.touch_seconds is None


def test_too_few_endings_say_nothing():
    assert measured(finished(*range(1, 10)), working_days(-20, 0), [worker()]) is None
    assert since_of(finished(*range(1, 10)), NOW, 28 * DAY) is None
    assert since_of(finished(*[0.5] * 20), NOW, 28 * DAY) is None
    assert since_of(finished(*[3] * 20), NOW, 28 * DAY) == NOW - 3 * DAY
    assert since_of(finished(*[60] * 20), NOW, 28 * DAY) == NOW - 28 * DAY


def test_who_is_on_leave_is_missed_by_his_points_of_capacity():
    away = Times(leaves=(OnLeave(id="w", start=NOW, end=NOW + 2 * DAY),))
    scene = Scene(workers=[worker("ali", 30), worker("omid", 10, away)])

    today, tomorrow, after, *_ = scene.survey().days

    assert today.points == tomorrow.points == pytest.approx(1.5)
    assert after.points == pytest.approx(2.0)


def test_presence_counts_shift_and_leave_within_the_units_hours():
    (day,) = working_days(0, 1)
    shift = Shift(week=Week(saturday=["06:00-10:00", "12:00-13:00"]), zone="UTC")

    assert present_seconds(day, Times()) == 8 * 3600
    assert present_seconds(day, Times(shift=shift)) == 3 * 3600
    leave = OnLeave(id="m", start=NOW, end=NOW + 2 * HOUR)
    assert present_seconds(day, Times(shift=shift, leaves=(leave,))) == 2 * 3600
    assert present_seconds(day, Times(leaves=(leave,))) == 7 * 3600


def test_what_was_logged_counts_against_the_weight_but_never_all_of_it():
    days = working_days(-20, 0)
    unit = measured(finished(*range(1, 21), touch=3600), days, [worker()])

    assert left_of(2, 3600, unit) == 1.0
    assert left_of(2, 99_999, unit) == pytest.approx(0.2)
    assert left_of(2, 3600, None) == 2


def test_an_unpromised_load_is_shown_and_warns_nobody():
    survey = Scene().survey()

    view = shown(survey, None)
    assert (view.tickets, view.done_at, view.room, survey.level) == (0, None, None, None)
    assert view.measured is not None
    assert view.measured.per_day == 2.0
    assert [day.capacity for day in view.days[:3]] == [2.0, 2.0, 2.0]
    assert view.weeks[0].week == date(2026, 11, 21)
    assert view.weeks[0].capacity == 14.0
    assert fullness(survey, None) is None


def test_the_sixth_project_is_warned_of_before_it_is_taken():
    """Two a day: five promised for the third evening leave room for one; six for none."""
    five = Scene({f"p{n}": 2.5 for n in range(5)}).survey()
    assert (five.level, five.room()) == (None, 1)
    assert five.done_at == NOW + HOUR + 2 * DAY + 4 * HOUR

    six = Scene({f"p{n}": 2.5 for n in range(6)}).survey()
    assert (six.level, six.room(), six.broken) == ("full", 0, [])

    seven = Scene({f"p{n}": 2.5 for n in range(7)}).survey()
    assert (seven.level, [each.code for each in seven.broken]) == ("over", ["p6"])


def test_one_more_breaks_promises_that_are_due_later():
    scene = Scene({"a": 0.6, "b": 0.6, "c": 1.5, "d": 1.6})

    survey = scene.survey()

    # One more is promised within the middle of these times, so before `d`, which has no room left.
    assert survey.level == "full"
    assert [each.code for each in survey.broken_by_one_more] == ["d"]


def test_planned_work_is_committed_from_its_day_on():
    visits = [PlannedWork(f"visit@{n}", 2, 3, NOW + DAY * n) for n in (1, 2)]
    scene = Scene({"a": 2.5, "b": 2.5}, visits)

    view = shown(scene.survey(), None)

    assert (view.planned, view.planned_points) == (2, 4.0)
    assert [day.planned for day in view.days[:4]] == [0.0, 2.0, 2.0, 0.0]
    assert [day.loaded for day in view.days[:4]] == [2.0, 2.0, 2.0, 0.0]


def test_a_trial_says_whose_promise_more_work_breaks_and_by_how_much():
    survey = Scene({"soon": 0.6, "later": 2.4, "last": 3.5}).survey()

    found = tried(survey, Thought(3, 1.0, NOW, NOW + 2 * DAY))
    assert found.fits
    assert (found.moved_count, found.broken_count) == (2, 0)

    found = tried(survey, Thought(6, 1.0, NOW, NOW + 3 * DAY))
    assert not found.fits
    assert found.newcomers.in_time == 4
    assert (found.moved_count, found.broken_count) == (1, 1)
    assert (found.moved[0].code, found.moved[0].breaks) == ("last", True)
    assert found.moved[0].by_seconds is not None
    assert found.done_before < found.done_after


def test_work_that_comes_after_all_promises_moves_nobody():
    survey = Scene({"soon": 0.6}).survey()

    found = tried(survey, Thought(2, 1.0, NOW + 5 * DAY, None))

    assert (found.fits, found.moved, found.newcomers.in_time) == (True, [], 2)
    assert found.newcomers.first_at is not None
    assert found.newcomers.first_at.date() == date(2026, 11, 26)


def test_weeks_begin_on_saturday():
    assert {week_of(date(2026, 11, 21) + DAY * n) for n in range(7)} == {date(2026, 11, 21)}


GROUNDS = Grounds(
    organisation=Organisation(
        people={
            "zahra": Person(id="zahra", unit="hq", role="supervisor"),
            "ali": Person(id="ali", unit="it"),
        },
        units={
            "hq": Unit(id="hq", title={"en": "HQ"}, parent=None, desk=True, active=True),
            "it": Unit(id="it", title={"en": "IT"}, parent="hq", desk=False, active=True),
        },
    ),
    workflows={},
)
CONTEXT = Context(stream="unit:it", cause="watch", at=NOW, now=NOW, actor="system:routing")


def look(state: Record, promised: int) -> list[object]:
    survey = Scene({f"p{n}": 2.5 for n in range(promised)}).survey()
    found = fullness(survey, state.load)
    return [] if found is None else list(tell_of_load(state, found, CONTEXT, GROUNDS))


def test_each_line_is_told_once_and_its_end_when_there_is_room_for_more_than_one():
    state, told = Record(), []
    for load in (3, 6, 6, 7, 6, 7, 5, 4, 4, 6):
        for event in look(state, load):
            state = RECORDS.apply(state, event, NOW)
            told.append((load, event))

    kinds = [(load, type(event).__name__, event.level) for load, event in told]
    assert kinds == [
        (6, "UnitOvercommitted", "full"),
        (7, "UnitOvercommitted", "over"),
        (4, "UnitRelieved", "over"),
        (6, "UnitOvercommitted", "full"),
    ]
    first, second, relieved = (event for _load, event in told[:3])
    assert isinstance(first, UnitOvercommitted)
    assert isinstance(relieved, UnitRelieved)
    assert (first.told, first.per_day, first.committed) == (["zahra"], 2.0, 6.0)
    assert [each.code for each in second.promises] == ["p6"]
    assert (relieved.room, relieved.told, relieved.since) == (2, ["zahra"], NOW)
