import pytest

from contracts import writing


@pytest.mark.parametrize("letter", ["\u202e", "\0", "\x1b", "\x7f", "\x85", "\ud800"])
def test_control_characters_and_half_surrogates_are_unwanted(letter):
    assert writing.has_unwanted(f"a{letter}b")


def test_newlines_tabs_and_half_spaces_are_wanted():
    assert not writing.has_unwanted(writing.tidy("  a\r\n\tb\u200cc 🙂 "))
    assert writing.tidy(" a\r\nb\rc ") == "a\nb\nc"


@pytest.mark.parametrize("written", ["", " \n\t", "\u200c\u200f", "\u00a0\ufeff"])
def test_what_cannot_be_seen_is_blank(written):
    assert writing.is_blank(written)
