"""One's own account on real servers: what a password alone opens, and what it does not."""

import http
from datetime import UTC, datetime
from typing import Any

import pytest

from chassis.identity import ANONYMOUS, Identity
from services.routing.domain.second_factor import code_at
from tests.component.routing.world import PASSWORD, REPLICAS, RoutingWorld, person
from tests.component.service import ADMIN

FIRST, SECOND = REPLICAS
GATEWAY = Identity(subject="system:gateway", role="service")
ADDRESSES = iter(f"10.0.0.{n}" for n in range(1, 200))


@pytest.fixture
def somebody(world: RoutingWorld) -> Any:
    """A colleague of his own, with nothing but a password."""
    name = f"own{next(ADDRESSES).rpartition('.')[2]}"
    world.found(hq={name: {"role": "agent", "capacity": 1, "password": PASSWORD}})
    return person(name, "agent", "hq")


def name_of(somebody: Any) -> str:
    return somebody.subject.partition(":")[2]


def sign_in(world: RoutingWorld, somebody: Any, *, on: str = FIRST, **given: str) -> Any:
    wanted = {"username": name_of(somebody), "password": PASSWORD, "address": next(ADDRESSES)}
    return world.call(on, "authenticate", wanted | given, by=ANONYMOUS)


def now_step() -> int:
    return int(datetime.now(UTC).timestamp()) // 30


def switched_on(world: RoutingWorld, somebody: Any) -> tuple[str, list[str], int]:
    """Give a secret, the recovery codes and the step that was used."""
    secret = world.get("begin_second_factor", {}, by=somebody)["secret"]
    step = now_step()
    codes = world.get("confirm_second_factor", {"code": code_at(secret, step)}, by=somebody)
    return secret, codes["codes"], step


def test_a_second_factor_is_asked_for_once_it_is_confirmed(world, somebody):
    begun = world.get("begin_second_factor", {}, by=somebody)
    assert sign_in(world, somebody).status == http.HTTPStatus.OK
    assert begun["uri"].startswith("otpauth://totp/Peygir")

    secret, codes, step = switched_on(world, somebody)

    bare = sign_in(world, somebody, on=SECOND)
    assert (bare.status, bare.json["code"]) == (401, "second_factor_required")
    wrong = sign_in(world, somebody, code="abcdef")
    assert (wrong.status, wrong.json["code"]) == (401, "second_factor_wrong")
    right = code_at(secret, step + 1)
    assert sign_in(world, somebody, code=right).status == http.HTTPStatus.OK
    again = sign_in(world, somebody, on=SECOND, code=right)
    assert (again.status, again.json["code"]) == (401, "second_factor_wrong")
    assert len(set(codes)) == 10


def test_a_recovery_code_opens_once(world, somebody):
    _, codes, _ = switched_on(world, somebody)

    assert sign_in(world, somebody, code=codes[3].upper()).status == http.HTTPStatus.OK
    assert sign_in(world, somebody, on=SECOND, code=codes[3]).status == http.HTTPStatus.UNAUTHORIZED
    assert world.ask(FIRST, "second_factor", {}, by=somebody)["recovery_left"] == 9


def test_it_is_dropped_with_the_password_or_by_an_administrator(world, somebody):
    switched_on(world, somebody)
    wrong = world.call(FIRST, "drop_second_factor", {"password": "no"}, by=somebody)
    refused = world.call(FIRST, "reset_second_factor", {"person": name_of(somebody)}, by=somebody)
    assert (wrong.status, refused.status) == (403, 403)

    world.get("drop_second_factor", {"password": PASSWORD}, by=somebody)
    assert sign_in(world, somebody).status == http.HTTPStatus.OK
    switched_on(world, somebody)
    world.get("reset_second_factor", {"person": name_of(somebody)}, by=ADMIN)
    assert sign_in(world, somebody).status == http.HTTPStatus.OK


def test_a_password_is_changed_by_who_knows_it(world, somebody):
    wrong = world.call(
        FIRST, "change_password", {"current": "no", "new": "another one"}, by=somebody
    )
    assert (wrong.status, wrong.json["code"]) == (403, "wrong_password")

    world.get("change_password", {"current": PASSWORD, "new": "another one"}, by=somebody)

    assert sign_in(world, somebody).status == http.HTTPStatus.UNAUTHORIZED
    assert sign_in(world, somebody, password="another one").status == http.HTTPStatus.OK


def admit(world: RoutingWorld, name: str, *, asking: Any = GATEWAY, **given: Any) -> Any:
    usual = {"provider": "work", "by": "email", "address": next(ADDRESSES)}
    return world.call(SECOND, "admit", usual | {"name": name} | given, by=asking)


