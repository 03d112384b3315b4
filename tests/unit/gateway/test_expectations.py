"""When a ticket is expected to end: on its page, by the API, and how that has held."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from chassis.errors import Unavailable
from contracts.calls.sla import Calibration, ExpectedView, TicketTimes
from contracts.sla import ExpectedStep
from gateway.pages.display import foretold_shown
from tests.unit.gateway.samples import CODE, a_followed, signed_in

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
AT = datetime(2126, 11, 28, 10, 0, tzinfo=UTC)
PROOF = {"Peygir-Proof": "4567"}
EXPECTED = ExpectedView(
    expected_at=AT,
    of="subject",
    samples=120,
    quantile=0.8,
    load=1.3,
    first_at=AT,
    steps=[ExpectedStep(step="printed", at=AT)],
)


async def follow(world) -> None:
    await world.post("/track", form={"code": CODE, "proof": "4567"})


async def test_staff_see_what_an_expectation_rests_on(world):
    world.services.tell("sla", "times", {CODE: TicketTimes(clocks=[], expected=EXPECTED)})

    reply = await world.get(f"/api/v1/tickets/{CODE}", headers=signed_in(world, "agent"))

    assert reply.json["expected"] == {
        "expected_at": "2126-11-28T10:00:00Z",
        "of": "subject",
        "samples": 120,
        "quantile": 0.8,
        "load": 1.3,
        "first_at": "2126-11-28T10:00:00Z",
        "steps": [{"step": "printed", "at": "2126-11-28T10:00:00Z"}],
    }


async def test_the_requester_is_told_the_instant_and_nothing_of_others_tickets(world):
    world.services.tell("sla", "expected", {CODE: EXPECTED})

    reply = await world.get(f"/api/v1/track/{CODE}", headers=PROOF)

    assert reply.json["expected"] == {
        "at": "2126-11-28T10:00:00Z",
        "by": "history",
        "steps": [{"step": "printed", "at": "2126-11-28T10:00:00Z"}],
    }


async def times_asked(world, times: int, **ticket) -> int:
    world.services.tell("sla", "expected", {CODE: EXPECTED})
    world.services.tell("routing", "follow", a_followed(code=CODE, **ticket))
    for _ in range(times):
        reply = await world.get(f"/api/v1/track/{CODE}", headers=PROOF)
        assert reply.status == 200
    return sum(asked.method == "expected" for asked in world.services.asked)


@pytest.mark.parametrize("state", ["done", "finished", "declined", "withdrawn", "merged"])
async def test_of_a_ticket_whose_work_is_done_nothing_is_asked(world, state):
    assert await times_asked(world, 1, state=state) == 0


async def test_who_reads_again_is_told_what_still_holds(world):
    assert await times_asked(world, 3) == 1


async def test_once_something_has_happened_it_is_asked_again(world):
    await times_asked(world, 2)

    assert await times_asked(world, 2, version=5) == 2


async def test_right_after_a_step_sla_may_not_have_heard_of_it(world):
    assert await times_asked(world, 3, updated_at=datetime.now(UTC)) == 3


async def test_an_instant_that_has_passed_is_not_told_again(world):
    past = msgspec.structs.replace(EXPECTED, expected_at=NOON - timedelta(days=400))
    await times_asked(world, 1)
    world.gateway.outlook.keep(a_followed(code=CODE).ticket, past)

    assert await times_asked(world, 1) == 2


async def test_without_sla_the_ticket_is_shown_all_the_same(world):
    world.services.tell("sla", "expected", Unavailable("service_unavailable"))

    reply = await world.get(f"/api/v1/track/{CODE}", headers=PROOF)

    assert (reply.status, reply.json["expected"]) == (200, None)


@pytest.mark.parametrize(
    ("of", "language", "words", "day"),
    [
        ("subject", "fa", "زمان برآوردی انجام", "۷ آذر ۱۵۰۵"),
        ("target", "fa", "مهلت انجام", "۷ آذر ۱۵۰۵"),
        ("kind", "en", "Expected to be done by", "28 November 2126"),
        ("target", "en", "To be done by", "28 November 2126"),
    ],
)
async def test_the_page_says_the_day_and_what_it_rests_on(world, of, language, words, day):
    view = ExpectedView(expected_at=AT, of=of)
    world.services.tell("sla", "expected", {CODE: view})
    await follow(world)

    page = await world.get(f"/track/{CODE}?lang={language}")

    assert words in page.text
    assert day in page.text


async def test_while_he_is_asked_himself_it_depends_on_his_answer(world):
    waiting = a_followed(state="waiting", waiting_for="requester")
    world.services.tell("routing", "follow", waiting)
    world.services.tell("sla", "expected", {CODE: EXPECTED})
    await follow(world)

    page = await world.get(f"/track/{CODE}?lang=en")

    assert "That depends on your answer" in page.text
    assert "2126" not in page.text


def test_what_is_near_is_told_by_the_hour():
    near, far = NOON + timedelta(hours=3), NOON + timedelta(hours=30)

    assert "18:30" in foretold_shown(near, NOON, "en", "Asia/Tehran")
    assert ":" not in foretold_shown(far, NOON, "en", "Asia/Tehran")


async def test_managers_read_how_expectations_held(world):
    found = Calibration(
        subject="network",
        tickets=200,
        foretold=180,
        held=0.83,
        meant=0.8,
        half_hours=6.5,
        most_hours=30.0,
    )
    world.services.tell("sla", "expectations", [found])

    reply = await world.get("/api/v1/expectations", headers=signed_in(world, "supervisor"))

    assert reply.status == 200
    assert reply.json[0]["held"] == 0.83
