"""The HTTP routes: the provider's own, and ours to look and to meddle."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from http import HTTPStatus

from aiohttp import web

from deploy.local.sinks import Desk, Manners
from deploy.local.sms_provider.codes import MessageStatus, ReturnCode
from deploy.local.sms_provider.outbox import Message, Outbox, Receipts, Refused, split
from deploy.local.sms_provider.receipts import ReceiptPost

Entries = list[dict[str, object]]
Method = Callable[[Mapping[str, str]], Entries]


class SmsProvider:
    """One account with one key; without a key every caller is the account."""

    def __init__(self, key: str | None) -> None:
        self._key = key
        self._outbox = Outbox()
        self._receipts = Receipts()
        self._post = ReceiptPost()
        self._manners = Manners()

    def application(self) -> web.Application:
        app = web.Application()
        app.add_routes(
            [
                *self._provided("send", self._send),
                *self._provided("status", self._status),
                *self._provided("statuslocalmessageid", self._status_by_localid),
                web.get("/messages", self._list),
                web.get("/count", self._count),
                web.delete("/messages", self._forget),
                web.put("/receipts", self._change_receipts),
                *Desk(self._manners).routes(),
            ]
        )
        app.cleanup_ctx.append(self._posting)
        return app

    # The provider's side.

    def _provided(self, name: str, method: Method) -> list[web.RouteDef]:
        path, handler = f"/v1/{{key}}/sms/{name}.json", self._answering(method)
        return [web.get(path, handler), web.post(path, handler)]

    def _answering(self, method: Method) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def answer(request: web.Request) -> web.Response:
            refusal = await self._manners.next_refusal()
            if refusal is not None:
                return _refusal(refusal)
            if self._key is not None and request.match_info["key"] != self._key:
                return _answer(ReturnCode.KEY_INVALID, [])
            try:
                return _answer(ReturnCode.DONE, method(await _parameters(request)))
            except Refused as refused:
                return _answer(refused.code, [])

        return answer

    def _send(self, parameters: Mapping[str, str]) -> Entries:
        messages = self._outbox.send(parameters, self._receipts)
        self._post.expect(messages)
        return [message.as_entry() for message in messages]

    def _status(self, parameters: Mapping[str, str]) -> Entries:
        return [
            {"messageid": int(each), **_state(self._outbox.find(each))}
            for each in _numbers(parameters, "messageid")
        ]

    def _status_by_localid(self, parameters: Mapping[str, str]) -> Entries:
        entries: Entries = []
        for localid in _numbers(parameters, "localid"):
            message = self._outbox.find_local(localid)
            messageid = message.messageid if message else 0
            entries.append({"messageid": messageid, "localid": localid, **_state(message)})
        return entries

    # Our side.

    async def _list(self, request: web.Request) -> web.Response:
        wanted: Iterable[Message] = self._outbox.kept
        for field in ("receptor", "localid"):
            if field in request.query:
                value = request.query[field]
                wanted = [message for message in wanted if getattr(message, field) == value]
        return web.json_response([message.as_listed() for message in wanted])

    async def _count(self, _request: web.Request) -> web.Response:
        return web.json_response({"received": self._outbox.kept.received})

    async def _forget(self, _request: web.Request) -> web.Response:
        self._outbox.clear()
        self._post.forget()
        return web.Response(status=HTTPStatus.NO_CONTENT)

    async def _change_receipts(self, request: web.Request) -> web.Response:
        try:
            self._receipts = Receipts.model_validate_json(await request.read())
        except ValueError as error:
            return web.json_response({"error": str(error)}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        return web.json_response(self._receipts.model_dump())

    async def _posting(self, _app: web.Application) -> AsyncIterator[None]:
        posting = asyncio.create_task(self._post.run())
        yield
        posting.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await posting


async def _parameters(request: web.Request) -> dict[str, str]:
    """What came in the address and in the form, as the real one takes it from both."""
    form = await request.post()
    return {
        **request.query,
        **{name: value for name, value in form.items() if isinstance(value, str)},
    }


def _numbers(parameters: Mapping[str, str], name: str) -> list[str]:
    numbers = split(parameters.get(name, ""))
    if not numbers or not all(number.isdecimal() for number in numbers):
        raise Refused(ReturnCode.PARAMETERS_INCOMPLETE)
    return numbers


def _state(message: Message | None) -> dict[str, object]:
    status = message.status if message else MessageStatus.UNKNOWN
    return {"status": int(status), "statustext": status.text}


def _answer(code: ReturnCode, entries: Entries) -> web.Response:
    body = {"return": {"status": int(code), "message": code.text}, "entries": entries or None}
    return web.json_response(body, status=int(code))


def _refusal(status: int) -> web.Response:
    """A refusal that was asked for: in the provider's form where it has one, else a bare page."""
    try:
        return _answer(ReturnCode(status), [])
    except ValueError:
        return web.Response(status=status, text="<h1>Service Unavailable</h1>")
