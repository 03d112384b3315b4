"""Makes stores and broker ready for this version of the services: `python -m chassis.prepare`.

Each process does the same for itself before it is ready. Done before an upgrade, no new process
has to wait until an index is built over all that is stored. Doing it again changes nothing; what
is away is waited for, as long as whoever runs this has patience.
"""

# First: it patches sockets before anything that opens some is imported.
from chassis import runner  # isort: skip

import os
import sys
from collections.abc import Iterable

import eventlet
from nameko.containers import ServiceContainer

from chassis import logging
from chassis.bus.connection import BROKEN, connect
from chassis.bus.topology import declare
from chassis.runtime import Runtime
from chassis.settings import SERVICES, ChassisSettings

log = logging.get_logger()
_PAUSE_SECONDS = 1.0
_DECLARE_SECONDS = 30.0


def prepare(services: Iterable[str]) -> None:
    """Prepare the services' databases one after the other, then the broker."""
    for name in services:
        container = ServiceContainer(runner.service_class(name), {})
        container.started = True  # set up, not started: nothing is served, consumed or timed
        container.extensions.all.setup()
        container.shared_extensions[Runtime].prepare()
        log.info("prepared", service=name)
    settings = ChassisSettings.load()
    uri = settings.amqp_uri.get_secret_value()
    while not _declared(uri, settings.partitions):
        eventlet.sleep(_PAUSE_SECONDS)
    log.info("declared", partitions=settings.partitions)


def _declared(uri: str, partitions: int) -> bool:
    try:
        with eventlet.Timeout(_DECLARE_SECONDS, TimeoutError), connect(uri) as connection:
            declare(connection.channel(), partitions)
    except BROKEN as error:
        log.warning("broker_away", error=type(error).__name__)
        return False
    return True


def main() -> None:
    """Prepare the services named on the command line, or all."""
    wanted = sys.argv[1:] or SERVICES
    if unknown := [name for name in wanted if name not in SERVICES]:
        sys.exit(f"no such service: {', '.join(unknown)}")
    logging.configure("prepare", ChassisSettings.load().log_level)
    prepare(wanted)
    sys.stdout.flush()
    # Threads of libraries must not keep the process.
    os._exit(0)


if __name__ == "__main__":
    main()
