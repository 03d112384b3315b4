"""Messages to partners that misbehave, over real connections: each arrives, or says why not."""

from __future__ import annotations

import http.server
import itertools
import threading
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
import standardwebhooks

from contracts.routing import TicketPartnerWritten, TicketSentOut
from deploy.local.ports import HOST
from deploy.local.processes import MAIL_SINK
from tests.component.notify.world import NEIGHBOURS, NotifyWorld
from tests.component.waiting import eventually, eventually_equal
from tests.servers import Servers
from tests.unit.notify.samples import SECRET, TEXT, registered

_codes = itertools.count(1)
_SMALL = "0.2,0.2,0.2,0.2,0.2"


class Partner(http.server.BaseHTTPRequestHandler):
    """Answers each partner, named by its path, as scripted: the last way for ever."""

    scripts: dict[str, list[tuple[int, dict[str, str]]]]
    got: dict[str, list[dict[str, str]]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        name = self.path.strip("/")
        head = {key.lower(): value for key, value in self.headers.items()}
        head["type"] = standardwebhooks.Webhook(SECRET).verify(body, head)["type"]
        self.got[name].append(head)
        script = self.scripts[name]
        status, headers = script.pop(0) if len(script) > 1 else script[0]
        if status == 0:
            self.close_connection = True
            return
        self.send_response(status)
        for key, value in {**headers, "Content-Length": "0"}.items():
            self.send_header(key, value)
        self.end_headers()

    def do_GET(self) -> None:
        self.got["followed"].append({})
        self.send_error(404)

    def log_message(self, *_arguments: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def partner() -> Iterator[Any]:
    scripts = defaultdict(lambda: [(202, {})])
    handler = type("Scripted", (Partner,), {"scripts": scripts, "got": defaultdict(list)})
    server = http.server.ThreadingHTTPServer((HOST, 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    handler.address = f"http://{HOST}:{server.server_port}"
    yield handler
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def world(
    servers: Servers, partner: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[NotifyWorld]:
    with NotifyWorld(servers, tmp_path_factory.mktemp("partners")) as started:
        started._environment["PARTNER_ADDRESS"] = partner.address
        started.start_all(MAIL_SINK, *NEIGHBOURS)
        started.start(
            "notify-1", partner_inside=HOST, partner_retry_seconds=_SMALL, partner_seconds=30
        )
        yield started


def hand_over(world: NotifyWorld, name: str) -> str:
    code = f"8{next(_codes):011d}"
    world.tell(code, registered())
    handed = {"handoff": "h1", "partner": name, "kind": "webhook"}
    world.tell(code, TicketSentOut(**handed, by="desk", reason=TEXT))  # type: ignore[arg-type]
    return code


def to_partner(world: NotifyWorld, code: str) -> list[dict[str, Any]]:
    return [each for each in world.deliveries(code) if each["channel"] == "partner"]


def states(world: NotifyWorld, code: str) -> list[tuple[str, str | None]]:
    return [(each["state"], each["reason"]) for each in to_partner(world, code)]


def told_of_it(world: NotifyWorld, code: str) -> set[str]:
    """Give what became of the letters to our people about a partner that could not be asked."""
    letters = [d for d in world.deliveries(code) if d["template"] == "partner_unreached"]
    return {each["state"] for each in letters}


def test_a_message_arrives_through_every_trouble_with_one_id(
    world: NotifyWorld, partner: Any
) -> None:
    partner.scripts["clumsy"] = [
        (500, {}),
        (429, {"Retry-After": "1"}),
        (302, {"Location": f"{partner.address}/clumsy"}),
        (0, {}),
        (202, {}),
    ]

    code = hand_over(world, "clumsy")

    eventually_equal(lambda: states(world, code), [("sent", None)])
    (delivery,) = to_partner(world, code)
    got = partner.got["clumsy"]
    assert {head["webhook-id"] for head in got} == {delivery["id"]}
    assert (len(got), delivery["attempts"]) == (5, 5)
    assert not partner.got["followed"]
    assert int(got[2]["webhook-timestamp"]) >= int(got[1]["webhook-timestamp"]) + 1


def test_a_partner_that_is_gone_is_asked_once(world: NotifyWorld, partner: Any) -> None:
    partner.scripts["gone"] = [(410, {})]

    first = hand_over(world, "gone")
    eventually_equal(lambda: states(world, first), [("failed", "gone")])
    second = hand_over(world, "gone")

    eventually_equal(lambda: states(world, second), [("failed", "gone")])
    assert len(partner.got["gone"]) == 1


def test_one_that_never_takes_anything_is_given_up_and_holds_nobody_up(
    world: NotifyWorld, partner: Any
) -> None:
    partner.scripts["stubborn"] = [(503, {})]

    refused, taken = hand_over(world, "stubborn"), hand_over(world, "willing")

    eventually_equal(lambda: states(world, taken), [("sent", None)])
    eventually_equal(lambda: states(world, refused), [("failed", "provider_busy")])
    assert len(partner.got["stubborn"]) == len(_SMALL.split(",")) + 1
    eventually_equal(lambda: told_of_it(world, refused), {"sent"})
    assert told_of_it(world, taken) == set()


def test_what_follows_is_told_in_order_and_after_a_kill_with_the_same_ids(
    world: NotifyWorld, partner: Any
) -> None:
    partner.scripts["slow"] = [(503, {"Retry-After": "2"}), (202, {})]
    code = hand_over(world, "slow")
    eventually(lambda: partner.got["slow"])
    world.kill("notify-1")
    world.start("notify-1", partner_inside=HOST, partner_retry_seconds=_SMALL, partner_seconds=30)
    written = {"handoff": "h1", "partner": "slow", "kind": "webhook"}
    world.tell(code, TicketPartnerWritten(**written, by="desk", text=TEXT))  # type: ignore[arg-type]

    eventually_equal(lambda: states(world, code), [("sent", None)] * 2)

    ids = [each["id"] for each in to_partner(world, code)]
    by_id = {head["webhook-id"]: head["type"] for head in partner.got["slow"]}
    assert by_id == dict(zip(ids, ["handoff.requested", "handoff.written"], strict=True))
