"""Our own processes: which there are, and what each is told by its environment."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.local.programs import Program

SERVICES = ("intake", "routing", "sla", "notify", "reporting")
#: What nobody waits for gives way where processors are short: a notice or a figure may come a
#: moment later, an answer or an alarm may not.
NICENESS = {"notify": 5, "reporting": 5}
GATEWAY = "gateway"
SMS_PROVIDER = "sms-provider"
MAIL_SINK = "mail-sink"
PUSH_SINK = "push-sink"
SMTP = "smtp"

# Where the product's packages are found, in a clone as in an installed distribution.
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Process:
    """One replica of a service."""

    name: str
    service: str


def replicas_of(counts: Mapping[str, int]) -> list[Process]:
    """Name the replicas: `sla` when it is the only one, else `sla-1`, `sla-2`."""
    unknown = set(counts) - set(SERVICES)
    if unknown:
        raise ValueError(f"no such service: {', '.join(sorted(unknown))}")
    return [
        Process(name, service)
        for service in SERVICES
        for name in _replica_names(service, counts.get(service, 1))
    ]


def _replica_names(service: str, count: int) -> Iterator[str]:
    if count == 1:
        yield service
    else:
        yield from (f"{service}-{number}" for number in range(1, count + 1))


def call_port(name: str) -> str:
    """What the port of a process for calls is named in the installation's table of ports."""
    return f"{name}.calls"


def metrics_port(name: str) -> str:
    return f"{name}.metrics"


def service_program(process: Process, ports: Mapping[str, int]) -> Program:
    return _python(
        process.name,
        ["-m", "chassis.runner", process.service],
        {
            "PEYGIR_CALL_PORT": str(ports[call_port(process.name)]),
            "PEYGIR_METRICS_PORT": str(ports[metrics_port(process.name)]),
        },
        niceness=NICENESS.get(process.service, 0),
    )


def gateway_program(ports: Mapping[str, int]) -> Program:
    return _python(
        GATEWAY,
        ["-m", "gateway"],
        {
            "PEYGIR_GATEWAY_PORT": str(ports[GATEWAY]),
            "PEYGIR_METRICS_PORT": str(ports[metrics_port(GATEWAY)]),
        },
    )


def sms_provider_program(port: int) -> Program:
    return _python(SMS_PROVIDER, ["-m", "deploy.local.sms_provider", "--port", str(port)])


def mail_sink_program(smtp_port: int, http_port: int) -> Program:
    return _python(
        MAIL_SINK,
        [
            *("-m", "deploy.local.mail_sink"),
            *("--smtp-port", str(smtp_port), "--http-port", str(http_port)),
        ],
    )


def push_sink_program(port: int) -> Program:
    return _python(PUSH_SINK, ["-m", "deploy.local.push_sink", "--port", str(port)])


def _python(
    name: str,
    arguments: Sequence[str],
    environment: Mapping[str, str] | None = None,
    *,
    niceness: int = 0,
) -> Program:
    return Program(
        name,
        [sys.executable, *arguments],
        environment={"PYTHONUNBUFFERED": "1", **(environment or {})},
        folder=ROOT,
        stop_seconds=30,
        niceness=niceness,
    )
