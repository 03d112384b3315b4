"""Any order of what our people and a partner do: no token is lost, nothing is done meanwhile."""

from __future__ import annotations

from typing import get_args

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from chassis.errors import NotFound, Permanent
from chassis.identity import Identity
from contracts.envelope import Event
from contracts.routing import (
    ENDED,
    TicketAnswered,
    TicketSentOut,
    TicketTakenBack,
    TicketWaiting,
)
from contracts.routing.partners import Said
from services.routing.domain.life import TICKETS
from tests.unit.routing.test_partners import TEXT, PartnerWorld
from tests.unit.routing.world import CODE, REQUESTER

ARGUMENTS = {"tell-partner": {"text": "?"}, "ask": {"question": "?"}, "merge": {"into": CODE}}


class PartnerMachine(RuleBasedStateMachine):
    """One ticket, those who have to do with it, and the telecom, which often has it."""

    def __init__(self) -> None:
        super().__init__()
        self.world = PartnerWorld()
        self.owner = self.world.register().owner

    @precondition(lambda self: not self.world.ticket().is_outside)
    @rule()
    def the_work_is_handed_over(self) -> None:
        self._try("hand-off", "supervisor", to="telecom")

    @rule(
        action=st.sampled_from(["tell-partner", "recall", "resume", "done", "ask", "merge"]),
        by=st.sampled_from(["assignee", "owner", "supervisor", "clerk"]),
    )
    def somebody_acts(self, action: str, by: str) -> None:
        ticket = self.world.ticket()
        who = {"assignee": ticket.assignee, "owner": ticket.owner}.get(by, by)
        self._try(action, who or "supervisor", **ARGUMENTS.get(action, {}))

    @rule(action=st.sampled_from(["approve", "send-back", "withdraw", "reopen"]))
    def it_ends_or_goes_on(self, action: str) -> None:
        self._try(action, REQUESTER if action == "withdraw" else "supervisor")

    @rule(
        said=st.sampled_from(get_args(Said)),
        number=st.none() | st.integers(1, 9),
        handoff=st.sampled_from([None, None, None, "another"]),
    )
    def the_partner_says_something(
        self, said: str, number: int | None, handoff: str | None
    ) -> None:
        try:
            self.world.hears(said, number=number, handoff=handoff, text=TEXT)
        except NotFound:
            assert self.world.ticket().outside is None

    @rule()
    def the_requester_writes(self) -> None:
        self.world.message()

    @invariant()
    def the_timeline_equals_the_fold(self) -> None:
        assert TICKETS.fold(self.world.events[CODE]) == self.world.ticket()

    @invariant()
    def a_token_is_out_until_it_came_back_or_the_ticket_ended(self) -> None:
        events = [event for event, _at in self.world.events[CODE]]
        assert self.world.ticket().is_outside == _is_out(events)

    @invariant()
    def nothing_is_done_while_the_partner_has_it(self) -> None:
        ticket = self.world.ticket()
        assert not (ticket.is_outside and ticket.state in ("done", *ENDED))

    @invariant()
    def only_the_owner_spoke_to_the_requester(self) -> None:
        for event, _at in self.world.events[CODE]:
            asks = isinstance(event, TicketWaiting) and event.waiting_for == "requester"
            if asks or isinstance(event, TicketAnswered):
                assert event.by == self.owner  # type: ignore[attr-defined]

    @invariant()
    def who_waits_for_a_supplier_has_one_or_went_on_without(self) -> None:
        ticket = self.world.ticket()
        assert ticket.waiting_for != "supplier" or ticket.is_outside

    def _try(self, action: str, by: str | Identity, **arguments: str) -> None:
        before = self.world.ticket()
        try:
            self.world.do(action, by, **arguments)
        except Permanent:
            assert self.world.ticket() == before


def _is_out(events: list[Event]) -> bool:
    out = False
    for event in events:
        if isinstance(event, TicketSentOut):
            out = True
        elif isinstance(event, TicketTakenBack) or getattr(event, "state", None) in ENDED:
            out = False
    return out


PartnerMachine.TestCase.settings = settings(
    max_examples=150,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestPartners = PartnerMachine.TestCase
