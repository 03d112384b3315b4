"""Who may see and do what: roles, scopes, relations."""

from __future__ import annotations

import pytest

from chassis.errors import Conflict, Forbidden
from chassis.identity import ANONYMOUS, Identity
from services.routing.actions import ARGUMENTS
from services.routing.domain.permission import Standing, asker_of, permitted
from services.routing.handlers import allowed
from tests.unit.routing.world import NOON, ORGANISATION, REQUESTER, World, identity_of

OTHERS = Identity(subject="requester:r2", role="requester")
KEY = Identity(subject="key:crm", role="integration")


def a_world() -> World:
    """A ticket of `it`, owned by `desk`, worked on by `expert`."""
    world = World()
    world.register(subject="it.software")
    return world


def may_read(world: World, identity: Identity) -> bool:
    return Standing(world.ticket(), asker_of(identity, ORGANISATION), ORGANISATION).may_read


def actions_of(world: World, identity: Identity) -> set[str]:
    asker = asker_of(identity, ORGANISATION)
    return set(allowed(world.ticket(), asker, NOON, world.grounds()))


@pytest.mark.parametrize(
    ("who", "reads"),
    [
        ("desk", True),
        ("desk2", True),  # the unit lies below the desk's
        ("expert", True),
        ("expert2", True),  # the same team
        ("clerk", False),
        ("supervisor", True),
        ("manager", True),
    ],
)
def test_staff_read_as_far_as_their_right_reaches(who: str, reads: bool) -> None:  # noqa: FBT001
    world = a_world()

    assert may_read(world, identity_of(who)) is reads


@pytest.mark.parametrize(
    ("identity", "reads"), [(REQUESTER, True), (OTHERS, False), (KEY, False), (ANONYMOUS, False)]
)
def test_a_requester_reads_his_own_only(identity: Identity, reads: bool) -> None:  # noqa: FBT001
    world = a_world()

    assert may_read(world, identity) is reads


def test_whoever_awaits_the_work_back_may_read_it() -> None:
    world = a_world()
    world.do("refer", "expert", unit="finance")

    assert may_read(world, identity_of("expert"))
    assert not may_read(world, identity_of("expert2"))


def test_what_each_may_do_with_work_in_progress() -> None:
    world = a_world()

    ties = {"attach", "ask-unit", "follow", "link", "tag"}
    mine = {"snooze"}
    work = {"done", "escalate", "hand-off", "log-work", "note", "refer", *ties, *mine}
    assert actions_of(world, identity_of("expert")) == work
    assert actions_of(world, identity_of("desk")) == {
        "answer",
        "ask",
        "done",
        "hand-off",
        "log-work",
        "merge",
        "note",
        "withdraw",
        "chase",
        *ties,
        *mine,
    }
    assert actions_of(world, identity_of("desk2")) == {"follow", "withdraw"}
    assert actions_of(world, identity_of("expert2")) == {"follow"}
    assert actions_of(world, identity_of("supervisor")) == {
        "assign",
        "decline",
        "done",
        "hand-off",
        "log-work",
        "merge",
        "note",
        "prioritise",
        "withdraw",
        "chase",
        *ties,
    }
    assert actions_of(world, REQUESTER) == {"withdraw"}
    assert actions_of(world, OTHERS) == set()
    assert actions_of(world, KEY) == set()
    assert actions_of(world, ANONYMOUS) == set()


@pytest.mark.parametrize("action", sorted(ARGUMENTS))
@pytest.mark.parametrize("who", ["clerk", None])
def test_who_may_not_see_a_ticket_learns_nothing_of_how_it_stands(
    who: str | None, action: str
) -> None:
    world = a_world()
    asker = asker_of(identity_of(who) if who else OTHERS, ORGANISATION)
    workflow = world.grounds().workflow_of(world.ticket())

    with pytest.raises(Forbidden, match="ticket_not_yours") as refused:
        permitted(Standing(world.ticket(), asker, ORGANISATION), workflow, action, NOON)

    assert refused.value.params == {}


def test_only_units_above_approve() -> None:
    world = a_world()
    world.do("done", "expert")

    may_approve = {p for p in ORGANISATION.people if "approve" in actions_of(world, identity_of(p))}

    assert may_approve == {"supervisor", "manager"}


def test_the_directory_goes_before_what_the_pass_says() -> None:
    stale = Identity(subject="person:clerk", role="expert", unit="it", tier=9)

    asker = asker_of(stale, ORGANISATION)

    assert (asker.unit, asker.tier) == ("finance", 1)


@pytest.mark.parametrize("who", [*ORGANISATION.people, None])
def test_what_is_offered_is_what_is_permitted(who: str | None) -> None:
    world = a_world()
    asker = asker_of(identity_of(who) if who else REQUESTER, ORGANISATION)
    workflow = world.grounds().workflow_of(world.ticket())
    standing = Standing(world.ticket(), asker, ORGANISATION)

    def is_permitted(action: str) -> bool:
        try:
            permitted(standing, workflow, action, NOON)
        except (Conflict, Forbidden):
            return False
        return True

    offered = allowed(world.ticket(), asker, NOON, world.grounds())

    assert offered == sorted(filter(is_permitted, ARGUMENTS))
