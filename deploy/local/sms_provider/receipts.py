"""Receipts for messages whose sender wants to be told how they ended."""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Iterable

import aiohttp

from deploy.local.sms_provider.outbox import Message

_TRIES = 3
#: A sleep may end a moment early, and then the message has not ended yet.
_LATER_SECONDS = 0.02
_PAUSE_SECONDS = 1.0
_ANSWER_SECONDS = 5.0
_MOST_WAITING = 100_000


class ReceiptPost:
    """Posts `messageid` and `status` to the callback address when a message has ended."""

    def __init__(self) -> None:
        # Oldest first, which is the order in which they end, as long as nobody changes the time
        # that it takes; after such a change some are late by the difference.
        self._waiting: deque[Message] = deque(maxlen=_MOST_WAITING)
        self._came = asyncio.Event()

    def expect(self, messages: Iterable[Message]) -> None:
        self._waiting.extend(m for m in messages if m.receipts.callback_url)
        self._came.set()

    def forget(self) -> None:
        self._waiting.clear()

    async def run(self) -> None:
        timeout = aiohttp.ClientTimeout(total=_ANSWER_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            while True:
                while self._waiting:
                    message = self._waiting.popleft()
                    left = message.ends_at - time.time()
                    await asyncio.sleep(max(0.0, left) + _LATER_SECONDS)
                    await _post(session, message)
                self._came.clear()
                await self._came.wait()


async def _post(session: aiohttp.ClientSession, message: Message) -> None:
    """Try a few times; like the real one, give up then: the state can still be asked for."""
    receipt = {"messageid": message.messageid, "status": int(message.status)}
    for _ in range(_TRIES):
        with contextlib.suppress(aiohttp.ClientError, TimeoutError):
            async with session.post(message.receipts.callback_url or "", data=receipt) as answer:
                if answer.ok:
                    return
        await asyncio.sleep(_PAUSE_SECONDS)
