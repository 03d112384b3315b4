"""Runs one service in one process: `python -m chassis.runner sla`.

Nameko's own command is not used: its stop loses acknowledgements and has no limit, and a process
without a consumer hears signals late (docs/adr/0006-runner.md). A supervisor restarts what dies.
"""

# Everything that opens a socket must be imported after the patch: pymongo imported before it
# would block the whole process at each query.
import sys
import warnings

# Known, and nothing an operator could do about: docs/adr/0006-runner.md.
warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")

import eventlet  # noqa: E402

if "pymongo" in sys.modules:
    raise ImportError("chassis.runner patches sockets: import it before pymongo")
eventlet.monkey_patch()

import importlib  # noqa: E402
import os  # noqa: E402
import signal  # noqa: E402
import time  # noqa: E402
from typing import Any  # noqa: E402

from eventlet.patcher import is_monkey_patched  # noqa: E402
from nameko.containers import ServiceContainer  # noqa: E402

from chassis import health, logging, tracing  # noqa: E402
from chassis.bus.catchup import Healer  # noqa: E402
from chassis.bus.consumer import Consumer  # noqa: E402
from chassis.calls.server import CallServer  # noqa: E402
from chassis.garbage import look_less_often  # noqa: E402
from chassis.journal.relay import Relay  # noqa: E402
from chassis.metrics import metric  # noqa: E402
from chassis.runtime import Runtime  # noqa: E402
from chassis.settings import SERVICES, ChassisSettings  # noqa: E402
from chassis.version import own_version  # noqa: E402

log = logging.get_logger()
#: How often the runner looks whether it was told to stop: the hub alone may sleep a minute.
_TICK_SECONDS = 0.2


def service_class(name: str) -> type:
    """Give a service's class by the service's name."""
    module = importlib.import_module(f"services.{name}.service")
    return next(
        item
        for item in vars(module).values()
        if isinstance(item, type) and getattr(item, "name", None) == name
    )


class Runner:
    """Starts a container, waits for the signal to stop, and drains it."""

    def __init__(self, service: type) -> None:
        self.container = ServiceContainer(service, {})
        self.stop_wanted = False
        self._dead = False

    def run(self) -> int:
        """Run until told to stop; gives the exit status.

        It is 1 when work had to be cut off, or when a part of the process failed: half a process
        would look alive and do nothing, so a supervisor must start a whole one.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._want_stop)
        self.container.start()
        runtime = self._shared(Runtime)
        settings = runtime.settings
        port = health.serve(settings.metrics_host, settings.metrics_port, runtime.unready)
        metric("peygir_build_info", runtime.service, own_version()).set(1)
        calls = self._shared(CallServer)
        log.info("started", metrics_port=port, call_port=calls.port if calls else None)
        eventlet.spawn_n(self._watch)
        tracer = tracing.begin(runtime.service, settings.otlp_url)
        if tracer is not None:
            eventlet.spawn_n(self._tell, tracer)
        look_less_often()
        while not self.stop_wanted:
            eventlet.sleep(_TICK_SECONDS)
            if self._dead:
                return 1
        return self._drain(runtime)

    def _tell(self, tracer: tracing.Tracer) -> None:
        while True:
            eventlet.sleep(tracing.PAUSE_SECONDS)
            tracer.send()

    def _watch(self) -> None:
        try:
            self.container.wait()
        except Exception:
            log.exception("part_failed")
        self._dead = True

    def _want_stop(self, *_signal: Any) -> None:
        self.stop_wanted = True

    def _drain(self, runtime: Runtime) -> int:
        """Take no more work, finish what is under way, publish it, and leave."""
        runtime.draining = True
        started = time.monotonic()
        finished = False
        log.info("draining")
        with eventlet.Timeout(runtime.settings.drain_seconds + 1, False):
            finished = self._finish(started + runtime.settings.drain_seconds)
        seconds = round(time.monotonic() - started, 2)
        if not finished:
            log.warning("drain_cut_off", seconds=seconds)
            return 1
        log.info("stopped", seconds=seconds)
        return 0

    def _finish(self, deadline: float) -> bool:
        """Let every part end its work; gives whether none was cut off."""
        parts = [self._shared(kind) for kind in (Consumer, CallServer)]
        finished = [part.drain(deadline) for part in parts if part is not None]
        if (healer := self._shared(Healer)) is not None:
            healer.stopping = True
        self.container.entrypoints.all.stop()
        if (relay := self._shared(Relay)) is not None:
            relay.finish(min(deadline, time.monotonic() + 5))
            for kind in relay.journal.kinds:
                kind.snapshots.flush()
        if tracing.tracer is not None:
            tracing.tracer.send()
        return all(finished)

    def _shared(self, kind: type) -> Any:
        return self.container.shared_extensions.get(kind)


def main() -> None:
    """Run the service named on the command line."""
    assert is_monkey_patched("socket"), "eventlet must patch first"  # noqa: S101
    if len(sys.argv) != 2 or sys.argv[1] not in SERVICES:  # noqa: PLR2004
        sys.exit(f"usage: python -m chassis.runner {{{','.join(SERVICES)}}}")
    settings = ChassisSettings.load()
    logging.configure(sys.argv[1], settings.log_level)
    log.info("settings", **settings.masked())
    status = Runner(service_class(sys.argv[1])).run()
    sys.stdout.flush()
    # Threads that hang in a system call must not keep the process.
    os._exit(status)


if __name__ == "__main__":
    main()
