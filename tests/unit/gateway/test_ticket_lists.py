"""All tickets as a page, and the search of everything."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest

from contracts.calls.routing import TicketPage
from contracts.calls.sla import NextDue
from tests.unit.gateway.samples import CODE, a_member, a_staff_member, a_view


@pytest.fixture
def desk(world):
    page = TicketPage(items=[a_view(actions=["follow"])], next="further")
    world.services.tell("routing", "tickets", page)
    world.services.tell("sla", "next_due", {})
    member = a_member("e1", "مریم رضایی")
    world.services.tell("routing", "staff", [member])
    world.services.tell("routing", "units", [])
    world.cookies["session"] = world.gateway.sessions.open(a_staff_member("manager")).token
    return world


async def test_the_address_says_which_tickets_are_shown(desk):
    page = (await desk.get("/desk/tickets?state=waiting&unit=it&assignee=e1&lang=en")).text

    asked = desk.services.last("tickets").request
    assert (asked.state, asked.unit, asked.assignee, asked.codes) == ("waiting", "it", "e1", None)
    assert "cursor=further" in page
    assert "4819-2037-4654" in page


async def test_words_are_looked_for_where_the_texts_are(desk):
    desk.services.tell("intake", "search_tickets", [CODE])

    await desk.get(f"/desk/tickets?q={quote('شبکه')}&state=nonsense")

    assert desk.services.last("search_tickets").request.text == "شبکه"
    assert desk.services.last("tickets").request.codes == [CODE]
    assert desk.services.last("tickets").request.state is None


async def test_nothing_found_is_said(desk):
    desk.services.tell("intake", "search_tickets", [])

    assert "No request found" in (await desk.get("/desk/tickets?q=zzz&lang=en")).text


@pytest.mark.parametrize(
    ("state", "shown"), [("waiting", "Paused"), ("done", "–"), ("finished", "–")]
)
async def test_what_is_over_is_not_stopped(desk, state, shown):
    due = NextDue(clock="resolution", state="paused", left_seconds=60, due_at=None)
    desk.services.tell("sla", "next_due", {CODE: due})
    desk.services.tell("routing", "tickets", TicketPage(items=[a_view(state=state)], next=None))

    page = (await desk.get("/desk/tickets?lang=en")).text
    cell = page.partition('<td class="in-due">')[2].partition("</td>")[0]

    assert re.sub("<[^>]*>", "", cell).strip() == shown


async def test_an_action_on_many_is_done_from_the_list_too(desk):
    desk.services.tell("routing", "act_on_many", [])

    await desk.post("/desk/tickets", form={"code": CODE, "do": "follow"})

    assert desk.services.last("act_on_many").request.codes == [CODE]


async def test_a_code_leads_to_its_ticket_however_it_is_written(desk):
    desk.services.tell("intake", "search_tickets", [])

    found = (await desk.get(f"/desk/find?q={quote('۴۸۱۹-۲۰۳۷-۴۶۵۴')}")).text

    assert f'href="/desk/tickets/{CODE}"' in found
    assert "<html" not in found


async def test_tickets_people_and_pages_are_found_together(desk):
    desk.services.tell("intake", "search_tickets", [CODE])

    found = (await desk.get(f"/desk/find?q={quote('مریم')}")).text
    places = (await desk.get(f"/desk/find?q={quote('کارتابل')}")).text

    for words in ("شبکه قطع است", "مریم احمدی", "/desk/tickets?assignee=e1"):
        assert words in found
    assert 'href="/desk"' in places


async def test_while_intake_is_away_the_rest_is_found(desk):
    found = (await desk.get(f"/desk/find?q={quote('مریم')}")).text

    assert "/desk/tickets?assignee=e1" in found
    assert 'class="notice calm"' in found
