"""Laws of clocks, over random lives of a ticket and alarms that ring at random moments."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.sla import SlaBreached, SlaBreachWithdrawn, SlaMet, SlaWarned
from services.sla.domain.book import Book
from services.sla.domain.finding import index
from tests.unit.sla.world import (
    World,
    an_agreement,
    answered,
    done,
    finished,
    registered,
    reopened,
    resumed,
    sent_back,
    the_demo,
    waiting,
    withdrawn,
)

EVENTS = (answered, done, finished, reopened, resumed, sent_back, waiting, withdrawn)
HOUR = 3600

pauses = st.integers(1, 40)
lives = st.lists(st.tuples(pauses, st.sampled_from(EVENTS), st.booleans()), max_size=25)
law = settings(max_examples=150, deadline=None)


@law
@given(lives)
def test_whatever_happens_each_mark_comes_once_unless_withdrawn(life):
    world, now = World(), 0
    world.receive(registered(), 0)
    for pause, event, rings in life:
        now += pause
        world.receive(event(), now)
        if rings:
            world.ring(now)

    warned = Counter(event.clock for event in world.found(SlaWarned))
    breached = Counter(event.clock for event in world.found(SlaBreached))
    withdrawals = Counter(event.clock for event in world.found(SlaBreachWithdrawn))
    assert max(warned.values(), default=0) <= 1
    assert all(times - withdrawals[clock] in (0, 1) for clock, times in breached.items())


@law
@given(lives)
def test_a_ticket_on_which_no_time_passes_has_no_alarm(life):
    world, now = World(), 0
    world.receive(registered(), 0)
    for pause, event, _ in life:
        now += pause
        world.receive(event(), now)

        if not world.state.running():
            assert index(world.state)["due_at"] is None


@law
@given(st.lists(st.tuples(pauses, pauses, st.booleans()), max_size=6), pauses, st.booleans())
def test_the_verdict_is_the_time_that_was_ours(spells, last, imported):
    target = {"clock": "first_response", "within": "PT1H", "calendar": "around-the-clock"}
    agreements = {("only", 1): an_agreement("only", targets=[target])}
    world, now, used = World(Book(agreements, the_demo().calendars)), 0, 0
    world.receive(registered(imported=imported), 0)
    for ours, theirs, rings in spells:
        if rings:
            world.ring(now + ours)
        world.receive(waiting(), now + ours)
        now, used = now + ours + theirs, used + ours
        world.receive(resumed(), now)
    world.receive(answered(), now + last)

    (met,) = world.found(SlaMet)
    assert met.elapsed_seconds == (used + last) * 60
    assert met.late_seconds == max(0, met.elapsed_seconds - HOUR)
    breaches = len(world.found(SlaBreached)) - len(world.found(SlaBreachWithdrawn))
    assert breaches == (met.late_seconds > 0)
