"""What becomes of an event whose handler fails, and of the events beside it."""

from contextlib import contextmanager

import pytest

from tests.component.chassis.world import new_stream
from tests.component.waiting import eventually, eventually_equal

#: The schedule of the sample has two pauses.
TRIES = 3


def of(*acts, start=1):
    """Give what is applied when the acts are, in order."""
    return [f"intake:{number}:{act}" for number, act in enumerate(acts, start)]


def is_applied(world, stream, expected):
    eventually_equal(lambda: world.applied(stream), expected)


@contextmanager
def others_go_on(world, intake):
    """Hold that events of another stream are applied, whatever happens inside."""
    stream = new_stream("other")
    intake.tell(stream, "before")
    yield
    intake.tell(stream, "after")
    is_applied(world, stream, of("before", "after"))


def test_events_are_applied_in_order(gentle, intake, sla):
    stream = new_stream()
    acts = [f"ok{number}" for number in range(20)]

    for act in acts:
        intake.tell(stream, act)

    is_applied(gentle, stream, of(*acts))


def test_many_events_at_once_are_applied_once_each(gentle, intake, sla):
    streams = [new_stream("many") for _number in range(150)]

    intake.ask("tell_many", {"streams": streams}, seconds=30)

    eventually(lambda: all(gentle.applied(stream) for stream in streams))
    assert all(gentle.applied(stream) == of("ok") for stream in streams)


def test_an_event_whose_handler_raises_is_tried_by_schedule_and_then_stuck(gentle, intake, sla):
    stream = new_stream()

    with others_go_on(gentle, intake):
        intake.tell(stream, "ok", "raise")
        row = eventually(lambda: gentle.stuck("intake", stream))

    assert (row["attempts"], row["reason"]) == (TRIES, "decision_failed")
    assert gentle.applied(stream) == of("ok")
    eventually(lambda: sla.metric("peygir_stuck_streams", source="intake") >= 1)
    sla.ask("stuck_skip", {"id": row["_id"]})


def test_an_event_whose_handler_fails_at_first_is_applied_when_it_works(gentle, intake, sla):
    stream = new_stream()

    intake.tell(stream, "fail:2")
    intake.tell(stream, "next")

    is_applied(gentle, stream, of("fail:2", "next"))
    eventually(lambda: gentle.lagging("intake", stream) is None)


def test_an_event_that_is_refused_is_stuck_at_once(gentle, intake, sla):
    stream = new_stream()

    with others_go_on(gentle, intake):
        intake.tell(stream, "refuse")
        row = eventually(lambda: gentle.stuck("intake", stream))

    assert (row["attempts"], row["reason"]) == (1, "sample_refuses")
    sla.ask("stuck_skip", {"id": row["_id"]})


def test_handlers_that_hang_are_given_up_and_the_others_go_on(gentle, intake, sla):
    # So many that a batch has several: the next one hangs after the first was given up.
    streams = [new_stream("hangs") for _number in range(5)]
    beside = new_stream("beside")

    intake.ask("tell_many", {"streams": streams, "act": "hang:1"})
    intake.tell(beside, "ok")

    is_applied(gentle, beside, of("ok"))
    for stream in streams:
        is_applied(gentle, stream, of("hang:1"))
    # Taken for a failure of the decision, it would have let the next one hang without an end.
    failed = [line for line in sla.log.read_text().splitlines() if "decision_failed" in line]
    assert not any(stream in line for line in failed for stream in streams)


def test_a_stray_time_out_of_eventlet_counts_as_a_failure(gentle, intake, sla):
    stream = new_stream()

    with others_go_on(gentle, intake):
        intake.tell(stream, "timeout")
        row = eventually(lambda: gentle.stuck("intake", stream))

    assert row["attempts"] == TRIES
    sla.ask("stuck_skip", {"id": row["_id"]})


def test_an_effect_that_cannot_be_stored_stops_only_its_own_stream(gentle, intake, sla):
    stream = new_stream()

    with others_go_on(gentle, intake):
        intake.tell(stream, "surrogate")
        row = eventually(lambda: gentle.stuck("intake", stream))

    assert row["reason"] == "cannot_be_stored"
    sla.ask("stuck_skip", {"id": row["_id"]})


def test_the_events_after_a_stuck_one_wait_until_it_is_passed_over(gentle, intake, sla):
    stream = new_stream()
    intake.tell(stream, "ok", "refuse", "late")
    row = eventually(lambda: gentle.stuck("intake", stream))
    intake.tell(stream, "later")

    skipped = sla.ask("stuck_skip", {"id": row["_id"]})

    assert skipped == {"skipped": 2}
    is_applied(gentle, stream, [*of("ok"), *of("late", "later", start=3)])
    eventually(lambda: gentle.lagging("intake", stream) is None)
    commits = gentle.database("sla")["journal"].find({"stream": stream})
    assert [c["actor"] for c in commits if "skip:intake:2" in c["causes"]] == ["person:admin"]


def test_a_stuck_event_is_tried_again_on_demand(gentle, intake, sla):
    stream = new_stream()
    intake.tell(stream, "fail:8")
    row = eventually(lambda: gentle.stuck("intake", stream))
    listed = sla.ask("stuck_list", {})

    sla.ask("stuck_retry", {"id": row["_id"]})

    assert row["_id"] in [item["id"] for item in listed]
    is_applied(gentle, stream, of("fail:8"))


@pytest.mark.parametrize("method", ["stuck_retry", "stuck_skip"])
def test_what_is_not_stuck_cannot_be_handled(gentle, sla, method):
    answer = sla.call(method, {"id": "intake|nobody"}).expect(404)

    assert answer.json["code"] == "stuck_not_found"


def test_a_due_time_fires_once_and_soon(gentle, intake, sla):
    stream = new_stream()

    intake.tell(stream, "alarm:0.3")

    is_applied(gentle, stream, ["due:due"])


def test_a_due_time_that_is_refused_once_comes_again(gentle, intake, sla):
    stream = new_stream("shy")

    intake.tell(stream, "alarm:0.1")

    is_applied(gentle, stream, ["due:due"])
