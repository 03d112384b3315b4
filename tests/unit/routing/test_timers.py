"""What a workflow does by itself after a time: at a step, or wherever the ticket then stands."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from chassis.errors import Invalid
from contracts.routing import TicketEffectRefused, TicketNoticeAsked, TicketTimerSet
from contracts.sla import Action, SlaDemanded
from services.routing.actions import ARGUMENTS
from services.routing.domain.life import TICKETS
from services.routing.domain.pending import Pending, Timer
from services.routing.domain.ticket import Ticket
from services.routing.domain.workflow import read
from services.routing.handlers import meet_demands
from services.routing.handlers.migrating import Migrate, migrate
from tests.unit.routing.test_flows import Trade, approval_of
from tests.unit.routing.test_soundness import faults_of
from tests.unit.routing.world import CODE, NOON

WORDS = {"fa": "یک", "en": "one"}
BY_HAND = {"who": ["ticket.assign"]}
LATE = {"after": "PT8H", "action": "too-late"}


def timed(*timers: dict[str, Any], **effects: Any) -> dict[str, Any]:
    """An approval that goes back to the start when nobody has spoken in time."""
    definition = approval_of(["person:omid"], needs=1)
    definition["actions"] |= {"too-late": {"title": WORDS}, "remind": {"title": WORDS}}
    definition["steps"]["asking"]["timers"] = list(timers)
    told = {"notify": [{"role": "owner", "text": WORDS}]}
    definition["transitions"] += [
        {"action": "too-late", "from": ["asking"], "to": "new"} | (BY_HAND if effects else {}),
        {"action": "remind", "from": ["asking", "new"], "who": ["owner"], "effects": told},
    ]
    if effects:
        ask = next(t for t in definition["transitions"] if t["action"] == "ask-all")
        ask["effects"] = effects
    return definition


class Timed(Trade):
    """A Trade whose timers come when they are told to."""

    def set_so_far(self) -> list[TicketTimerSet]:
        return [e for e, _at in self.events[CODE] if isinstance(e, TicketTimerSet)]

    def come(self, timer: str) -> Ticket:
        event = next(each for each in self.set_so_far() if each.timer == timer)
        wanted = SlaDemanded(
            clock="timer",
            mark=100,
            alarm_at=self.now,
            actions=[Action(do="move", action=event.action)],
            timer=timer,
        )
        return self._decide(CODE, meet_demands, wanted)

    def asked(self) -> TicketTimerSet:
        self.begin()
        self.by("manager", "ask-all")
        return self.set_so_far()[-1]


def test_a_step_that_is_entered_sets_its_timers() -> None:
    world = Timed(timed(LATE, {"after": "PT4H", "action": "remind"}))

    timer = world.asked()

    assert [(t.action, t.seconds, t.step) for t in world.set_so_far()] == [
        ("too-late", 8 * 3600, "asking"),
        ("remind", 4 * 3600, "asking"),
    ]
    assert timer.since == NOON
    assert len(world.ticket().pending.timers) == 2


def test_a_timer_that_comes_takes_the_ticket_on() -> None:
    world = Timed(timed(LATE))
    timer = world.asked()

    ticket = world.come(timer.timer)

    assert (ticket.step, ticket.consent, ticket.pending) == ("new", None, Pending())
    assert world.recorded()[-2:] == ["ticket.timer_ended", "ticket.moved"]
    assert TICKETS.fold(world.events[CODE]) == ticket


def test_a_reminder_lets_the_ticket_stand_and_comes_once() -> None:
    world = Timed(timed(LATE, {"after": "PT4H", "action": "remind"}))
    timer = world.asked()

    ticket = world.come(timer.timer)
    again = world.come(timer.timer)

    assert again == ticket
    assert ticket.step == "asking"
    assert [each.action for each in ticket.pending.timers] == ["too-late"]
    assert world.last(TicketNoticeAsked).role == "owner"


def test_a_timer_of_a_step_that_was_left_does_nothing() -> None:
    world = Timed(timed(LATE))
    timer = world.asked()
    before = world.by("omid", "approve")
    recorded = world.recorded()

    assert world.come(timer.timer) == before
    assert world.recorded() == recorded


def test_whoever_comes_back_to_a_step_has_its_whole_time_again() -> None:
    world = Timed(timed(LATE))
    first = world.asked()
    world.come(first.timer)
    world.pass_time(hours=3)

    world.by("manager", "ask-all")

    second = world.set_so_far()[-1]
    assert second.timer != first.timer
    assert second.since == NOON + timedelta(hours=3)


def test_a_transition_may_plan_what_is_done_wherever_the_ticket_then_stands() -> None:
    world = Timed(timed(schedule=[{"after": "PT40H", "action": "remind"}], priority=1))
    timer = world.asked()

    assert (timer.step, timer.action) == (None, "remind")
    world.come(timer.timer)
    assert world.last(TicketNoticeAsked).role == "owner"


def test_what_cannot_be_done_then_is_told_with_its_reason() -> None:
    definition = timed(schedule=[{"after": "PT40H", "action": "too-late"}])
    late = [t for t in definition["transitions"] if t["action"] == "too-late"]
    late[0]["from"] = ["new"]
    world = Timed(definition)
    timer = world.asked()

    ticket = world.come(timer.timer)

    assert ticket.step == "asking"
    refused = world.last(TicketEffectRefused)
    assert (refused.name, refused.reason) == ("too-late", "action_not_allowed_now")


def test_the_end_of_a_ticket_ends_its_timers() -> None:
    world = Timed(timed(LATE, schedule=[{"after": "PT40H", "action": "remind"}]))
    world.asked()
    assert len(world.ticket().pending.timers) == 2

    assert world.by("omid", "approve").pending == Pending()


def test_a_loop_sets_no_more_timers_than_anybody_needs() -> None:
    definition = timed(schedule=[{"after": "PT40H", "action": "remind"}])
    world = Timed(definition)
    world.begin()
    full = tuple(Timer(id=str(n), action="remind", since=NOON) for n in range(20))
    world.tickets[CODE] = replace(world.ticket(), pending=Pending(timers=full))

    world.by("manager", "ask-all")

    assert world.last(TicketEffectRefused).reason == "too_many_timers"


def test_a_migrated_ticket_has_waited_already() -> None:
    world = Timed(timed(LATE))
    first = world.asked()
    newer = read(timed({"after": "PT2H", "action": "too-late"}) | {"version": 2}, ARGUMENTS)
    world.workflows |= {(newer.id, 2): newer, (newer.id, 0): newer}
    world.tickets[CODE] = replace(world.ticket(), consent=None)
    world.pass_time(hours=1)

    ticket = world._decide(CODE, migrate, Migrate(workflow=newer.id, from_version=1, to_version=2))

    second = world.set_so_far()[-1]
    assert (second.since, second.seconds) == (first.since, 2 * 3600)
    assert [each.id for each in ticket.pending.timers] == [second.timer]
    assert "ticket.timer_ended" in world.recorded()


def test_an_action_that_time_alone_does_needs_nobody() -> None:
    assert read(timed(LATE), ARGUMENTS).timed == {"too-late"}
    with pytest.raises(Invalid, match="workflow_invalid"):
        read(timed(), ARGUMENTS)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"action": "explode"}, ("steps/asking/timers/0/action", "action_unknown")),
        ({"after": "PT0S"}, ("steps/asking/timers/0/after", "not_ahead")),
        ({"after": "P900D"}, ("steps/asking/timers/0/after", "not_ahead")),
        ({"action": "ask-all"}, ("steps/asking/timers/0/action", "timer_in_vain")),
    ],
)
def test_a_timer_that_can_do_nothing_is_refused(
    change: dict[str, str], fault: tuple[str, str]
) -> None:
    assert fault in faults_of(timed(LATE | change))


def test_timers_where_nothing_can_follow_are_refused() -> None:
    at_end = timed(LATE)
    at_end["steps"]["yes"]["timers"] = [LATE]
    planned = timed(LATE)
    passed = next(t for t in planned["transitions"] if t["action"] == "passed")
    passed["effects"] = {"schedule": [LATE]}
    asks = timed(LATE)
    asks["transitions"][-2]["form"] = "why"
    declines = timed(LATE)
    declines["steps"]["no"] = {"kind": "declined"}
    declines["transitions"][-2]["to"] = "no"

    assert ("steps/yes/timers/0", "timer_at_end") in faults_of(at_end)
    number = planned["transitions"].index(passed)
    place = f"transitions/{number}/effects/schedule"
    assert (place, "timer_at_end") in faults_of(planned)
    assert ("steps/asking/timers/0/action", "timer_with_form") in faults_of(asks)
    assert ("steps/asking/timers/0/action", "timer_declines") in faults_of(declines)
