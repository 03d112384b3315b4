"""What each kind of target promises, and what its clock goes by."""

from typing import Any

import pytest

from contracts.routing import TicketUnitAsked, TicketUnitReplied
from contracts.sla import (
    SlaBreached,
    SlaBreachWithdrawn,
    SlaDemanded,
    SlaMet,
    SlaOverdue,
    SlaPaused,
    SlaResumed,
    SlaStarted,
    SlaWarned,
)
from services.sla.domain.book import Book
from tests.unit.sla.world import (
    World,
    an_agreement,
    answered,
    asked,
    assigned,
    done,
    finished,
    opened,
    queued,
    registered,
    reopened,
    resumed,
    sent_back,
    the_demo,
    waiting,
    withdrawn,
)


def target(clock: str, within: str = "PT1H", **more: Any) -> dict[str, Any]:
    return {"clock": clock, "within": within, "calendar": "around-the-clock", **more}


def promising(*targets: dict[str, Any]) -> World:
    """A ticket under an agreement with these targets, registered at the start."""
    world = World(Book({("only", 1): an_agreement("only", targets=targets)}, the_demo().calendars))
    world.receive(registered(), 0)
    return world


# -- next response ---------------------------------------------------------------------------------


def test_what_the_requester_writes_after_an_answer_is_owed_one_too():
    world = promising(target("first_response"), target("next_response", "PT2H"))
    world.receive(answered(), 10)

    world.receive(asked(), 30)

    assert world.clock("next_response").due_at == world.at(150)
    world.receive(answered(), 50)
    met = world.found(SlaMet)[-1]
    assert (met.clock, met.elapsed_seconds) == ("next_response", 1200)


def test_before_the_first_answer_another_message_starts_no_second_clock():
    world = promising(target("first_response"), target("next_response"))

    world.receive(asked(), 5)

    assert "next_response" not in world.state.clocks


def test_a_second_message_does_not_put_off_the_answer_to_the_first():
    world = promising(target("next_response"))
    world.receive(asked(), 10)

    assert world.receive(asked(), 40) == []
    assert world.clock("next_response").due_at == world.at(70)


def test_each_message_after_an_answer_begins_anew():
    world = promising(target("next_response"))
    for minutes in (0, 100, 200):
        world.receive(asked(), minutes + 1)
        world.receive(answered(), minutes + 31)

    assert [met.elapsed_seconds for met in world.found(SlaMet)] == [1800, 1800, 1800]


def test_a_question_to_the_requester_answers_him():
    world = promising(target("next_response"))
    world.receive(asked(), 10)

    world.receive(waiting("requester"), 20)

    assert world.found(SlaMet)[0].elapsed_seconds == 600


def test_the_requesters_own_answer_to_a_question_is_owed_one_again():
    world = promising(target("next_response"))
    world.receive(waiting("requester"), 20)

    world.receive(asked(), 30)
    world.receive(resumed(), 30)

    assert world.clock("next_response").due_at == world.at(90)


def test_nothing_is_owed_to_who_writes_after_the_end():
    world = promising(target("next_response"))
    world.receive(finished(), 10)

    assert world.receive(asked(), 20) == []


# -- update ----------------------------------------------------------------------------------------


def test_an_update_is_owed_so_and_so_long_after_each_answer():
    world = promising(target("first_response"), target("update", "PT30M"))
    assert "update" not in world.state.clocks

    world.receive(answered(), 10)
    assert world.clock("update").due_at == world.at(40)
    world.receive(answered(), 20)

    assert world.clock("update").due_at == world.at(50)
    assert [type(event).__name__ for event in world.recorded[-2:]] == ["SlaMet", "SlaStarted"]


def test_where_no_first_response_is_promised_updates_are_owed_from_the_start():
    world = promising(target("update", "PT30M"))

    assert world.clock("update").due_at == world.at(30)


def test_a_late_update_is_missed_and_the_next_one_owed_in_full():
    world = promising(target("update", "PT30M"))
    world.ring(30)

    world.receive(answered(), 45)

    assert world.found(SlaMet)[0].late_seconds == 900
    assert world.clock("update").due_at == world.at(75)
    assert world.clock("update").breached_at is None


def test_a_supplier_who_is_waited_for_does_not_put_off_the_update_but_the_requester_does():
    world = promising(target("update", "PT30M"))

    world.receive(waiting("supplier"), 10)
    assert world.clock("update").running
    world.receive(waiting("requester"), 20)

    assert world.clock("update").held_by == "requester"


