"""Keys of outside systems on real servers: made once, opened by digest, ended for good."""

import hashlib
import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.identity import Identity
from contracts.rights import key_role
from tests.component.routing.world import REPLICAS, RoutingWorld, person
from tests.component.service import ADMIN

GATEWAY = Identity(subject="system:gateway", role="service")
FIRST, SECOND = REPLICAS
_numbers = itertools.count(1)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture
def key(world: RoutingWorld) -> dict[str, Any]:
    """A key that has just been made; its text is its id."""
    return made(world).expect(200).json


def made(world: RoutingWorld, *, by: Identity = ADMIN, **changes: Any) -> Any:
    name = f"system-{next(_numbers)}"
    request = {"id": name, "digest": digest(name), "title": "ERP", "rights": ["event.read"]}
    return world.call(FIRST, "make_key", request | changes, by=by)


def opened(world: RoutingWorld, name: str, text: str, *, on: str = FIRST) -> Any:
    return world.call(on, "open_key", {"id": name, "digest": digest(text)}, by=GATEWAY)


def test_a_key_opens_what_it_was_made_for_at_every_replica(world, key):
    granted = opened(world, key["id"], key["id"], on=SECOND).expect(200).json

    assert granted["rights"] == ["event.read"]
    listed = next(k for k in world.get("system_keys", {}) if k["id"] == key["id"])
    assert listed["last_used"] is not None
    assert not {"digest", "secrets"} & listed.keys()


def test_one_refusal_for_wrong_unknown_expired_and_revoked(world, key):
    soon = (datetime.now(UTC) + timedelta(seconds=2)).isoformat()
    short = made(world, expires_at=soon).expect(200).json
    gone = made(world).expect(200).json
    world.get("revoke_key", {"id": gone["id"]})

    refused = [
        opened(world, key["id"], "another text"),
        opened(world, "nobodys", key["id"]),
        opened(world, gone["id"], gone["id"]),
    ]
    while (late := opened(world, short["id"], short["id"])).status == 200:
        assert datetime.now(UTC) < datetime.fromisoformat(soon) + timedelta(seconds=30)

    assert {(each.status, each.json["code"]) for each in [*refused, late]} == {(401, "key_invalid")}


def test_the_secret_before_stays_good_for_the_overlap(world, key):
    name = key["id"]
    world.get("rotate_key", {"id": name, "digest": digest("second"), "overlap": 3600})
    assert opened(world, name, name).expect(200).json["until"] is not None

    world.get("rotate_key", {"id": name, "digest": digest("third"), "overlap": 0})

    assert opened(world, name, "third").status == 200
    assert {opened(world, name, text).status for text in (name, "second")} == {401}


def test_an_id_is_never_given_twice(world, key):
    again = world.call(
        FIRST,
        "make_key",
        {"id": key["id"], "digest": digest("other"), "title": "X", "rights": ["event.read"]},
    )
    world.get("revoke_key", {"id": key["id"]})
    rotated = world.call(FIRST, "rotate_key", {"id": key["id"], "digest": digest("x")})

    assert (again.status, again.json["code"]) == (409, "key_exists")
    assert (rotated.status, rotated.json["code"]) == (409, "key_revoked")


def test_nobody_gives_a_key_what_he_may_not_do_himself(world):
    narrow = Identity(subject="key:other", role=key_role(["admin.change", "event.read"]))

    assert made(world, by=narrow).status == 200
    wider = made(world, by=narrow, rights=["event.read", "ticket.read"])
    assert (wider.status, wider.json["code"]) == (403, "right_missing")
    assert made(world, by=person("manager", "manager", "hq")).status == 403


def test_every_fault_of_a_key_is_named(world):
    wrong = made(
        world,
        rights=["event.read", "ticket.work", "limit.exempt"],
        addresses=["10.0.0.0/8", "nowhere"],
        expires_at="2020-01-01T00:00:00Z",
    )

    assert wrong.status == 422
    assert {fault["pointer"] for fault in wrong.json["fields"]} == {
        "/rights/1",
        "/rights/2",
        "/addresses/1",
        "/expires_at",
    }


def test_only_the_gateway_asks_what_a_key_opens(world, key):
    asked = {"id": key["id"], "digest": digest(key["id"])}

    assert world.call(FIRST, "open_key", asked, by=ADMIN).status == 403


def test_who_made_and_revoked_a_key_is_in_the_audit(world, key):
    world.get("revoke_key", {"id": key["id"]})

    entries = [e for e in world.get("audit", {}) if (e["kind"], e["id"]) == ("key", key["id"])]

    assert [entry["fields"] for entry in entries] == [["active"], ["title", "rights", "secret"]]
    assert {entry["by"] for entry in entries} == {ADMIN.subject}
