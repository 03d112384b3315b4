"""Subscribers over AMQP: a queue each, and nothing beside it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from amqp.exceptions import AccessRefused

from peygir.broker import routing_keys
from tests.component.gateway.queues import PublicWorld, channel_of, command_of, taken
from tests.component.gateway.test_examples import PROGRAMS
from tests.component.waiting import eventually
from tests.load.events import draw_codes, example
from tests.servers import Servers


@pytest.fixture(scope="module")
def world(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PublicWorld]:
    with PublicWorld(servers, tmp_path_factory.mktemp("public")) as started:
        started.start_all("intake")
        yield started


@pytest.fixture(scope="module")
def command(world: PublicWorld, servers: Servers) -> Any:
    return command_of(world, servers)


@pytest.fixture
def erp(world: PublicWorld, command: Any) -> Iterator[dict[str, str]]:
    """A system that hears everything."""
    yield command("make", "erp", "all")
    command("remove", "erp", "all")


def subjects(world: PublicWorld, subscriber: dict[str, str], count: int) -> list[str]:
    events = taken(channel_of(world, subscriber), subscriber["queue"], count)
    return [event["subject"] for event in events]


def test_the_program_of_the_page_prints_what_happens(world, erp, tmp_path: Path):
    login = urlsplit(world.amqp_uri)
    program, printed = tmp_path / "take.py", tmp_path / "printed"
    program.write_text(PROGRAMS["take.py"], "utf-8")
    environment = {
        "PEYGIR_AMQP": f"{login.hostname}:{login.port}/{unquote(login.path[1:])}",
        "PEYGIR_USER": erp["user"],
        "PEYGIR_PASSWORD": erp["password"],
        "PEYGIR_QUEUE": erp["queue"],
    }
    codes = draw_codes(5)
    with printed.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, str(program)], env=os.environ | environment, stdout=output
        )
    try:
        for code in codes:
            world.tell(code, example("ticket.registered"))
        eventually(lambda: f"{codes[-1]}.1" in printed.read_text("utf-8"), "the last event")
    finally:
        process.kill()
        process.wait()

    lines = printed.read_text("utf-8").splitlines()
    assert [line.split()[1] for line in lines] == [f"{code}.1" for code in codes]


def test_a_queue_gets_the_types_it_was_made_for(world, command):
    made = command("make", "crm", "rated", "--type", "ticket.rated", "--type", "requester.*")
    world.tell(draw_codes(1)[0], example("ticket.registered"))
    code = f"requester:{draw_codes(1)[0]}"
    world.tell(code, example("requester.changed"))

    # What was told before would have come before.
    assert subjects(world, made, 1) == [code]
    command("remove", "crm", "rated")


def test_a_full_queue_drops_its_oldest(world, command):
    made = command("make", "slow", "few", "--most", "3")
    codes, before = draw_codes(6), world.numbered("intake")
    for code in codes:
        world.tell(code, example("ticket.registered"))
    world.await_numbered("intake", before + len(codes))
    eventually(lambda: world.published("intake"), "all to be published")

    assert subjects(world, made, 3) == codes[-3:]
    command("remove", "slow", "few")


@pytest.mark.parametrize(
    "deed",
    [
        lambda channel: channel.queue_declare("sub.erp.mine"),
        lambda channel: channel.queue_declare("anything"),
        lambda channel: channel.queue_bind("sub.erp.all", "intake.events", "0"),
        lambda channel: channel.queue_purge("intake--sla.0.v1"),
        lambda channel: channel.queue_delete("sub.erp.all"),
        lambda channel: channel.exchange_delete("peygir.events"),
        lambda channel: channel.basic_get("intake--sla.0.v1"),
        lambda channel: channel.basic_get("sub.erpx.all"),
    ],
)
def test_a_subscriber_may_read_its_queues_and_nothing_else(deed, world, erp):
    channel = channel_of(world, erp)

    with pytest.raises(AccessRefused):
        deed(channel)


def test_made_again_a_queue_stays_and_the_password_too(erp, command):
    again = command("make", "erp", "all")
    renewed = command("make", "erp", "all", "--new-password")

    assert again["password"] is None
    assert renewed["password"] not in (None, erp["password"])


def test_the_user_goes_with_the_last_queue(command, world):
    made = command("make", "brief", "one")
    command("make", "brief", "two")
    command("remove", "brief", "one")
    channel_of(world, made)

    command("remove", "brief", "two")

    with pytest.raises(AccessRefused):
        channel_of(world, made)
    assert all(not each["queue"].startswith("sub.brief.") for each in command("list"))


def test_patterns_are_those_of_the_feed():
    assert routing_keys(["ticket.registered", "sla.*"]) == ["ticket.registered", "sla.#"]
    assert routing_keys([]) == ["#"]
