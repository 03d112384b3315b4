import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain import text


@pytest.mark.parametrize(
    ("typed", "same_as"),
    [
        ("كتاب علي", "کتاب علی"),
        ("ۀ", "ه"),
        ("خانهٔ ما", "خانه ما"),
        ("أحمد إسلام آب", "احمد اسلام اب"),
        ("مُحَمَّد", "محمد"),
        ("سـلام", "سلام"),
        ("۱۲۳٤٥٦", "123456"),
        ("ﻻ ﷲ", "لا الله"),
        ("Résumé ＡＢＣ", "resume abc"),
    ],
)
def test_variants_of_the_same_words_are_folded_together(typed, same_as):
    assert text.folded(typed) == text.folded(same_as)


@pytest.mark.parametrize("typed", ["می‌خواهم", "میخواهم"])
def test_a_word_with_a_half_space_is_found_with_it_and_without(typed):
    indexed = text.indexed_words(["گزارش می‌خواهم"], limit=50)

    assert text.query_words(typed) <= set(indexed)


def test_a_word_with_a_half_space_is_found_by_its_parts():
    indexed = text.indexed_words(["نرم‌افزار"], limit=50)

    assert text.query_words("نرم افزار") <= set(indexed)


def test_only_so_many_different_words_are_kept():
    words = text.indexed_words(["one two one", "three four"], limit=3)

    assert words == ["one", "two", "three"]


@given(st.text())
def test_folding_twice_is_folding_once_and_words_of_a_text_find_it(written):
    assert text.folded(text.folded(written)) == text.folded(written)
    assert text.query_words(written) <= set(text.indexed_words([written], limit=10_000))


def test_the_hash_tells_apart_where_one_part_ends():
    assert text.sha256("ab", "c") != text.sha256("a", "bc")
