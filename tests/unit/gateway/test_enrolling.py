"""Who owes a second factor sets it up before anything else, on pages and by the API."""

import pytest

from chassis.errors import Conflict
from contracts.calls.routing import (
    BegunSecondFactor,
    RecoveryCodes,
    SecondFactorDemand,
    SecondFactorView,
    StaffContact,
    StaffContactsAnswer,
)
from tests.unit.gateway.fakes import World
from tests.unit.gateway.samples import a_staff_member, signed_in, told

BEGUN = BegunSecondFactor(secret="ABCDEFGH", uri="otpauth://totp/Peygir%3Adesk?secret=ABCDEFGH")
DEMAND = SecondFactorDemand(roles=["agent"], people={"agent": 4, "admin": 1}, having={"admin": 1})


@pytest.fixture
def owing() -> World:
    """A world whose browser has the session of somebody who owes it."""
    world = told(World())
    world.services.tell("routing", "begin_second_factor", BEGUN)
    world.services.tell("routing", "confirm_second_factor", RecoveryCodes(codes=["abcde-fghij"]))
    tokens = world.gateway.sessions.open(a_staff_member(owes_second_factor=True))
    world.cookies |= {"session": tokens.token, "refresh": tokens.refresh_token}
    return world


@pytest.mark.parametrize("path", ["/desk", "/me", "/desk/tickets", "/me?done=password"])
async def test_every_page_leads_to_where_it_is_set_up(owing, path):
    page, part = await owing.get(path), await owing.get(path, headers={"HX-Request": "true"})

    assert (page.status, page.headers["location"]) == (303, "/me/second-factor")
    assert part.headers["hx-redirect"] == "/me/second-factor"
    assert owing.services.asked == []


async def test_it_is_set_up_and_the_day_begins(owing):
    door = await owing.get("/me/second-factor")
    begun = await owing.post("/me/second-factor", form={})
    recovery = await owing.post("/me/second-factor/confirm", form={"code": "123456"})
    after = await owing.get("/me/second-factor")

    assert 'action="/me/second-factor"' in door.text
    assert "ABCD EFGH" in begun.text
    assert 'class="button second" href="/me"' not in begun.text
    assert 'href="/desk"' in recovery.text
    assert owing.services.last("begin_second_factor").identity.role == "enrolling"
    assert after.headers["location"] == "/me"


async def test_what_goes_wrong_is_told_there(owing):
    owing.services.tell("routing", "begin_second_factor", Conflict("second_factor_on"))

    reply = await owing.post("/me/second-factor", form={})

    assert reply.status == 409
    assert "notice wrong" in reply.text


async def test_by_the_api_nothing_else_is_open(world):
    header = signed_in(world, "admin", owes_second_factor=True)

    inbox = await world.get("/api/v1/inbox", headers=header)
    devices = await world.get("/api/v1/me/devices", headers=header)
    current = await world.get("/api/v1/sessions/current", headers=header)

    for refused in (inbox, devices):
        assert (refused.status, refused.json["code"]) == (403, "second_factor_owed")
    assert current.json["rights"] == {}


@pytest.mark.parametrize("on", [False, True])
async def test_a_session_goes_on_with_its_rights_once_it_is_on(world, on):
    tokens = world.gateway.sessions.open(a_staff_member(owes_second_factor=True))
    contact = StaffContact(
        id="desk", name="سارا", mobile=None, email=None, language="fa", role="agent", unit="it"
    )
    answer = StaffContactsAnswer(persons={"desk": contact}, roles=[])
    world.services.tell("routing", "staff_contacts", answer)
    world.services.tell("routing", "second_factor", SecondFactorView(on=on, demanded=True))

    body = {"refresh_token": tokens.refresh_token}
    refreshed = await world.post("/api/v1/sessions/refresh", json=body)

    assert bool(refreshed.json["rights"]) == on


async def test_an_administrator_demands_it_of_roles(world):
    world.services.tell("routing", "second_factor_demand", DEMAND)
    world.services.tell("routing", "demand_second_factor", DEMAND)
    tokens = world.gateway.sessions.open(a_staff_member("admin"))
    world.cookies["session"] = tokens.token

    page = await world.get("/admin/sign-in")
    saved = await world.post("/admin/sign-in", form={"roles": "manager", "key": "k1"})

    assert 'value="agent" checked' in page.text
    assert "۴" in page.text
    assert saved.headers["location"] == "/admin/sign-in?saved=yes"
    assert world.services.last("demand_second_factor").request.roles == ["manager"]
