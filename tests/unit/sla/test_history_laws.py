"""Laws of the figures that expectations rest on, over random tickets."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.sla import TicketFacts
from services.sla.domain.history import (
    FEWEST,
    LEAST_LOAD,
    MOST_LOAD,
    Ending,
    Figure,
    History,
    load,
)
from tests.unit.sla.world import a_calendar, every_day

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ALWAYS = a_calendar(zone="UTC", week=every_day("00:00-24:00"))
FACTS = TicketFacts(subject="network", kind="incident", channel="web", segment="staff")
law = settings(max_examples=200, deadline=None)

taken = st.lists(
    st.tuples(st.floats(0, 1e6), st.floats(0.01, 1.0)),
    min_size=1,
    max_size=60,
)
shares = st.floats(0.05, 0.95)


def ended(hours: float, *, days_ago: float = 1, subject: str = "network", **more) -> Ending:
    ended_at = NOW - timedelta(days=days_ago)
    more.setdefault("kind", "incident")
    more.setdefault("unit", "network")
    return Ending(
        subject=subject, registered_at=ended_at - timedelta(hours=hours), ended_at=ended_at, **more
    )


@law
@given(taken, shares, shares)
def test_a_larger_share_takes_no_less(times, share, other):
    figure = Figure(times)

    assert figure.quantile(min(share, other)) <= figure.quantile(max(share, other))


@law
@given(taken, shares, st.floats(0, 1e6), st.floats(0, 1e6))
def test_who_has_waited_longer_is_promised_no_sooner(times, share, elapsed, more):
    figure = Figure(times)

    sooner = figure.quantile(share, beyond=elapsed)
    later = figure.quantile(share, beyond=elapsed + more)

    assert later is None or (sooner is not None and elapsed <= later and sooner <= later)


@law
@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=60), shares)
def test_at_least_the_share_keeps_to_it(times, share):
    """Of equal weight, and with the one in question among them: what conformal prediction says."""
    figure = Figure((seconds, 1.0) for seconds in times)

    told = figure.quantile(share)

    kept = sum(seconds <= told for seconds in times)
    assert kept == len(times) or kept >= share * (len(times) + 1)


@law
@given(
    st.integers(0, 10_000),
    st.integers(0, 10_000),
    st.integers(0, 10_000),
    st.integers(1, 28),
    st.floats(0.01, 1000),
)
def test_more_open_tickets_make_no_lighter_load(now_open, more, ended_there, days, mean_hours):
    span, mean = timedelta(days=days), timedelta(hours=mean_hours)

    light = load(now_open, ended_there, span, mean)
    heavy = load(now_open + more, ended_there, span, mean)

    assert LEAST_LOAD <= light <= heavy <= MOST_LOAD


def test_the_load_is_what_littles_law_says():
    """10 a day that take two days each are 20 at a time; 45 (and five) are twice as many."""
    assert load(45, 280, timedelta(days=28), timedelta(days=2)) == 2.0
    assert load(20, 280, timedelta(days=28), timedelta(days=2)) == 1.0


def test_of_a_unit_of_which_little_is_known_the_load_is_the_usual_one():
    assert load(400, FEWEST - 1, timedelta(days=28), HOUR) == 1.0
    assert load(400, 1000, timedelta(hours=20), HOUR) == 1.0


def test_recent_tickets_count_for_more():
    quick = [ended(2, days_ago=1) for _ in range(20)]
    slow = [ended(50, days_ago=400) for _ in range(20)]
    equal = [ended(50, days_ago=1) for _ in range(20)]

    decayed = History({"network": quick + slow}, at=NOW).line(FACTS, ALWAYS)
    level = History({"network": quick + equal}, at=NOW).line(FACTS, ALWAYS)

    assert decayed.end.quantile(0.8) == 2 * 3600
    assert level.end.quantile(0.8) == 50 * 3600


def test_like_tickets_are_those_of_the_subject_else_of_the_kind_else_all():
    own = [ended(1) for _ in range(FEWEST)]
    kin = [ended(2, subject="printer") for _ in range(FEWEST)]
    others = [ended(3, subject="passport", kind="request") for _ in range(FEWEST)]

    def found(**endings: list[Ending]) -> tuple[str, float] | None:
        line = History(endings, at=NOW).line(FACTS, ALWAYS)
        return line and (line.of, line.end.quantile(0.5) / 3600)

    assert found(network=own, printer=kin, passport=others) == ("subject", 1)
    assert found(network=own[1:2], printer=kin, passport=others) == ("kind", 2)
    assert found(passport=others) == ("all", 3)
    assert found(network=own[1:]) is None


def test_steps_are_on_the_line_that_nearly_all_pass():
    def passport(hours: float, *, strange: bool) -> Ending:
        began = NOW - timedelta(hours=hours + 24)
        ways = [("posted", 0.9), ("printed", 0.5), *([("lost", 0.7)] if strange else [])]
        steps = tuple((name, began + part * timedelta(hours=hours)) for name, part in ways)
        return ended(hours, steps=steps)

    endings = [passport(10, strange=number < 3) for number in range(20)]
    line = History({"network": endings}, at=NOW).line(FACTS, ALWAYS)

    assert list(line.steps) == ["printed", "posted"]
    assert line.steps["printed"].quantile(0.8) == 5 * 3600
