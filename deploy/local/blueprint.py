"""What an installation consists of: ports, addresses, environment, programs. Starts nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from deploy.local import processes
from deploy.local.ports import HOST
from deploy.local.programs import Program
from deploy.local.secret_store import Secrets
from deploy.local.servers import mongod, prometheus, rabbitmq, redis

_BROKER_USER = "peygir"

# Set in the environment, they name servers that run already, and none of ours is started.
SERVER_ADDRESSES = {
    "MONGO_URI": (mongod.NAME,),
    "AMQP_URI": (rabbitmq.MAPPER, rabbitmq.NAME),
    "REDIS_URL": (redis.NAME,),
}

_BROKER_QUEUE_FAMILIES = ["queue_coarse_metrics", "queue_consumer_count"]


def port_names(replicas: Mapping[str, int] | None = None) -> list[str]:
    """Every port that an installation has, in the order in which a person would list them."""
    names = [process.name for process in processes.replicas_of(replicas or {})]
    return [
        processes.GATEWAY,
        processes.metrics_port(processes.GATEWAY),
        *(processes.call_port(name) for name in names),
        *(processes.metrics_port(name) for name in names),
        processes.SMS_PROVIDER,
        processes.MAIL_SINK,
        processes.SMTP,
        processes.PUSH_SINK,
        mongod.NAME,
        redis.NAME,
        rabbitmq.NAME,
        rabbitmq.MANAGEMENT,
        rabbitmq.METRICS,
        rabbitmq.DISTRIBUTION,
        rabbitmq.MAPPER,
        prometheus.NAME,
    ]


@dataclass(frozen=True)
class Addresses:
    """Where the parts answer."""

    mongo_uri: str
    amqp_uri: str
    redis_url: str
    gateway: str
    sms_provider: str
    mail_sink: str
    smtp: str
    push_sink: str
    prometheus: str | None
    broker_management: str | None  # None: the broker is not ours
    calls: Mapping[str, str]  # of each service process, by its name
    metrics: Mapping[str, str]  # of each service process and the gateway


@dataclass(frozen=True)
class Blueprint:
    base: Path
    ports: Mapping[str, int]
    secrets: Secrets
    given: Mapping[str, str]
    replicas: Mapping[str, int]
    demo: bool
    with_prometheus: bool

    @cached_property
    def service_processes(self) -> list[processes.Process]:
        return processes.replicas_of(self.replicas)

    @cached_property
    def addresses(self) -> Addresses:
        ports, given = self.ports, self.given
        names = [process.name for process in self.service_processes]
        return Addresses(
            mongo_uri=given.get("MONGO_URI") or mongod.uri(ports[mongod.NAME]),
            amqp_uri=given.get("AMQP_URI") or rabbitmq.uri(ports, self._login),
            redis_url=given.get("REDIS_URL") or redis.url(ports[redis.NAME]),
            gateway=_http(ports[processes.GATEWAY]),
            sms_provider=_http(ports[processes.SMS_PROVIDER]),
            mail_sink=_http(ports[processes.MAIL_SINK]),
            smtp=f"smtp://{HOST}:{ports[processes.SMTP]}",
            push_sink=_http(ports[processes.PUSH_SINK]),
            prometheus=_http(ports[prometheus.NAME]) if self.with_prometheus else None,
            broker_management=(None if "AMQP_URI" in given else _http(ports[rabbitmq.MANAGEMENT])),
            calls={name: _http(ports[processes.call_port(name)]) for name in names},
            metrics={
                name: _http(ports[processes.metrics_port(name)])
                for name in (*names, processes.GATEWAY)
            },
        )

    @cached_property
    def environment(self) -> dict[str, str]:
        """What every process is told; what was given wins."""
        addresses, secrets = self.addresses, self.secrets
        service_urls = {
            f"PEYGIR_{service.upper()}_URL": ",".join(
                addresses.calls[process.name]
                for process in self.service_processes
                if process.service == service
            )
            for service in processes.SERVICES
        }
        demo = {"PEYGIR_DEMO": "1", "PEYGIR_DEMO_PASSWORD": secrets.demo_password}
        return {
            "AMQP_URI": addresses.amqp_uri,
            "MONGO_URI": addresses.mongo_uri,
            "REDIS_URL": addresses.redis_url,
            **service_urls,
            "PEYGIR_CALL_KEYS": secrets.call_key,
            "PEYGIR_SESSION_KEYS": secrets.session_key,
            "PEYGIR_DATABASE_PREFIX": "peygir_",
            "PEYGIR_PARTITIONS": "2",
            "PEYGIR_SMTP_URL": addresses.smtp,
            "PEYGIR_KAVENEGAR_URL": addresses.sms_provider,
            "PEYGIR_KAVENEGAR_KEY": secrets.sms_key,
            "PEYGIR_PUSH_KEY": secrets.push_key,
            "PEYGIR_PUSH_INSIDE": addresses.push_sink,
            "PEYGIR_PARTNER_INSIDE": HOST,
            "PEYGIR_WEBHOOK_INSIDE": HOST,
            "PEYGIR_PUBLIC_URL": addresses.gateway,
            **(demo if self.demo else {}),
            **self.given,
        }

    def server_programs(self) -> list[Program]:
        """The servers in the order in which they start; writes their configuration."""
        ports = self.ports
        broker_folder = self.base / rabbitmq.NAME
        programs = [
            rabbitmq.mapper_program(broker_folder, ports),
            mongod.program(self.base / mongod.NAME, ports[mongod.NAME]),
            rabbitmq.program(broker_folder, ports, self._login),
            redis.program(self.base / redis.NAME, ports[redis.NAME]),
        ]
        not_ours = {
            name
            for variable, names in SERVER_ADDRESSES.items()
            if variable in self.given
            for name in names
        }
        return [program for program in programs if program.name not in not_ours]

    def process_programs(self) -> list[Program]:
        """Our own processes, and Prometheus, which is of no use without them."""
        ports = self.ports
        programs = [
            processes.mail_sink_program(ports[processes.SMTP], ports[processes.MAIL_SINK]),
            processes.sms_provider_program(ports[processes.SMS_PROVIDER]),
            processes.push_sink_program(ports[processes.PUSH_SINK]),
            *(processes.service_program(each, ports) for each in self.service_processes),
            processes.gateway_program(ports),
        ]
        if self.with_prometheus:
            folder, port = self.base / prometheus.NAME, ports[prometheus.NAME]
            programs.append(prometheus.program(folder, port, self._scrape_jobs()))
        return programs

    def data_folder(self, server: str) -> Path:
        """Where a server keeps what it must not lose; Redis keeps nothing."""
        folders = {mongod.NAME: mongod.data_folder, rabbitmq.NAME: rabbitmq.data_folder}
        return folders[server](self.base / server)

    def readiness_url(self, name: str) -> str:
        """Where a process says that it is ready."""
        addresses = self.addresses
        outsiders = {
            processes.SMS_PROVIDER: f"{addresses.sms_provider}/healthz",
            processes.MAIL_SINK: f"{addresses.mail_sink}/healthz",
            processes.PUSH_SINK: f"{addresses.push_sink}/healthz",
            prometheus.NAME: f"{addresses.prometheus}/-/ready",
        }
        return outsiders.get(name) or f"{addresses.metrics[name]}/readyz"

    @property
    def _login(self) -> rabbitmq.Login:
        return rabbitmq.Login(_BROKER_USER, self.secrets.broker_password)

    def _scrape_jobs(self) -> list[prometheus.Job]:
        jobs = [
            prometheus.Job(
                service,
                [
                    self._metrics_target(process.name)
                    for process in self.service_processes
                    if process.service == service
                ],
            )
            for service in processes.SERVICES
        ]
        jobs.append(prometheus.Job(processes.GATEWAY, [self._metrics_target(processes.GATEWAY)]))
        if "AMQP_URI" not in self.given:
            broker = f"{HOST}:{self.ports[rabbitmq.METRICS]}"
            jobs.append(prometheus.Job("rabbitmq", [broker]))
            jobs.append(
                prometheus.Job(
                    "rabbitmq-queues",
                    [broker],
                    path="/metrics/detailed",
                    parameters={"family": _BROKER_QUEUE_FAMILIES},
                )
            )
        return jobs

    def _metrics_target(self, name: str) -> str:
        return f"{HOST}:{self.ports[processes.metrics_port(name)]}"


def _http(port: int) -> str:
    return f"http://{HOST}:{port}"
