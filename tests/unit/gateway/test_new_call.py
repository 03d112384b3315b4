"""Registering a call: what is known of the number, and that nothing typed is lost."""

import pytest

from chassis.errors import Unavailable
from contracts.calls.intake import Registered
from contracts.calls.routing import TicketPage
from tests.unit.gateway.samples import CODE, NOON, SUBJECTS, a_content, a_view, signed_in

CALL = {
    "key": "k1",
    "mobile": "۰۹۱۲ ۱۲۳ ۴۵۶۷",
    "name": "مریم احمدی",
    "subject": "network",
    "title": "شبکه قطع است",
    "description": "از صبح.",
    "channel": "phone",
    "language": "fa",
}


@pytest.fixture
def desk(world):
    """A desk agent's browser; one request came from the number before."""
    world.cookies = {"session": signed_in(world, "agent")["authorization"].split()[1], "lang": "en"}
    world.services.tell("intake", "subjects", SUBJECTS)
    world.services.tell("intake", "search_tickets", [CODE])
    world.services.tell("intake", "describe_tickets", {CODE: a_content()})
    world.services.tell("routing", "tickets", TicketPage(items=[a_view()], next=None))
    registered = Registered(
        code="123456789012",
        state="new",
        subject="network",
        kind="incident",
        channel="phone",
        registered_at=NOON,
    )
    world.services.tell("intake", "register_ticket", registered)
    return world


async def test_a_known_caller_is_named_with_his_requests(desk):
    reply = await desk.get("/desk/new/caller?mobile=09121234567&subject=network")

    assert 'data-name="مریم احمدی"' in reply.text
    assert f"/desk/tickets/{CODE}" in reply.text
    assert "The same subject is open already" in reply.text
    assert desk.services.last("search_tickets").request.text == "+989121234567"


async def test_a_subject_is_found_by_a_word(desk):
    some = await desk.get("/desk/new/subjects?q=net")
    none = await desk.get("/desk/new/subjects?q=nonsense")
    nothing_typed = await desk.get("/desk/new/subjects?q=")

    assert 'data-subject="network"' in some.text
    assert "No subject has these words" in none.text
    assert nothing_typed.text.strip() == ""


async def test_half_a_number_is_not_looked_for(desk):
    reply = await desk.get("/desk/new/caller?mobile=0912")

    assert reply.text.strip() == ""
    assert all(asked.method != "search_tickets" for asked in desk.services.asked)


async def test_a_call_is_registered_once_and_leads_to_its_code(desk):
    reply = await desk.post("/desk/new", form=CALL)
    read_out = await desk.get(reply.headers["location"])

    asked = desk.services.last("register_ticket")
    assert (reply.status, reply.headers["location"]) == (303, "/desk/new/123456789012")
    assert (asked.key, asked.request.channel, asked.request.language) == ("k1", "phone", "fa")
    assert "1234-5678-9012" in read_out.text


@pytest.mark.parametrize(
    ("changes", "away", "status"),
    [({"description": ""}, False, 422), ({}, True, 503)],
)
async def test_a_refusal_keeps_what_was_typed(desk, changes, away, status):
    if away:
        desk.services.tell("intake", "register_ticket", Unavailable("service_unavailable"))

    reply = await desk.post("/desk/new", form={**CALL, **changes})

    assert reply.status == status
    assert "شبکه قطع است" in reply.text
    assert 'value="k1"' in reply.text


async def test_who_may_not_register_for_others_has_no_such_page(world):
    world.cookies = {"session": signed_in(world, "expert")["authorization"].split()[1]}

    assert (await world.get("/desk/new")).status == 403
