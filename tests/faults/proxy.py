"""A TCP proxy that harms connections: it cuts, freezes, delays and half-closes them.

It stands between a process and a server, in a thread of the test: `with Proxy.before(uri) as
proxy`, and the process is given `proxy.instead_of(uri)`.
"""

import asyncio
import contextlib
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, Literal, Self
from urllib.parse import urlsplit, urlunsplit

Direction = Literal["out", "back"]
#: Looks at what passes: out to the server, or back from it.
Watch = Callable[[Direction, bytes], None]

_CHUNK = 65536
_NO_LINGER = struct.pack("ii", 1, 0)


class Proxy:
    """Passes everything on, until told otherwise; a context manager.

    With several targets, such as the nodes of a cluster, each new connection goes to the next one
    that accepts.
    """

    def __init__(self, *targets: tuple[str, int]) -> None:
        self._targets = deque(targets)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._writers: set[asyncio.StreamWriter] = set()
        self._half_closed: set[asyncio.StreamWriter] = set()
        self._pumps: set[asyncio.Task[None]] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()
        #: Seconds that every piece is late.
        self.latency = 0.0
        #: False: new connections are closed at once.
        self.accepting = True
        #: Called with every piece before it is passed on; it may `cut_now`.
        self.watch: Watch | None = None
        self.port = 0

    def __enter__(self) -> Self:
        self._thread.start()
        listening = socket.socket()
        # Small, so that a frozen proxy soon takes nothing more.
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _CHUNK)
        listening.bind(("127.0.0.1", 0))
        self.port = listening.getsockname()[1]
        self._server = self._run(asyncio.start_server(self._accept, sock=listening))
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @classmethod
    def before(cls, *uris: str) -> Self:
        """Make a proxy for the server of an address, or for those of several."""
        parts = [urlsplit(uri) for uri in uris]
        return cls(*((part.hostname or "", part.port or 0) for part in parts))

    def instead_of(self, uri: str) -> str:
        """Give the address with the proxy in the server's place."""
        parts = urlsplit(uri)
        login, at, _host = parts.netloc.rpartition("@")
        return urlunsplit(parts._replace(netloc=f"{login}{at}127.0.0.1:{self.port}"))

    def freeze(self) -> None:
        """Let nothing pass; connections stay open, and new ones are accepted."""
        self._loop.call_soon_threadsafe(self._flowing.clear)

    def thaw(self) -> None:
        """Let everything pass, what was held back first."""
        self._loop.call_soon_threadsafe(self._flowing.set)

    def cut(self) -> None:
        """Reset every connection."""
        self._run(self._cut())

    def cut_now(self) -> None:
        """The same from inside `watch`: the piece it was shown never arrives."""
        for writer in self._writers:
            # While frozen, what was cut before is still here, and closed.
            with contextlib.suppress(OSError):
                writer.transport.get_extra_info("socket").setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER
                )
            writer.transport.abort()

    def half_close(self) -> None:
        """End one direction of every connection: towards the server nothing more is sent."""
        self._run(self._half_close())

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self.accepting:
            writer.transport.abort()
            return
        for _ in range(len(self._targets)):
            self._targets.rotate(-1)
            with contextlib.suppress(OSError):
                there, back = await asyncio.open_connection(*self._targets[-1])
                break
        else:
            writer.transport.abort()
            return
        self._writers |= {writer, back}
        for pumping in (self._pump(reader, back, "out"), self._pump(there, writer, "back")):
            pump = self._loop.create_task(pumping)
            self._pumps.add(pump)
            pump.add_done_callback(self._pumps.discard)

    async def _pump(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, direction: Direction
    ) -> None:
        try:
            while piece := await source.read(_CHUNK):
                if self.latency:
                    await asyncio.sleep(self.latency)
                await self._flowing.wait()
                if self.watch is not None:
                    self.watch(direction, piece)
                if target in self._half_closed:
                    continue
                target.write(piece)
                await target.drain()
        except OSError:
            target.transport.abort()
        finally:
            target.close()
            self._writers.discard(target)
            self._half_closed.discard(target)

    async def _cut(self) -> None:
        self.cut_now()

    async def _half_close(self) -> None:
        for writer in self._writers:
            open_ = writer.can_write_eof() and not writer.is_closing()
            if open_ and writer.get_extra_info("peername")[:2] in self._targets:
                writer.write_eof()
                self._half_closed.add(writer)

    async def _close(self) -> None:
        self._server.close()
        self.cut_now()
        pumps = list(self._pumps)
        for pump in pumps:
            pump.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)
