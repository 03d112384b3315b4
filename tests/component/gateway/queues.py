"""Queues of subscribers at the broker: made by the command, read as who has them may."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlsplit

from amqp import Connection
from typer.testing import CliRunner

from peygir.cli import app
from tests.component.gateway.feed import FeedWorld
from tests.component.waiting import PATIENCE
from tests.servers import Servers


class PublicWorld(FeedWorld):
    """A world whose events outsiders may hear."""

    settings = {**FeedWorld.settings, "public_events": 1}


def command_of(world: PublicWorld, servers: Servers) -> Callable[..., Any]:
    """Give what runs a command about subscribers, and gives what it printed."""
    login = urlsplit(world.amqp_uri)
    environment = {
        "PEYGIR_BROKER_URL": servers.broker_management,
        "PEYGIR_BROKER_USER": login.username,
        "PEYGIR_BROKER_PASSWORD": login.password,
        "PEYGIR_BROKER_VHOST": unquote(login.path[1:]),
    }

    def run(*arguments: str) -> Any:
        told = CliRunner().invoke(app, ["--json", "subscriber", *arguments], env=environment)
        assert told.exit_code == 0, told.output
        return json.loads(told.stdout)

    return run


def channel_of(world: PublicWorld, subscriber: dict[str, str]) -> Any:
    """Give a channel as a subscriber opens it."""
    login = urlsplit(world.amqp_uri)
    connection = Connection(
        f"{login.hostname}:{login.port}",
        userid=subscriber["user"],
        password=subscriber["password"],
        virtual_host=unquote(login.path[1:]),
    )
    connection.connect()
    return connection.channel()


def taken(channel: Any, queue: str, count: int) -> list[dict[str, Any]]:
    """Take so many different events from a queue: one may come again."""
    found: dict[tuple[str, str], dict[str, Any]] = {}

    def take(message: Any) -> None:
        event = json.loads(message.body)
        found.setdefault((event["source"], event["id"]), event)

    channel.basic_consume(queue, no_ack=True, callback=take)
    while len(found) < count:
        channel.connection.drain_events(timeout=PATIENCE)
    return [*found.values()]
