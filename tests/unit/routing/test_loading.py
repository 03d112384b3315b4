"""Work loaded onto the days ahead."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from services.routing.domain.loading import Day, Loading, Piece, room_for

MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)
NOW = MONDAY - timedelta(hours=1)


def days(*points: float) -> list[Day]:
    """Days of eight hours, from Monday on."""
    starts = [MONDAY + timedelta(days=number) for number in range(len(points))]
    hours = timedelta(hours=8)
    return [
        Day(start.date(), start, start + hours, each)
        for start, each in zip(starts, points, strict=True)
    ]


def piece(name: str, points: float, due: float | None = None, since: float = -10) -> Piece:
    """Work promised for the end of so many days from Monday, and there since another."""
    promised = None if due is None else MONDAY + timedelta(days=due)
    return Piece(name, points, promised, 3, MONDAY + timedelta(days=since))


def test_a_day_takes_what_it_can_and_the_rest_goes_on():
    loading = Loading([piece("a", 3, 5), piece("b", 3, 6)], days(4, 4))

    assert loading.worked == [4, 2]
    assert loading.ends["a"] == MONDAY + timedelta(hours=6)
    assert loading.ends["b"] == MONDAY + timedelta(days=1, hours=4)


def test_what_is_promised_first_goes_first_and_what_nobody_waits_for_goes_last():
    loading = Loading([piece("any", 1), piece("late", 1, 9), piece("soon", 1, 2)], days(1, 1, 1))

    assert sorted(loading.ends, key=lambda name: loading.ends[name]) == ["soon", "late", "any"]


def test_planned_work_waits_for_its_day():
    loading = Loading([piece("visit", 1, 3, since=1.1), piece("a", 1, 9)], days(1, 1, 1))

    assert loading.ends["a"].date() == date(2026, 11, 23)
    assert loading.ends["visit"].date() == date(2026, 11, 24)
    assert loading.worked == [1, 1, 0]


def test_a_promise_is_late_that_no_order_can_keep():
    loading = Loading([piece("a", 2, 1), piece("b", 1, 2), piece("old", 1, -1)], days(1, 1, 1, 1))

    late = {each.name for each in loading.late(NOW)}
    assert late == {"a", "b"}  # What is late already is not broken once more.


def test_what_lies_beyond_the_days_is_late_only_if_it_was_promised_within_them():
    loading = Loading([piece("near", 9, 1), piece("far", 9, 30)], days(1, 1))

    assert [(each.name, each.ends_at) for each in loading.late(NOW)] == [("near", None)]


def test_the_sixth_project_has_no_room():
    """Five of one size fit into five days that all are promised for; the sixth does not."""
    week = days(1, 1, 1, 1, 1, 1)
    project = piece("more", 1, 4.5)
    two = Loading([piece("p1", 1, 4.5), piece("p2", 1, 4.5)], week)

    assert room_for(project, two, week, NOW, 100) == 3
    five = Loading([piece(f"p{number}", 1, 4.5) for number in range(5)], week)
    assert room_for(project, five, week, NOW, 100) == 0


@given(
    st.lists(st.tuples(st.integers(1, 4), st.integers(0, 5)), min_size=1, max_size=5),
    st.lists(st.integers(0, 3), min_size=5, max_size=5),
)
def test_where_a_promise_is_broken_every_order_breaks_one(work, points):
    """Earliest due first keeps all promises whenever any order does (Jackson 1955)."""
    ahead = days(*points)
    pieces = [piece(str(n), size, due + 0.5) for n, (size, due) in enumerate(work)]

    kept = not Loading(pieces, ahead).late(NOW)

    assert kept == any(in_time(order, ahead) for order in permutations(pieces))


def in_time(order: tuple[Piece, ...], ahead: list[Day]) -> bool:
    """Tell whether one order keeps all promises: by sums, not by loading."""
    horizon = ahead[-1].closes_at
    done = 0.0
    for each in order:
        done += each.points
        by_then = sum(day.points for day in ahead if day.closes_at <= (each.due or horizon))
        if (each.due or horizon) <= horizon and by_then < done:
            return False
    return True
