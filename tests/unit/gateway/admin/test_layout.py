"""Where the steps of a graph stand."""

from itertools import pairwise

from gateway.admin.workflows.layout import Layout


def test_steps_stand_beneath_those_that_lead_to_them():
    layout = Layout("abcd", [("a", "b"), ("b", "c"), ("a", "c"), ("c", "d")])

    assert [layout.depth[step] for step in "abcd"] == [0, 1, 2, 3]


def test_a_way_back_lifts_nothing():
    layout = Layout("abc", [("a", "b"), ("b", "c"), ("c", "a"), ("b", "b")])

    assert [layout.depth[step] for step in "abc"] == [0, 1, 2]


def test_ends_stand_in_the_last_layer():
    layout = Layout("abcx", [("a", "b"), ("b", "c"), ("a", "x")], last="cx")

    assert layout.depth["x"] == layout.depth["c"] == 2


def test_steps_of_a_layer_have_their_room():
    layout = Layout("abcd", [("a", "b"), ("a", "c"), ("a", "d")])

    places = sorted(layout.places[step] for step in "bcd")
    assert [round(b - a, 6) for a, b in pairwise(places)] == [1.0, 1.0]
    assert layout.places["a"] == places[1]


def test_neighbours_stand_so_that_ways_do_not_cross():
    layout = Layout("abxy", [("a", "y"), ("b", "x")])

    assert (layout.places["a"] < layout.places["b"]) == (layout.places["y"] < layout.places["x"])


def test_a_long_way_passes_every_layer_between():
    layout = Layout("abc", [("a", "b"), ("b", "c"), ("a", "c")])

    assert len(layout.courses["a", "c"]) == 3


def test_nothing_is_drawn_as_nothing():
    assert Layout("", []).places == {}
