"""The pure part of the relay: what is numbered already, and in which order the rest comes."""

from hypothesis import given
from hypothesis import strategies as st

from chassis.journal.commit import commit_id, split_id
from chassis.journal.relay import Heads, in_order

FOUND = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(1, 1_000_001)), unique=True, max_size=30
)


@given(FOUND)
def test_each_stream_comes_in_order_and_nothing_is_added_or_lost(found):
    fresh = {commit_id(*name): b"" for name in found}

    ordered = in_order(fresh)

    assert sorted(ordered) == sorted(fresh)
    for stream in "abc":
        versions = [split_id(name)[1] for name in ordered if split_id(name)[0] == stream]
        assert versions == sorted(versions)


@given(FOUND)
def test_streams_keep_their_places_in_the_order_of_coming(found):
    fresh = {commit_id(*name): b"" for name in found}

    assert [split_id(name)[0] for name in in_order(fresh)] == [stream for stream, _ in found]


def test_heads_know_what_has_its_number():
    heads = Heads()

    heads.advance("a", 2)

    assert heads.covers("a", 1)
    assert heads.covers("a", 2)
    assert not heads.covers("a", 3)
    assert not heads.covers("b", 1)


def test_heads_never_go_back():
    heads = Heads()
    heads.advance("a", 5)

    heads.advance("a", 3)

    assert heads.covers("a", 5)


def test_the_commit_after_the_head_is_the_next_one_and_the_first_always_is():
    heads = Heads()
    heads.advance("a", 2)

    assert heads.is_next("a", 3)
    assert not heads.is_next("a", 4)
    assert heads.is_next("b", 1)
    assert not heads.is_next("b", 2)
