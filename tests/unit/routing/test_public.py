"""What the requester is told of his ticket is kept in it, and nothing else of it is."""

from types import SimpleNamespace

import msgspec
import pytest

from contracts.routing import TicketMoved
from services.routing.domain.public import PUBLIC, public
from services.routing.timeline import told_whole
from tests.unit.routing.world import CODE, NOON, World


@pytest.fixture
def world():
    world = World()
    world.register()
    world.do("note", "expert", text="Knows little.")
    world.do("ask", "desk", question="Which version?")
    return world


def test_of_each_event_that_he_may_see_the_allowed_fields_are_kept(world):
    ticket = world.ticket()

    assert [each.type for each in ticket.public] == [
        "ticket.registered",
        "ticket.owned",
        "ticket.assigned",
        "ticket.waiting",
    ]
    for each in ticket.public:
        assert {*each.data, *each.texts} <= set(PUBLIC[each.type])
    others = [each for each in ticket.public if each.type != "ticket.owned"]
    assert ticket.assignee not in repr(others)
    assert [*ticket.public[-1].texts] == ["question"]


def test_of_a_workflow_s_own_steps_those_are_kept_that_tell_him_something():
    moved = TicketMoved(
        state="in_progress", step="p", action="printed", by="expert", from_step="x", tells=None
    )
    wording = {"fa": "fa", "en": "It was printed."}

    assert public(moved, NOON) is None
    told = public(msgspec.structs.replace(moved, tells=wording), NOON)
    assert told is not None
    assert told.data == {"state": "in_progress", "tells": wording}


@pytest.mark.parametrize("kept", [0, 1, 3], ids=["none", "the last one", "all but the first"])
def test_what_a_snapshot_of_before_does_not_have_is_read_from_the_journal(world, kept):
    ticket = world.ticket()
    steps = [SimpleNamespace(event=event, at=at) for event, at in world.events[CODE]]
    tickets = SimpleNamespace(history=lambda _code: steps)

    old = msgspec.structs.replace(ticket, public=ticket.public[len(ticket.public) - kept :])

    assert told_whole(CODE, old, tickets) == ticket


def test_what_a_snapshot_has_whole_is_not_read_again(world):
    ticket = world.ticket()

    assert told_whole(CODE, ticket, SimpleNamespace()) is ticket