def test_done_work_needs_no_update_and_work_sent_back_does():
    world = promising(target("update", "PT30M"))
    world.receive(done(), 10)
    assert world.clock("update").state == "met"

    world.receive(sent_back(), 100)

    assert world.clock("update").due_at == world.at(130)


# -- stage -----------------------------------------------------------------------------------------


def test_a_stage_is_timed_from_entering_to_leaving_it():
    world = promising(target("triage", "PT15M", kind="stage", states=["new"]))

    world.receive(assigned(), 10)

    (met,) = world.found(SlaMet)
    assert (met.clock, met.elapsed_seconds) == ("triage", 600)


def test_a_step_of_the_workflow_is_a_stage():
    world = promising(target("papers", kind="stage", steps=["papers_complete"]))
    world.receive(opened("received"), 0)
    world.receive(assigned(step="papers_complete"), 10)
    world.receive(assigned(step="printing"), 30)

    assert [event.started_at for event in world.found(SlaStarted)] == [world.at(10)]
    assert [event.elapsed_seconds for event in world.found(SlaMet)] == [1200]


def test_entering_a_stage_again_begins_anew():
    world = promising(target("approval", kind="stage", states=["done"]))
    for minutes in (0, 100):
        world.receive(done(), minutes + 10)
        world.receive(sent_back(), minutes + 20)

    assert [met.elapsed_seconds for met in world.found(SlaMet)] == [600, 600]


# -- OLA and contract ------------------------------------------------------------------------------


def test_an_ola_counts_only_while_its_unit_and_tier_have_the_work():
    world = promising(target("network-2", kind="ola", units=["network"], tiers=[2]))
    world.receive(queued("network", 1), 1)
    world.receive(assigned("network", 2), 10)
    world.receive(assigned("desk", 1), 25)
    world.receive(assigned("network", 2), 100)

    clock = world.clock("network-2")
    assert clock.left_seconds == 45 * 60
    assert clock.due_at == world.at(145)


def test_an_ola_can_give_the_whole_time_at_each_visit():
    world = promising(target("network", kind="ola", units=["network"], resumes_on=[]))
    world.receive(assigned("network"), 10)
    world.receive(assigned("desk"), 25)
    world.receive(assigned("network"), 100)

    assert world.clock("network").due_at == world.at(160)


def test_an_ola_stands_still_while_the_unit_itself_waits():
    world = promising(target("network", kind="ola", units=["network"]))
    world.receive(assigned("network"), 0)
    world.receive(waiting("supplier"), 10)
    world.receive(resumed(), 50)

    assert world.clock("network").due_at == world.at(100)


def test_a_supplier_has_his_contract_all_waits_together():
    world = promising(target("carrier", "PT1H", kind="contract"))
    world.receive(waiting("supplier"), 10)
    world.receive(resumed(), 30)
    world.receive(waiting("requester"), 40)
    world.receive(resumed(), 50)
    world.receive(waiting("supplier"), 100)

    assert world.clock("carrier").due_at == world.at(140)
    world.ring(140)
    assert [breach.clock for breach in world.found(SlaBreached)] == ["carrier"]


# -- questions of colleagues


def unit_asked(unit):
    return TicketUnitAsked(question="q", by="desk", unit=unit)


def unit_replied(unit):
    return TicketUnitReplied(question="q", by="clerk", unit=unit, open_seconds=0)


def test_a_question_has_a_clock_of_its_own_until_the_last_one_is_answered():
    world = promising(target("finance", "PT1H", kind="question", units=["finance"]))
    world.receive(unit_asked("legal"), 5)
    assert world.found(SlaStarted) == []
    world.receive(unit_asked("finance"), 10)
    world.receive(unit_asked("finance"), 20)
    world.receive(unit_replied("finance"), 30)
    assert world.clock("finance").due_at == world.at(70)

    world.receive(unit_replied("finance"), 40)
    world.receive(unit_asked("finance"), 100)

    assert [met.elapsed_seconds for met in world.found(SlaMet)] == [1800]
    assert world.clock("finance").due_at == world.at(160)
    world.ring(160)
    assert [breach.clock for breach in world.found(SlaBreached)] == ["finance"]


def test_a_question_to_any_unit_is_bounded_and_the_tickets_end_ends_it():
    world = promising(target("questions", kind="question"))
    world.receive(unit_asked("legal"), 5)
    assert world.clock("questions").due_at == world.at(65)

    world.receive(withdrawn(), 10)
    world.receive(unit_replied("legal"), 20)

    assert world.found(SlaBreached) == []


# -- which wait stops which clock ------------------------------------------------------------------


