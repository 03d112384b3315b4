"""Many tickets at once, tickets that belong together, and parts that are split off."""

from msgspec.structs import replace

from contracts.calls.intake import Message, Registered
from contracts.calls.routing import (
    ActedOn,
    OpenPassage,
    Refusal,
    Related,
    RelatedTicket,
    Step,
)
from tests.unit.gateway.samples import CODE, NOON, a_content, a_view, signed_in

OTHER = "108834569912"


async def test_each_of_many_has_its_own_outcome_in_the_readers_language(world):
    refusal = Refusal(status=409, code="no_higher_tier", params={"tier": 3})
    done = [ActedOn(code=CODE, ticket=a_view()), ActedOn(code=OTHER, refusal=refusal)]
    world.services.tell("routing", "act_on_many", done)

    reply = await world.post(
        "/api/v1/tickets/actions/escalate",
        json={"codes": ["4819-2037-4654", OTHER]},
        headers=signed_in(world, "agent") | {"accept-language": "en"},
    )

    first, second = reply.json
    assert (reply.status, first["status"], second["status"]) == (200, 200, 409)
    assert second["problem"]["detail"] == "There is no higher tier."
    assert world.services.last("act_on_many").request.codes == [CODE, OTHER]


async def test_too_many_at_once_are_refused(world):
    body = {"codes": [CODE] * 201}

    reply = await world.post(
        "/api/v1/tickets/actions/note", json=body, headers=signed_in(world, "agent")
    )

    assert (reply.status, reply.json["errors"][0]["code"]) == (422, "too_many")


async def test_related_tickets_have_titles_as_far_as_one_may_read_them(world):
    tickets = [
        RelatedTicket(code=CODE, relation="parent", state="in_progress"),
        RelatedTicket(code=OTHER, relation="related"),
    ]
    passages = [OpenPassage(what="answer", by="desk", tickets=500)]
    world.services.tell("routing", "related", Related(tickets=tickets, passages=passages))
    world.services.tell("intake", "describe_tickets", {CODE: a_content()})

    reply = await world.get(f"/api/v1/tickets/{CODE}/related", headers=signed_in(world, "agent"))

    assert [line["title"] for line in reply.json["tickets"]] == ["شبکه قطع است", None]
    assert reply.json["passages"][0]["tickets"] == 500
    assert world.services.last("describe_tickets").request.codes == [CODE]


async def test_a_part_is_split_off_by_who_may_see_the_whole(world):
    registered = Registered(
        code=OTHER,
        state="new",
        subject="network",
        kind="incident",
        channel="web",
        registered_at=NOON,
    )
    world.services.tell("intake", "split_ticket", registered)

    reply = await world.post(
        f"/api/v1/tickets/{CODE}/split",
        json={"title": "The printer", "description": "It smokes."},
        headers=signed_in(world, "agent"),
    )

    assert (reply.status, reply.headers["location"]) == (201, f"/api/v1/tickets/{OTHER}")
    assert world.services.last("ticket").request.code == CODE


async def test_what_is_written_to_a_merged_ticket_is_read_where_it_goes_on(world):
    steps = [
        Step(at=NOON, type="ticket.heard", actor="system:routing", data={"ticket": OTHER}),
    ]
    said = Message(id="m9", at=NOON, text="Still broken.")
    world.services.tell("routing", "timeline", steps)
    world.services.tell(
        "intake",
        "describe_tickets",
        lambda request: {
            code: replace(a_content(code), messages=[said] if code == OTHER else [])
            for code in request.codes
        },
    )

    reply = await world.get(f"/api/v1/tickets/{CODE}/timeline", headers=signed_in(world, "agent"))

    assert "Still broken." in [
        text for step in reply.json["steps"] for text in step["texts"].values()
    ]
