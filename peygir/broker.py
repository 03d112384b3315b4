"""Subscriptions over AMQP: a queue and a user of its own for each system, by RabbitMQ's management.

Only its operator may do that: no running part of ours has the broker's administration. A
subscriber may read its own queues, and nothing else.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any, NamedTuple, Self
from urllib.parse import quote

import aiohttp
import msgspec

from chassis.bus.topology import PUBLIC_EXCHANGE
from contracts.subscribing import queue_of, user_of
from peygir.wire import Problem

_ANSWER_SECONDS = 10.0
_NOT_FOUND = 404
#: Full, a queue drops its oldest message: it never holds up who publishes.
_ARGUMENTS = {
    "x-queue-type": "quorum",
    "x-overflow": "drop-head",
    "x-single-active-consumer": True,
    "x-delivery-limit": 1_000_000,
}
_EXCHANGE = {"type": "topic", "durable": True, "auto_delete": False}


class Subscription(NamedTuple):
    """A system's way to a queue; the password is told when the user is made, or gets another."""

    queue: str
    user: str
    password: str | None


class Broker:
    """RabbitMQ's management API, as one of its administrators."""

    def __init__(self, url: str, user: str, password: str, vhost: str) -> None:
        self._url = url.rstrip("/")
        self._login = aiohttp.BasicAuth(user, password)
        self._vhost = quote(vhost, safe="")

    async def __aenter__(self) -> Self:
        """Open connections as they are needed."""
        timeout = aiohttp.ClientTimeout(total=_ANSWER_SECONDS)
        self._http = aiohttp.ClientSession(auth=self._login, timeout=timeout)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close every connection."""
        await self._http.close()

    async def subscribe(
        self, system: str, name: str, types: Sequence[str], *, most: int, new_password: bool = False
    ) -> Subscription:
        """Make a system's queue with its bindings, and its user; made before, it stays as it is."""
        user, queue = user_of(system), queue_of(system, name)
        # As services declare it: one may subscribe before they have told of anything.
        await self._ask("PUT", f"exchanges/{self._vhost}/{PUBLIC_EXCHANGE}", _EXCHANGE)
        await self._ask("PUT", f"queues/{self._vhost}/{queue}", _queue(most))
        for key in routing_keys(types):
            path = f"bindings/{self._vhost}/e/{PUBLIC_EXCHANGE}/q/{queue}"
            await self._ask("POST", path, {"routing_key": key})
        password = None
        if new_password or await self._ask("GET", f"users/{user}") is None:
            password = secrets.token_urlsafe(24)
            await self._ask("PUT", f"users/{user}", {"password": password, "tags": ""})
        may = {"configure": "^$", "write": "^$", "read": f"^{user.replace('.', '[.]')}[.]"}
        await self._ask("PUT", f"permissions/{self._vhost}/{user}", may)
        return Subscription(queue, user, password)

    async def subscriptions(self) -> list[dict[str, Any]]:
        """Give the queues of all systems, with how much waits in each."""
        found = await self._ask("GET", f"queues/{self._vhost}") or []
        return [
            {"queue": each["name"], "waiting": each.get("messages", 0)}
            for each in found
            if each["name"].startswith("sub.")
        ]

    async def unsubscribe(self, system: str, name: str) -> None:
        """Take a queue away, and the user with its last one."""
        await self._ask("DELETE", f"queues/{self._vhost}/{queue_of(system, name)}")
        begins = f"{user_of(system)}."
        if not any(each["queue"].startswith(begins) for each in await self.subscriptions()):
            await self._ask("DELETE", f"users/{user_of(system)}")

    async def _ask(self, method: str, path: str, body: Any = None) -> Any:
        """Ask; nothing where there is no such thing to read or to take away."""
        try:
            async with self._http.request(
                method,
                f"{self._url}/api/{path}",
                data=None if body is None else msgspec.json.encode(body),
                headers={"Content-Type": "application/json"},
            ) as response:
                content = await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            said = f"{self._url} does not answer"
            raise Problem(503, "broker_away", said, type(error).__name__) from None
        if response.status == _NOT_FOUND and method in ("GET", "DELETE"):
            return None
        if not response.ok:
            said = f"The broker refuses {method} {path}"
            raise Problem(response.status, "broker_refuses", said, content.decode()[:200])
        return msgspec.json.decode(content) if content else {}


def routing_keys(types: Sequence[str]) -> list[str]:
    """Give what a queue is bound by: `ticket.*` stands for all that begin so, none for all."""
    keys = [each.removesuffix("*") + "#" if each.endswith(".*") else each for each in types]
    return keys or ["#"]


def _queue(most: int) -> dict[str, Any]:
    return {"durable": True, "arguments": {**_ARGUMENTS, "x-max-length": most}}