@pytest.mark.parametrize("holder", ["requester", "supplier", "unit"])
def test_each_wait_has_its_own_rule(holder):
    world = promising(target("resolution", pauses_on=[holder]))

    for other in {"requester", "supplier", "unit"} - {holder}:
        world.receive(waiting(other), 5)
        assert world.clock("resolution").running
    world.receive(waiting(holder), 10)

    assert world.clock("resolution").held_by == holder


def test_a_wait_that_passes_to_somebody_who_does_not_stop_the_clock_lets_it_run():
    world = promising(target("resolution", pauses_on=["supplier"]))
    world.receive(waiting("supplier"), 10)

    world.receive(waiting("requester"), 30)

    assert world.clock("resolution").due_at == world.at(80)


def test_a_clock_may_start_and_stop_on_what_its_target_says():
    world = promising(
        target("taking-up", kind="resolution", starts_on=["held"], stops_on=["answered"])
    )
    assert world.state.clocks == {}
    world.receive(queued(), 10)

    world.receive(answered(), 40)

    assert world.found(SlaMet)[0].elapsed_seconds == 1800


def test_a_reopened_withdrawal_goes_on_with_what_was_left():
    world = promising(target("resolution"), target("next_response"))
    world.receive(asked(), 10)
    world.receive(withdrawn(), 20)

    world.receive(reopened(), 100)

    assert world.clock("resolution").due_at == world.at(140)
    assert world.clock("next_response").due_at == world.at(150)


# -- marks -----------------------------------------------------------------------------------------

NOTICE = [{"role": "assignee", "channel": "sms"}]
MARKS = [
    {"left": "PT15M", "notices": NOTICE},
    {"percent": 150, "notices": NOTICE},
    {"after": "PT1H", "notices": NOTICE, "actions": [{"do": "escalate"}]},
]


def test_marks_come_by_time_left_beyond_the_target_and_after_it():
    world = promising(target("resolution", marks=MARKS))

    for minutes in (45, 60, 90, 120):
        world.ring(minutes)

    (warned,) = world.found(SlaWarned)
    assert (warned.label, warned.left_seconds, warned.mark) == ("left:900", 900, 75)
    assert [(o.mark, o.label, o.late_seconds) for o in world.found(SlaOverdue)] == [
        (150, None, 1800),
        (200, "after:3600", 3600),
    ]
    (demanded,) = world.found(SlaDemanded)
    assert [action.do for action in demanded.actions] == ["escalate"]


def test_marks_after_the_target_wait_as_the_clock_does():
    world = promising(target("resolution", marks=MARKS))
    world.ring(45)
    world.ring(60)
    world.receive(waiting(), 70)
    world.receive(resumed(), 170)

    world.ring(189)
    assert world.found(SlaOverdue) == []
    world.ring(190)

    assert [overdue.mark for overdue in world.found(SlaOverdue)] == [150]


def test_a_mark_that_another_event_brings_has_nothing_done():
    world = promising(target("resolution", marks=MARKS))

    world.receive(finished(), 500)

    assert [overdue.notices for overdue in world.found(SlaOverdue)] == [[], []]
    assert world.found(SlaDemanded) == []


def test_a_withdrawn_breach_takes_the_marks_after_it_back():
    world = promising(target("resolution", marks=MARKS))
    for minutes in (45, 60, 90):
        world.ring(minutes)

    world.receive(waiting(), 50, known_at=95)
    world.receive(resumed(), 60, known_at=95)

    assert len(world.found(SlaBreachWithdrawn)) == 1
    for minutes in (70, 100, 130):
        world.ring(minutes)
    assert [overdue.mark for overdue in world.found(SlaOverdue)] == [150, 150, 200]


# -- what is recorded ------------------------------------------------------------------------------


def test_what_tells_nothing_new_is_not_recorded():
    world = promising(target("resolution"))
    world.receive(assigned("network", 1), 1)
    seen = len(world.history)

    world.receive(assigned("network", 1), 2)
    world.receive(resumed(), 3)
    world.receive(opened(), 4) if world.state.situation.state == "new" else None

    assert len(world.history) == seen


def test_the_course_of_a_ticket_without_an_agreement_is_kept():
    world = World(Book())
    world.receive(registered(), 0)
    world.receive(assigned(), 0)

    assert [seen.what for seen in world.state.course] == ["registered", "held"]
    assert world.recorded == []


def test_a_pause_and_its_end_are_facts_beside_what_was_seen():
    world = promising(target("resolution"))
    world.receive(waiting("unit"), 10)
    world.receive(resumed(), 20)

    assert [event.held_by for event in world.found(SlaPaused)] == ["unit"]
    assert [event.paused_seconds for event in world.found(SlaResumed)] == [600]
