"""Work that is with a partner outside: a token that is open until it comes back."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import Conflict, Forbidden, Invalid, NotFound
from chassis.identity import Identity
from contracts.envelope import ContentRef
from contracts.routing import TicketPartnerHeard, TicketSentOut, TicketTakenBack, TicketWaiting
from services.routing.actions import ARGUMENTS
from services.routing.domain.partner import Partner
from services.routing.domain.workflow import read
from services.routing.handlers import PartnerSaid, Taken, hear_partner, take_in
from tests.unit.routing.world import CODE, REQUESTER, World

TELECOM = Partner(id="telecom", kind="peygir", unit="suppliers")
ARCHIVE = Partner(id="archive", kind="email", ends=True)
FORMER = Partner(id="former", kind="webhook", active=False)
PARTNERS = {each.id: each for each in (TELECOM, ARCHIVE, FORMER)}
TELECOM_ITSELF = Identity(subject="partner:telecom", role="partner")
TEXT = ContentRef("t", "1")


class PartnerWorld(World):
    """The organisation, with partners around it."""

    def grounds(self, **more: Any) -> Any:
        return super().grounds(partners=PARTNERS, **more)

    def hears(self, said: str, *, partner: str = "telecom", code: str = CODE, **fields: Any) -> Any:
        message = PartnerSaid(partner=partner, said=said, **fields)  # type: ignore[arg-type]
        return self._decide(code, hear_partner, message, TELECOM_ITSELF)


@pytest.fixture
def world() -> PartnerWorld:
    world = PartnerWorld()
    world.register()
    return world


@pytest.fixture
def out(world: PartnerWorld) -> PartnerWorld:
    """A ticket whose work is with the telecom."""
    world.do("hand-off", "supervisor", to="telecom", reason="line down")
    return world


def test_a_handed_over_ticket_stays_ours_and_waits_for_the_supplier(out: PartnerWorld):
    ticket = out.ticket()

    assert (ticket.state, ticket.step, ticket.waiting_for) == (
        "waiting",
        "with_partner",
        "supplier",
    )
    assert out.last(TicketSentOut).unit == "suppliers"
    assert not out.last(TicketSentOut).ends
    assert ticket.is_outside
    assert ticket.holder == "expert"


def test_the_assignee_may_hand_over_but_not_give_the_ticket_away(world: PartnerWorld):
    with pytest.raises(Forbidden):
        world.do("hand-off", "expert", to="archive")
    with pytest.raises(Forbidden):
        world.do("hand-off", "expert", to="elsewhere", reference="A-1")

    assert world.do("hand-off", "expert", to="telecom").is_outside


def test_a_partner_whose_terms_say_so_ends_the_ticket(world: PartnerWorld):
    ticket = world.do("hand-off", "supervisor", to="archive", reference="A-17")

    assert ticket.state == "handed_off"
    assert world.recorded()[-2:] == ["ticket.sent_out", "ticket.handed_off"]


@pytest.mark.parametrize("to", ["nobody", "former"])
def test_who_is_no_partner_needs_a_reference(world: PartnerWorld, to: str):
    with pytest.raises(Invalid) as refused:
        world.do("hand-off", "supervisor", to=to)

    assert refused.value.fields[0].pointer == "/to"
    assert world.do("hand-off", "supervisor", to=to, reference="A-1").state == "handed_off"


def test_work_that_is_out_is_neither_done_here_nor_handed_over_twice(out: PartnerWorld):
    out.do("resume", "expert")

    with pytest.raises(Conflict):
        out.do("done", "expert")
    with pytest.raises(Conflict):
        out.do("hand-off", "supervisor", to="telecom")


def test_how_the_partner_stands_is_shown_without_moving_the_ticket(out: PartnerWorld):
    out.pass_time(minutes=5)
    ticket = out.hears("accepted", reference="T-9", state="new", due_at=out.now, number=1)

    assert ticket.state == "waiting"
    assert ticket.outside is not None
    assert (ticket.outside.reference, ticket.outside.state) == ("T-9", "new")
    assert (ticket.outside.due_at, ticket.outside.heard_at) == (out.now, out.now)


def test_what_was_overtaken_on_the_way_changes_nothing(out: PartnerWorld):
    out.hears("progressed", state="done", number=3)
    recorded = len(out.recorded())
    out.hears("progressed", state="new", number=2)
    answered = out.hears("answered", state="new", text=TEXT, number=1)

    assert len(out.recorded()) == recorded + 1
    assert answered.outside is not None
    assert (answered.outside.state, answered.outside.answer) == ("done", TEXT)


def test_a_question_brings_the_ticket_back_to_work_and_the_answer_out_again(out: PartnerWorld):
    asked = out.hears("asked", text=TEXT)
    told = out.do("tell-partner", "expert", text="It is the blue cable.")

    assert asked.state == "in_progress"
    assert asked.is_outside
    assert (told.state, told.waiting_for) == ("waiting", "supplier")
    assert out.recorded()[-2:] == ["ticket.partner_written", "ticket.waiting"]
    assert len([each for each, _ in out.events[CODE] if isinstance(each, TicketWaiting)]) == 2


def test_a_closed_hand_off_comes_back_as_a_proposal_and_the_work_goes_on(out: PartnerWorld):
    out.hears("answered", text=TEXT)
    out.pass_time(hours=1)
    back = out.hears("closed")

    assert back.state == "in_progress"
    assert not back.is_outside
    assert out.last(TicketTakenBack).proposal == TEXT
    assert out.last(TicketTakenBack).held_seconds == 3600
    assert not back.answered
    out.do("done", "expert")


def test_a_rejected_hand_off_comes_back_with_its_reason(out: PartnerWorld):
    back = out.hears("rejected", text=TEXT)

    assert (back.state, back.is_outside) == ("in_progress", False)
    assert out.last(TicketTakenBack).outcome == "rejected"


def test_work_called_back_is_ours_and_what_the_partner_says_later_is_only_recorded(
    out: PartnerWorld,
):
    back = out.do("recall", "expert", reason="solved here")
    later = out.hears("closed", text=TEXT)

    assert (back.state, back.is_outside) == ("in_progress", False)
    assert isinstance(out.events[CODE][-1][0], TicketPartnerHeard)
    assert later.state == "in_progress"
    assert later.outside is not None
    assert later.outside.outcome == "recalled"


def test_a_ticket_that_ends_takes_its_work_back(out: PartnerWorld):
    ended = out.do("withdraw", REQUESTER)

    assert not ended.is_outside
    assert out.hears("closed", text=TEXT).state == "withdrawn"


def test_only_the_partner_that_has_the_work_is_heard(out: PartnerWorld):
    with pytest.raises(NotFound):
        out.hears("closed", partner="archive")

    assert out.hears("closed", handoff="another").is_outside


def test_a_ticket_is_taken_in_for_one_hand_off(world: PartnerWorld):
    taken = Taken(partner="ministry", handoff="h1", reference="621874998319")
    world._decide(CODE, take_in, taken)
    world._decide(CODE, take_in, taken)

    assert world.recorded().count("ticket.taken_in") == 1
    with pytest.raises(Conflict):
        world._decide(CODE, take_in, Taken(partner="ministry", handoff="h2", reference="1"))


def test_work_that_is_over_does_not_wait_for_a_partner():
    """It would come back to who had it, full or not."""
    definition = {
        "id": "odd",
        "start": "new",
        "steps": {
            "new": {"kind": "new"},
            "outside": {"kind": "waiting", "waiting_for": "supplier"},
            "closed": {"kind": "finished"},
        },
        "transitions": [
            {"action": "finish", "from": ["new", "outside"], "to": "closed", "who": ["staff"]},
            {"action": "hand-off", "from": ["closed"], "to": "outside", "who": ["staff"]},
        ],
    }
    world = PartnerWorld(workflows=[read(definition, ARGUMENTS)])
    world.register(workflow="odd")
    world.do("finish", "expert")

    with pytest.raises(Conflict, match="hand_off_too_late"):
        world.do("hand-off", "expert", to="telecom")
    assert world.ticket().state == "finished"
