"""Which groups of words a text mentions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.calls.intake import WordGroup
from services.intake.domain.words import Phrases


def a_group(name: str, *words: str, active: bool = True) -> WordGroup:
    return WordGroup(id=name, title={"en": name}, words=list(words), active=active)


GROUPS = Phrases(
    [
        a_group("outage", "قطع شده", "کار نمی‌کند", "is down", "outage"),
        a_group("money", "بازپرداخت", "refund", "کیف پول"),
        a_group("network", "شبکه", "is down"),
        a_group("old", "outage", active=False),
    ]
)


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("اینترنت قطع شده است", ["outage"]),
        ("اینترنت قطع‌شده است", ["outage"]),
        ("اینترنت قطعشده است", ["outage"]),
        ("برنامه کار نمی کند!", ["outage"]),
        ("برنامه کار نميكند", ["outage"]),
        ("کیف‌پول من خالی است", ["money"]),
        ("The server is\nDOWN, and I want a re-fund", ["money", "network", "outage"]),
        ("قطعات شبکه", ["network"]),
        ("outages happen", []),
        ("", []),
    ],
)
def test_words_and_phrases_are_found_however_they_are_typed(text: str, groups: list[str]) -> None:
    assert GROUPS.in_texts(text) == groups


def test_a_phrase_does_not_reach_from_the_title_into_the_description() -> None:
    assert GROUPS.in_texts("The server is", "down under") == []
    assert GROUPS.in_texts("Refund", "قطع شده") == ["money", "outage"]


def test_without_groups_nothing_is_looked_for() -> None:
    assert Phrases([]).in_texts("anything") == []


@given(st.text(max_size=200), st.lists(st.text(alphabet="abc یک‌ ", max_size=8), max_size=5))
def test_whatever_is_written_is_looked_through(text: str, words: list[str]) -> None:
    phrases = Phrases([a_group("x", *words, "needle")])

    assert phrases.in_texts(f"{text} needle {text}") == ["x"]
