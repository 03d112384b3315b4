"""Random people do random things to tickets: what must hold whatever they do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from chassis.errors import Permanent
from contracts.envelope import Event
from contracts.routing import (
    ENDED,
    TicketAnswered,
    TicketAssigned,
    TicketEscalated,
    TicketQueued,
    TicketReferred,
    TicketReturned,
    TicketWaiting,
)
from services.routing.domain.life import TICKETS
from services.routing.domain.ticket import Ticket
from services.routing.handlers.deeds import ACTIONS
from tests.unit.routing.world import IMPORTER, ORGANISATION, REQUESTER, World, identity_of

CODES = ("000000000001", "000000000002", "000000000003")
PEOPLE = sorted(ORGANISATION.people)
ARGUMENTS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "assign": st.fixed_dictionaries({"person": st.sampled_from(PEOPLE)}),
    "log-work": st.just({"work_group": "other", "duration": "PT5M"}),
    "refer": st.fixed_dictionaries(
        {"unit": st.sampled_from(["hq", "it", "finance"])},
        optional={"person": st.sampled_from(PEOPLE), "tier": st.integers(1, 3)},
    ),
    "ask": st.just({"question": "?"}),
    "answer": st.just({"text": "!"}),
    "note": st.just({"text": "."}),
    "decline": st.just({"reason": "no"}),
    "rate": st.just({"score": 3}),
    "merge": st.fixed_dictionaries({"into": st.sampled_from(CODES)}),
    "hand-off": st.just({"to": "other-system", "reference": "A-1"}),
    "prioritise": st.fixed_dictionaries({"priority": st.integers(1, 5)}),
}
NOTHING: st.SearchStrategy[dict[str, Any]] = st.just({})
ENDS = frozenset({"decline", "withdraw", "merge", "hand-off"})


class RoutingMachine(RuleBasedStateMachine):
    """Three tickets and everybody."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.owners: dict[str, str | None] = {}
        for code in CODES:
            self.owners[code] = self.world.register(code).owner

    @rule(
        code=st.sampled_from(CODES),
        action=st.sampled_from(sorted(set(ACTIONS) - ENDS - {"record"})),
        by=st.sampled_from([*PEOPLE, "requester"]),
        data=st.data(),
    )
    def somebody_acts(self, code: str, action: str, by: str, data: st.DataObject) -> None:
        self._act(code, action, by, data)

    @rule(
        code=st.sampled_from(CODES),
        action=st.sampled_from(sorted(ENDS)),
        by=st.sampled_from([*PEOPLE, "requester"]),
        data=st.data(),
    )
    def somebody_ends_it(self, code: str, action: str, by: str, data: st.DataObject) -> None:
        self._act(code, action, by, data)

    @rule(code=st.sampled_from(CODES))
    def the_requester_writes(self, code: str) -> None:
        self.world.message(code)

    @rule(code=st.sampled_from(CODES))
    def queued_work_is_handed_out(self, code: str) -> None:
        self.world.hand_out(code)

    @rule(hours=st.integers(1, 100))
    def time_passes(self, hours: int) -> None:
        self.world.now += timedelta(hours=hours)

    @invariant()
    def nobody_has_more_than_his_capacity(self) -> None:
        for person, held in self.world.loads().items():
            assert held <= ORGANISATION.people[person].capacity

    @invariant()
    def the_owner_stays(self) -> None:
        for code in CODES:
            assert self.world.ticket(code).owner == self.owners[code] is not None

    @invariant()
    def the_timeline_equals_the_fold(self) -> None:
        for code in CODES:
            assert TICKETS.fold(self.world.events[code]) == self.world.ticket(code)

    @invariant()
    def the_work_is_with_one_person_or_in_one_queue(self) -> None:
        for code in CODES:
            ticket = self.world.ticket(code)
            if ticket.state in ("in_progress", "waiting"):
                assert (ticket.holder is None) == ticket.is_queued
            else:
                assert ticket.holder is None

    @invariant()
    def every_referral_is_out_or_came_back_or_ended_with_the_ticket(self) -> None:
        for code in CODES:
            events = [event for event, _at in self.world.events[code]]
            assert [t.id for t in self.world.ticket(code).referrals] == _tokens_out(events)

    @invariant()
    def only_the_owner_spoke_to_the_requester(self) -> None:
        for code in CODES:
            spoken = [
                event.by
                for event, _at in self.world.events[code]
                if isinstance(event, TicketAnswered | TicketWaiting)
            ]
            assert set(spoken) <= {self.owners[code]}

    @invariant()
    def from_and_to_of_assignments_follow_each_other(self) -> None:
        for code in CODES:
            held: str | None = None
            for event, _at in self.world.events[code]:
                if isinstance(event, TicketAssigned | TicketQueued):
                    assert event.from_assignee in (None, held)
                    held = event.assignee if isinstance(event, TicketAssigned) else None

    def _act(self, code: str, action: str, by: str, data: st.DataObject) -> None:
        arguments = data.draw(ARGUMENTS.get(action, NOTHING))
        identity = REQUESTER if by == "requester" else identity_of(by)
        before = self.world.ticket(code)
        try:
            self.world.do(action, identity, code, **arguments)
        except Permanent:
            assert self.world.ticket(code) == before


def _tokens_out(events: list[Event]) -> list[str]:
    out: list[str] = []
    for event in events:
        if isinstance(event, TicketReferred | TicketEscalated):
            out.append(event.referral)
        elif isinstance(event, TicketReturned):
            assert out.pop() == event.referral
        elif getattr(event, "state", None) in ENDED:
            out.clear()
    return out


RoutingMachine.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestRouting = RoutingMachine.TestCase


def test_an_importer_is_bound_by_the_steps_only() -> None:
    world = World()
    world.register(CODES[0], imported=True)

    ticket: Ticket = world.do("assign", IMPORTER, CODES[0], person="clerk")

    assert ticket.assignee == "clerk"
