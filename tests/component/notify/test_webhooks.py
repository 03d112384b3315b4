"""Webhooks over real connections: every event arrives at who subscribes, or it is known why not."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import standardwebhooks

from contracts.intake import TicketMessageReceived
from contracts.routing import TicketNoted
from deploy.local.ports import HOST
from deploy.local.processes import MAIL_SINK
from deploy.local.programs import Program
from tests.component.notify.world import NEIGHBOURS, NotifyWorld
from tests.component.processes import Process
from tests.component.waiting import always, eventually, eventually_equal
from tests.http import Http
from tests.receiver import CUT, HANG
from tests.servers import Servers
from tests.unit.notify.samples import TEXT, registered

RECEIVER = "receiver"
ROOT = Path(__file__).parents[3]
HANDS = ("notify-1", "notify-2")
PAUSES = "0.2,0.2,0.2,0.2,0.2,0.2"
SETTINGS = {"webhook_inside": HOST, "webhook_retry_seconds": PAUSES, "webhook_seconds": 1.5}
_codes = itertools.count(1)
Got = list[dict[str, Any]]


class HookWorld(NotifyWorld):
    """Two replicas of notify, its neighbours, and a receiver that misbehaves by script."""

    settings = NotifyWorld.settings | SETTINGS

    def __init__(self, servers: Servers, logs: Path) -> None:
        super().__init__(servers, logs, more_ports=[RECEIVER])
        self.receiver = Http(self.url(RECEIVER))
        self.secrets: dict[str, str] = {}

    def subscribe(self, name: str, **changes: Any) -> dict[str, Any]:
        request = {"id": name, "title": {"en": name}, "address": self.address(name), **changes}
        view: dict[str, Any] = self.ask("notify-1", "define_webhook", request)
        if view["secret"]:
            self.secrets[name] = view["secret"]
        return view

    def address(self, name: str) -> str:
        return f"{self.url(RECEIVER)}/hook/{name}"

    def script(self, name: str, *answers: Any) -> None:
        self.receiver.request("PUT", f"/script/{name}", [list(each) for each in answers])

    def got(self, name: str) -> Got:
        found: Got = self.receiver.get(f"/got/{name}").json
        return found

    def asked(self, name: str) -> set[str]:
        """Give the ids of all messages that came."""
        return {each["headers"]["webhook-id"] for each in self.got(name)}

    def taken(self, name: str) -> Got:
        """Give what came with a right signature and was taken, as events."""
        hook = standardwebhooks.Webhook(self.secrets[name])
        taken = [each for each in self.got(name) if 200 <= each["status"] < 300]
        return [hook.verify(each["body"], each["headers"]) for each in taken]

    def codes_of(self, name: str) -> list[str]:
        return [event["subject"] for event in self.taken(name)]

    def posts(self, name: str, **asked: Any) -> Got:
        found: Got = self.ask("notify-1", "webhook_posts", {"id": name, **asked})
        return found

    def view(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.ask("notify-1", "webhook", {"id": name})
        return found

    def register(self) -> str:
        code = f"7{next(_codes):011d}"
        self.tell(code, registered())
        return code

    def _process(self, name: str, environment: Mapping[str, str], log: Path) -> Process:
        if name != RECEIVER:
            return super()._process(name, environment, log)
        command = [sys.executable, "-m", "tests.receiver", str(self.ports[RECEIVER])]
        return Process(Program(name, command, ROOT), environment, log, f"{self.url(name)}/healthz")


@pytest.fixture(scope="module")
def world(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HookWorld]:
    with HookWorld(servers, tmp_path_factory.mktemp("webhooks")) as started:
        started.start_all(RECEIVER, MAIL_SINK, *NEIGHBOURS, *HANDS)
        yield started


def test_events_of_the_wanted_types_arrive_signed(world: HookWorld) -> None:
    world.subscribe("wanted", types=["ticket.registered"])

    code = world.register()
    world.tell(code, TicketMessageReceived(message=TEXT, channel="web"))

    (event,) = eventually(lambda: world.taken("wanted"))
    assert event["type"] == "ir.peygir.ticket.registered.v1"
    assert event["subject"] == code
    assert event["data"]["kind"] == "request"
    (post,) = eventually(lambda: world.posts("wanted", state="delivered"))
    whole = world.ask("notify-1", "webhook_post", {"id": "wanted", "post": post["id"]})
    assert whole["body"] == event
    assert whole["attempts"][0]["answer"] == "taken"


def test_every_event_arrives_through_every_trouble_with_one_id(world: HookWorld) -> None:
    world.script(
        "clumsy",
        (500, {}),
        (429, {"Retry-After": "1"}),
        (302, {"Location": world.address("clumsy")}),
        (CUT, {}),
        (HANG, {}),
        (204, {}),
    )
    world.subscribe("clumsy", types=["ticket.registered"])

    code = world.register()

    eventually_equal(lambda: world.codes_of("clumsy"), [code])
    (post,) = eventually(lambda: world.posts("clumsy", state="delivered"))
    assert [each["outcome"] for each in post["attempts"]] == [
        "failing",
        "busy",
        "redirected",
        "unreachable",
        "timeout",
        "taken",
    ]
    got = world.got("clumsy")
    assert {each["headers"]["webhook-id"] for each in got} == {post["message"]}
    assert got[2]["at"] >= got[1]["at"] + 1
    assert world.got("followed") == []


def test_one_that_is_gone_is_asked_once_and_its_owner_told(world: HookWorld) -> None:
    world.script("gone", (410, {}))
    world.subscribe("gone", types=["ticket.registered"], owner="desk")

    world.register()
    eventually_equal(lambda: world.view("gone")["stopped"], "gone")
    eventually(lambda: world.processes["notify-1"].metric("peygir_webhooks_stopped"))
    second = world.register()

    letters = eventually(lambda: [each for each in world.letters() if "(۴۱۰)" in each["text"]])
    assert len(letters) == 1
    always(lambda: len(world.asked("gone")) == 1, seconds=1.5)
    world.script("gone", (200, {}))
    world.subscribe("gone", types=["ticket.registered"], owner="desk")
    eventually(lambda: second in world.codes_of("gone"))
    assert world.view("gone")["stopped"] is None


def test_one_that_takes_nothing_is_stopped_and_holds_nobody_up(world: HookWorld) -> None:
    world.script("stubborn", (HANG, {}))
    world.subscribe("stubborn", types=["ticket.registered"])
    world.subscribe("willing", types=["ticket.registered"])

    codes = [world.register() for _ in range(12)]

    eventually(lambda: set(world.codes_of("willing")) == set(codes), seconds=10)
    eventually_equal(lambda: world.view("stubborn")["stopped"], "failing")
    given_up = world.posts("stubborn", state="failed")
    assert {len(post["attempts"]) for post in given_up} == {len(PAUSES.split(",")) + 1}


def test_a_tickets_events_keep_their_order_where_that_is_asked_for(world: HookWorld) -> None:
    world.script("ordered", (500, {}), (200, {}), (503, {}), (200, {}))
    world.subscribe("ordered", types=["ticket.*"], ordered=True)

    code = world.register()
    # Two logs are in no order unless one event follows from the other.
    eventually(lambda: len(world.taken("ordered")) == 1)
    for _ in range(5):
        world.tell(code, TicketNoted(by="desk", note=TEXT))

    eventually(lambda: len(world.taken("ordered")) == 6)
    taken = world.taken("ordered")
    noted = [event["sequence"] for event in taken if event["source"] == "/peygir/routing"]
    assert noted == [1, 2, 3, 4, 5]
    assert taken[0]["source"] == "/peygir/intake"


def test_a_replay_sends_everything_again_with_the_same_ids(world: HookWorld) -> None:
    world.subscribe("replayed", types=["ticket.registered"])
    cursor = world.view("replayed")["cursor"]
    codes = [world.register() for _ in range(3)]
    eventually_equal(lambda: sorted(world.codes_of("replayed")), sorted(codes))

    world.ask("notify-1", "replay_webhook", {"id": "replayed", "after": cursor})

    eventually_equal(lambda: sorted(world.codes_of("replayed")), sorted(codes * 2))
    assert len({each["headers"]["webhook-id"] for each in world.got("replayed")}) == 3
    (post, *_) = world.posts("replayed", state="delivered")
    world.ask("notify-1", "retry_webhook_post", {"id": "replayed", "post": post["id"]})
    eventually(lambda: world.codes_of("replayed").count(post["subject"]) == 3)


def test_two_secrets_are_good_while_one_takes_the_others_place(world: HookWorld) -> None:
    world.subscribe("turning", types=["ticket.registered"])
    old = world.secrets["turning"]

    new = world.ask("notify-1", "rotate_webhook_secret", {"id": "turning"})["secret"]
    eventually(lambda: len(world.view("turning")["keys"]) == 2)
    tested = world.ask("notify-1", "test_webhook", {"id": "turning"})

    assert tested["state"] == "delivered"
    (came,) = world.got("turning")
    for secret in (old, new):
        said = standardwebhooks.Webhook(secret).verify(came["body"], came["headers"])
        assert said["type"] == "ir.peygir.webhook.test.v1"


def test_units_and_kinds_narrow_what_is_sent(world: HookWorld) -> None:
    """The neighbours say that every ticket is a request of one unit."""
    unit = world.ask("routing", "tickets", {"codes": ["1" * 12]})["items"][0]["unit"]
    world.subscribe("here", types=["ticket.registered"], units=[unit], kinds=["request"])
    world.subscribe("elsewhere", types=["ticket.registered"], units=["nowhere"])
    world.subscribe("other", types=["ticket.registered"], kinds=["complaint"])

    code = world.register()

    eventually_equal(lambda: world.codes_of("here"), [code])
    always(lambda: not world.got("elsewhere") and not world.got("other"), seconds=1)


def test_addresses_within_are_refused_and_changes_are_on_record(world: HookWorld) -> None:
    request = {"id": "within", "title": {"en": "x"}, "address": "https://169.254.169.254/latest"}

    answer = world.call("notify-1", "define_webhook", request | {"types": ["tickets.made"]})

    assert answer.status == 422
    found = {(each["pointer"], each["code"]) for each in answer.json["fields"]}
    assert found == {("/address", "address_not_allowed"), ("/types/0", "event_type_unknown")}
    newest = world.ask("notify-1", "audit", {})[0]
    assert newest["kind"] == "webhook"
    assert newest["by"] == "person:admin"
    assert "whsec_" not in str(world.ask("notify-1", "audit", {}))


def test_a_kill_in_the_middle_loses_nothing(world: HookWorld) -> None:
    world.subscribe("lasting", types=["ticket.registered"])
    codes = []
    for hand in HANDS:
        codes += [world.register() for _ in range(15)]
        eventually(lambda: world.got("lasting"))
        world.kill(hand)
        codes += [world.register() for _ in range(5)]
        world.start(hand)

    eventually(lambda: set(world.codes_of("lasting")) == set(codes))

    eventually_equal(lambda: world.view("lasting")["waiting"], 0)
    ids = [each["headers"]["webhook-id"] for each in world.got("lasting")]
    # Only what was in the hands of who died is sent again, with the same id.
    assert len(ids) - len(set(ids)) <= 2 * 8
