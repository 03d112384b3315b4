"""Resolved at first contact, by worked examples of both kinds."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.domain.contact import at_first_contact
from services.reporting.domain.facts import TicketFacts, apply
from tests.unit.reporting.stories import (
    Story,
    answered,
    assigned,
    done,
    finished,
    owned,
    queued,
    registered,
    reopened,
    resumed,
    waiting,
    wrote,
)

AT_ONCE = (owned(), assigned(), answered(), done(), finished())


def is_one(story: Story) -> bool:
    facts = TicketFacts()
    for event in story.events:
        facts = apply(facts, event.payload(), event.time)
    return at_first_contact(facts.case, facts.request)


@pytest.mark.parametrize(
    "events",
    [
        AT_ONCE,
        (owned(), assigned(), done(), finished()),
        (owned(), queued(), assigned(), done(), finished()),
        (owned(), assigned(), finished()),
    ],
)
def test_what_the_owner_solves_in_the_first_line_in_one_contact_counts(events: Any) -> None:
    assert is_one(Story().tells(registered(), *events))


@pytest.mark.parametrize(
    "events",
    [
        (owned(), assigned(), done()),
        (owned(), assigned("other"), done("other"), finished()),
        (owned(), assigned(tier=2), done(), finished()),
        (owned(), assigned(), queued("lab", 3), assigned(), done(), finished()),
        (owned(), assigned(), assigned("other"), assigned(), done(), finished()),
        (owned(), assigned(), waiting(), resumed(), done(), finished()),
        (owned(), assigned(), waiting("unit"), resumed(), done(), finished()),
        (owned(), assigned(), wrote(), done(), finished()),
        (owned(), assigned(), answered(), answered(), done(), finished()),
    ],
)
def test_what_needed_anybody_or_anything_else_does_not(events: Any) -> None:
    assert not is_one(Story().tells(registered(), *events))


def test_who_writes_again_afterwards_was_helped_all_the_same() -> None:
    assert is_one(Story().tells(registered(), *AT_ONCE).after(minutes=1).tells(wrote()))


@pytest.mark.parametrize(("minutes", "counts"), [(60, True), (61, False)])
def test_a_call_is_done_with_within_an_hour(minutes: int, counts: bool) -> None:  # noqa: FBT001
    call = Story().tells(registered(channel="phone"), owned(), assigned()).after(minutes=minutes)

    assert is_one(call.tells(done()).after(days=1).tells(finished())) is counts


@pytest.mark.parametrize(("days", "counts"), [(7, False), (8, True)])
def test_a_reopening_within_seven_days_takes_it_back(days: int, counts: bool) -> None:  # noqa: FBT001
    story = Story().tells(registered(), *AT_ONCE).after(days=days).tells(reopened())

    assert is_one(story.tells(assigned("other"), done("other"), finished())) is counts


@given(st.permutations(["intake", "routing"]))
def test_it_does_not_matter_whose_events_come_first(order: list[str]) -> None:
    story = Story().tells(registered(), *AT_ONCE)
    shuffled = Story()
    shuffled.events = [event for service in order for event in story.of(service)]

    assert is_one(shuffled)
