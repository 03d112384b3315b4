"""The requests of one browser, the page of a new one, and what is new on a page that is open."""

import pytest

from chassis.errors import NotFound, Unavailable
from contracts.calls.notify import DeliveryView
from gateway.portal.passes import Pass, seal
from gateway.portal.registered import fate_of
from tests.unit.gateway.fakes import KEY, World
from tests.unit.gateway.samples import CODE, NOON, a_followed, told

OTHER = "111122223333"
PART = {"HX-Request": "true"}


def holding(*codes: str) -> World:
    """A world whose browser has proved itself for the codes."""
    world = told(World())
    passes = [Pass(code, "4567", 4_000_000_000.0) for code in codes]
    world.cookies["follow"] = seal(passes, [KEY])
    return world


def a_delivery(state: str, **changes) -> DeliveryView:
    fields = {
        "id": "d1",
        "code": CODE,
        "template": "registered",
        "channel": "sms",
        "recipient": "requester:r1",
        "state": state,
        "attempts": 1,
        "queued_at": NOON,
        "updated_at": NOON,
        "reason": None,
        **changes,
    }
    return DeliveryView(**fields)


async def test_who_has_none_is_told_how_to_come_to_one(world):
    reply = await world.get("/mine")

    assert 'href="/track"' in reply.text
    assert world.services.asked == []


async def test_requests_are_grouped_by_what_they_wait_for():
    world = holding(CODE, OTHER)
    states = {CODE: {"waiting_for": "requester", "state": "waiting"}, OTHER: {"state": "finished"}}
    world.services.tell(
        "routing",
        "follow",
        lambda request: a_followed(code=request.code, **states[request.code]),
    )

    text = (await world.get("/mine")).text

    assert text.index('id="group-asked"') < text.index(CODE) < text.index('id="group-ended"')
    assert text.index('id="group-ended"') < text.index(OTHER)


async def test_what_does_not_answer_stays_on_the_list_and_what_is_gone_does_not():
    world = holding(CODE, OTHER)
    world.services.tell(
        "intake",
        "track",
        lambda request: (
            NotFound("tracking_refused") if request.code == OTHER else Unavailable("away")
        ),
    )

    text = (await world.get("/mine")).text

    assert CODE in text
    assert OTHER not in text


async def test_a_second_proof_leaves_the_first(world):
    await world.post("/track", form={"code": CODE, "proof": "4567"})
    await world.post("/track", form={"code": "111122223339", "proof": "4567"})

    text = (await world.get("/mine")).text

    assert CODE in text
    assert "111122223339" in text


async def test_a_device_can_forget():
    world = holding(CODE)

    reply = await world.post("/mine/forget", form={})
    world.cookies = {name: value for name, value in world.cookies.items() if value.strip('"')}

    assert reply.headers["location"] == "/mine"
    assert CODE not in (await world.get("/mine")).text


async def test_ten_long_proofs_fit_into_a_cookie():
    world = holding(CODE)
    for number in range(14):
        await world.post("/track", form={"code": f"{number:012}", "proof": "a" * 190})

    assert len(world.cookies["follow"]) < 4000


async def test_a_page_that_is_open_learns_only_what_is_new():
    world = holding(CODE)
    page = (await world.get(f"/track/{CODE}")).text
    seen = page.partition('data-seen="')[2].partition('"')[0]

    same = await world.get(f"/track/{CODE}?seen={seen}", headers=PART)
    world.services.tell("routing", "follow", a_followed(state="done"))
    new = await world.get(f"/track/{CODE}?seen={seen}", headers=PART)

    assert (same.status, same.body) == (204, b"")
    assert new.status == 200
    assert "<html" not in new.text
    assert "کار انجام شده است" in new.text


@pytest.mark.parametrize("path", [f"/track/{CODE}", f"/registered/{CODE}"])
async def test_a_page_whose_pass_has_run_out_learns_nothing(world, path):
    assert (await world.get(path, headers=PART)).status == 404


async def test_the_code_can_be_photographed_and_its_way_be_watched():
    world = holding(CODE)
    world.services.tell("notify", "deliveries", [a_delivery("queued")])

    page = await world.get(f"/registered/{CODE}")
    same = await world.get(f"/registered/{CODE}?seen=queued", headers=PART)
    world.services.tell("notify", "deliveries", [a_delivery("sent")])
    sent = await world.get(f"/registered/{CODE}?seen=queued", headers=PART)

    assert 'class="qr"' in page.text
    assert "style=" not in page.text
    assert 'data-seen="queued"' in page.text
    assert same.status == 204
    assert "data-watch" not in sent.text


@pytest.mark.parametrize(
    ("states", "fate"),
    [
        ([], "queued"),
        (["queued"], "queued"),
        (["delivered"], "sent"),
        (["failed", "sent"], "sent"),
        (["failed"], "failed"),
        (["suppressed"], "failed"),
    ],
)
def test_what_became_of_the_message(states, fate):
    assert fate_of([a_delivery(state) for state in states], "sms") == fate
    assert fate_of([a_delivery(state, channel="email") for state in states], "sms") == "queued"
