"""What facts contribute to the roll-ups, and that differences add up to it."""

import random
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from contracts.envelope import CloudEvent, ContentRef
from contracts.intake import FormRef
from contracts.routing import TicketFormFilled
from services.reporting.domain.catalogue_said import FORM_NUMBERS
from services.reporting.domain.facts import TicketFacts, apply
from services.reporting.domain.rollups import (
    Contributions,
    Key,
    add,
    contributions,
    difference,
)
from tests.unit.reporting.stories import (
    Story,
    answered,
    assigned,
    finished,
    logged,
    registered,
    reopened,
    resumed,
    tagged,
    waiting,
)

TEHRAN = ZoneInfo("Asia/Tehran")
DAY = date(2026, 11, 22)

STEPS = st.lists(
    st.one_of(
        st.builds(assigned, st.sampled_from(["sara", "reza"]), st.sampled_from(["it", "net"])),
        st.builds(waiting, st.sampled_from(["requester", "supplier", "unit"])),
        st.builds(resumed),
        st.builds(answered),
        st.builds(finished),
        st.builds(reopened),
        st.builds(logged, st.integers(0, 9000), group=st.sampled_from(["network", "training"])),
    ),
    max_size=12,
)


def fold(events: list[CloudEvent]) -> TicketFacts:
    facts = TicketFacts()
    for event in events:
        facts = apply(facts, event.payload(), event.time)
    return facts


def only(rows: Contributions, cube: str, by: str) -> dict[tuple[str, str], dict[str, int]]:
    return {
        (key.value, key.part): measures
        for key, measures in rows.items()
        if (key.cube, key.by) == (cube, by)
    }


def nonzero(rows: Contributions) -> Contributions:
    kept = {
        key: {name: amount for name, amount in measures.items() if amount}
        for key, measures in rows.items()
    }
    return {key: measures for key, measures in kept.items() if measures}


def test_nothing_counts_before_it_is_known_when_the_ticket_came() -> None:
    facts = fold(Story().tells(assigned(), logged(60)).events)

    assert contributions(facts, TEHRAN) == {}


def test_the_day_is_the_day_of_registering_in_the_zone() -> None:
    late_evening = Story().after(hours=12).tells(registered())

    days = {key.day for key in contributions(fold(late_evening.events), TEHRAN)}

    assert days == {date(2026, 11, 23)}


def test_a_ticket_with_two_work_groups_counts_once_in_each() -> None:
    story = Story().tells(registered(), assigned(), logged(60), logged(30))
    facts = fold(story.tells(logged(10, group="training", unit="desk", cost=500)).events)

    rows = contributions(facts, TEHRAN)

    assert only(rows, "work", "channel") == {
        ("web", "network"): {"tickets": 1, "logs": 2, "touch_seconds": 90, "cost": 0},
        ("web", "training"): {"tickets": 1, "logs": 1, "touch_seconds": 10, "cost": 500},
    }
    assert set(only(rows, "work", "unit")) == {("it", "network"), ("desk", "training")}
    assert set(only(rows, "touched", "unit")) == {("it", ""), ("desk", "")}


def test_a_ticket_counts_under_each_tag_that_it_has_in_the_end() -> None:
    story = Story().tells(registered(), tagged("outage", "vpn"), assigned())
    story.tells(tagged("slow", removed=("vpn",)), logged(60), finished())

    rows = only(contributions(fold(story.events), TEHRAN), "tag", "unit")

    assert rows.keys() == {("it", "outage"), ("it", "slow")}
    assert rows["it", "slow"]["finished"] == rows["it", "slow"]["tickets"] == 1


def test_answers_count_by_choice_and_numbers_by_their_sum() -> None:
    figures: dict[str, Any] = {"place": ["fars", "fars/shiraz"], "wired": True, "people": 1.25}
    form = FormRef(id="network-fault", version=3, sha256="0")
    story = Story().tells(registered(form=form, figures=figures), assigned())

    rows = contributions(fold(story.events), TEHRAN)

    choices = only(rows, "choice", "unit")
    assert {part for _unit, part in choices} == {
        "network-fault.place=fars",
        "network-fault.place=fars/shiraz",
        "network-fault.wired=yes",
    }
    numbers = {part: sums for (_unit, part), sums in only(rows, "number", "unit").items()}
    assert numbers == {"network-fault.people": {"answers": 1, "thousandths": 1250}}
    assert FORM_NUMBERS.rows(None, {("", part): sums for part, sums in numbers.items()}) == [
        ["network-fault.people", 1, 1.25, 1.25]
    ]


