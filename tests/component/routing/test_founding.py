"""The first administrator: made once by an operator's pass, and by nothing else."""

import http
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from chassis.identity import ANONYMOUS, Identity
from contracts.setup import FOUNDER
from tests.component.routing.world import REPLICAS, RoutingWorld
from tests.component.service import ADMIN
from tests.servers import Servers

FIRST, SECOND = REPLICAS
OPERATOR = Identity(subject="system:setup", role=FOUNDER)
ASKED = {
    "organisation": "شهرداری",
    "name": "سارا موسوی",
    "username": "Sara",
    "password": "a long enough password",
}


@pytest.fixture
def world(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RoutingWorld]:
    """Two replicas of routing that know nobody."""
    with RoutingWorld(servers, tmp_path_factory.mktemp("founding")) as started:
        started.start_all("intake", *REPLICAS)
        yield started


def found(world: RoutingWorld, on: str = FIRST, by: Identity = OPERATOR, **changes: Any) -> Any:
    key = changes.pop("key", None)
    return world.call(on, "found", ASKED | changes, by=by, key=key)


def test_only_one_of_many_is_made_and_only_by_the_pass(world):
    assert world.ask(FIRST, "founding", {}, by=ANONYMOUS) == {"founded": False}
    for other in (ANONYMOUS, ADMIN, Identity(subject="system:gateway", role="service")):
        assert found(world, by=other).status == http.HTTPStatus.FORBIDDEN

    tries = [
        partial(found, world, REPLICAS[number % 2], username=f"admin{number}")
        for number in range(8)
    ]
    answers = world.together(tries)

    made = [answer for answer in answers if answer.status == http.HTTPStatus.OK]
    assert len(made) == 1
    assert {each.json["code"] for each in answers if each not in made} <= {
        "administrator_exists",
        "founding_under_way",
    }
    assert (made[0].json["role"], made[0].json["unit"]) == ("admin", "hq")
    later = found(world, SECOND, username="later")
    assert (later.status, later.json["code"]) == (409, "administrator_exists")
    assert world.ask(SECOND, "founding", {}, by=ANONYMOUS) == {"founded": True}


def test_a_repeat_gives_the_same_and_the_password_opens(world):
    first = found(world, key="one")
    again = found(world, SECOND, key="one")

    assert first.json == again.json
    assert first.json["id"] == "sara"
    wanted = {"username": "sara", "password": ASKED["password"], "address": "10.0.0.1"}
    assert world.call(FIRST, "authenticate", wanted, by=ANONYMOUS).status == http.HTTPStatus.OK
    (unit,) = world.ask(FIRST, "units", {}, by=ADMIN)
    assert (unit["title"], unit["desk"], unit["kind"]) == ({"fa": "شهرداری"}, True, "head_office")


def test_who_is_gone_leaves_room_for_another_first(world):
    made = found(world).json
    leaving = {"id": made["id"], "name": "x", "role": "admin", "unit": "hq", "active": False}
    world.get("define_person", leaving)

    other = found(world, username="sara2")

    assert (other.status, other.json["id"]) == (200, "sara2")
