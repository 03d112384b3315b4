import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain import codes

CODES = st.builds(codes.draw)


@given(CODES)
def test_a_drawn_code_is_wellformed_and_survives_a_spreadsheet(code):
    assert codes.is_wellformed(code)
    assert str(int(code)) == code


def test_codes_are_drawn_in_bunches_of_one_region_and_then_of_another():
    drawing = codes.Drawing()

    regions = [{drawing.draw()[:3] for _ in range(codes.BUNCH)} for _ in range(20)]

    assert {len(region) for region in regions} == {1}
    assert len(set.union(*regions)) > 10


def test_within_a_region_codes_are_drawn_from_all_of_it():
    drawing = codes.Drawing()

    drawn = [drawing.draw() for _ in range(codes.BUNCH)]

    assert len(set(drawn)) > codes.BUNCH - 5
    assert {code[3:5] for code in drawn} == {f"{number:02}" for number in range(100)}


@given(CODES, st.integers(0, 11), st.integers(1, 9))
def test_every_single_wrong_digit_is_found(code, place, shift):
    wrong = str((int(code[place]) + shift) % 10)

    mistyped = code[:place] + wrong + code[place + 1 :]

    assert not codes.is_wellformed(mistyped)


@given(CODES, st.integers(0, 10))
def test_every_swap_of_different_neighbours_is_found(code, place):
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]

    assert codes.is_wellformed(swapped) == (swapped == code)


def test_the_check_digit_is_that_of_the_published_example():
    assert codes.check_digit("572") == "4"


@given(
    CODES,
    st.sampled_from(["0123456789", "۰۱۲۳۴۵۶۷۸۹", "٠١٢٣٤٥٦٧٨٩"]),
    st.sampled_from(["", "-", " ", " - ", "–", "\u200c", "\u200f", "\u00a0", "/"]),
)
def test_a_code_is_read_whatever_the_digits_and_separators(code, digits, separator):
    typed = separator.join(codes.shown(code).split("-")).translate(
        str.maketrans("0123456789", digits)
    )

    assert codes.normalise(f"  {typed}\n") == code


def test_a_code_is_shown_in_three_groups_of_four():
    assert codes.shown("123456789012") == "1234-5678-9012"


@pytest.mark.parametrize("text", ["", "1234", "12345678901x", "1234567890123", "²³4567890123"])
def test_what_is_not_twelve_digits_is_no_code(text):
    assert not codes.is_wellformed(text)
