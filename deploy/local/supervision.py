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
import signal
import subprocess
import sys
import xmlrpc.client
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from supervisor.xmlrpc import Faults, SupervisorTransport

from deploy.local.programs import Program, find_program
from deploy.local.waiting import wait_until

# The kernel's limit for the path of a unix socket, less what supervisord appends while it binds.
_LONGEST_SOCKET_PATH = 96
_OPEN_SECONDS = 30.0


class SupervisorError(Exception):
    """Raised when supervisord cannot do what it was asked."""


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
            message = f"{self._socket} is too long a path for a unix socket"
            raise SupervisorError(message)

    @property
    def names(self) -> list[str]:
        return list(self._full_names)

    def log_file(self, name: str) -> Path:
        return self._folder / "logs" / f"{name}.log"

    def open(self) -> None:
        """Start supervisord with every program stopped; an open one stays as it is.

        An earlier supervisord over the same folder that is about to stop is waited for.
        """
        if self._daemon is not None:
            return
        (self._folder / "logs").mkdir(parents=True, exist_ok=True)
        wait_until(
            lambda: not self._answers(),
            seconds=_OPEN_SECONDS,
            what=f"the installation that runs already under {self._folder} to stop",
        )
        configuration = self._folder / "supervisord.conf"
        configuration.write_text(self._configuration())
        self._daemon = subprocess.Popen(
            dying_with_parent(
                [sys.executable, "-m", "supervisor.supervisord", "-n", "-c", str(configuration)]
            ),
            env=dict(self._environment),
            cwd=self._folder,
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
            self._call.startProcess(self._full_names[name], False)

    def stop(self, name: str) -> None:
        """Ask the program to end, wait for it, and leave it stopped."""
        with _ignoring(Faults.NOT_RUNNING):
            self._call.stopProcess(self._full_names[name], True)

    def pid(self, name: str) -> int | None:
        """The process id, or None while the program does not run."""
        return int(self._call.getProcessInfo(self._full_names[name])["pid"]) or None

    def kill(self, name: str, number: int = signal.SIGKILL) -> None:
        """Send a signal to the program and its children, of which supervisord is told nothing."""
        pid = self.pid(name)
        if pid is not None:
            os.killpg(pid, number)

    def close(self, seconds: float) -> None:
        """Stop everything, group after group; what is not gone within the time is killed."""
        if self._daemon is None:
            return
        leaders = self._running()
        with contextlib.suppress(OSError, xmlrpc.client.Error):
            self._call.shutdown()
        try:
            self._daemon.wait(seconds)
        except subprocess.TimeoutExpired:
            self._daemon.kill()
            self._daemon.wait()
        for leader in leaders:
            _kill_group(leader)
        self._daemon = None

    @property
    def _call(self) -> Any:
        # A proxy per call: one keeps a connection, which two threads must not share.
        transport = SupervisorTransport(None, None, f"unix://{self._socket}")
        return xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport).supervisor

    def _answers(self) -> bool:
        try:
            self._call.getState()
        except (OSError, xmlrpc.client.Error):
            return False
        return True

    def _still_opening(self) -> None:
        if self._daemon is not None and self._daemon.poll() is not None:
            message = f"supervisord ended at once, see {self.log_file('supervisord')}"
            raise SupervisorError(message)

    def _running(self) -> list[int]:
        try:
            return [info["pid"] for info in self._call.getAllProcessInfo() if info["pid"]]
        except (OSError, xmlrpc.client.Error):
            return []

    def _configuration(self) -> str:
        sections = [
            _section(
                "supervisord",
                {
                    "logfile": self.log_file("supervisord"),
                    "logfile_maxbytes": "5MB",
                    "logfile_backups": 1,
                    "pidfile": self._folder / "supervisord.pid",
                    "silent": "true",
                }
                | ({"user": "root"} if os.geteuid() == 0 else {}),
            ),
            _section("unix_http_server", {"file": self._socket, "chmod": "0600"}),
            _section(
                "rpcinterface:supervisor",
                {
                    "supervisor.rpcinterface_factory": (
                        "supervisor.rpcinterface:make_main_rpcinterface"
                    )
                },
            ),
        ]
        for priority, (group, programs) in enumerate(self._groups.items(), start=1):
            names = ",".join(program.name for program in programs)
            if names:
                sections.append(
                    _section(f"group:{group}", {"programs": names, "priority": priority})
                )
            sections.extend(self._program_section(program) for program in programs)
        return "\n".join(sections)

    def _program_section(self, program: Program) -> str:
        options = {
            "command": _quoted(dying_with_parent(program.command)),
            "autostart": "false",
            "autorestart": "true",
            # Zero: "started" as soon as it runs, so a death is never "started too quickly" and
            # no pause or limit of restarts applies.
            "startsecs": 0,
            "stopwaitsecs": program.stop_seconds,
            "stopasgroup": "false",
            "killasgroup": "true",
            "redirect_stderr": "true",
            "stdout_logfile": self.log_file(program.name),
            "stdout_logfile_maxbytes": "10MB",
            "stdout_logfile_backups": 1,
        }
        if program.folder is not None:
            options["directory"] = program.folder
        if program.environment:
            options["environment"] = ",".join(
                f'{key}="{_escaped(value)}"' for key, value in program.environment.items()
            )
        return _section(f"program:{program.name}", options)


def dying_with_parent(command: Sequence[str]) -> list[str]:
    """The command as a child that gets SIGTERM from the kernel when its parent dies."""
    setpriv = find_program("setpriv", package="util-linux")
    return [setpriv, "--pdeathsig", "TERM", "--", *command]


def _section(title: str, options: Mapping[str, object]) -> str:
    lines = [f"[{title}]", *(f"{key} = {value}" for key, value in options.items())]
    return "\n".join(lines) + "\n"


def _quoted(command: Sequence[str]) -> str:
    return " ".join(f'"{_escaped(word)}"' for word in command)


def _escaped(value: str) -> str:
    """Write a value so that supervisord's configuration reader gives it back as it was."""
    if '"' in value or "\n" in value:
        message = f"supervisord's configuration cannot carry {value!r}"
        raise SupervisorError(message)
    return value.replace("%", "%%")


@contextlib.contextmanager
def _ignoring(code: int) -> Iterator[None]:
    try:
        yield
    except xmlrpc.client.Fault as fault:
        if fault.faultCode != code:
            raise SupervisorError(fault.faultString) from fault


def _kill_group(leader: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
