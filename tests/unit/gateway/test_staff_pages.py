"""Staff on pages: getting in, staying in, getting out, and one's own account."""

from __future__ import annotations

import re

import pytest

from chassis.errors import Forbidden, Unauthenticated
from contracts.calls.base import Nothing
from contracts.calls.routing import (
    BegunSecondFactor,
    Inbox,
    RecoveryCodes,
    SecondFactorView,
    StaffContact,
    StaffContactsAnswer,
)
from gateway.pages.staff import next_of
from tests.unit.gateway.samples import a_staff_member

IN = {"username": "desk", "password": "secret"}


@pytest.fixture
def staffed(world):
    """A world whose desk agent may sign in and has nothing to do."""
    world.services.tell("routing", "authenticate", a_staff_member())
    world.services.tell("routing", "inbox", Inbox(work=[], out=[], queue=[]))
    world.services.tell("routing", "second_factor", SecondFactorView(on=False))
    return world


async def test_who_has_no_session_is_led_to_the_door_and_back(staffed):
    closed = await staffed.get("/desk?part=queue")
    assert (closed.status, closed.headers["location"]) == (
        303,
        "/sign-in?next=/desk%3Fpart%3Dqueue",
    )

    door = await staffed.get(closed.headers["location"])
    assert 'name="next" value="/desk?part=queue"' in door.text
    entered = await staffed.post("/sign-in", form={**IN, "next": "/desk?part=queue"})

    assert (entered.status, entered.headers["location"]) == (303, "/desk?part=queue")
    shown = await staffed.get("/desk")
    assert shown.status == 200
    assert "سارا" in shown.text


async def test_a_part_that_needs_a_session_leads_the_whole_page_to_the_door(staffed):
    reply = await staffed.get(
        "/desk", headers={"hx-request": "true", "referer": "https://peygir.example/desk?x=1"}
    )

    assert (reply.status, reply.headers["hx-redirect"]) == (204, "/sign-in?next=/desk%3Fx%3D1")


async def test_a_session_goes_on_by_itself(staffed):
    await staffed.post("/sign-in", form=IN)
    contact = StaffContact(
        id="desk", name="سارا", mobile=None, email=None, language="fa", role="agent", unit="it"
    )
    answer = StaffContactsAnswer(persons={"desk": contact}, roles=[])
    staffed.services.tell("routing", "staff_contacts", answer)
    staffed.cookies["session"] = "worn out"

    shown = await staffed.get("/desk")

    assert shown.status == 200
    assert staffed.gateway.sessions.read(staffed.cookies["session"]).staff.id == "desk"


async def test_after_signing_out_the_door_is_closed(staffed):
    await staffed.post("/sign-in", form=IN)

    left = await staffed.post("/sign-out", form={})

    assert (left.status, left.headers["location"]) == (303, "/sign-in")
    staffed.cookies = {name: value for name, value in staffed.cookies.items() if value.strip('"')}
    assert (await staffed.get("/desk")).status == 303


async def test_nobody_signs_somebody_else_out_from_another_site(staffed):
    await staffed.post("/sign-in", form=IN)

    reply = await staffed.post("/sign-out", form={}, headers={"sec-fetch-site": "cross-site"})

    assert reply.status == 403
    assert (await staffed.get("/desk")).status == 200


async def test_a_wrong_password_is_told_without_it(staffed):
    staffed.services.tell("routing", "authenticate", Unauthenticated("wrong_credentials"))

    reply = await staffed.post("/sign-in", form={"username": "desk", "password": "hush-hush"})

    assert reply.status == 401
    assert 'value="desk"' in reply.text
    assert "hush-hush" not in reply.text
    assert "session" not in staffed.cookies


async def test_the_second_step_asks_for_a_code_and_shows_no_password(staffed):
    def authenticate(request):
        wanted = {None: "second_factor_required", "123456": None}
        problem = wanted.get(request.code, "second_factor_wrong")
        return Unauthenticated(problem) if problem else a_staff_member()

    staffed.services.tell("routing", "authenticate", authenticate)
    asked = await staffed.post("/sign-in", form={**IN, "password": "hush-hush"})
    assert (asked.status, "hush-hush" in asked.text) == (401, False)
    proved = re.search(r'name="proved" value="([^"]+)"', asked.text)[1]

    wrong = await staffed.post("/sign-in", form={"proved": proved, "code": "۶۵۴۳۲۱"})
    assert (wrong.status, f'value="{proved}"' in wrong.text) == (401, True)
    right = await staffed.post("/sign-in", form={"proved": proved, "code": "۱۲۳۴۵۶"})

    assert (right.status, right.headers["location"]) == (303, "/desk")
    assert staffed.services.last("authenticate").request.password == "hush-hush"


async def test_what_was_not_proved_by_us_proves_nothing(staffed):
    reply = await staffed.post("/sign-in", form={"proved": "rubbish", "code": "123456"})

    assert (reply.status, "session" in staffed.cookies) == (401, False)


@pytest.mark.parametrize(
    "path",
    [None, "", "//evil.example", "/\\evil.example", "https://evil.example", "/sign-in", "/a\nb"],
)
def test_one_is_led_to_pages_of_ours_alone(path):
    assert next_of(path) == "/desk"


async def test_a_second_step_is_set_up_with_a_code(staffed):
    await staffed.post("/sign-in", form=IN)
    uri = "otpauth://totp/Peygir%3Adesk?secret=ABCDEFGH&issuer=Peygir"
    begun = BegunSecondFactor(secret="ABCDEFGH", uri=uri)
    staffed.services.tell("routing", "begin_second_factor", begun)
    staffed.services.tell("routing", "confirm_second_factor", RecoveryCodes(codes=["aaaaa-bbbbb"]))

    told = await staffed.post("/me/second-factor", form={})
    assert "ABCD EFGH" in told.text
    assert 'class="qr"' in told.text
    done = await staffed.post("/me/second-factor/confirm", form={"code": "123456"})

    assert "aaaaa-bbbbb" in done.text


async def test_a_wrong_current_password_is_told_beside_its_form(staffed):
    await staffed.post("/sign-in", form=IN)
    staffed.services.tell("routing", "change_password", Forbidden("wrong_password"))

    reply = await staffed.post("/me/password", form={"current": "x", "new": "long enough"})
    short = await staffed.post("/me/password", form={"current": "x", "new": "short"})

    assert (reply.status, short.status) == (403, 422)
    assert "این گذرواژهٔ شما نیست" in reply.text
    assert 'aria-invalid="true"' in short.text


async def test_another_password_ends_every_session_but_this_one(staffed):
    await staffed.post("/sign-in", form=IN)
    elsewhere = dict(staffed.cookies)
    staffed.services.tell("routing", "change_password", Nothing())

    done = await staffed.post("/me/password", form={"current": "secret", "new": "long enough"})

    assert (done.status, done.headers["location"]) == (303, "/me?done=password")
    assert "desk" in staffed.revocations.people
    assert staffed.cookies["session"] != elsewhere["session"]
