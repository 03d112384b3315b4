"""What a ticket's events make of its facts."""

from datetime import timedelta

from contracts.intake import TicketMessageReceived
from contracts.notify import (
    NotificationFailed,
    NotificationQueued,
    NotificationSent,
    NotificationSuppressed,
)
from contracts.routing import PersonChanged, TicketQueued
from contracts.sla import (
    SlaBreached,
    SlaBreachWithdrawn,
    SlaExceptionDecided,
    SlaMet,
    SlaReplanned,
    SlaStarted,
    Terms,
)
from services.reporting.domain.clocks import Clock
from services.reporting.domain.deliveries import Delivery
from services.reporting.domain.facts import TicketFacts, apply
from tests.unit.reporting.stories import (
    NINE,
    TEXT,
    Story,
    answered,
    assigned,
    finished,
    logged,
    registered,
    reopened,
    resumed,
    waiting,
)


def facts_of(story: Story) -> TicketFacts:
    facts = TicketFacts()
    for event in story.events:
        facts = apply(facts, event.payload(), event.time)
    return facts


def test_registering_says_how_the_ticket_came() -> None:
    facts = facts_of(
        Story()
        .tells(registered(channel="phone"))
        .tells(TicketMessageReceived(message=TEXT, channel="web"))
    )

    assert facts.request.registered_at == NINE
    assert facts.request.channel == "phone"
    assert facts.request.messages == 1


def test_a_change_of_person_is_a_handover_even_by_way_of_a_queue() -> None:
    queued = TicketQueued(state="in_progress", step="queued", unit="network", tier=2)
    story = Story().tells(assigned("sara"), queued, assigned("reza", "network"))

    case = facts_of(story.tells(assigned("reza", "network"))).case

    assert case.handovers == 1
    assert case.persons == ["sara", "reza"]
    assert case.units == ["it", "network"]


def test_a_wait_lasts_until_the_state_is_left_whatever_lies_between() -> None:
    story = Story().tells(assigned()).tells(waiting("supplier"))
    story.after(hours=1).tells(waiting("supplier"), assigned("reza", state="waiting"))
    story.after(hours=2).tells(resumed()).after(hours=5).tells(waiting()).after(minutes=1)

    case = facts_of(story.tells(finished())).case

    assert case.waits == 2
    assert case.wait is None
    assert case.waited == {"supplier": 3 * 3600.0, "requester": 60.0}


def test_only_a_return_from_finished_is_a_reopening() -> None:
    story = Story().tells(finished(), reopened(), reopened(from_state="withdrawn"))

    case = facts_of(story).case

    assert case.reopenings == 1
    assert case.finished_at is None


def test_the_first_answer_keeps_its_time() -> None:
    story = Story().after(minutes=5).tells(answered()).after(hours=1).tells(answered())

    case = facts_of(story).case

    assert case.first_answer_at == NINE + timedelta(minutes=5)
    assert case.answers == 2


def test_each_line_of_the_work_log_is_kept() -> None:
    case = facts_of(Story().tells(logged(240, cost=30_000), logged(60, group="training"))).case

    assert [(line.work_group, line.touch_seconds, line.cost) for line in case.work] == [
        ("network", 240, 30_000),
        ("training", 60, 0),
    ]


def started(clock: str) -> SlaStarted:
    return SlaStarted(
        clock=clock,
        agreement="general",
        agreement_version=1,
        calendar="always",
        target_seconds=3600,
        started_at=NINE,
        due_at=NINE + timedelta(hours=1),
    )


def breached(clock: str) -> SlaBreached:
    return SlaBreached(clock=clock, mark=100, alarm_at=NINE, due_at=NINE, priority=3, notices=[])


def met(clock: str, late_seconds: float = 0) -> SlaMet:
    return SlaMet(clock=clock, stopped_at=NINE, elapsed_seconds=1, late_seconds=late_seconds)


def test_a_clock_met_after_its_breach_stays_breached() -> None:
    story = Story().tells(started("resolution"), breached("resolution"), met("resolution", 5))

    assert facts_of(story).clocks.runs == [Clock("resolution", "general", "breached")]


def test_a_withdrawn_breach_was_met() -> None:
    withdrawn = SlaBreachWithdrawn(clock="first_response", stopped_at=NINE)
    story = Story().tells(started("first_response"), breached("first_response"), withdrawn)

    assert facts_of(story).clocks.runs == [Clock("first_response", "general", "met")]


def test_each_run_of_a_clock_has_its_own_verdict() -> None:
    story = Story().tells(started("next"), met("next"), started("next"), breached("next"))

    assert [run.verdict for run in facts_of(story).clocks.runs] == ["met", "breached"]


def test_a_delivery_has_the_state_it_reached() -> None:
    sent = NotificationSent(delivery="d1", channel="sms", attempt=2, provider="kavenegar")
    story = Story().tells(
        NotificationQueued(delivery="d1", channel="sms", template="code", recipient="requester:1"),
        NotificationFailed(delivery="d1", channel="sms", attempt=1, final=False, code="timeout"),
        sent,
        NotificationSuppressed(
            delivery="d2", channel="email", template="code", recipient="r", reason="imported"
        ),
    )

    assert facts_of(story).deliveries.by_id == {
        "d1": Delivery("sms", "sent"),
        "d2": Delivery("email", "suppressed"),
    }


def test_an_event_about_something_else_changes_nothing() -> None:
    changed = PersonChanged(unit="it", tier=1, role="expert", active=True, fields=["unit"])

    assert facts_of(Story("person:desk").tells(changed)) == TicketFacts()


def test_a_breach_that_is_agreed_not_to_count_is_left_out_whatever_comes_later() -> None:
    approved = SlaExceptionDecided(clock="first_response", approved=True, by="person:manager")
    story = Story().tells(started("first_response"), breached("first_response"), approved)

    assert facts_of(story).clocks.runs[0].verdict == "cancelled"
    assert facts_of(story.tells(met("first_response", 60))).clocks.runs[0].verdict == "cancelled"


def test_a_refused_exception_changes_nothing() -> None:
    refused = SlaExceptionDecided(clock="first_response", approved=False, by="person:manager")
    story = Story().tells(started("first_response"), breached("first_response"), refused)

    assert facts_of(story).clocks.runs[0].verdict == "breached"


def test_a_clock_is_judged_under_the_agreement_that_holds_then() -> None:
    def terms(agreement: str) -> Terms:
        return Terms(
            agreement=agreement,
            agreement_version=1,
            calendar="always",
            calendar_version=1,
            target_seconds=60,
        )

    replanned = SlaReplanned(
        clock="first_response",
        reason="agreement",
        replanned_at=NINE,
        before=terms("general"),
        after=terms("urgent"),
        used_seconds=0,
        due_at=NINE,
        due_before=NINE,
    )

    (run,) = facts_of(Story().tells(started("first_response"), replanned)).clocks.runs

    assert run.agreement == "urgent"
