"""The gateway's queries to one service: those of one method that are asked at once go as a bundle.

At once is: in the same turn of the loop. So nobody waits for company, and who is alone is asked for
alone; but answers that came in one message are gone on with in one turn, and what their callers ask
next goes together again.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping, Sequence
from functools import partial

from chassis.calls import bundles, wire
from chassis.calls.bundles import Letter
from chassis.calls.channels import Channels
from chassis.calls.messages import Response
from chassis.gather_aio import Gathered

_OK = 200


class Questions:
    """Queries under way, by method."""

    def __init__(self, channels: Channels) -> None:
        self._channels = channels
        self._methods: dict[str, Gathered[Letter, Response]] = {}

    async def ask(self, method: str, headers: Mapping[str, str], body: bytes) -> Response:
        """Ask; raises OSError where the service does not answer, Unavailable for nonsense."""
        asked = self._methods.get(method)
        if asked is None:
            run = partial(self._ask, method)
            asked = self._methods[method] = Gathered(run, at_once=math.inf, most=bundles.MOST)
        return await asked.one(Letter(headers, body))

    async def _ask(self, method: str, letters: Sequence[Letter]) -> Sequence[Response]:
        # Each caller keeps his own deadline; this one is of those who would be left over.
        async with asyncio.timeout(max(float(each.headers[wire.SECONDS]) for each in letters)):
            if len(letters) > 1:
                path = f"{wire.BUNDLE_PATH}{method}"
                response = await self._channels.ask(path, {}, bundles.encode(letters))
                if response.status == _OK:
                    return bundles.decode_answers(response.body, len(letters))
            # Also the calls of a bundle that is refused as such: it may be too large, or the
            # service older than the gateway.
            path = f"{wire.PATH}{method}"
            alone = (self._channels.ask(path, each.headers, each.body) for each in letters)
            return await asyncio.gather(*alone)
