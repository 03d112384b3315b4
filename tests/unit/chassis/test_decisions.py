"""Folding events, and the circumstances of a decision."""

from datetime import UTC, datetime

import msgspec
import pytest

from chassis.decisions import Context, Evolution
from contracts.sla import SlaBreached, SlaCancelled, SlaPaused

AT = datetime(2026, 3, 21, 8, 30, tzinfo=UTC)


class Clock(msgspec.Struct, frozen=True):
    steps: tuple[str, ...] = ()


CLOCKS = Evolution(Clock)


@CLOCKS.on(SlaCancelled)
def ended(state, event, _at):
    return Clock((*state.steps, f"ended {event.clock}"))


@CLOCKS.on(SlaPaused)
def paused(state, event, at):
    return Clock((*state.steps, f"paused {at:%H:%M}"))


def a_pause():
    return SlaPaused(clock="x", held_by="requester", left_seconds=1)


def test_a_state_is_the_fold_of_its_events():
    state = CLOCKS.fold([(a_pause(), AT), (SlaCancelled(clock="x", reason="r"), AT)])

    assert state.steps == ("paused 08:30", "ended x")


def test_an_event_without_a_step_changes_nothing():
    breached = SlaBreached(clock="x", mark=100, alarm_at=AT, due_at=AT, priority=3, notices=[])

    assert CLOCKS.fold([(breached, AT)]) == CLOCKS.initial()


def test_an_event_evolves_a_state_in_one_way_only():
    with pytest.raises(ValueError, match="evolves twice"):
        CLOCKS.on(SlaPaused)(paused)


def a_context(**changes):
    given = {"stream": "1", "at": AT, "now": AT, "actor": "person:desk", "cause": "k"}
    return Context(**given | changes)


def test_an_id_is_the_same_when_the_decision_is_made_again():
    later = AT.replace(hour=9)

    assert a_context().new_id("referral") == a_context(now=later).new_id("referral")


@pytest.mark.parametrize("changes", [{"stream": "2"}, {"cause": "l"}])
def test_ids_differ_by_stream_and_cause(changes):
    assert a_context().new_id("referral") != a_context(**changes).new_id("referral")


def test_ids_differ_by_purpose():
    context = a_context()

    assert context.new_id("referral") != context.new_id("approval")
    assert len(context.new_id("referral")) == 16
