"""The public event log."""

from datetime import timedelta

import msgspec
import pytest

from chassis.errors import Invalid, Unavailable
from contracts.calls.journal import LogPart
from contracts.envelope import CloudEvent
from gateway.event_log import Cursor, Filter
from tests.unit.gateway.samples import CODE, NOON, signed_in


def an_event(service: str, position: int, *, kind: str = "ticket.registered", second: int = 0):
    return CloudEvent(
        id=f"{CODE}.{position}",
        source=f"/peygir/{service}",
        type=f"ir.peygir.{kind}.v1",
        subject=CODE,
        time=NOON + timedelta(seconds=second),
        sequence=position,
        epoch="e1",
        actor="anonymous",
        position=position,
        data=msgspec.Raw(b'{"kind":"incident"}'),
    )


def tell_log(world, service: str, events: list[CloudEvent], *, epoch: str = "e1") -> None:
    def answer(request):
        rest = [event for event in events if event.position > request.after]
        page = rest[: request.limit]
        following = page[-1].position if page else request.after
        return LogPart(epoch=epoch, events=page, next=following, end=len(rest) <= request.limit)

    world.services.tell(service, "journal_log", answer)


@pytest.fixture
def log(world):
    tell_log(world, "intake", [an_event("intake", n, second=n * 10) for n in (1, 2, 3)])
    tell_log(
        world,
        "routing",
        [an_event("routing", n, kind="ticket.assigned", second=n * 10 + 1) for n in (1, 2)],
    )
    tell_log(world, "sla", [])
    tell_log(world, "notify", [])
    return world


async def read(world, path: str):
    return (await world.get(path, headers=signed_in(world, "manager"))).json


async def test_the_logs_are_merged_by_time_and_in_order_of_each(log):
    page = await read(log, "/api/v1/events")

    assert [(event["source"], event["position"]) for event in page["events"]] == [
        ("/peygir/intake", 1),
        ("/peygir/routing", 1),
        ("/peygir/intake", 2),
        ("/peygir/routing", 2),
        ("/peygir/intake", 3),
    ]
    assert page["end"]
    assert page["events"][0]["data"] == {"kind": "incident"}


async def test_pages_give_every_event_once(log):
    seen, after = [], ""
    while True:
        page = await read(log, f"/api/v1/events?limit=2&after={after}")
        seen += [(event["source"], event["position"]) for event in page["events"]]
        after = page["next"]
        if page["end"]:
            break

    assert len(seen) == len(set(seen)) == 5


async def test_a_cursor_at_the_end_gives_what_is_new_and_nothing_twice(log):
    after = (await read(log, "/api/v1/events"))["next"]
    tell_log(log, "sla", [an_event("sla", 1, kind="sla.started")])

    page = await read(log, f"/api/v1/events?after={after}")

    assert [event["type"] for event in page["events"]] == ["ir.peygir.sla.started.v1"]


async def test_types_filter_and_the_cursor_moves_over_the_rest(log):
    page = await read(log, "/api/v1/events?types=ticket.assigned&limit=3")

    assert [event["position"] for event in page["events"]] == [1]
    page = await read(log, f"/api/v1/events?types=ticket.assigned&limit=3&after={page['next']}")
    assert [event["position"] for event in page["events"]] == [2]
    assert page["end"]


def test_units_take_the_events_of_their_tickets():
    wanted = Filter("ticket.*", "it,hr")
    of_it = msgspec.structs.replace(an_event("routing", 1), unit="it")

    assert wanted.takes(of_it)
    assert not wanted.takes(msgspec.structs.replace(of_it, unit="finance"))
    assert not wanted.takes(an_event("intake", 1))
    assert not Filter("sla.*", "it").takes(of_it)


async def test_units_narrow_a_page(log):
    of_it = msgspec.structs.replace(an_event("sla", 1, kind="sla.breached"), unit="it")
    tell_log(log, "sla", [of_it])

    page = await read(log, "/api/v1/events?units=it,network")

    assert [event["type"] for event in page["events"]] == ["ir.peygir.sla.breached.v1"]
    assert page["end"]


def test_a_star_takes_all_that_begin_so():
    wanted = Filter("sla.*, ticket.rated")

    assert wanted.takes(an_event("sla", 1, kind="sla.breached"))
    assert wanted.takes(an_event("routing", 1, kind="ticket.rated"))
    assert not wanted.takes(an_event("routing", 1, kind="ticket.assigned"))


async def test_a_service_that_is_away_is_named_and_its_events_come_later(log):
    there = log.services.answers["routing", "journal_log"]
    log.services.tell("routing", "journal_log", Unavailable("service_unavailable"))
    first = await read(log, "/api/v1/events")
    log.services.tell("routing", "journal_log", there)

    second = await read(log, f"/api/v1/events?after={first['next']}")

    assert first["unavailable"] == ["routing"]
    assert [event["source"] for event in second["events"]] == ["/peygir/routing"] * 2


async def test_with_all_services_away_there_is_no_page(world):
    reply = await world.get("/api/v1/events", headers=signed_in(world, "manager"))

    assert reply.status == 503


async def test_a_restored_service_is_read_from_the_start(log):
    after = (await read(log, "/api/v1/events"))["next"]
    tell_log(log, "intake", [an_event("intake", 1)], epoch="e2")

    page = await read(log, f"/api/v1/events?after={after}")

    assert [event["source"] for event in page["events"]] == ["/peygir/intake"]


@pytest.mark.parametrize("text", ["nonsense!", "e30x", "bm90IGpzb24", "WzFd"])
def test_a_foreign_cursor_is_refused(text):
    with pytest.raises(Invalid, match="cursor_invalid"):
        Cursor.read(text)


async def test_events_need_their_right(world):
    reply = await world.get("/api/v1/events", headers=signed_in(world, "agent"))

    assert reply.status == 403
