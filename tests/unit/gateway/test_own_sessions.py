"""One's open sessions: seen, told apart, ended one by one."""

from __future__ import annotations

import pytest

from contracts.calls.routing import SecondFactorView
from gateway.own_sessions import OpenSession, OwnSessions
from gateway.pages.display import agent_shown
from tests.unit.gateway.fakes import World
from tests.unit.gateway.samples import a_staff_member

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
PHONE = (
    "Mozilla/5.0 (Linux; Android 15; K) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/141.0.0.0 Mobile Safari/537.36"
)


class FakeList:
    """The list in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, dict[str, OpenSession]] = {}

    async def note(self, person: str, session: OpenSession) -> None:
        self.kept.setdefault(person, {})[session.id] = session

    async def forget(self, person: str, session: str) -> None:
        self.kept.get(person, {}).pop(session, None)

    async def forget_all(self, person: str) -> None:
        self.kept.pop(person, None)

    async def of(self, person: str) -> list[OpenSession]:
        return list(self.kept.get(person, {}).values())


@pytest.fixture
def staffed(world: World) -> World:
    world.services.tell("routing", "authenticate", a_staff_member())
    world.services.tell("routing", "second_factor", SecondFactorView(on=False))
    world.gateway.own_sessions = FakeList()  # type: ignore[assignment]
    return world


async def entered(world: World, agent: str) -> dict[str, str]:
    """Sign in with another browser; gives its cookies."""
    world.cookies = {}
    form = {"username": "desk", "password": "secret"}
    await world.post("/sign-in", form=form, headers={"user-agent": agent})
    return dict(world.cookies)


async def test_sessions_are_listed_and_any_of_them_ended(staffed: World):
    phone = await entered(staffed, PHONE)
    await entered(staffed, FIREFOX)
    page = (await staffed.get("/me?lang=en")).text
    assert page.count('action="/me/sessions/') == 1
    assert "Firefox, Linux" in page
    assert "Chrome, Android" in page
    assert "192.0.2.7" in page
    other = page.partition('action="/me/sessions/')[2].partition('"')[0]

    ended = await staffed.post(f"/me/sessions/{other}", form={})

    assert ended.headers["location"] == "/me?done=ended"
    assert (await staffed.get("/me")).status == 200
    staffed.cookies = phone
    assert (await staffed.get("/me")).status == 303


async def test_nobody_ends_anothers_session(staffed: World):
    await entered(staffed, FIREFOX)
    theirs = OpenSession(id="theirs", since=1.0, seen=1.0, address="", agent="")
    await staffed.gateway.own_sessions.note("somebody", theirs)
    token = {"authorization": f"Bearer {staffed.cookies['session']}"}

    refused = await staffed.send("DELETE", "/api/v1/me/sessions/theirs", headers=token)
    listed = await staffed.get("/api/v1/me/sessions", headers=token)

    assert (refused.status, refused.json["code"]) == (404, "session_unknown")
    assert staffed.revocations.sessions == set()
    assert [each["current"] for each in listed.json] == [True]


async def test_signing_out_and_another_password_empty_the_list(staffed: World):
    await entered(staffed, PHONE)
    await entered(staffed, FIREFOX)

    await staffed.post("/sign-out", form={})

    assert len(await staffed.gateway.own_sessions.of("desk")) == 1


async def test_without_redis_there_is_no_list_and_nobody_waits():
    sessions = OwnSessions("redis://127.0.0.1:1/0", idle_seconds=60, keep_seconds=60)
    await sessions.note("x", OpenSession(id="a", since=1, seen=1, address="", agent=""))

    assert await sessions.of("x") == []


@pytest.mark.parametrize(
    ("agent", "shown"),
    [
        (FIREFOX, "Firefox, Linux"),
        (PHONE, "Chrome, Android"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", "?"),
    ],
)
def test_browsers_are_named_in_two_words(agent: str, shown: str):
    assert agent_shown(agent) == shown
