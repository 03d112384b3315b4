"""Planned work: the instants of schedules, and what is recorded of plans."""

from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from persiantools.jdatetime import JalaliDate

from chassis.decisions import Context
from chassis.errors import Conflict, NotFound
from contracts.envelope import ContentRef
from contracts.plans import Schedule
from services.intake import planned
from services.intake.domain.plan import PLANS, Plan, index
from services.intake.domain.schedule import faults, instants

ZONE = "Asia/Tehran"
#: A Sunday, half past eleven in Tehran.
NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
DAY = timedelta(days=1)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE)).astimezone(UTC)


def first(schedule: Schedule, count: int = 3, after: datetime = NOW, **more) -> list[datetime]:
    return list(islice(instants(schedule, after, ZONE, **more), count))


def test_once_comes_once():
    once = Schedule(repeat="once", at=NOW + DAY)

    assert first(once) == [NOW + DAY]
    assert first(once, after=NOW + DAY) == []


def test_weekly_comes_on_its_days_at_the_time_of_the_zone():
    weekly = Schedule(repeat="weekly", weekdays=["sunday", "wednesday"], time="11:00")

    assert first(weekly) == [
        local("2026-11-25 11:00"),
        local("2026-11-29 11:00"),
        local("2026-12-02 11:00"),
    ]
    assert first(weekly, 1, NOW - timedelta(hours=1)) == [local("2026-11-22 11:00")]


def test_monthly_goes_by_the_calendar_that_it_names():
    jalali = Schedule(repeat="monthly", day=1, time="09:00")
    gregorian = Schedule(repeat="monthly", day=1, calendar="gregorian")

    assert first(jalali, 2) == [local("2026-12-22 09:00"), local("2027-01-21 09:00")]
    assert [at.astimezone(ZoneInfo(ZONE)).day for at in first(gregorian, 4)] == [1, 1, 1, 1]


@pytest.mark.parametrize("calendar", ["jalali", "gregorian"])
def test_a_month_that_is_too_short_has_it_on_its_last_day(calendar):
    last = Schedule(repeat="monthly", day=31, calendar=calendar)

    days = [at.astimezone(ZoneInfo(ZONE)).date() for at in first(last, 12)]

    for day in days:
        tomorrow = day + DAY
        assert (JalaliDate(tomorrow).day if calendar == "jalali" else tomorrow.day) == 1
    assert len(days) == 12


def test_working_days_are_counted_from_the_one_before():
    working = [date(2026, 11, 22) + DAY * n for n in range(20) if n % 7 not in (4, 5)]
    third = Schedule(repeat="working_days", every=3, time="08:00")

    begun = first(third, 3, NOW - DAY, working=working)
    assert begun == [
        local("2026-11-22 08:00"),
        local("2026-11-25 08:00"),
        local("2026-11-30 08:00"),
    ]

    assert first(third, 2, begun[0], working=working, last=begun[0]) == begun[1:]


def test_what_a_schedule_lacks_is_named():
    lacking = [
        Schedule(repeat="once"),
        Schedule(repeat="weekly"),
        Schedule(repeat="monthly"),
        Schedule(repeat="working_days"),
    ]

    named = [[fault.pointer for fault in faults(each)] for each in lacking]

    assert named == [[f"/schedule/{field}"] for field in ("at", "weekdays", "day", "every")]


DEFINITION = planned.Definition(
    subject="it",
    kind="request",
    schedule=Schedule(repeat="weekly", weekdays=["sunday"]),
    content=ContentRef(id="c", sha256="0"),
    starts=NOW,
    ends=None,
    next_at=NOW + DAY,
)


def decide(plan: Plan, how, message=None, *, exists: bool = True) -> Plan:
    context = Context(
        stream="plan:p", at=NOW, now=NOW, actor="person:desk", cause="c", exists=exists
    )
    for event in how(plan, message, context, None):
        plan = PLANS.apply(plan, event, NOW)
    return plan


ACTIVE = decide(Plan(), planned.define_plan, DEFINITION, exists=False)


def test_what_was_made_is_recorded_once_and_the_next_one_stands():
    made = planned.Fulfilment(at=NOW + DAY, occurrence=1, next_at=NOW + 8 * DAY, code="1")

    plan = decide(decide(ACTIVE, planned.fulfil_plan, made), planned.fulfil_plan, made)

    assert (plan.count, plan.next_at, plan.last_at) == (1, NOW + 8 * DAY, NOW + DAY)
    assert [each.code for each in plan.made] == ["1"]
    assert index(plan)["due_at"] == NOW + 8 * DAY


def test_a_paused_plan_is_not_due_until_it_goes_on():
    paused = decide(ACTIVE, planned.pause_plan)
    assert (paused.state, index(paused)) == ("paused", {"listed": True})
    assert decide(paused, planned.pause_plan) == paused

    plan = decide(paused, planned.resume_plan, planned.Resumption(next_at=NOW + 9 * DAY))

    assert (plan.state, plan.due_at) == ("active", NOW + 9 * DAY)
    assert decide(plan, planned.resume_plan, planned.Resumption(next_at=None)) == plan


def test_one_is_left_out_only_if_it_is_the_next():
    left_out = planned.Omission(at=NOW + DAY, next_at=NOW + 8 * DAY)

    plan = decide(ACTIVE, planned.skip_plan, left_out)

    assert (plan.next_at, plan.count) == (NOW + 8 * DAY, 0)
    with pytest.raises(Conflict, match="plan_moved_on"):
        decide(plan, planned.skip_plan, left_out)


def test_an_ended_plan_makes_nothing_until_it_is_defined_anew():
    ended = decide(ACTIVE, planned.end_plan)

    assert (ended.state, ended.due_at) == ("ended", None)
    assert decide(ended, planned.end_plan) == ended
    assert decide(ended, planned.define_plan, DEFINITION).state == "active"


def test_what_is_not_there_cannot_be_changed():
    for how in (planned.pause_plan, planned.resume_plan, planned.end_plan, planned.skip_plan):
        with pytest.raises(NotFound, match="plan_not_found"):
            decide(Plan(), how, exists=False)
