"""Ladders, pushed messages and digests on real servers, with seconds for minutes."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.identity import Identity
from contracts.sla import Notice, Rung, SlaBreached, SlaWarned
from deploy.local.processes import MAIL_SINK, PUSH_SINK, SMS_PROVIDER
from tests.component.notify.world import AGENT, NEIGHBOURS, NotifyWorld
from tests.component.waiting import eventually, eventually_equal
from tests.servers import Servers
from tests.unit.notify.samples import KEPT, NOON, registered

BOSS = Identity(subject="person:boss", role="manager")
CHIEF = Identity(subject="person:chief", role="supervisor")
ADMIN = Identity(subject="person:admin", role="admin")
SOON = timedelta(seconds=1)
LONG = timedelta(minutes=10)
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def world(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NotifyWorld]:
    """Notify in one process, with everything around it."""
    with NotifyWorld(servers, tmp_path_factory.mktemp("ladders")) as started:
        started.start_all(SMS_PROVIDER, MAIL_SINK, PUSH_SINK, *NEIGHBOURS, "notify-1")
        yield started


@pytest.fixture
def code(world: NotifyWorld) -> str:
    """A ticket's code that was not used before; sinks that are empty, and nobody's device."""
    for sink in (world.sms, world.mail, world.push):
        sink.delete("/messages").expect(204)
        sink.delete("/behaviour").expect(200)
    for person in (BOSS, CHIEF):
        for device in world.ask("notify-1", "devices", {}, by=person)["items"]:
            world.ask("notify-1", "remove_device", {"id": device["id"]}, by=person)
    world.ask("notify-1", "define_notices", {"definition": {}}, by=ADMIN)
    return f"4{next(_numbers):011d}"


def add_device(world: NotifyWorld, person: Identity = BOSS) -> str:
    subscription = world.push.post("/devices").expect(201).json
    request = {"endpoint": subscription["endpoint"], **subscription["keys"]}
    world.ask("notify-1", "add_device", request, by=person)
    return str(subscription["id"])


def breached(*notices: Notice) -> SlaBreached:
    return SlaBreached(
        clock="first_response",
        mark=100,
        alarm_at=NOON,
        due_at=NOON,
        priority=3,
        notices=list(notices),
    )


def push_then_sms_then_letter(first: timedelta = SOON, second: timedelta = SOON) -> Notice:
    return Notice(
        role="supervisor",
        channel="push",
        holder=1,
        acknowledge_within=first,
        then=[
            Rung(role="supervisor", channel="sms", holder=1, acknowledge_within=second),
            Rung(role="supervisor", channel="email", holder=2),
        ],
    )


def tell(world: NotifyWorld, code: str, *notices: Notice) -> None:
    world.tell(code, registered())
    world.tell(code, breached(*notices))


def steps(world: NotifyWorld, code: str) -> list[tuple[str, str, str | None]]:
    return [
        (each["channel"], each["state"], each["to"])
        for each in world.deliveries(code)
        if each["ladder"]
    ]


def events(world: NotifyWorld, code: str) -> list[dict[str, Any]]:
    commits = world.database("notify")["journal"].find({"stream": code}, sort=[("version", 1)])
    return [event for commit in commits for event in commit["events"]]


def types(world: NotifyWorld, code: str) -> list[str]:
    return [event["type"] for event in events(world, code)]


def pushed(world: NotifyWorld) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = world.push.get("/messages").json
    return messages


def token_of(link: str) -> str:
    return link.rpartition("/")[2]


def test_nobody_acknowledges_and_the_ladder_goes_to_its_end(world: NotifyWorld, code: str):
    device = add_device(world)

    tell(world, code, push_then_sms_then_letter())

    climbed = [
        ("push", "sent", "person:boss"),
        ("sms", "sent", "person:boss"),
        ("email", "sent", "person:chief"),
    ]
    eventually_equal(lambda: steps(world, code), climbed)
    (shown,) = pushed(world)
    assert (shown["device"], shown["urgency"]) == (device, "high")
    assert code[:4] in shown["content"]["title"]
    (sms,) = [each for each in world.short_messages() if each["receptor"] == "09350000000"]
    assert shown["content"]["link"].startswith("https://peygir.example.ir/a/")
    assert "https://peygir.example.ir/a/" in sms["message"]
    assert len(world.letters("chief@example.com")) == 1


def test_the_link_in_a_pushed_message_ends_the_ladder_once(world: NotifyWorld, code: str):
    add_device(world)
    tell(world, code, push_then_sms_then_letter(first=timedelta(minutes=1)))
    eventually_equal(lambda: steps(world, code), [("push", "sent", "person:boss")])
    token = token_of(pushed(world)[0]["content"]["link"])

    looked = world.ask("notify-1", "linked", {"token": token})
    first = world.ask("notify-1", "acknowledge_by_link", {"token": token})
    again = world.ask("notify-1", "acknowledge_by_link", {"token": token})

    assert looked == {"acknowledged_at": None}
    assert first == again == world.ask("notify-1", "linked", {"token": token})
    (told,) = [each for each in world.deliveries(code) if each["ladder"]]
    assert (told["acknowledged_by"], told["state"]) == ("person:boss", "sent")
    database = world.database("notify")
    assert database["tickets"].find_one({"_id": code}).get("due_at") is None
    assert world.call("notify-1", "linked", {"token": "x" * 34}).status == 404


def test_a_colleague_acknowledges_and_what_waits_is_not_sent(world: NotifyWorld, code: str):
    world.sms.put("/behaviour", {"status": 503}).expect(200)
    tell(world, code, Notice(role="service_manager", channel="sms", acknowledge_within=LONG))
    eventually(lambda: steps(world, code))
    (waiting,) = [each for each in world.deliveries(code) if each["ladder"]]

    request = {"code": code, "delivery": waiting["id"]}
    world.ask("notify-1", "acknowledge_delivery", request, by=AGENT)
    world.sms.delete("/behaviour").expect(200)

    eventually_equal(lambda: world.states(code), ["sent", "sent", "suppressed"])
    told = world.deliveries(code)[-1]
    assert (told["acknowledged_by"], told["reason"]) == ("person:desk", "acknowledged")
    assert [each for each in world.short_messages() if each["receptor"] == "09350000000"] == []


def test_a_device_that_is_gone_is_forgotten_and_the_next_step_follows_at_once(
    world: NotifyWorld, code: str
):
    device = add_device(world)
    world.push.delete(f"/devices/{device}").expect(204)

    tell(world, code, push_then_sms_then_letter(first=LONG, second=LONG))

    eventually_equal(
        lambda: steps(world, code), [("push", "failed", None), ("sms", "sent", "person:boss")]
    )
    assert world.ask("notify-1", "devices", {}, by=BOSS)["items"] == []
    assert world.deliveries(code)[2]["reason"] == "no_device"


def test_every_device_of_a_person_is_pushed_to_and_each_result_is_on_record(
    world: NotifyWorld, code: str
):
    gone, well = add_device(world), add_device(world)
    world.push.delete(f"/devices/{gone}").expect(204)

    tell(world, code, push_then_sms_then_letter(first=LONG))

    eventually_equal(lambda: steps(world, code), [("push", "sent", "person:boss")])
    (event,) = [
        each
        for each in events(world, code)
        if each["type"] == "notification.sent" and each["data"]["channel"] == "push"
    ]
    assert [each["outcome"] for each in event["data"]["devices"]] == ["gone", "taken"]
    assert [each["device"] for each in pushed(world)] == [well]


def test_a_push_service_that_hangs_holds_nobody_up_and_loses_nothing(world: NotifyWorld, code: str):
    add_device(world)
    world.push.put("/behaviour", {"hang_seconds": 5, "times": 1}).expect(200)

    tell(world, code, push_then_sms_then_letter(first=LONG))
    other = f"{int(code) + 500_000:012d}"
    world.tell(other, registered())

    eventually_equal(lambda: world.states(other), ["sent", "sent"])
    eventually_equal(lambda: steps(world, code), [("push", "sent", "person:boss")])
    assert {each["topic"] for each in pushed(world)} == {world.deliveries(code)[-1]["id"]}


def test_what_is_kept_by_then_needs_no_further_step(world: NotifyWorld, code: str):
    kept = KEPT + code[1:]

    tell(world, kept, Notice(
        role="supervisor", channel="sms", holder=1, acknowledge_within=SOON,
        then=[Rung(role="supervisor", channel="email", holder=2)],
    ))  # fmt: skip

    eventually_equal(lambda: len(steps(world, kept)), 1)
    eventually(lambda: "notification.ladder_ended" in types(world, kept))
    assert len(steps(world, kept)) == 1


def test_a_sender_killed_while_it_pushes_repeats_the_same_message(world: NotifyWorld, code: str):
    add_device(world)
    world.push.put("/behaviour", {"hang_seconds": 1, "times": 1}).expect(200)
    tell(world, code, push_then_sms_then_letter(first=LONG))
    eventually(lambda: world.push.get("/behaviour").json["hang_seconds"] == 0)

    world.kill("notify-1")
    world.start("notify-1")

    eventually_equal(lambda: steps(world, code), [("push", "sent", "person:boss")])
    topics = Counter(each["topic"] for each in pushed(world))
    assert list(topics) == [world.deliveries(code)[-1]["id"]]
    assert max(topics.values()) <= 2


def test_two_replicas_tell_each_step_once_though_one_is_killed(world: NotifyWorld, code: str):
    world.start("notify-2")
    codes = [f"3{number:011d}" for number in range(20)]
    notice = Notice(
        role="supervisor",
        channel="sms",
        holder=1,
        acknowledge_within=SOON,
        then=[Rung(role="supervisor", channel="email", holder=2)],
    )
    for each in codes:
        tell(world, each, notice)
    eventually(lambda: len(world.letters("chief@example.com")) > 3)
    world.kill("notify-1")
    world.start("notify-1")

    climbed = [("sms", "sent", "person:boss"), ("email", "sent", "person:chief")]
    eventually_equal(
        lambda: {each: steps(world, each) for each in codes}, dict.fromkeys(codes, climbed)
    )
    ids = Counter(each["message_id"] for each in world.letters("chief@example.com"))
    assert len(ids) == len(codes)
    assert max(ids.values()) <= 2
    world.kill("notify-2")


def test_what_is_too_much_comes_in_one_digest(world: NotifyWorld, code: str):
    policy = {"roles": {"service_manager": {"digest": {"most": 3, "within": "PT3S"}}}}
    world.ask("notify-1", "define_notices", {"definition": policy}, by=ADMIN)
    codes = [f"2{number:011d}" for number in range(40)]
    for each in codes:
        tell(world, each, Notice(role="service_manager", channel="email"))

    eventually_equal(lambda: {each: world.states(each) for each in codes},
                     dict.fromkeys(codes, ["sent"] * 3))  # fmt: skip
    letters = world.letters("boss@example.com")
    digests = {world.deliveries(each)[-1]["digest"] for each in codes} - {None}
    singles = [each for each in codes if world.deliveries(each)[-1]["digest"] is None]
    assert len(letters) == len(singles) + len(digests)
    assert len(singles) <= 3 * (len(digests) + 1)
    assert len(letters) <= 12
    assert world.database("notify")["digests"].count_documents({"provider": None}) == 0


def test_quiet_hours_hold_the_sms_and_not_the_letter(world: NotifyWorld, code: str):
    days = ("saturday", "sunday", "monday", "tuesday", "wednesday", "thursday", "friday")
    now = datetime.now(UTC)
    loud = "12:00-12:01" if now.hour != 12 else "00:00-00:01"
    spans = ["00:00-12:00", "12:01-24:00"] if loud.startswith("12") else ["00:01-24:00"]
    quiet = {"zone": "UTC", "week": dict.fromkeys(days, spans)}
    policy = {"roles": {"service_manager": {"quiet": quiet}}}
    world.ask("notify-1", "define_notices", {"definition": policy}, by=ADMIN)

    tell(world, code,
         Notice(role="service_manager", channel="sms"),
         Notice(role="service_manager", channel="email"),
         Notice(role="supervisor", channel="sms", holder=2))  # fmt: skip

    eventually_equal(lambda: world.states(code), ["sent", "sent", "queued", "sent", "sent"])
    assert datetime.fromisoformat(world.deliveries(code)[2]["next_attempt_at"]) > now


def test_devices_are_their_owners_alone(world: NotifyWorld, code: str):
    add_device(world)
    (device,) = world.ask("notify-1", "devices", {}, by=BOSS)["items"]
    subscription = world.push.post("/devices").expect(201).json
    outside = {**subscription["keys"], "endpoint": "https://127.0.0.1/push"}
    plain = {**subscription["keys"], "endpoint": "http://push.example/x"}
    unread = {"endpoint": subscription["endpoint"], "p256dh": "B" * 87, "auth": "A" * 22}

    assert world.ask("notify-1", "devices", {}, by=CHIEF)["items"] == []
    assert world.call("notify-1", "remove_device", {"id": device["id"]}, by=CHIEF).status == 404
    for refused in (outside, plain, unread):
        assert world.call("notify-1", "add_device", refused, by=BOSS).status == 422
    for _ in range(9):
        add_device(world)
    more = {"endpoint": subscription["endpoint"], **subscription["keys"]}
    assert world.call("notify-1", "add_device", more, by=BOSS).status == 409
    stranger = Identity(subject="anonymous", role="anonymous")
    assert world.call("notify-1", "devices", {}, by=stranger).status == 403


def test_the_policy_has_versions_and_says_what_is_wrong(world: NotifyWorld, code: str):
    before = world.ask("notify-1", "notices", {}, by=ADMIN)["version"]
    wrong = {"definition": {"roles": {"king": {}}}}

    refused = world.call("notify-1", "define_notices", wrong, by=ADMIN)
    forbidden = world.call("notify-1", "define_notices", {"definition": {}}, by=AGENT)
    world.ask("notify-1", "define_notices", {"definition": {"roles": {}}}, by=ADMIN)

    assert (refused.status, forbidden.status) == (422, 403)
    assert refused.json["fields"][0]["pointer"] == "/definition/roles/king"
    assert world.ask("notify-1", "notices", {}, by=ADMIN)["version"] == before + 1


def test_a_warning_that_waited_until_it_was_kept_is_not_told(world: NotifyWorld, code: str):
    kept = KEPT + code[1:]
    world.sms.put("/behaviour", {"status": 503}).expect(200)
    warned = SlaWarned(
        clock="first_response",
        mark=75,
        alarm_at=NOON,
        due_at=NOON,
        left_seconds=900,
        notices=[Notice(role="assignee", channel="sms")],
    )
    world.tell(kept, registered())
    world.tell(kept, warned, at=NOON)

    # Told at noon, which is longer ago than anybody waits without asking whether it still holds.
    eventually_equal(lambda: world.states(kept)[-1:], ["suppressed"])
    assert world.deliveries(kept)[-1]["reason"] == "no_longer_so"
