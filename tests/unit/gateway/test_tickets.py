"""What staff read and do."""

from chassis.errors import Conflict, Forbidden, NotFound, Unavailable
from contracts.calls.routing import Inbox, TicketPage
from tests.unit.gateway.samples import CODE, a_content, a_view, signed_in


async def test_a_whole_ticket_has_case_content_clocks_and_deliveries(world):
    reply = await world.get(f"/api/v1/tickets/{CODE}", headers=signed_in(world, "agent"))

    assert reply.status == 200
    assert reply.headers["etag"] == '"4"'
    assert reply.json["state"] == "in_progress"
    assert reply.json["requester_data"]["name"] == "مریم احمدی"
    assert reply.json["unavailable"] == []


async def test_parts_that_are_away_are_named(world):
    for service, method in (("sla", "times"), ("notify", "deliveries")):
        world.services.tell(service, method, Unavailable("service_unavailable"))

    reply = await world.get(f"/api/v1/tickets/{CODE}", headers=signed_in(world, "agent"))

    assert reply.status == 200
    assert reply.json["unavailable"] == ["sla", "notify"]


async def test_without_routing_or_intake_there_is_no_ticket(world):
    world.services.tell("intake", "describe_tickets", Unavailable("service_unavailable"))

    reply = await world.get(f"/api/v1/tickets/{CODE}", headers=signed_in(world, "agent"))

    assert reply.status == 503


async def test_routings_refusal_goes_before_everything(world):
    world.services.tell("routing", "ticket", Forbidden("ticket_not_yours"))
    world.services.tell("intake", "describe_tickets", Unavailable("service_unavailable"))

    reply = await world.get(f"/api/v1/tickets/{CODE}", headers=signed_in(world, "expert"))

    assert (reply.status, reply.json["code"]) == (403, "ticket_not_yours")


async def test_a_code_that_intake_does_not_know_is_not_found(world):
    world.services.tell("intake", "describe_tickets", {})

    reply = await world.get(f"/api/v1/tickets/{CODE}", headers=signed_in(world, "agent"))

    assert (reply.status, reply.json["code"]) == (404, "ticket_not_found")


async def test_a_ticket_that_routing_has_not_heard_of_yet_is_waited_for(world):
    answers = iter([NotFound("ticket_not_found"), NotFound("ticket_not_found"), a_view()])
    world.services.tell("routing", "ticket", lambda _request: next(answers))

    reply = await world.get(f"/api/v1/tickets/{CODE}", headers=signed_in(world, "agent"))

    assert (reply.status, reply.json["code"]) == (200, CODE)


async def test_a_list_has_titles_from_intake(world):
    world.services.tell("routing", "tickets", TicketPage(items=[a_view()], next="n1"))

    reply = await world.get(
        "/api/v1/tickets?state=waiting&limit=5", headers=signed_in(world, "agent")
    )

    assert reply.json["items"][0]["title"] == "شبکه قطع است"
    assert reply.json["next"] == "n1"
    asked = world.services.last("tickets").request
    assert (asked.state, asked.limit) == ("waiting", 5)


async def test_a_search_asks_intake_for_codes_and_routing_for_the_rest(world):
    world.services.tell("intake", "search_tickets", [CODE])
    world.services.tell("routing", "tickets", TicketPage(items=[a_view()], next=None))

    await world.get("/api/v1/tickets?q=%D8%B4%D8%A8%DA%A9%D9%87", headers=signed_in(world, "agent"))

    assert world.services.last("search_tickets").request.text == "شبکه"
    assert world.services.last("tickets").request.codes == [CODE]


async def test_a_search_without_hits_asks_nobody_further(world):
    world.services.tell("intake", "search_tickets", [])

    reply = await world.get("/api/v1/tickets?q=nothing", headers=signed_in(world, "agent"))

    assert reply.json == {"items": [], "next": None, "unavailable": []}


async def test_the_inbox_shows_a_ticket_in_each_part_it_stands_in(world):
    both = a_view()
    world.services.tell("routing", "inbox", Inbox(work=[both], out=[], queue=[both]))

    reply = await world.get("/api/v1/inbox", headers=signed_in(world, "expert"))

    assert [line["code"] for line in reply.json["work"] + reply.json["queue"]] == [CODE, CODE]


async def test_an_inbox_without_intake_has_no_titles_and_says_why(world):
    world.services.tell("routing", "inbox", Inbox(work=[a_view()], out=[], queue=[]))
    world.services.tell("intake", "describe_tickets", Unavailable("service_unavailable"))
    world.services.tell("sla", "next_due", {})

    reply = await world.get("/api/v1/inbox", headers=signed_in(world, "expert"))

    assert reply.json["work"][0]["title"] is None
    assert reply.json["unavailable"] == ["intake"]


async def test_an_action_passes_its_arguments_on(world):
    reply = await world.post(
        f"/api/v1/tickets/{CODE}/actions/log-work",
        json={"work_group": "network", "duration": "PT15M"},
        headers=signed_in(world, "expert"),
    )

    assert reply.headers["etag"] == '"5"'
    asked = world.services.last("act").request
    assert (asked.action, asked.arguments["duration"]) == ("log-work", "PT15M")


async def test_an_action_needs_no_body(world):
    reply = await world.post(
        f"/api/v1/tickets/{CODE}/actions/claim", headers=signed_in(world, "expert")
    )

    assert reply.status == 200
    assert world.services.last("act").request.arguments == {}


async def test_an_action_that_the_state_forbids_is_a_conflict(world):
    world.services.tell(
        "routing", "act", Conflict("action_not_allowed_now", action="done", state="finished")
    )

    reply = await world.post(
        f"/api/v1/tickets/{CODE}/actions/done", json={}, headers=signed_in(world, "expert")
    )

    assert (reply.status, reply.json["code"]) == (409, "action_not_allowed_now")
    assert reply.json["params"] == {"action": "done", "state": "finished"}


async def test_acting_on_behalf_is_for_importers(world):
    path, headers = f"/api/v1/tickets/{CODE}/actions/claim", {"Peygir-Behalf": "expert"}

    refused = await world.post(path, headers={**signed_in(world, "expert"), **headers})
    done = await world.post(path, headers={**signed_in(world, "importer"), **headers})

    assert (refused.status, done.status) == (403, 200)
    assert world.services.last("act").request.behalf == "expert"


async def test_a_timeline_begins_with_the_registering_and_is_told_in_words(world):
    world.services.tell(
        "routing", "timeline", list(world.services.answers["routing", "timeline"][1:])
    )
    world.services.tell("intake", "describe_tickets", {CODE: a_content()})

    reply = await world.get(
        f"/api/v1/tickets/{CODE}/timeline",
        headers={**signed_in(world, "agent"), "Accept-Language": "en"},
    )

    steps = reply.json["steps"]
    assert [step["title"] for step in steps][:1] == ["Registered"]
    assert steps[0]["actor"] == "requester:r1"
