"""Work that a workflow hands to a partner by itself: once, by its own way, or not at all."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.envelope import ContentRef
from contracts.routing import TicketEffectRefused, TicketSentOut, TicketTimerSet
from contracts.sla import Action, SlaDemanded
from services.routing.actions import ARGUMENTS
from services.routing.domain.life import TICKETS
from services.routing.domain.partner import Partner
from services.routing.domain.ticket import Ticket
from services.routing.domain.workflow import faults_in, read
from services.routing.handlers import Taken, meet_demands, take_in
from tests.unit.routing.test_flows import Trade, an_organisation, approval_of
from tests.unit.routing.test_partners import PARTNERS, TELECOM_ITSELF, PartnerWorld
from tests.unit.routing.test_soundness import Faults, _told, faults_of
from tests.unit.routing.world import CODE, NOON

NOTE = {"fa": "خط شعبه", "en": "The branch's line"}
WANTED = {"partner": "telecom", "note": NOTE}


def handing(**hand_off: Any) -> dict[str, Any]:
    """An approval after which the work goes to a partner, or when nobody has spoken in time."""
    definition = approval_of(["person:omid"], needs=1)
    effects = {"hand_off": WANTED | hand_off}
    definition["actions"]["too-late"] = {"title": NOTE}
    definition["steps"]["asking"]["timers"] = [{"after": "PT8H", "action": "too-late"}]
    definition["steps"] |= {
        "agreed": {"kind": "in_progress"},
        "with_partner": {"kind": "waiting", "waiting_for": "supplier"},
        "gone": {"kind": "handed_off"},
    }
    who = ["ticket.assign"]
    definition["transitions"] = [
        {"action": "ask-all", "from": ["new"], "to": "asking", "who": who},
        {"action": "passed", "from": ["asking"], "to": "agreed", "effects": effects},
        {"action": "failed", "from": ["asking"], "to": "no"},
        {"action": "too-late", "from": ["asking"], "to": "agreed", "effects": effects},
        {"action": "hand-off", "from": ["agreed"], "to": "with_partner", "who": ["person:omid"]},
        {"action": "hand-off", "from": ["agreed"], "to": "gone", "who": ["person:omid"]},
        {"action": "resume", "from": ["with_partner"], "to": "agreed", "who": who},
        {"action": "finish", "from": ["agreed"], "to": "yes", "who": who},
        {"action": "ask-all", "from": ["agreed"], "to": "asking", "who": who},
    ]
    return definition


def only_waiting(definition: dict[str, Any]) -> dict[str, Any]:
    """The same without a hand-off that ends the ticket."""
    ways = [way for way in definition["transitions"] if way.get("to") != "gone"]
    steps = {name: step for name, step in definition["steps"].items() if name != "gone"}
    return definition | {"steps": steps, "transitions": ways}


class Handing(PartnerWorld, Trade):
    """A Trade with partners around it."""

    def __init__(self, definition: dict[str, Any] | None = None) -> None:
        Trade.__init__(self, definition or handing())
        self.begin()

    def ask(self) -> Ticket:
        return self.by("manager", "ask-all")

    def agree(self) -> Ticket:
        return self.by("omid", "approve")

    def refused(self) -> str:
        event = self.last(TicketEffectRefused)
        assert event.effect == "hand_off"
        return event.reason


def test_what_settles_a_step_hands_the_work_over_in_the_same_commit() -> None:
    world = Handing()
    world.ask()

    ticket = world.agree()

    assert (ticket.state, ticket.step, ticket.waiting_for) == (
        "waiting",
        "with_partner",
        "supplier",
    )
    sent = world.last(TicketSentOut)
    assert (sent.partner, sent.by, sent.note) == ("telecom", "system:routing", NOTE)
    assert (sent.reason, sent.generation, sent.ends) == (None, 1, False)
    assert world.recorded().count("ticket.sent_out") == 1
    assert TICKETS.fold(world.events[CODE]) == ticket


def test_a_timer_hands_the_work_over() -> None:
    world = Handing()
    world.ask()
    timer = world.last(TicketTimerSet)
    wanted = SlaDemanded(
        clock="timer",
        mark=100,
        alarm_at=NOON,
        actions=[Action(do="move", action="too-late")],
        timer=timer.timer,
    )

    world._decide(CODE, meet_demands, wanted)
    ticket = world._decide(CODE, meet_demands, wanted)

    assert ticket.is_outside
    assert world.recorded().count("ticket.sent_out") == 1


def test_terms_that_end_the_ticket_end_it() -> None:
    world = Handing(handing(partner="archive"))
    world.ask()

    ticket = world.agree()

    assert ticket.state == "handed_off"
    assert world.recorded()[-2:] == ["ticket.sent_out", "ticket.handed_off"]


def test_what_comes_back_goes_on_where_it_left() -> None:
    world = Handing()
    world.ask()
    world.agree()

    back = world.hears("rejected", text=ContentRef("t", "1"))

    assert (back.step, back.is_outside) == ("agreed", False)


@pytest.mark.parametrize("partner", ["nobody", "former"])
def test_a_partner_that_is_gone_leaves_the_ticket_with_us(partner: str) -> None:
    world = Handing(handing(partner=partner))
    world.ask()

    ticket = world.agree()

    assert (ticket.step, ticket.is_outside) == ("agreed", False)
    assert world.refused() == "partner_not_in_use"
    assert world.by("manager", "finish").state == "finished"


def test_work_that_is_with_a_partner_already_goes_to_no_other() -> None:
    world = Handing()
    world.ask()
    world.agree()
    world.by("manager", "resume")
    world.ask()

    ticket = world.agree()

    assert (ticket.step, ticket.is_outside) == ("agreed", True)
    assert world.refused() == "already_with_partner"


def test_new_terms_that_the_workflow_does_not_fit_are_a_reason() -> None:
    definition = handing(partner="archive")
    definition["transitions"] = [
        way for way in definition["transitions"] if way.get("to") != "gone"
    ]
    definition["steps"].pop("gone")
    world = Handing(definition)
    world.ask()

    assert world.agree().step == "agreed"
    assert world.refused() == "hand_off_against_terms"


def test_a_ticket_goes_round_between_partners_only_so_often() -> None:
    world = Handing()
    for _time in range(25):
        world.ask()
        if world.agree().is_outside:
            world.hears("closed")

    assert world.recorded().count("ticket.sent_out") == 20
    assert world.refused() == "too_many_hand_offs"


@pytest.mark.parametrize(("before", "reason"), [(4, None), (5, "too_many_hand_offs")])
def test_workflows_of_two_houses_do_not_hand_to_one_another_for_ever(
    before: int, reason: str | None
) -> None:
    world = Handing()
    taken = Taken(partner="ministry", handoff="h1", reference="1", generation=before)
    world._decide(CODE, take_in, taken, TELECOM_ITSELF)
    world.ask()

    assert world.agree().is_outside is (reason is None)
    if reason is None:
        assert world.last(TicketSentOut).generation == before + 1
    else:
        assert world.refused() == reason


# -- before it is published ------------------------------------------------------------------------


def faults_with(partners: dict[str, Partner], definition: dict[str, Any]) -> Faults:
    flow = read(definition, ARGUMENTS)
    return _told(faults_in(an_organisation(), flow, (), (), partners))


@pytest.mark.parametrize(
    ("partner", "code"), [("nobody", "partner_unknown"), ("former", "partner_not_in_use")]
)
def test_a_partner_that_is_none_is_named(partner: str, code: str) -> None:
    assert faults_with(PARTNERS, handing(partner=partner)) == {
        ("transitions/1/effects/hand_off/partner", code),
        ("transitions/3/effects/hand_off/partner", code),
    }


def test_the_terms_must_fit_the_ways() -> None:
    definition = handing(partner="archive")
    definition["transitions"] = [
        way for way in definition["transitions"] if way.get("to") != "gone"
    ]
    del definition["steps"]["gone"]

    assert {code for _at, code in faults_with(PARTNERS, definition)} == {"hand_off_against_terms"}
    assert faults_with(PARTNERS, handing()) == set()
    assert faults_with(PARTNERS, handing(partner="archive")) == set()


def test_a_step_without_a_way_to_a_partner_hands_nothing_over() -> None:
    definition = only_waiting(handing())
    ways = definition["transitions"]
    definition["transitions"] = [w for w in ways if w["action"] not in ("hand-off", "resume")]
    del definition["steps"]["with_partner"]

    assert faults_of(definition) == {
        ("transitions/1/effects/hand_off", "hand_off_in_vain"),
        ("transitions/3/effects/hand_off", "hand_off_in_vain"),
    }


def test_tasks_and_approvals_are_not_passed_by() -> None:
    definition = handing()
    definition["transitions"][0]["effects"] = {"hand_off": WANTED}

    assert faults_of(definition) == {("transitions/0/effects/hand_off", "hand_off_at_check")}


def test_a_note_is_in_both_languages() -> None:
    definition = handing(note={"fa": "خط"})

    assert ("transitions/1/effects/hand_off/note", "language_missing") in faults_of(definition)
