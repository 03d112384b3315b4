"""That the made-up past is the same for the same seed, and believable."""

from collections import Counter
from datetime import date, timedelta

import pytest

from contracts.calls.intake import Subject
from contracts.calls.routing import Rule, StaffMember
from peygir.simulate.calendar import TEHRAN, working
from peygir.simulate.plan import keys, make_plan
from peygir.simulate.story import MESSAGE, Story
from peygir.simulate.world import World, world_of

LAST = date(2026, 11, 22)


def a_subject(name: str, parent: str | None = None) -> Subject:
    return Subject(id=name, parent=parent, kind="request", title={"fa": name, "en": name})


def somebody(name: str, role: str, unit: str) -> StaffMember:
    return StaffMember(
        id=name,
        username=name,
        name=name,
        role=role,
        unit=unit,
        tier=1,
        language="fa",
        skills=[],
        capacity=10,
        hourly_rate=0,
        active=True,
    )


def a_rule(subject: str, unit: str) -> Rule:
    return Rule(
        id=unit,
        order=1,
        unit=unit,
        tier=1,
        subject=subject,
        kind=None,
        channel=None,
        skill=None,
        priority=None,
        strategy="least_loaded",
        active=True,
    )


WORLD: World = world_of(
    [a_subject("it"), a_subject("it.network", "it"), a_subject("info.general")],
    [a_rule("it", "it")],
    [
        somebody("desk", "agent", "hq"),
        somebody("expert", "expert", "it"),
        somebody("colleague", "expert", "it"),
        somebody("supervisor", "supervisor", "it"),
    ],
)


@pytest.fixture(scope="module")
def plan() -> list[Story]:
    return make_plan(WORLD, days=14, per_day=40, seed=7, until=LAST)


def test_the_same_seed_makes_up_the_same_past(plan: list[Story]) -> None:
    again = make_plan(WORLD, days=14, per_day=40, seed=7, until=LAST)
    other = make_plan(WORLD, days=14, per_day=40, seed=8, until=LAST)

    assert plan == again
    assert plan != other


def test_nothing_happens_after_the_last_day(plan: list[Story]) -> None:
    moments = [step.at for story in plan for step in story.steps] + [story.at for story in plan]

    assert max(moments).astimezone(TEHRAN).date() < LAST
    assert min(moments).astimezone(TEHRAN).date() == LAST - timedelta(days=14)


def test_the_steps_of_a_story_follow_each_other(plan: list[Story]) -> None:
    for story in plan:
        moments = [story.at, *(step.at for step in story.steps)]
        assert moments == sorted(set(moments))


def test_the_week_is_iranian(plan: list[Story]) -> None:
    days = Counter(story.at.astimezone(TEHRAN).weekday() for story in plan)

    assert days[4] < days[3] < min(days[day] for day in (5, 6, 0, 1, 2))


def test_the_day_has_about_as_many_requests_as_wanted(plan: list[Story]) -> None:
    assert 0.85 < len(plan) / (14 * 40) < 1.15


def test_some_requests_are_left_open_and_most_are_approved(plan: list[Story]) -> None:
    ends = Counter(story.steps[-1].action if story.steps else "nothing" for story in plan)
    ended = sum(ends[action] for action in ("approve", "rate", "decline", "withdraw"))

    assert len(plan) * 0.6 < ended < len(plan)


def test_work_is_handed_to_those_the_rules_name(plan: list[Story]) -> None:
    logs = {
        step.behalf
        for story in plan
        if story.ticket["subject"] == "it.network"
        for step in story.steps
        if step.action == "log-work"
    }

    assert {"expert", "colleague", "desk"} == logs


def test_a_question_is_followed_by_an_answer_and_the_work_goes_on(plan: list[Story]) -> None:
    actions = [[step.action for step in story.steps] for story in plan]
    asked = [run[run.index("ask") :][:3] for run in actions if "ask" in run]

    complete = ["ask", MESSAGE, "resume"]
    assert complete in asked
    assert all(part == complete[: len(part)] for part in asked)


def test_every_command_has_a_key_of_its_own(plan: list[Story]) -> None:
    names = [key for story in plan for key in keys("simulate.7", story)]

    assert len(names) == len(set(names))


def test_people_work_when_the_office_is_open(plan: list[Story]) -> None:
    friday = plan[0].at.astimezone(TEHRAN).replace(hour=11)
    friday += timedelta(days=(4 - friday.weekday()) % 7)

    opens = working(friday).astimezone(TEHRAN)

    assert (opens.weekday(), opens.hour) == (5, 8)
    assert working(opens) == opens
