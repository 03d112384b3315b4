"""Any order of what our people and a partner do: no token is lost, nothing is done while it is out.

Everything that `test_machine` holds goes on holding.
"""

from __future__ import annotations

from typing import get_args

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from chassis.errors import Permanent
from contracts.envelope import Event
from contracts.routing import (
    ENDED,
    TicketAnswered,
    TicketSentOut,
    TicketTakenBack,
    TicketWaiting,
)
from contracts.routing.partners import Said
from tests.unit.routing.test_machine import CODES, PEOPLE, RoutingMachine
from tests.unit.routing.test_partners import TEXT, PartnerWorld
from tests.unit.routing.world import identity_of


class PartnerMachine(RoutingMachine):
    """Three tickets, everybody, and the telecom."""

    def __init__(self) -> None:
        super().__init__()
        self.world: PartnerWorld = PartnerWorld()
        for code in CODES:
            self.owners[code] = self.world.register(code).owner

    @rule(
        code=st.sampled_from(CODES),
        action=st.sampled_from(["hand-off", "tell-partner", "recall"]),
        by=st.sampled_from(PEOPLE),
    )
    def somebody_deals_with_the_partner(self, code: str, action: str, by: str) -> None:
        arguments = {"hand-off": {"to": "telecom"}, "tell-partner": {"text": "?"}}.get(action, {})
        try:
            self.world.do(action, identity_of(by), code, **arguments)
        except Permanent:
            return

    @rule(
        code=st.sampled_from(CODES),
        said=st.sampled_from(get_args(Said)),
        number=st.none() | st.integers(1, 9),
        handoff=st.sampled_from([None, "another"]),
    )
    def the_partner_says_something(
        self, code: str, said: str, number: int | None, handoff: str | None
    ) -> None:
        try:
            self.world.hears(said, code=code, number=number, handoff=handoff, text=TEXT)
        except Permanent:
            assert self.world.ticket(code).outside is None

    @invariant()
    def a_token_is_out_until_it_came_back_or_the_ticket_ended(self) -> None:
        for code in CODES:
            events = [event for event, _at in self.world.events[code]]
            assert self.world.ticket(code).is_outside == _is_out(events)

    @invariant()
    def nothing_is_done_while_the_partner_has_it(self) -> None:
        for code in CODES:
            ticket = self.world.ticket(code)
            assert not (ticket.is_outside and ticket.state in ("done", *ENDED))

    @invariant()
    def only_the_owner_spoke_to_the_requester(self) -> None:
        for code in CODES:
            for event, _at in self.world.events[code]:
                asks = isinstance(event, TicketWaiting) and event.waiting_for == "requester"
                if asks or isinstance(event, TicketAnswered):
                    assert event.by == self.owners[code]  # type: ignore[attr-defined]


def _is_out(events: list[Event]) -> bool:
    out = False
    for event in events:
        if isinstance(event, TicketSentOut):
            out = True
        elif isinstance(event, TicketTakenBack) or getattr(event, "state", None) in ENDED:
            out = False
    return out


PartnerMachine.TestCase.settings = settings(
    max_examples=40,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestPartners = PartnerMachine.TestCase
del RoutingMachine
