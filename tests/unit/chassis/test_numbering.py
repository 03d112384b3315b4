"""The relay without servers: what is numbered already, in which order the rest comes, and marks."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymongo.errors import AutoReconnect

from chassis.clock import ServerClock
from chassis.journal.commit import commit_id, split_id
from chassis.journal.dispatch import Dispatch, Segment
from chassis.journal.relay import Heads, has_gap, in_order

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


@pytest.mark.parametrize(
    ("versions", "expected"),
    [([2], False), ([2, 3], False), ([3], True), ([2, 4], True), ([2, 3, 5], True)],
)
def test_what_somebody_else_stored_in_between_is_looked_for(versions, expected):
    heads = Heads()
    heads.advance("a", 1)
    names = [commit_id("new", 1), *(commit_id("a", version) for version in versions)]

    assert has_gap(dict.fromkeys(names, b""), heads) is expected


class Log:
    """A log that does not answer at first."""

    def __init__(self):
        self.answers = False
        self.marked = []

    def with_options(self, **_options):
        return self

    def update_one(self, query, _update):
        if not self.answers:
            raise AutoReconnect("away")
        self.marked.append(query["_id"])


def test_a_segment_that_could_not_be_marked_is_marked_later_and_not_published_again():
    log, published = Log(), []
    journal = SimpleNamespace(log=log, runtime=SimpleNamespace(clock=ServerClock()))
    dispatch = Dispatch(journal, SimpleNamespace(publish=published.append))
    dispatch.add(Segment(7, []))
    with pytest.raises(AutoReconnect):
        dispatch.publish_next()

    log.answers = True
    dispatch.publish_next()

    assert (len(published), log.marked) == (1, [7])
    assert not dispatch.is_busy
