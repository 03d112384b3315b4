"""Why a target was missed, and breaches that are agreed not to count."""

import pytest

from chassis.decisions import Context
from chassis.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from contracts.calls.sla import DecideException, GiveReason, RequestException
from services.sla import verdicts
from services.sla.domain.book import Book
from services.sla.domain.clocks import CLOCKS
from services.sla.domain.views import view
from tests.unit.sla.world import CODE, World, an_agreement, registered, the_demo

TERMS = {
    "targets": [{"clock": "resolution", "within": "PT1H", "calendar": "around-the-clock"}],
    "penalties": [{"clock": "resolution", "per_breach": 500}],
    "breach_reasons": ["staff-short"],
    "exceptions": ["power-cut"],
}
DECIDE = {
    GiveReason: verdicts.give_reason,
    RequestException: verdicts.request_exception,
    DecideException: verdicts.decide_exception,
}


def a_ticket(*, missed: bool = True) -> World:
    world = World(Book({("only", 1): an_agreement("only", **TERMS)}, the_demo().calendars))
    world.receive(registered(), 0)
    if missed:
        world.ring(60)
    return world


def say(world: World, kind, by: str = "person:karimi", clock: str = "resolution", **fields) -> int:
    """Give a command; gives how many facts it led to."""
    now = world.at(90)
    context = Context(stream=CODE, at=now, now=now, actor=by, cause="test")
    request = kind(code=CODE, clock=clock, **fields)
    events = DECIDE[kind](world.state, request, context, world.book)
    for event in events:
        world.state = CLOCKS.apply(world.state, event, now)
    return len(events)


def shown(world: World):
    return view(world.clock("resolution"), world.state, world.book, world.at(90))


def test_a_reason_stands_with_the_clock_and_may_be_mended():
    world = a_ticket()

    assert say(world, GiveReason, reason="staff-short") == 1
    assert say(world, GiveReason, reason="staff-short") == 0

    assert shown(world).breach_reason == "staff-short"


def test_an_exception_that_is_approved_leaves_nothing_to_pay():
    world = a_ticket()
    assert (shown(world).exception, shown(world).penalty) == (None, 500)

    say(world, RequestException, reason="power-cut")
    assert (shown(world).exception, shown(world).penalty) == ("requested", 500)
    say(world, DecideException, by="person:modir", approved=True)

    assert (shown(world).exception, shown(world).penalty) == ("approved", 0)


def test_a_refused_exception_counts():
    world = a_ticket()
    say(world, RequestException, reason="power-cut")

    say(world, DecideException, by="person:modir", approved=False)

    assert (shown(world).exception, shown(world).penalty) == ("refused", 500)


REFUSALS = [
    (GiveReason, {"clock": "update", "reason": "staff-short"}, NotFound, "clock_not_found"),
    (GiveReason, {"reason": "weather"}, Invalid, "request_invalid"),
    (RequestException, {"reason": "staff-short"}, Invalid, "request_invalid"),
    (DecideException, {"approved": True}, Conflict, "exception_not_requested"),
]


@pytest.mark.parametrize(("kind", "fields", "error", "code"), REFUSALS)
def test_what_cannot_be_is_refused(kind, fields, error, code):
    with pytest.raises(DomainError) as refused:
        say(a_ticket(), kind, **fields)

    assert (type(refused.value), refused.value.code) == (error, code)


def test_a_target_that_was_not_missed_has_no_reason():
    with pytest.raises(Conflict, match="target_not_missed"):
        say(a_ticket(missed=False), GiveReason, reason="staff-short")


def test_nobody_approves_what_he_asked_for_and_nobody_asks_twice():
    world = a_ticket()
    say(world, RequestException, reason="power-cut")

    with pytest.raises(Conflict, match="exception_requested_already"):
        say(world, RequestException, reason="power-cut")
    with pytest.raises(Forbidden, match="exception_is_ones_own"):
        say(world, DecideException, approved=True)
