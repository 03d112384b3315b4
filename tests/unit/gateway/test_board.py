"""The board: put together for the API, and as pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from contracts.calls.nearest import DueClock, Nearest
from contracts.calls.routing import Away, Colleague, TicketPage
from contracts.calls.routing.board import AwayTicket, Board, OpenCount
from gateway.board.standing import far_off, loads_of, table_of, teams_of, totals_of
from tests.unit.gateway.fakes import World
from tests.unit.gateway.samples import CODE, NOON, a_staff_member, a_view, signed_in

OTHER = "731904825564"
COUNTS = [
    OpenCount(unit="it", state="in_progress", age=0, tickets=8, queued=2),
    OpenCount(unit="it", state="waiting", age=4, tickets=1, queued=0),
    OpenCount(unit="hr", state="new", age=1, tickets=3, queued=3),
]


def a_colleague(name: str, load: int, absence: Any = None) -> Colleague:
    return Colleague(
        id=name,
        name=name,
        role="expert",
        tier=1,
        skills=[],
        absence=absence,
        changes_at=None,
        capacity=10,
        load=load,
        owned=1,
        unit="it",
    )


@pytest.fixture
def overseen(world: World) -> World:
    """A world in which two units have work, one clock is late and one ticket is away."""
    away = Away(unit="it", person="expert", since=NOON, seconds=60.0)
    clock = {"unit": "it", "clock": "resolution", "target_seconds": 3600.0}
    world.services.tell(
        "routing",
        "board",
        Board(
            units=["it", "hr"],
            counts=COUNTS,
            registered=14,
            ended=9,
            people=[a_colleague("expert", 9)],
            away=[AwayTicket(code=OTHER, owner="desk", away=away)],
        ),
    )
    world.services.tell(
        "sla",
        "nearest",
        Nearest(
            running=5,
            late=1,
            soon=2,
            coming=[],
            overdue=[DueClock(code=CODE, due_at=NOON, **clock)],
        ),
    )
    world.services.tell(
        "routing",
        "tickets",
        lambda request: TicketPage(items=[a_view(code=code) for code in request.codes], next=None),
    )
    return world


def let_in(world: World, role: str) -> World:
    """Give the browser a session."""
    world.cookies["session"] = world.gateway.sessions.open(a_staff_member(role)).token
    return world


async def test_the_board_tells_of_every_ticket_that_it_names(overseen):
    reply = await overseen.get("/api/v1/board", headers=signed_in(overseen, "supervisor"))

    assert reply.json["clocks"]["late"] == 1
    assert set(reply.json["tickets"]) == {CODE, OTHER}
    assert reply.json["tickets"][CODE]["title"] == "شبکه قطع است"
    assert overseen.services.last("nearest").request.units == ["it", "hr"]


async def test_today_begins_at_midnight_of_the_zone(overseen):
    await overseen.get("/api/v1/board?unit=it", headers=signed_in(overseen, "manager"))

    asked = overseen.services.last("board").request
    assert asked.unit == "it"
    assert asked.midnight.utcoffset() == timedelta(hours=3, minutes=30)
    assert (asked.midnight.hour, asked.midnight.minute) == (0, 0)


async def test_without_sla_the_rest_of_the_board_stands(overseen):
    del overseen.services.answers["sla", "nearest"]

    reply = await overseen.get("/api/v1/board", headers=signed_in(overseen, "supervisor"))

    assert (reply.status, reply.json["clocks"]) == (200, None)
    assert reply.json["unavailable"] == ["sla"]


@pytest.mark.parametrize("role", ["agent", "expert"])
async def test_the_board_is_for_those_who_read_reports(overseen, role):
    assert (await let_in(overseen, role).get("/board")).status == 403


@pytest.mark.parametrize("language", ["fa", "en"])
async def test_the_page_leads_from_every_figure_to_its_tickets(overseen, language):
    page = (await let_in(overseen, "supervisor").get(f"/board?lang={language}")).text

    assert "/board/tickets?queued=1" in page
    assert "/board/tickets?state=in_progress&amp;age=0" in page
    assert f"/desk/tickets/{CODE}" in page
    assert "/board/clocks/overdue" in page


async def test_a_script_gets_the_middle_alone(overseen):
    let_in(overseen, "supervisor")

    part = await overseen.get("/board?unit=it", headers={"HX-Request": "true"})

    assert 'hx-get="/board?unit=it"' in part.text
    assert "<html" not in part.text


async def test_the_tickets_of_a_figure_are_asked_for_by_its_filters(overseen):
    overseen.services.tell("routing", "board_tickets", TicketPage(items=[a_view()], next="further"))
    path = "/board/tickets?unit=it&state=waiting&age=4&assignee=expert"

    page = (await let_in(overseen, "manager").get(path)).text

    asked = overseen.services.last("board_tickets").request
    assert (asked.unit, asked.state, asked.age, asked.assignee) == ("it", "waiting", 4, "expert")
    assert "cursor=further" in page
    assert (await overseen.get("/board/tickets?age=99&unit=%3Cb%3E&state=x")).status == 200
    asked = overseen.services.last("board_tickets").request
    assert (asked.unit, asked.state, asked.age) == (None, None, None)


async def test_every_late_clock_has_a_page(overseen):
    page = (await let_in(overseen, "supervisor").get("/board/clocks/overdue?lang=en")).text

    assert "Past the deadline" in page
    assert f"/desk/tickets/{CODE}" in page


def test_counts_become_totals_a_table_and_teams():
    table = table_of(COUNTS)

    assert totals_of(COUNTS) == (12, 5, 1, 0)
    assert {row.state: row.total for row in table.rows} == {
        "new": 3,
        "in_progress": 8,
        "waiting": 1,
        "done": 0,
    }
    assert table.totals == [8, 3, 0, 0, 1]
    assert [cell.shade for cell in table.rows[1].cells] == [4, 0, 0, 0, 0]
    assert teams_of(COUNTS, ["hr", "it", "hq"]) == [
        ("hr", 3, 3, 0),
        ("it", 9, 2, 1),
        ("hq", 0, 0, 0),
    ]


def test_what_has_no_unit_yet_is_counted_last():
    counts = [OpenCount(unit=None, state="new", age=0, tickets=1, queued=1)]

    assert teams_of(counts, ["it"])[-1] == (None, 1, 1, 0)


def test_who_is_there_comes_first_and_the_fullest_of_them():
    people = [a_colleague("a", 3), a_colleague("b", 10), a_colleague("c", 12, "on_leave")]

    loads = loads_of(people)

    assert [(load.who.id, load.percent, load.kind) for load in loads] == [
        ("b", 100, "over"),
        ("a", 30, "free"),
        ("c", 100, "over"),
    ]


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (30, "less than a minute"),
        (-3725, "1 hour and 2 minutes"),
        (20 * 3600 + 70, "20 hours"),
        (3 * 86400 + 7300, "3 days"),
    ],
)
def test_how_far_off_is_said_more_exactly_when_it_is_near(seconds, shown):
    assert far_off(seconds, "en") == shown
