"""RabbitMQ, with the Erlang port mapper it needs, beside any other RabbitMQ of the machine.

A node wants four ports (AMQP, management, metrics, Erlang distribution) and `epmd` a fifth.
`epmd` normally starts itself as a daemon on the first need and stays for ever, for all users, on
all addresses: here it is a supervised program on 127.0.0.1, and Erlang is told never to start one.
"""

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.local.ports import HOST
from deploy.local.programs import Program, find_program

# Names of the two programs and of the node's other ports.
NAME = "rabbitmq"
MAPPER = "epmd"
MANAGEMENT = "rabbitmq.management"
METRICS = "rabbitmq.metrics"
DISTRIBUTION = "rabbitmq.distribution"

# Debian's command on the path is a wrapper that changes to the user of the system's own broker.
_DEBIAN_SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")

_PLUGINS = ("rabbitmq_prometheus", "rabbitmq_management")
_GREETING = b"AMQP\x00\x00\x09\x01"

_CONFIGURATION = """\
listeners.tcp.1 = {host}:{amqp}
management.tcp.ip = {host}
management.tcp.port = {management}
prometheus.tcp.ip = {host}
prometheus.tcp.port = {metrics}
default_user = {user}
default_pass = {password}
# The HTTP interface is there for virtual hosts and definitions. Figures come from Prometheus.
# Quorum queues keep this much of their log in memory; the default is half a gigabyte.
raft.wal_max_size_bytes = 67108864
vm_memory_high_watermark.absolute = 1GB
"""


@dataclass(frozen=True)
class Login:
    user: str
    password: str


def mapper_program(folder: Path, ports: Mapping[str, int]) -> Program:
    folder.mkdir(parents=True, exist_ok=True)
    epmd = find_program("epmd", package="rabbitmq-server")
    return Program(MAPPER, [epmd, "-address", HOST, "-port", str(ports[MAPPER])], folder=folder)


def program(folder: Path, ports: Mapping[str, int], login: Login) -> Program:
    """Write the node's configuration and return how to start it; the mapper must run before."""
    home = folder / "home"
    home.mkdir(parents=True, exist_ok=True)
    configuration = folder / "rabbitmq.conf"
    configuration.touch(mode=0o600)
    configuration.write_text(
        _CONFIGURATION.format(
            host=HOST,
            amqp=ports[NAME],
            management=ports[MANAGEMENT],
            metrics=ports[METRICS],
            user=login.user,
            password=login.password,
        )
    )
    plugins = folder / "enabled_plugins"
    plugins.write_text(f"[{','.join(_PLUGINS)}].\n")
    return Program(
        NAME,
        [_find()],
        environment={
            "HOME": str(home),
            "RABBITMQ_NODENAME": "peygir@localhost",
            "RABBITMQ_NODE_PORT": str(ports[NAME]),
            "RABBITMQ_DIST_PORT": str(ports[DISTRIBUTION]),
            "RABBITMQ_MNESIA_BASE": str(data_folder(folder)),
            "RABBITMQ_LOG_BASE": str(folder / "logs"),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_CONFIG_FILE": str(configuration),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "advanced.config"),
            "RABBITMQ_CONF_ENV_FILE": str(folder / "rabbitmq-env.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(plugins),
            # Makes the start script become the Erlang machine instead of waiting beside it: the
            # supervised process is then the broker itself, for every signal.
            "RUNNING_UNDER_SYSTEMD": "true",
            "ERL_EPMD_ADDRESS": HOST,
            "ERL_EPMD_PORT": str(ports[MAPPER]),
            "ERL_ZFLAGS": "-start_epmd false",
            # The distribution port on 127.0.0.1, and schedulers that do not spin while they wait.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                "-kernel inet_dist_use_interface {127,0,0,1} "
                "+sbwt none +sbwtdcpu none +sbwtdio none"
            ),
        },
        folder=folder,
        stop_seconds=20,
    )


def _find() -> str:
    if _DEBIAN_SERVER.exists():
        return str(_DEBIAN_SERVER)
    return find_program("rabbitmq-server", package="rabbitmq-server")


def data_folder(folder: Path) -> Path:
    return folder / "mnesia"


def uri(ports: Mapping[str, int], login: Login) -> str:
    return f"amqp://{login.user}:{login.password}@{HOST}:{ports[NAME]}/"


def is_ready(port: int) -> bool:
    """Tell whether the broker greets; an open port alone is too early."""
    try:
        with socket.create_connection((HOST, port), timeout=2) as connection:
            connection.sendall(_GREETING)
            return connection.recv(1) == b"\x01"
    except OSError:
        return False
