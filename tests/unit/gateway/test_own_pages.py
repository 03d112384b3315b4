"""Coming in by a one-time code, and a requester's own list and data."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from chassis.errors import Conflict, Invalid, NotFound, TooMany, Unavailable
from contracts.calls.requesters import CodeAsked, OwnData, OwnTicket
from contracts.calls.routing import TicketPage
from gateway.pages.display import contact_shown
from tests.unit.gateway.fakes import World
from tests.unit.gateway.samples import CODE, NOON, a_view, signed_in, told

ID = "a" * 32
OTHER = "111122223339"
SARA = OwnData(
    id="r7",
    name="سارا احمدی",
    mobile="+989121234567",
    email="s•••@example.ir",
    proved=["mobile"],
    language="fa",
    told_by="both",
    calendar="reader",
    digits="reader",
)


def asked(**changes) -> CodeAsked:
    fields = {
        "id": ID,
        "channel": "sms",
        "contact": "+989121234567",
        "until": NOON + timedelta(minutes=5),
        "again_at": NOON + timedelta(minutes=1),
    }
    return CodeAsked(**(fields | changes))


def own_ticket(code: str = CODE) -> OwnTicket:
    return OwnTicket(code=code, title="چاپگر کار نمی‌کند", registered_at=NOON, proof="4567")


@pytest.fixture
def world() -> World:
    world = told(World())
    world.services.tell("intake", "ask_code", asked())
    world.services.tell("intake", "give_code", SARA)
    world.services.tell("intake", "own_data", SARA)
    world.services.tell("intake", "change_own_data", SARA)
    world.services.tell("intake", "own_tickets", [own_ticket()])
    world.services.tell("routing", "tickets", TicketPage(items=[a_view(code=CODE)], next=None))
    return world


async def come_in(world: World, wanted: str = "/mine") -> None:
    await world.post("/mine/sign-in", form={"contact": "09121234567", "next": wanted})
    reply = await world.post("/mine/code", form={"code": "123456"})
    assert reply.headers["location"] == wanted


@pytest.mark.parametrize(
    ("contact", "language", "shown"),
    [
        ("+989121234567", "en", "0912 123 4567"),
        ("+989121234567", "fa", "۰۹۱۲ ۱۲۳ ۴۵۶۷"),
        ("+49301234567", "en", "+49301234567"),
        ("sara2@example.com", "fa", "sara2@example.com"),
    ],
)
def test_numbers_are_shown_as_people_write_them(contact, language, shown):
    assert contact_shown(contact, language) == shown


async def test_a_contact_leads_to_the_page_of_the_code(world):
    reply = await world.post("/mine/sign-in", form={"contact": "۰۹۱۲ ۱۲۳ ۴۵۶۷"})
    page = await world.get("/mine/code")

    assert reply.headers["location"] == "/mine/code"
    assert world.services.last("ask_code").request.contact == "۰۹۱۲ ۱۲۳ ۴۵۶۷"
    assert world.services.last("ask_code").identity.role == "anonymous"
    assert ">۰۹۱۲ ۱۲۳ ۴۵۶۷<" in page.text
    assert 'autocomplete="one-time-code"' in page.text
    assert ID not in page.text


async def test_what_is_no_contact_is_told_beside_the_field(world):
    nothing = await world.post("/mine/sign-in", form={"contact": ""})
    refusal = Invalid("request_invalid")
    world.services.tell("intake", "ask_code", refusal)
    wrong = await world.post("/mine/sign-in", form={"contact": "77"})

    assert nothing.status == 422
    assert 'id="contact-fault"' in nothing.text
    assert wrong.status == 422
    assert 'value="77"' in wrong.text


async def test_a_code_that_came_too_soon_says_when_to_come_again(world):
    await world.post("/mine/sign-in", form={"contact": "09121234567"})
    world.services.tell("intake", "ask_code", TooMany("too_many_codes", retry_after=40))

    reply = await world.post("/mine/code/again", form={})

    assert reply.status == 429
    assert reply.headers["retry-after"] == "40"
    assert 'data-wait="41"' in reply.text


async def test_who_has_come_in_sees_all_that_is_his(world):
    await come_in(world)

    page = await world.get("/mine")

    asked = world.services.last("own_tickets").identity
    assert (asked.subject, asked.role) == ("requester:r7", "requester")
    assert "چاپگر کار نمی‌کند" in page.text
    assert 'href="/mine/data"' in page.text
    assert "/mine/sign-in" not in page.text


async def test_the_list_stays_while_routing_is_away(world):
    await come_in(world)
    world.services.tell("routing", "tickets", Unavailable("away"))

    page = await world.get("/mine")

    assert CODE[:4] in page.text
    assert "پیدا نیست" in page.text


async def test_without_intake_the_page_says_so_and_he_stays_in(world):
    await come_in(world)
    world.services.tell("intake", "own_tickets", Unavailable("away"))

    page = await world.get("/mine")

    assert page.status == 200
    assert 'role="status"' in page.text
    assert 'action="/mine/sign-out"' in page.text


async def test_who_was_erased_is_nobody_any_more(world):
    await come_in(world)
    world.services.tell("intake", "own_tickets", NotFound("requester_unknown"))

    page = await world.get("/mine")

    assert "/mine/sign-in" in page.text
    assert page.cookies["requester"] in ("", '""')


async def test_his_ticket_opens_without_a_proof_and_another_does_not(world):
    await come_in(world)

    page = await world.get(f"/track/{CODE}")
    used = world.services.last("track").request.proof
    world.services.tell("intake", "own_tickets", [])
    other = await world.get(f"/track/{OTHER}")

    assert used == "4567"
    assert "data-seen" in page.text
    assert 'name="proof"' in other.text


async def test_a_wrong_code_stays_on_the_page(world):
    await world.post("/mine/sign-in", form={"contact": "09121234567"})
    world.services.tell("intake", "give_code", Invalid("one_time_code_wrong"))

    reply = await world.post("/mine/code", form={"code": "000000"})

    assert reply.status == 422
    assert 'id="code-fault"' in reply.text
    assert "requester" not in reply.cookies


async def test_tries_are_counted_by_address(world):
    await come_in(world)

    assert {name for name, _ in world.limits.spent} == {"code", "code_try"}


async def test_data_are_shown_to_who_has_come_in_alone(world):
    away = await world.get("/mine/data")
    assert away.headers["location"] == "/mine/sign-in?next=/mine/data"

    await come_in(world, "/mine/data")
    page = await world.get("/mine/data")

    assert "سارا احمدی" in page.text
    assert "s•••@example.ir" in page.text


async def test_what_he_says_is_taken_and_pages_follow(world):
    await come_in(world)
    given = {
        "name": "Sara",
        "language": "en",
        "told_by": "sms",
        "calendar": "jalali",
        "digits": "persian",
    }
    changed = OwnData(
        **{name: getattr(SARA, name) for name in ("id", "mobile", "email", "proved")}, **given
    )
    world.services.tell("intake", "change_own_data", changed)

    reply = await world.post("/mine/data", form=given)
    page = await world.get("/mine")

    assert reply.headers["location"] == "/mine/data?done=saved"
    assert world.services.last("change_own_data").request.told_by == "sms"
    assert 'lang="en"' in page.text
    assert "Azar" in page.text
    assert "۱۴۰۵" in page.text
    assert "2026" not in page.text


async def test_another_contact_is_proved_by_a_code_to_it(world):
    await come_in(world)
    contact = {"channel": "email", "contact": "new@example.ir"}
    world.services.tell("intake", "ask_code", asked(**contact))

    reply = await world.post("/mine/data/email", form={"contact": "new@example.ir"})
    given = await world.post("/mine/code", form={"code": "123456"})

    assert reply.headers["location"] == "/mine/code"
    assert world.services.last("ask_code").identity.subject == "requester:r7"
    assert world.services.last("give_code").identity.subject == "requester:r7"
    assert given.headers["location"] == "/mine/data?done=contact"
    assert ("code_claim", "r7") in world.limits.spent


async def test_what_cannot_be_done_with_a_contact_is_told_beside_it(world):
    await come_in(world)
    world.services.tell("intake", "drop_contact", Conflict("last_contact"))

    reply = await world.post("/mine/data/mobile/drop", form={})

    assert reply.status == 409
    assert 'id="mobile-fault"' in reply.text


async def test_who_leaves_is_not_known_any_more(world):
    await come_in(world)
    kept = world.cookies["requester"]

    await world.post("/mine/sign-out", form={})
    world.cookies["requester"] = kept
    page = await world.get("/mine/data")

    assert page.headers["location"].startswith("/mine/sign-in")


@pytest.mark.parametrize("wanted", ["https://example.org", "//example.org", "/desk"])
async def test_nobody_is_led_elsewhere(world, wanted):
    page = await world.get(f"/mine/sign-in?next={wanted}")

    assert 'name="next" value="/mine"' in page.text


@pytest.mark.parametrize("path", ["/mine/code"])
async def test_without_a_code_there_is_nothing_to_give(world, path):
    got, posted = await world.get(path), await world.post(path, form={"code": "1"})

    for reply in (got, posted, await world.post(f"{path}/again", form={})):
        assert urlsplit(reply.headers["location"]).path == "/mine/sign-in"
        assert not parse_qs(urlsplit(reply.headers["location"]).query)


async def test_a_program_comes_in_and_goes(world):
    opened = await world.post("/api/v1/requester/sessions", json={"id": ID, "code": "123456"})
    token = {"authorization": f"Bearer {opened.json['token']}"}
    mine = await world.get("/api/v1/requester/tickets", headers=token)
    inbox = await world.get("/api/v1/inbox", headers=token)
    left = await world.send("DELETE", "/api/v1/requester/sessions/current", headers=token)
    after = await world.get("/api/v1/requester/tickets", headers=token)

    assert opened.status == 201
    assert opened.json["requester"]["id"] == "r7"
    assert [each["code"] for each in mine.json] == [CODE]
    assert (inbox.status, inbox.json["code"]) == (403, "right_missing")
    assert left.status == 204
    assert (after.status, after.json["code"]) == (401, "session_ended")


async def test_a_staff_session_is_no_requesters(world):
    reply = await world.get("/api/v1/requester/data", headers=signed_in(world, "agent"))

    assert (reply.status, reply.json["code"]) == (403, "requesters_only")
