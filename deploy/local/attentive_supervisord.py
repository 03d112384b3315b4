"""supervisord, but without the second that it may let pass before it restarts what died.

Its loop sleeps for up to a second before it looks for the dead, and as long again before it acts
on what it saw. Here a death ends the first sleep, and there is no second.
What died within a second of its start still waits: a program that cannot start must not keep a
core busy with trying.
"""

import signal
import socket
import sys
import time
from typing import Any

from supervisor.options import ServerOptions
from supervisor.supervisord import Supervisor

_YOUNG_SECONDS = 1.0
_MANY_BYTES = 4096


class AttentiveOptions(ServerOptions):
    """What supervisord calls its options is also its operating system: poll and waitpid."""

    def __init__(self) -> None:
        super().__init__()
        self._old_death_seen = False
        # Python writes a byte there for every signal, SIGCHLD among them.
        self._signalled, signals = socket.socketpair()
        self._signalled.setblocking(False)
        signals.setblocking(False)
        signal.set_wakeup_fd(signals.detach(), warn_on_full_buffer=False)
        self._plain_poll = self.poller.poll
        self.poller.poll = self._poll

    def waitpid(self) -> tuple[int | None, int | None]:
        pid, status = super().waitpid()
        process = self.pidhistory.get(pid)
        if process is not None and time.time() - process.laststart > _YOUNG_SECONDS:
            self._old_death_seen = True
        return pid, status

    def _poll(self, timeout: float) -> Any:
        at_once, self._old_death_seen = self._old_death_seen, False
        wakeup = self._signalled.fileno()
        self.poller.register_readable(wakeup)
        readable, writable = self._plain_poll(0 if at_once else timeout)
        if wakeup in readable:
            readable.remove(wakeup)
            self._signalled.recv(_MANY_BYTES)
        return readable, writable


def main() -> None:
    options = AttentiveOptions()
    options.realize(sys.argv[1:])
    options.first = True
    options.test = False
    Supervisor(options).main()


if __name__ == "__main__":
    main()
