"""The relay without servers: what is numbered already, in which order the rest comes, and marks."""

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymongo.errors import AutoReconnect

from chassis.clock import ServerClock
from chassis.journal.commit import commit_id, split_id
from chassis.journal.dispatch import Dispatch, Segment
from chassis.journal.lookback import Lookback
from chassis.journal.relay import Heads, Relay, gaps_before, in_order

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
    ("versions", "missing"),
    [([2], []), ([2, 3], []), ([3], [2]), ([2, 4], [3]), ([2, 3, 5], [4]), ([3, 5], [2, 4])],
)
def test_what_somebody_else_stored_in_between_is_looked_for(versions, missing):
    heads = Heads()
    heads.advance("a", 1)
    names = [commit_id("new", 1), *(commit_id("a", version) for version in versions)]

    gaps = gaps_before(dict.fromkeys(names, b""), heads)

    assert gaps == [commit_id("a", version) for version in missing]


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


class Stored:
    """Commits that another process has stored, by when they were recorded."""

    def __init__(self, recorded: dict[str, float]) -> None:
        self.recorded = recorded

    def recorded_since(self, instant, ids):
        return [name for name in ids if self.recorded[name] >= instant.timestamp()]

    def raw_by_id(self, ids):
        return dict.fromkeys(ids, b"")


@pytest.mark.parametrize(
    ("recorded", "expected"),
    [
        # An old ticket: what lies before was numbered long ago.
        ([100.0, 200.0, 300.0], ["a/000004"]),
        # Another process stored two before ours, and one of a stream that nobody asks about.
        ([100.0, 993.0, 994.0], ["a/000004", "a/000003", "a/000002"]),
        # Stamped before the last look, and appeared after it.
        ([980.0, 991.5, 993.0], ["a/000004", "a/000003", "a/000002"]),
    ],
)
def test_what_lies_before_a_commit_and_may_have_no_number_is_added(recorded, expected):
    names = [commit_id("a", version) for version in (1, 2, 3)]
    relay: Any = Relay()
    relay.journal = Stored(dict(zip(names, recorded, strict=True)) | {"b/000007": 994.0})
    relay.runtime = SimpleNamespace(clock=SimpleNamespace(timestamp=lambda: 1000.0))
    relay._lookback = Lookback(8.0)
    relay._lookback.begin(900.0)
    for now in range(900, 1000):
        relay._lookback.since(float(now))
    fresh = {"a/000004": b""}

    relay._close_gaps(fresh)

    assert list(fresh) == expected