def test_answers_at_steps_count_as_they_were_given_last() -> None:
    form = FormRef(id="network-fault", version=3, sha256="0")
    story = Story().tells(registered(form=form, figures={"people": 2}), assigned())
    story.tells(form_filled("offers", {"amount": 9, "kind": ["new"]}))
    story.tells(form_filled("offers", {"amount": 7}), form_filled("bare", {}))

    rows = contributions(fold(story.events), TEHRAN)

    numbers = {part: sums for (_unit, part), sums in only(rows, "number", "unit").items()}
    assert numbers == {
        "network-fault.people": {"answers": 1, "thousandths": 2000},
        "offers.amount": {"answers": 1, "thousandths": 7000},
    }
    assert only(rows, "choice", "unit") == {}


def form_filled(form: str, figures: dict[str, Any]) -> TicketFormFilled:
    answers = ContentRef("a", "0")
    return TicketFormFilled(form=form, form_version=1, by="sara", answers=answers, figures=figures)


def test_touch_and_waiting_are_known_of_finished_tickets_only() -> None:
    story = Story().tells(registered(), assigned(), waiting()).after(hours=3).tells(resumed())
    open_case = only(contributions(fold(story.events), TEHRAN), "case", "unit")["it", ""]
    ended = fold(story.tells(logged(240)).after(hours=1).tells(finished()).events)

    case = only(contributions(ended, TEHRAN), "case", "unit")["it", ""]

    assert "touch_seconds" not in open_case
    assert (case["touch_seconds"], case["waited_seconds"]) == (240, 3 * 3600)
    assert case["total_seconds"] == 4 * 3600


def test_one_person_alone_solves_at_first_contact() -> None:
    alone = Story().tells(registered(), assigned(), answered(), finished())
    handed = Story().tells(registered(), assigned(), assigned("reza"), finished())

    figures = [
        only(contributions(fold(story.events), TEHRAN), "case", "channel")["web", ""]
        for story in (alone, handed)
    ]

    assert [case.get("first_contact", 0) for case in figures] == [1, 0]


@given(STEPS, st.integers(0, 12))
def test_the_differences_of_every_step_add_up_to_what_the_end_contributes(
    steps: list, register_after: int
) -> None:
    story = Story()
    for index, step in enumerate(steps):
        story.tells(*([registered()] if index == register_after else []), step).after(minutes=7)
    facts = TicketFacts()
    counted: Contributions = {}
    total: Contributions = {}

    for event in story.events:
        facts = apply(facts, event.payload(), event.time)
        now = contributions(facts, TEHRAN)
        add(total, difference(counted, now))
        counted = now

    assert nonzero(total) == nonzero(contributions(fold(story.events), TEHRAN))


@given(STEPS, st.randoms())
def test_the_order_between_services_does_not_matter(steps: list, chance: random.Random) -> None:
    story = Story().tells(registered())
    for step in steps:
        story.after(minutes=7).tells(step)
    queues = [story.of("intake"), story.of("routing")]

    mixed = []
    while any(queues):
        mixed.append(chance.choice([queue for queue in queues if queue]).pop(0))

    assert fold(mixed) == fold(story.events)


def test_a_row_that_moves_is_taken_back_where_it_was() -> None:
    before = fold(Story().tells(registered(), assigned(unit="it")).events)
    after = fold(Story().tells(registered(), assigned(unit="it"), assigned(unit="net")).events)

    change = difference(contributions(before, TEHRAN), contributions(after, TEHRAN))

    assert change[Key("case", DAY, "unit", "it")] == {"tickets": -1}
    assert change[Key("case", DAY, "unit", "net")] == {"tickets": 1}
    assert Key("touched", DAY, "unit", "it") not in change
