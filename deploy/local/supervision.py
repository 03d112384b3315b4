"""supervisord over the programs of one installation, and our handle on it.

What dies is started again at once, however often: a fault test kills a service every two seconds,
and the supervisor's own idea of "fails too often" must not end the installation.

Nothing outlives its parent. Every program runs under `setpriv --pdeathsig`, so that the kernel
tells it when supervisord is gone, and so does supervisord when the process that holds the
installation is gone, however that died. The kernel watches the *thread* that started a child:
start an installation from a thread that lives as long as it should.
"""

import contextlib
import os
import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from supervisor.xmlrpc import Faults, SupervisorTransport

from deploy.local import supervisord_conf
from deploy.local.descendants import Identity, descendants_of, see_off
from deploy.local.processes import ROOT
from deploy.local.programs import Program, dying_with_parent
from deploy.local.waiting import wait_until

# The kernel's limit for the path of a unix socket, less what supervisord appends while it binds.
_LONGEST_SOCKET_PATH = 96
_OPEN_SECONDS = 30.0
_SEE_OFF_SECONDS = 2.0
_PAUSE_SECONDS = 0.05


class SupervisorError(Exception):
    """Raised when supervisord cannot do what it was asked, or is not there to be asked."""

    def __init__(self, message: str, code: int | None = None) -> None:
        super().__init__(message)
        self.code = code


class Supervisor:
    """One supervisord; programs of a later group are stopped before those of an earlier one."""

    def __init__(
        self,
        folder: Path,
        groups: Mapping[str, Sequence[Program]],
        environment: Mapping[str, str],
    ) -> None:
        self._folder = folder
        self._groups = groups
        self._environment = environment
        self._socket = folder / "supervisor.sock"
        self._daemon: subprocess.Popen[bytes] | None = None
        self._full_names = {
            program.name: f"{group}:{program.name}"
            for group, programs in groups.items()
            for program in programs
        }
        if len(str(self._socket)) > _LONGEST_SOCKET_PATH:
            raise SupervisorError(f"{self._socket} is too long a path for a unix socket")

    def log_file(self, name: str) -> Path:
        return supervisord_conf.log_file(self._folder, name)

    def open(self) -> None:
        """Start supervisord with every program stopped; an open one stays as it is.

        An earlier supervisord over the same folder that is about to stop is waited for.
        """
        if self._daemon is not None:
            return
        wait_until(
            lambda: not self._answers(),
            seconds=_OPEN_SECONDS,
            what=f"the installation that runs already under {self._folder} to stop",
        )
        configuration = supervisord_conf.write(self._folder, self._socket, self._groups)
        supervisord = [sys.executable, "-m", "deploy.local.attentive_supervisord"]
        self._daemon = subprocess.Popen(
            dying_with_parent([*supervisord, "--nodaemon", "-c", str(configuration)]),
            env=dict(self._environment),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            # A terminal's Ctrl-C is for the holder of the installation, who stops us in order.
            start_new_session=True,
        )
        wait_until(
            self._answers, seconds=_OPEN_SECONDS, what="supervisord", still=self._still_opening
        )

    def start(self, name: str) -> None:
        with _ignoring(Faults.ALREADY_STARTED):
            self._ask("startProcess", self._full_names[name], False)

    def stop(self, name: str) -> None:
        """Ask the program to end, wait for it, and leave it stopped."""
        with _ignoring(Faults.NOT_RUNNING):
            self._ask("stopProcess", self._full_names[name], True)

    def pid(self, name: str) -> int | None:
        """The process id, or None while the program does not run."""
        return self._ask("getProcessInfo", self._full_names[name])["pid"] or None

    def kill(self, name: str, number: int) -> None:
        """Send a signal to the program and its children, of which supervisord is told nothing."""
        pid = self.pid(name)
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):  # it died by itself just now
                os.killpg(pid, number)

    def close(self, seconds: float) -> None:
        """Stop everything, group after group; what is not gone within the time is killed."""
        if self._daemon is None:
            return
        with contextlib.suppress(SupervisorError):
            self._ask("shutdown")
        children = _watch_until_it_ends(self._daemon, seconds)
        self._daemon.kill()
        self._daemon.wait()
        see_off(children, _SEE_OFF_SECONDS)
        self._daemon = None

    def _ask(self, method: str, *arguments: object) -> Any:
        # A proxy per call: it keeps a connection, which two threads must not share.
        transport = SupervisorTransport(None, None, f"unix://{self._socket}")
        proxy = xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport)
        try:
            return getattr(proxy.supervisor, method)(*arguments)
        except xmlrpc.client.Fault as fault:
            raise SupervisorError(fault.faultString, fault.faultCode) from fault
        except (OSError, xmlrpc.client.Error) as error:
            raise SupervisorError(f"supervisord does not answer: {error}") from error

    def _answers(self) -> bool:
        try:
            self._ask("getState")
        except SupervisorError:
            return False
        return True

    def _still_opening(self) -> None:
        if self._daemon is not None and self._daemon.poll() is not None:
            raise SupervisorError(f"supervisord ended, see {self.log_file('supervisord')}")


@contextlib.contextmanager
def _ignoring(code: int) -> Iterator[None]:
    try:
        yield
    except SupervisorError as error:
        if error.code != code:
            raise


def _watch_until_it_ends(daemon: subprocess.Popen[bytes], seconds: float) -> set[Identity]:
    """Wait for supervisord, but not longer than this; return all that it had below it meanwhile."""
    children: set[Identity] = set()
    deadline = time.monotonic() + seconds
    while daemon.poll() is None and time.monotonic() < deadline:
        children.update(descendants_of(daemon.pid))
        time.sleep(_PAUSE_SECONDS)
    return children
