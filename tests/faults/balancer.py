"""A balancer as stands before several gateways: new connections go to those that are ready."""

import asyncio
from collections import deque
from collections.abc import Mapping
from typing import Self

from deploy.local.waiting import answers_ok
from tests.faults.proxy import Proxy

_LOOK_SECONDS = 0.1


class Balancer(Proxy):
    """Looks at the readiness of each target all the time; connections that are open stay open."""

    def __init__(self, targets: Mapping[tuple[str, int], str]) -> None:
        """`targets` are addresses, each with the URL that says whether it is ready."""
        super().__init__()
        self._readiness = targets

    def __enter__(self) -> Self:
        super().__enter__()
        self._looking = asyncio.run_coroutine_threadsafe(self._look(), self._loop)
        return self

    def __exit__(self, *error: object) -> None:
        self._looking.cancel()
        super().__exit__(*error)

    @property
    def ready(self) -> int:
        """How many targets are ready."""
        return len(self._targets)

    async def _look(self) -> None:
        while True:
            urls = self._readiness.values()
            answers = await asyncio.gather(*(asyncio.to_thread(answers_ok, url) for url in urls))
            found = zip(self._readiness, answers, strict=True)
            now = {address for address, ready in found if ready}
            kept = [each for each in self._targets if each in now]
            self._targets = deque([*kept, *(now - set(kept))])
            await asyncio.sleep(_LOOK_SECONDS)
