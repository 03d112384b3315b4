"""The HTTP routes: the push service's own, and ours to look and to meddle."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus

from aiohttp import web

from deploy.local.ports import HOST
from deploy.local.push_sink.browser import Browser, NotSigned, Unreadable, signer_of
from deploy.local.sinks import Desk, Kept, Manners

_LONGEST_BODY = 4096


@dataclass(frozen=True)
class Shown:
    """One message as the browser showed it."""

    device: str
    topic: str
    content: dict[str, object]
    lives_seconds: int
    urgency: str
    received_at: datetime

    def as_json(self) -> dict[str, object]:
        return {
            "device": self.device,
            "topic": self.topic,
            "content": self.content,
            "lives_seconds": self.lives_seconds,
            "urgency": self.urgency,
            "received_at": self.received_at.isoformat(),
        }


class PushSink:
    def __init__(self, port: int) -> None:
        self._base = f"http://{HOST}:{port}"
        self._browsers: dict[str, Browser] = {}
        self._shown: Kept[Shown] = Kept()
        self._manners = Manners()

    def application(self) -> web.Application:
        app = web.Application()
        app.add_routes(
            [
                web.post("/push/{device}", self._take),
                web.post("/devices", self._subscribe),
                web.delete("/devices/{device}", self._unsubscribe),
                web.get("/messages", self._list),
                web.get("/count", self._count),
                web.delete("/messages", self._forget),
                *Desk(self._manners).routes(),
            ]
        )
        return app

    # The push service's side.

    async def _take(self, request: web.Request) -> web.Response:
        refusal = await self._manners.next_refusal()
        if refusal is not None:
            return web.Response(status=refusal)
        body = await request.read()
        browser = self._browsers.get(request.match_info["device"])
        if browser is None or browser.gone:
            status = HTTPStatus.GONE if browser else HTTPStatus.NOT_FOUND
            return web.Response(status=status)
        try:
            signer_of(request.headers.get("Authorization", ""), self._base, time.time())
            self._shown.add(_shown(browser, request.headers, body), len(body))
        except NotSigned as error:
            return web.Response(status=HTTPStatus.FORBIDDEN, text=str(error))
        except (Unreadable, ValueError) as error:
            return web.Response(status=HTTPStatus.BAD_REQUEST, text=str(error))
        return web.Response(status=HTTPStatus.CREATED, headers={"Location": f"{self._base}/shown"})

    # Our side.

    async def _subscribe(self, _request: web.Request) -> web.Response:
        browser = Browser()
        self._browsers[browser.id] = browser
        return web.json_response(browser.subscription(self._base), status=HTTPStatus.CREATED)

    async def _unsubscribe(self, request: web.Request) -> web.Response:
        browser = self._browsers.get(request.match_info["device"])
        if browser is None:
            return web.Response(status=HTTPStatus.NOT_FOUND)
        browser.gone = True
        return web.Response(status=HTTPStatus.NO_CONTENT)

    async def _list(self, request: web.Request) -> web.Response:
        device = request.query.get("device")
        wanted = [each for each in self._shown if device in (None, each.device)]
        return web.json_response([each.as_json() for each in wanted])

    async def _count(self, _request: web.Request) -> web.Response:
        return web.json_response({"received": self._shown.received})

    async def _forget(self, _request: web.Request) -> web.Response:
        self._shown.clear()
        return web.Response(status=HTTPStatus.NO_CONTENT)


def _shown(browser: Browser, headers: Mapping[str, str], body: bytes) -> Shown:
    """Read a message as a browser would; raises Unreadable or ValueError."""
    if headers.get("Content-Encoding") != "aes128gcm" or len(body) > _LONGEST_BODY:
        raise ValueError("not as RFC 8291 has it")
    return Shown(
        device=browser.id,
        topic=headers.get("Topic", ""),
        content=json.loads(browser.read(body)),
        lives_seconds=int(headers.get("TTL", "")),
        urgency=headers.get("Urgency", "normal"),
        received_at=datetime.now(UTC),
    )
