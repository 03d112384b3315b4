from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.forms import patterns

_ATOMS = st.tuples(
    st.sampled_from(["a", "b", "[ab]", r"\d", r"\.", "[آ-ی]"]),
    st.sampled_from(["", "?", "{2}", "{0,3}", "{1,2}"]),
).map("".join)


@given(st.lists(_ATOMS, min_size=1, max_size=6).map("".join), st.text(alphabet="ab1.پ", max_size=8))
def test_a_pattern_means_what_it_means_elsewhere(pattern, text):
    assert patterns.fits(pattern, text) == (re.fullmatch(pattern, text) is not None)


@pytest.mark.parametrize(
    "pattern",
    ["", "a+", "a*", "(a)", "a|b", "^a$", "[^a]", "[a", "a{3,2}", "a{201}", r"\1", r"\b"],
)
def test_what_could_be_slow_or_mean_something_else_is_no_pattern(pattern):
    with pytest.raises(patterns.Malformed):
        patterns.read(pattern)
