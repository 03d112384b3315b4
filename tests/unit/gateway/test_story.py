"""Steps of a timeline in words: what is done by itself, what was refused, and for whom."""

from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.calls.routing import Step
from gateway import story

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
WORDS = {"fa": "تأیید دیر شد", "en": "Approval is late"}


def told(type_: str, data: dict[str, Any], language: str = "en") -> str:
    return story.in_words(Step(at=NOON, type=type_, actor="", data=data), language, "step")


def test_a_timer_says_what_it_does_and_after_how_long():
    data = {"title": WORDS, "seconds": 28800.0, "action": "too-late"}

    assert told("ticket.timer_set", data, "fa") == "پس از ۸ ساعت زمان کاری، خودبه‌خود: تأیید دیر شد"
    assert told("ticket.timer_set", data).endswith("of working time, by itself: Approval is late")


@pytest.mark.parametrize(
    ("reason", "end"),
    [("too_many_starts", "(Too many requests would be started.)"), ("of_its_own", "(of_its_own)")],
)
def test_a_refusal_says_why_in_words_where_there_are_any(reason, end):
    data = {"effect": "start", "name": "it.access", "reason": reason}

    assert told("ticket.effect_refused", data).endswith(end)


@pytest.mark.parametrize(
    ("type_", "data"),
    [
        ("ticket.approval_given", {"by": "omid", "verdict": "approved"}),
        ("ticket.returned", {"to": "omid"}),
        ("ticket.owned", {"owner": "omid"}),
    ],
)
def test_who_stands_in_is_told_with_for_whom(type_, data):
    stood_in = data | {"instead_of": "sara"}

    assert told(type_, stood_in) == f"{told(type_, data)}, for sara"
    assert told(type_, stood_in, "fa") == f"{told(type_, data, 'fa')}، به‌جای sara"
