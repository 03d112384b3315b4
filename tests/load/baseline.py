"""What the machine can do with the same parts and nothing of ours: the other side of the ratios."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from typing import Any

from amqp import Connection, Message
from pymongo import MongoClient
from pymongo.write_concern import WriteConcern

from deploy.local.ports import free_port
from tests.load.driver import by_callers

_MESSAGES = 5000
_WINDOW = 100
_BARE_ROUTE = """
import sys, uvicorn
from fastapi import FastAPI
app = FastAPI()
@app.post("/")
async def bare(body: dict) -> dict:
    return {"ok": True}
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error", access_log=False)
"""


def broker(uri: str) -> dict[str, float]:
    """Publish with confirms in windows, and consume with multiple acks, on a quorum queue."""
    host, login, password, vhost = _parts(uri)
    connection = Connection(host=host, userid=login, password=password, virtual_host=vhost)
    connection.connect()
    channel = connection.channel()
    queue = "bench.baseline"
    channel.queue_declare(
        queue, durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"}
    )
    channel.confirm_select()
    confirmed: set[int] = set()
    channel.events["basic_ack"].add(
        lambda tag, multiple: confirmed.update(range(1, tag + 1) if multiple else (tag,))
    )
    started = time.perf_counter()
    for number in range(1, _MESSAGES + 1):
        message = Message(b"x" * 1024, delivery_mode=2)
        channel.basic_publish(message, routing_key=queue)
        if number % _WINDOW == 0:
            while len(confirmed) < number:
                connection.drain_events(timeout=10)
    published = _MESSAGES / (time.perf_counter() - started)
    received: list[Any] = []
    channel.basic_qos(0, 500, False)
    started = time.perf_counter()
    tag = channel.basic_consume(queue, callback=received.append)
    acknowledged = 0
    while acknowledged < _MESSAGES:
        if len(received) == acknowledged:
            connection.drain_events(timeout=10)
        elif len(received) - acknowledged >= _WINDOW or len(received) == _MESSAGES:
            acknowledged = len(received)
            channel.basic_ack(received[-1].delivery_tag, multiple=True)
        else:
            connection.drain_events(timeout=10)
    consumed = _MESSAGES / (time.perf_counter() - started)
    channel.basic_cancel(tag)
    channel.queue_delete(queue)
    connection.close()
    return {"publish_per_second": round(published), "consume_per_second": round(consumed)}


def database(uri: str) -> dict[str, float]:
    """Insert ticket-sized documents durably, one by one and in hundreds."""
    client: MongoClient[dict[str, Any]] = MongoClient(uri)
    durable = WriteConcern(w="majority", j=True)
    collection = client["bench"].get_collection("baseline", write_concern=durable)
    collection.drop()
    started = time.perf_counter()
    for number in range(300):
        collection.insert_one({"_id": number, "body": "x" * 900})
    single = 300 / (time.perf_counter() - started)
    started = time.perf_counter()
    for start in range(1000, 11_000, 100):
        documents = [{"_id": start + item, "body": "x" * 900} for item in range(100)]
        collection.insert_many(documents, ordered=False)
    many = 10_000 / (time.perf_counter() - started)
    client.drop_database("bench")
    client.close()
    return {"insert_per_second": round(single), "insert_by_hundreds_per_second": round(many)}


def bare_route() -> dict[str, float]:
    """Post JSON to a FastAPI route that does nothing."""
    port = free_port()
    command = [sys.executable, "-c", _BARE_ROUTE, str(port)]
    with subprocess.Popen(command) as process:
        try:
            return asyncio.run(_post_to_bare_route(f"http://127.0.0.1:{port}/"))
        finally:
            process.terminate()


async def _post_to_bare_route(url: str) -> dict[str, float]:
    async def send(http: Any, _number: int) -> dict[str, object] | None:
        async with http.post(url, json={"title": "x" * 500}) as answer:
            return dict(await answer.json())

    deadline = time.monotonic() + 20
    while (await by_callers(send, callers=1, count=1)).failed:
        if time.monotonic() > deadline:
            raise TimeoutError("the bare route does not answer")
        await asyncio.sleep(0.1)
    return (await by_callers(send, callers=32, count=4000)).row()


def _parts(uri: str) -> tuple[str, str, str, str]:
    rest = uri.removeprefix("amqp://")
    login, _at, place = rest.rpartition("@")
    name, _colon, password = login.partition(":")
    host, _slash, vhost = place.partition("/")
    return host, name, password, vhost or "/"
