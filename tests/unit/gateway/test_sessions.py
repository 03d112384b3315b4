"""Signing in, going on, signing out."""

import pytest

from chassis.errors import Unauthenticated
from contracts.calls.routing import StaffContact, StaffContactsAnswer
from gateway.security import Sessions
from tests.unit.gateway.samples import a_staff_member, signed_in

NOW, KEY, OTHER_KEY = 1_800_000_000.0, "a" * 40, "b" * 40


class Clock:
    now = NOW

    def __call__(self) -> float:
        return self.now


def test_a_token_is_good_until_it_expires():
    clock = Clock()
    sessions = Sessions([KEY], seconds=900, clock=clock)
    tokens = sessions.open(a_staff_member())

    assert sessions.read(tokens.token).staff.id == "desk"

    clock.now += 901
    with pytest.raises(Unauthenticated, match="session_expired"):
        sessions.read(tokens.token)


def test_a_session_ends_after_its_longest_time_however_often_it_is_refreshed():
    clock = Clock()
    sessions = Sessions([KEY], refresh_seconds=7200, idle_seconds=3600, clock=clock)
    tokens = sessions.open(a_staff_member())

    clock.now += 3500
    tokens = sessions.go_on(sessions.read_refresh(tokens.refresh_token), a_staff_member())
    clock.now += 3500
    tokens = sessions.go_on(sessions.read_refresh(tokens.refresh_token), a_staff_member())

    clock.now = NOW + 7201
    for read, token in (
        (sessions.read, tokens.token),
        (sessions.read_refresh, tokens.refresh_token),
    ):
        with pytest.raises(Unauthenticated, match="session_expired"):
            read(token)


def test_a_session_that_nobody_uses_ends_sooner():
    clock = Clock()
    sessions = Sessions([KEY], refresh_seconds=7200, idle_seconds=3600, clock=clock)
    tokens = sessions.open(a_staff_member())

    clock.now += 3601

    with pytest.raises(Unauthenticated, match="session_expired"):
        sessions.read_refresh(tokens.refresh_token)


def test_a_refresh_token_opens_no_door():
    sessions = Sessions([KEY])
    tokens = sessions.open(a_staff_member())

    with pytest.raises(Unauthenticated, match="session_invalid"):
        sessions.read(tokens.refresh_token)
    with pytest.raises(Unauthenticated, match="session_invalid"):
        sessions.read_refresh(tokens.token)


def test_keys_rotate_without_ending_sessions():
    token = Sessions([KEY]).open(a_staff_member()).token

    assert Sessions([OTHER_KEY, KEY]).read(token).staff.id == "desk"
    with pytest.raises(Unauthenticated, match="session_invalid"):
        Sessions([OTHER_KEY]).read(token)


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJkZXNrIn0."])
def test_rubbish_is_no_token(token):
    with pytest.raises(Unauthenticated, match="session_invalid"):
        Sessions([KEY]).read(token)


def test_short_keys_are_not_accepted():
    with pytest.raises(ValueError, match="32"):
        Sessions(["short"])


async def test_signing_in_gives_a_token_and_the_rights(world):
    world.services.tell("routing", "authenticate", a_staff_member("supervisor"))

    reply = await world.post(
        "/api/v1/sessions", json={"username": "supervisor", "password": "secret"}
    )

    assert reply.status == 200
    assert reply.json["rights"]["ticket.approve"] == "subtree"
    mine = {"Authorization": f"Bearer {reply.json['token']}"}
    assert (await world.get("/api/v1/sessions/current", headers=mine)).json["staff"]["id"] == "desk"


async def test_a_wrong_password_is_told_and_counted(world):
    world.services.tell("routing", "authenticate", Unauthenticated("wrong_credentials"))

    reply = await world.post("/api/v1/sessions", json={"username": "Desk", "password": "no"})

    assert (reply.status, reply.json["code"]) == (401, "wrong_credentials")
    assert [name for name, _ in world.limits.spent] == ["sign_in", "sign_in_name"]
    assert "Desk" not in str(world.limits.spent)


async def test_after_signing_out_both_tokens_are_refused(world):
    world.services.tell("routing", "authenticate", a_staff_member())
    opened = (await world.post("/api/v1/sessions", json={"username": "d", "password": "p"})).json
    mine = {"Authorization": f"Bearer {opened['token']}"}

    ended = await world.send("DELETE", "/api/v1/sessions/current", headers=mine)

    assert ended.status == 204
    again = await world.get("/api/v1/inbox", headers=mine)
    assert (again.status, again.json["code"]) == (401, "session_ended")
    refreshed = await world.post(
        "/api/v1/sessions/refresh", json={"refresh_token": opened["refresh_token"]}
    )
    assert (refreshed.status, refreshed.json["code"]) == (401, "session_ended")


async def test_a_refreshed_session_has_the_role_of_now(world):
    tokens = world.gateway.sessions.open(a_staff_member("supervisor"))
    contact = StaffContact(
        id="desk", name="سارا", mobile=None, email=None, language="fa", role="agent", unit="hq"
    )
    world.services.tell(
        "routing", "staff_contacts", StaffContactsAnswer(persons={"desk": contact}, roles=[])
    )

    reply = await world.post(
        "/api/v1/sessions/refresh", json={"refresh_token": tokens.refresh_token}
    )

    assert reply.json["staff"]["role"] == "agent"
    assert "ticket.approve" not in reply.json["rights"]


async def test_who_has_left_refreshes_no_session(world):
    tokens = world.gateway.sessions.open(a_staff_member())
    world.services.tell("routing", "staff_contacts", StaffContactsAnswer(persons={}, roles=[]))

    reply = await world.post(
        "/api/v1/sessions/refresh", json={"refresh_token": tokens.refresh_token}
    )

    assert reply.status == 401


@pytest.mark.parametrize("header", ["Basic abc", "Bearer", "Bearer nonsense", "nonsense"])
async def test_a_broken_header_is_never_taken_for_nobody(world, header):
    reply = await world.get("/api/v1/subjects", headers={"Authorization": header})

    assert (reply.status, reply.json["code"]) == (401, "session_invalid")
    assert reply.headers["www-authenticate"].startswith("Bearer")


async def test_without_the_right_a_route_is_forbidden(world):
    reply = await world.get("/api/v1/admin/units", headers=signed_in(world, "manager"))

    assert (reply.status, reply.json["code"]) == (403, "right_missing")


async def test_without_a_session_a_route_asks_for_one(world):
    reply = await world.get("/api/v1/inbox")

    assert (reply.status, reply.json["code"]) == (401, "sign_in_required")
