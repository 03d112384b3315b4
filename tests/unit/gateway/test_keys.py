"""Outside systems that come with a key."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.errors import Unauthenticated, Unavailable
from contracts.calls.routing import KeyGrant, SystemKey
from contracts.rights import KEY_RIGHTS, RIGHTS, key_role, scope_of
from gateway.keys import Keys, digest_of, secret_for
from tests.unit.gateway.fakes import FakeLimits, FakeRevocations
from tests.unit.gateway.samples import CODE, NOON, signed_in

SIGNING = "s" * 40
KEY = secret_for("erp", "make person:admin 1", SIGNING)
ADDRESS = "192.0.2.7"


def a_grant(**changes: Any) -> KeyGrant:
    return KeyGrant(**{"id": "erp", "rights": ["event.read"], "addresses": [], **changes})


def coming(key: str = KEY) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


class Routing:
    """Answers for keys, and counts how often it is asked."""

    def __init__(self, answer: Any = None) -> None:
        self.answer = answer or a_grant()
        self.asked: list[Any] = []

    async def ask(self, request: Any) -> KeyGrant:
        self.asked.append(request)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def routing() -> Routing:
    return Routing()


@pytest.fixture
def now() -> list[float]:
    return [1_000_000.0]


@pytest.fixture
def revocations() -> FakeRevocations:
    return FakeRevocations()


@pytest.fixture
def keys(routing, now, revocations) -> Keys:
    return Keys(routing.ask, FakeLimits(), revocations, clock=lambda: now[0])  # type: ignore[arg-type]


def test_a_role_of_a_key_is_its_rights_and_no_others():
    role = key_role(["ticket.read", "event.read"])

    assert [right for right in RIGHTS if scope_of(role, right)] == ["ticket.read", "event.read"]
    assert scope_of(role, "event.read") == "all"


def test_no_spelling_of_a_role_gives_a_key_what_keys_cannot_have():
    role = key_role(RIGHTS)

    assert {right for right in RIGHTS if scope_of(role, right)} == set(KEY_RIGHTS)
    assert scope_of("key", "event.read") is None
    assert scope_of("event.read", "event.read") is None


def test_a_key_is_the_same_for_the_same_command_and_another_for_any_other():
    made = {
        secret_for(*each, SIGNING)
        for each in (("erp", "1"), ("erp", "1"), ("erp", "2"), ("crm", "1"))
    }

    assert len(made) == 3
    assert all(key.startswith("pgk_") and len(key) > 50 for key in made)


async def test_routing_is_asked_by_digest_and_not_again_for_a_while(keys, routing, now):
    session = await keys.open(KEY, ADDRESS)
    await keys.open(KEY, ADDRESS)

    assert (session.identity.subject, session.identity.role) == ("key:erp", "key:event.read")
    assert [(each.id, each.digest) for each in routing.asked] == [("erp", digest_of(KEY))]
    now[0] += 31
    await keys.open(KEY, ADDRESS)
    assert len(routing.asked) == 2


async def test_while_routing_is_away_a_key_that_was_good_stays_so_for_ten_minutes(
    keys, routing, now
):
    await keys.open(KEY, ADDRESS)
    routing.answer = Unavailable("service_unavailable")

    now[0] += 500
    await keys.open(KEY, ADDRESS)
    now[0] += 200
    with pytest.raises(Unavailable):
        await keys.open(KEY, ADDRESS)


@pytest.mark.parametrize("key", ["pgk_", "pgk_erp", "pgk__x", "pgk_../../x_y", "pgk_" + "x_" * 500])
async def test_what_is_no_key_is_refused_without_asking(key, keys, routing):
    with pytest.raises(Unauthenticated, match="key_invalid"):
        await keys.open(key, ADDRESS)

    assert routing.asked == []


@pytest.mark.parametrize(
    ("addresses", "address", "good"),
    [
        ([], "anything", True),
        (["192.0.2.7"], "192.0.2.7", True),
        (["192.0.2.0/24", "10.0.0.0/8"], "10.9.8.7", True),
        (["192.0.2.0/24"], "::ffff:192.0.2.9", True),
        (["192.0.2.0/24"], "192.0.3.1", False),
        (["192.0.2.0/24"], "2001:db8::1", False),
        (["192.0.2.0/24"], "", False),
        (["2001:db8::/32"], "2001:db8::1", True),
    ],
)
async def test_a_key_is_good_from_its_addresses(addresses, address, good, keys, routing):
    routing.answer = a_grant(addresses=addresses)

    if good:
        await keys.open(KEY, address)
    else:
        with pytest.raises(Unauthenticated, match="key_invalid"):
            await keys.open(KEY, address)


async def test_a_key_ends_with_its_time_also_where_it_is_remembered(keys, routing, now):
    end = datetime.fromtimestamp(now[0], UTC) + timedelta(seconds=10)
    routing.answer = a_grant(until=end)
    session = await keys.open(KEY, ADDRESS)

    now[0] += 11

    assert not keys.is_good(session)
    with pytest.raises(Unauthenticated):
        await keys.open(KEY, ADDRESS)


async def test_a_revoked_key_ends_at_once(keys, revocations):
    session = await keys.open(KEY, ADDRESS)

    await revocations.end_key("erp")

    assert not keys.is_good(session)
    with pytest.raises(Unauthenticated):
        await keys.open(KEY, ADDRESS)


# -- through the door ------------------------------------------------------------------------------


async def test_a_key_opens_what_its_rights_say_and_nothing_for_people(world):
    world.services.tell("routing", "open_key", a_grant(rights=["report.read"]))
    world.services.tell("reporting", "reports", [])

    statuses = {
        path: (await world.get(path, headers=coming())).status
        for path in ("/api/v1/reports", "/api/v1/events", f"/api/v1/tickets/{CODE}", "/api/v1/me")
    }

    assert statuses.pop("/api/v1/reports") != 403
    assert set(statuses.values()) <= {403, 404}
    refused = await world.get("/api/v1/me/presence", headers=coming())
    assert (refused.status, refused.json["code"]) == (403, "right_missing")


async def test_a_wrong_key_is_never_taken_for_nobody(world):
    world.services.tell("routing", "open_key", Unauthenticated("key_invalid"))

    reply = await world.get("/api/v1/subjects", headers=coming())

    assert (reply.status, reply.json["code"]) == (401, "key_invalid")


def a_key(**changes: Any) -> SystemKey:
    fields: dict[str, Any] = {
        "id": "erp",
        "title": "ERP",
        "rights": ["event.read"],
        "addresses": [],
        "active": True,
        "made_at": NOON,
        "made_by": "person:admin",
        **changes,
    }
    return SystemKey(**fields)


async def test_a_key_is_shown_when_it_is_made_and_again_only_to_the_same_command(world):
    world.services.tell("routing", "make_key", a_key())
    headers = signed_in(world, "admin") | {"idempotency-key": "k-1"}
    body = {"title": "ERP", "rights": ["event.read"]}

    made, again = [
        await world.send("PUT", "/api/v1/admin/keys/erp", json=body, headers=headers)
        for _ in range(2)
    ]

    assert made.status == 201
    assert made.headers["cache-control"] == "no-store"
    assert made.json["key"] == again.json["key"]
    asked = world.services.last("make_key").request
    assert asked.digest == digest_of(made.json["key"])
    assert made.json["key"] not in str(asked)


async def test_rotating_gives_another_text_even_under_the_key_of_making(world):
    world.services.tell("routing", "make_key", a_key())
    world.services.tell("routing", "rotate_key", a_key())
    headers = signed_in(world, "admin") | {"idempotency-key": "k-1"}
    body = {"title": "ERP", "rights": ["event.read"]}

    made = await world.send("PUT", "/api/v1/admin/keys/erp", json=body, headers=headers)
    rotated = await world.post("/api/v1/admin/keys/erp/rotate", json={}, headers=headers)

    assert made.json["key"] != rotated.json["key"]


async def test_revoking_ends_what_the_key_has_opened(world):
    world.services.tell("routing", "revoke_key", a_key(active=False))

    reply = await world.send("DELETE", "/api/v1/admin/keys/erp", headers=signed_in(world, "admin"))

    assert reply.status == 200
    assert world.revocations.keys == {"erp"}
