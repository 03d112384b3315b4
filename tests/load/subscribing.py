"""How fast one subscriber who was away catches up: by pages, as a stream, from a queue.

All read the same log, one after the other, and each parses every event: pages and the stream from
the log's beginning, the queue what has waited in it since it was made, acknowledged one by one as
docs/subscribing.md does it.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

import aiohttp
from amqp import Connection

from deploy.local.processes import SERVICES
from peygir.broker import Broker, Subscription
from tests.load.accounting import CpuMeter
from tests.load.backlog import Backlog
from tests.load.events import draw_codes, example
from tests.load.measuring import Bench

Row = dict[str, float]

_EVENTS = 20_000
_PREFETCH = 100
_SILENT_SECONDS = 20.0
_DATA = b"data: "


def subscribing(bench: Bench) -> dict[str, Row]:
    """Give events a second, and CPU milliseconds for a thousand of them, by each way."""
    subscriber = asyncio.run(_subscribed(bench))
    streams = [f"requester:{code}" for code in draw_codes(_EVENTS)]
    relay = Backlog(bench).tell(example("requester.changed"), streams)
    bench.await_quiet()
    logged = asyncio.run(_read_pages(bench))
    return {
        "subscriber_relay": {"events": _EVENTS, "per_second": relay.per_second},
        "subscriber_pages": _measured(bench, lambda: asyncio.run(_read_pages(bench))),
        "subscriber_stream": _measured(bench, lambda: asyncio.run(_read_stream(bench, logged))),
        "subscriber_queue": _measured(bench, lambda: _read_queue(bench, subscriber)),
    }


def _measured(bench: Bench, read: Callable[[], int]) -> Row:
    """Read once; gives how many events, how fast, and what the parts used for a thousand."""
    names = ("gateway", *SERVICES, "mongod", "rabbitmq")
    # Looked up now: who filled the journal has stopped and started a service.
    pids = {name: pid for name in names if (pid := bench.installation.pid(name))}
    meter, own, began = CpuMeter(pids), time.process_time(), time.perf_counter()
    count = read()
    seconds, reader = time.perf_counter() - began, time.process_time() - own
    used = meter.milliseconds_each(count // 1000)
    return {
        "events": count,
        "per_second": round(count / seconds),
        "cpu_ms_reader": round(1_000_000 * reader / count, 1),
        "cpu_ms_gateway": used["gateway"],
        "cpu_ms_services": round(sum(used[name] for name in SERVICES), 1),
        "cpu_ms_mongod": used["mongod"],
        "cpu_ms_rabbitmq": used["rabbitmq"],
    }


async def _subscribed(bench: Bench) -> Subscription:
    login = urlsplit(bench.addresses.amqp_uri)
    management = bench.addresses.broker_management or ""
    user, password = unquote(login.username or ""), unquote(login.password or "")
    async with Broker(management, user, password, _vhost(bench)) as broker:
        return await broker.subscribe("bench", "all", [], most=10 * _EVENTS)


async def _read_pages(bench: Bench) -> int:
    count, is_end = 0, False
    async with aiohttp.ClientSession() as http:
        while not is_end:
            page = await bench.people.read_on(http, 0)
            assert page is not None, "the log is not given"
            count += len(page["events"])  # type: ignore[arg-type]
            is_end = bool(page["end"])
    return count


async def _read_stream(bench: Bench, wanted: int) -> int:
    headers = {"Authorization": f"Bearer {bench.people.api('admin').token}"}
    url, count = f"{bench.people.url}/api/v1/events/stream", 0
    async with (
        aiohttp.ClientSession(read_bufsize=2**20) as http,
        http.get(url, headers=headers) as answer,
    ):
        async for line in answer.content:
            if line.startswith(_DATA):
                json.loads(line.removeprefix(_DATA))
                count += 1
                if count == wanted:
                    break
    return count


def _read_queue(bench: Bench, subscriber: Subscription) -> int:
    login = urlsplit(bench.addresses.amqp_uri)
    found: list[str] = []

    def take(message: object) -> None:
        found.append(json.loads(message.body)["id"])  # type: ignore[attr-defined]
        message.channel.basic_ack(message.delivery_tag)  # type: ignore[attr-defined]

    with Connection(
        f"{login.hostname}:{login.port}",
        userid=subscriber.user,
        password=subscriber.password,
        virtual_host=_vhost(bench),
    ) as connection:
        channel = connection.channel()
        channel.basic_qos(0, _PREFETCH, False)
        channel.basic_consume(subscriber.queue, callback=take)
        while len(found) < _EVENTS:
            connection.drain_events(timeout=_SILENT_SECONDS)
    return len(found)


def _vhost(bench: Bench) -> str:
    return unquote(urlsplit(bench.addresses.amqp_uri).path[1:]) or "/"