def test_whom_a_provider_has_proved_is_let_in_once_his_account_is_found(world, somebody):
    name = name_of(somebody)
    world.found(hq={name: {"role": "agent", "email": f"{name}@Example.org", "capacity": 1}})

    assert admit(world, f"{name.upper()}@example.ORG").json["id"] == name
    assert admit(world, name, by="username").json["id"] == name
    for unknown in ("nobody@example.org", f"{name}@example.org.evil"):
        refused = admit(world, unknown)
        assert (refused.status, refused.json["code"]) == (401, "account_unknown")
    for other in (ANONYMOUS, ADMIN, somebody):
        assert admit(world, name, asking=other).status == http.HTTPStatus.FORBIDDEN


def test_an_address_that_two_people_have_opens_neither(world):
    both = {"role": "agent", "email": "both@example.org", "capacity": 1}
    world.found(hq={"two-a": both, "two-b": both})

    assert admit(world, "both@example.org").json["code"] == "account_unknown"
    world.found(hq={"two-b": both | {"active": False}})
    assert admit(world, "both@example.org").json["id"] == "two-a"


def test_a_second_factor_is_asked_for_where_the_provider_has_not(world, somebody):
    name = name_of(somebody)
    secret, _, step = switched_on(world, somebody)

    bare = admit(world, name, by="username")
    wrong = admit(world, name, by="username", code="000000")
    right = admit(world, name, by="username", code=code_at(secret, step + 1))
    strong = admit(world, name, by="username", has_second_factor=True)

    assert bare.json["code"] == "second_factor_required"
    assert wrong.json["code"] == "second_factor_wrong"
    assert (right.status, strong.status) == (200, 200)


@pytest.mark.parametrize("common", ["password", "iloveyou1", "P@ssw0rd1", "qwertyuiop"])
def test_a_password_that_is_guessed_first_is_refused(world, somebody, common):
    name = name_of(somebody)
    own = world.call(FIRST, "change_password", {"current": PASSWORD, "new": common}, by=somebody)
    person = {"id": name, "name": "own", "role": "agent", "unit": "hq", "password": common}
    given = world.call(FIRST, "define_person", person, by=ADMIN)

    assert [each.status for each in (own, given)] == [422, 422]
    assert (own.json["fields"][0]["code"], own.json["fields"][0]["pointer"]) == (
        "password_common",
        "/new",
    )
    assert sign_in(world, somebody).status == http.HTTPStatus.OK


def test_who_has_to_have_a_second_factor_owes_it_until_it_is_on(world, somebody):
    demand = world.get("demand_second_factor", {"roles": ["agent", "agent"]}, by=ADMIN)
    try:
        owing = sign_in(world, somebody, on=SECOND).json
        secret, _, step = switched_on(world, somebody)
        having = sign_in(world, somebody, code=code_at(secret, step + 1)).json
        drop = {"password": PASSWORD}
        refused = world.call(FIRST, "drop_second_factor", drop, by=somebody)
        seen = world.ask(SECOND, "second_factor_demand", {}, by=ADMIN)
    finally:
        world.get("demand_second_factor", {"roles": []}, by=ADMIN)

    assert demand["roles"] == ["agent"]
    assert (owing["owes_second_factor"], having["owes_second_factor"]) == (True, False)
    assert (refused.status, refused.json["code"]) == (409, "second_factor_demanded")
    assert seen["having"]["agent"] >= 1
    assert seen["people"]["agent"] >= seen["having"]["agent"]
    assert sign_in(world, somebody, code="abcdef").status == http.HTTPStatus.UNAUTHORIZED


def test_who_comes_by_a_provider_with_a_second_factor_owes_none(world, somebody):
    world.get("demand_second_factor", {"roles": ["agent"]}, by=ADMIN)
    try:
        asked = {"provider": "work", "by": "username", "name": name_of(somebody)}
        strong = {**asked, "has_second_factor": True}
        owing = [
            world.call(FIRST, "admit", each, by=GATEWAY).json["owes_second_factor"]
            for each in (asked, strong)
        ]
    finally:
        world.get("demand_second_factor", {"roles": []}, by=ADMIN)

    assert owing == [True, False]


def test_a_second_factor_is_demanded_by_administrators_of_roles_that_there_are(world, somebody):
    wrong = world.call(FIRST, "demand_second_factor", {"roles": ["requester"]}, by=ADMIN)
    by_another = world.call(FIRST, "demand_second_factor", {"roles": ["agent"]}, by=somebody)

    assert (wrong.status, wrong.json["fields"][0]["code"]) == (422, "role_unknown")
    assert by_another.status == http.HTTPStatus.FORBIDDEN
