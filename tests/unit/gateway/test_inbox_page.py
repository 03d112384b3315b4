"""The inbox as a page: narrowed and ordered by its address, live, with bulk actions."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from chassis.errors import Conflict
from contracts.calls.routing import ActedOn, Inbox, Refusal, Unit
from contracts.calls.sla import NextDue
from gateway.answers import TicketLine
from gateway.desk.arranging import Row, Wanted, arranged, chips_of
from gateway.desk.bulk import until
from gateway.desk.spans import due_shown, span_shown
from tests.unit.gateway.samples import CODE, NOON, a_staff_member, a_view, signed_in

OTHER = "481920374655"


def a_row(code: str = CODE, *, part: str = "work", minutes: float | None = None, **changes: Any):
    view = {name: getattr(a_view(), name) for name in a_view().__struct_fields__}
    texts = {"title": "شبكه قطع است", "requester_name": "مریم احمدی"}
    line = TicketLine(**{**view, **texts, "code": code, **changes})
    due = None
    if minutes is not None:
        due = NextDue(
            clock="resolution",
            state="late" if minutes <= 0 else "fine",
            left_seconds=minutes * 60,
            due_at=NOON + timedelta(minutes=minutes),
        )
    return Row(part=part, line=line, due=due)


def wanted(query: str = "") -> Wanted:
    return Wanted.read([tuple(pair.split("=")) for pair in query.split("&") if pair])


def codes(rows: list[Row], query: str) -> list[str]:
    found = arranged(rows, wanted(query), NOON)
    return [row.code for part in found.values() for row in part]


# -- arranging -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["1", "2", "3"]),
        ("part=queue", ["3"]),
        ("due=late", ["2"]),
        ("priority=1&priority=2", ["1", "2"]),
        ("state=waiting", ["3"]),
        ("subject=pension", ["1"]),
        ("q=احمدی شبکه", ["1", "2", "3"]),
        ("q=۱", ["1"]),
        ("sort=due", ["2", "1", "3"]),
        ("sort=-priority", ["2", "1", "3"]),
        ("sort=age&state=nonsense", []),
        ("part=nonsense&due=nonsense&sort=nonsense", ["1", "2", "3"]),
    ],
)
def test_a_list_is_narrowed_and_ordered_by_its_address(query: str, shown: list[str]):
    rows = [
        a_row("1", priority=1, minutes=10, subject="pension"),
        a_row("2", priority=2, minutes=-5),
        a_row("3", part="queue", state="waiting"),
    ]

    assert codes(rows, query) == shown


def test_an_address_says_the_same_when_it_is_read_again():
    asked = wanted("part=work&state=waiting&priority=1&due=late&subject=it&q=net&sort=-due")

    assert Wanted.read([pair.split("=") for pair in asked.query.split("&")]) == asked
    assert asked.toggled("states", "waiting") == asked.to(states=())
    assert wanted().by("due") == "/desk?sort=due"


def test_a_filter_counts_what_it_would_show_beside_the_others():
    rows = [a_row("1", priority=1, minutes=-5), a_row("2", priority=1), a_row("3", priority=2)]

    chips = {(chip.group, chip.value): chip for chip in chips_of(rows, wanted("due=late"))}

    assert chips["dues", "late"].is_on
    assert (chips["priorities", "1"].count, ("priorities", "2") in chips) == (1, False)


@pytest.mark.parametrize(
    ("seconds", "persian", "english"),
    [
        (20, "چند لحظه", "moments"),
        (59 * 60, "۵۹ دقیقه", "59 min"),
        (3 * 3600, "۳ ساعت", "3 h"),
        (3 * 3600 + 300, "۳ ساعت و ۵ دقیقه", "3 h 5 min"),
        (7 * 3600 + 300, "۷ ساعت", "7 h"),
        (3 * 86400, "۳ روز", "3 d"),
    ],
)
def test_a_span_in_few_words(seconds: float, persian: str, english: str):
    assert (span_shown(seconds, "fa"), span_shown(seconds, "en")) == (persian, english)


def test_a_due_time_is_ahead_and_then_late():
    assert due_shown(NOON + timedelta(minutes=5), NOON, "en") == "5 min left"
    assert due_shown(NOON - timedelta(minutes=5), NOON, "en") == "5 min late"


def test_what_is_put_off_comes_back_in_the_morning():
    now = datetime(2026, 11, 22, 23, 40, tzinfo=ZoneInfo("Asia/Tehran"))

    assert until("tomorrow", now).isoformat() == "2026-11-23T08:00:00+03:30"
    assert until("week", now).isoformat() == "2026-11-29T08:00:00+03:30"


# -- the page --------------------------------------------------------------------------------------


@pytest.fixture
def desk(world):
    view = a_view(actions=["claim", "snooze"])
    world.services.tell("routing", "inbox", Inbox(work=[], out=[], queue=[view]))
    due = NextDue(clock="resolution", state="late", left_seconds=-60, due_at=NOON)
    world.services.tell("sla", "next_due", {CODE: due})
    world.services.tell("routing", "staff", [])
    world.services.tell("routing", "units", [])
    world.cookies["session"] = world.gateway.sessions.open(a_staff_member("expert")).token
    return world


async def test_the_inbox_shows_titles_due_times_and_what_may_be_done(desk):
    page = (await desk.get("/desk?lang=en")).text

    for words in ("شبکه قطع است", "4819-2037-4654", "due-late", 'value="claim"', "Take the next"):
        assert words in page
    assert f'data-live="mine team {CODE}"' in page


async def test_what_waits_in_ones_own_queue_is_shown_once(desk):
    view = a_view(actions=["claim"])
    desk.services.tell("routing", "inbox", Inbox(work=[], out=[view], queue=[view]))

    page = (await desk.get("/desk?lang=en")).text

    assert page.count("<tr id=") == 1
    assert f'id="queue-{CODE}"' in page


async def test_who_was_just_named_stands_in_lists_at_once(desk):
    def naming(called: str):
        unit = Unit(id="it", title={"en": called}, parent=None, desk=True, active=True)
        desk.services.tell("routing", "units", [unit])
        desk.services.tell("routing", "define_unit", unit)

    view = a_view(assignee=None, unit="it")
    desk.services.tell("routing", "inbox", Inbox(work=[], out=[], queue=[view]))
    naming("IT")
    assert "IT support" not in (await desk.get("/desk?lang=en")).text
    naming("IT support")
    headers = signed_in(desk, "admin")
    document = {"title": {"en": "IT support"}, "desk": True}
    await desk.send("PUT", "/api/v1/admin/units/it", json=document, headers=headers)

    assert "IT support" in (await desk.get("/desk?lang=en")).text


async def test_a_part_is_answered_to_a_script(desk):
    part = (await desk.get("/desk", headers={"HX-Request": "true"})).text

    assert "<html" not in part
    assert part.lstrip().startswith('<div id="listed">')


async def test_without_sla_the_inbox_says_so_and_shows_the_rest(desk):
    del desk.services.answers["sla", "next_due"]

    page = (await desk.get("/desk?lang=en")).text

    assert "Clocks" in page
    assert "4819-2037-4654" in page


async def test_an_action_on_many_says_what_became_of_each(desk):
    refusal = Refusal(status=409, code="action_not_allowed_now")
    done = [ActedOn(code=CODE, ticket=a_view()), ActedOn(code=OTHER, refusal=refusal)]
    desk.services.tell("routing", "act_on_many", done)
    form = {"code": CODE, "do": "snooze:tomorrow", "key": "k1"}

    page = (await desk.post("/desk?lang=en", form=form)).text

    asked = desk.services.last("act_on_many")
    assert (asked.request.action, asked.key) == ("snooze", "k1")
    for words in ("1 put off until then.", "Not done for 1:", "cannot be done now", 'value="wake"'):
        assert words in page


@pytest.mark.parametrize("form", [{"do": "claim"}, {"do": "nonsense", "code": CODE}])
async def test_what_cannot_be_meant_is_refused_in_words(desk, form):
    reply = await desk.post("/desk?lang=en", form=form)

    assert reply.status == 422
    assert 'class="notice wrong"' in reply.text


async def test_the_next_of_the_queue_is_claimed_and_opened(desk):
    reply = await desk.post("/desk/next", form={"key": "k"})

    assert (reply.status, reply.headers["location"]) == (303, f"/desk/tickets/{CODE}")
    assert desk.services.last("act").request.action == "claim"


async def test_when_others_are_quicker_the_queue_is_shown_again(desk):
    desk.services.tell("routing", "act", Conflict("action_not_allowed_now"))

    reply = await desk.post("/desk/next?lang=en", form={"key": "k"})

    assert (reply.status, "Nothing is left to take" in reply.text) == (200, True)
