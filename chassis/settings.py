"""Where settings come from: the environment, read once, into frozen objects.

The only place that reads the environment. A service adds options of its own by a subclass in its
`settings.py`; docs/settings.md is generated from all of them.
"""

from __future__ import annotations

from typing import Annotated, Any, Self, TypeVar

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

T = TypeVar("T", bound="Settings")

#: The services that record events, in the order in which a ticket meets them.
SERVICES = ("intake", "routing", "sla", "notify", "reporting")


class SettingsError(SystemExit):
    """Raised at start when settings are wrong; names all of them at once."""


class Settings(BaseSettings):
    """Base of every settings class: `PEYGIR_` and the field's name in capitals."""

    model_config = SettingsConfigDict(
        env_prefix="PEYGIR_", frozen=True, extra="ignore", populate_by_name=True
    )

    @classmethod
    def load(cls) -> Self:
        """Read the environment; raises SettingsError naming every fault."""
        try:
            return cls()
        except ValidationError as error:
            faults = [
                f"  {'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}"
                for fault in error.errors(include_input=False, include_url=False)
            ]
            raise SettingsError("settings are wrong:\n" + "\n".join(faults)) from None

    def masked(self) -> dict[str, Any]:
        """Give the values for a log line, secrets hidden."""
        return {name: str(value) for name, value in self.model_dump().items()}


class ChassisSettings(Settings):
    """What every process reads."""

    amqp_uri: SecretStr = Field(
        SecretStr("amqp://guest:guest@127.0.0.1:5672//"),
        alias="AMQP_URI",
        description="Address of RabbitMQ.",
    )
    mongo_uri: SecretStr = Field(
        SecretStr("mongodb://127.0.0.1:27017/?replicaSet=rs0"),
        alias="MONGO_URI",
        description="Address of MongoDB; a replica set, writes with majority.",
    )
    redis_url: SecretStr = Field(
        SecretStr("redis://127.0.0.1:6379/0"), alias="REDIS_URL", description="Address of Redis."
    )
    database_prefix: str = Field(
        "peygir_", description="Begin of each service's database name, such as peygir_intake."
    )
    call_port: int = Field(0, description="Port for calls of other processes; 0 takes a free one.")
    call_host: str = Field("127.0.0.1", description="Address to listen on for calls.")
    metrics_port: int = Field(0, description="Port of /metrics, /healthz and /readyz.")
    metrics_host: str = Field("127.0.0.1", description="Address to listen on for metrics.")
    call_keys: SecretStr = Field(
        ..., description="Keys that sign identities between processes, comma separated, new first."
    )
    intake_url: str = Field("http://127.0.0.1:8101", description="Where intake takes calls.")
    routing_url: str = Field("http://127.0.0.1:8102", description="Where routing takes calls.")
    sla_url: str = Field("http://127.0.0.1:8103", description="Where sla takes calls.")
    notify_url: str = Field("http://127.0.0.1:8104", description="Where notify takes calls.")
    reporting_url: str = Field("http://127.0.0.1:8105", description="Where reporting takes calls.")
    roles: Annotated[frozenset[str], NoDecode] = Field(
        frozenset({"calls", "events"}),
        description="What the process does: `calls`, `events`, or both (calls,events).",
    )
    partitions: int = Field(
        2, ge=1, le=64, description="Queues per pair of source and consumer; order holds in each."
    )
    batch_size: int = Field(500, ge=1, le=5000, description="Most events handled in one go.")
    pace_seconds: float = Field(
        0.2,
        ge=0,
        description="Least time between the beginnings of two batches under load: what comes "
        "meanwhile is handled together. The first after a pause is never held.",
    )
    public_events: bool = Field(
        False, description="Publish every event to the exchange peygir.events too, for outsiders."
    )
    handler_seconds: float = Field(30, gt=0, description="Longest time one batch may take.")
    lease_seconds: float = Field(2, gt=0, description="How long a lease lasts unless renewed.")
    mongo_seconds: float = Field(2, gt=0, description="Longest wait for MongoDB.")
    relay_lookback_seconds: float = Field(
        8,
        gt=0,
        description="How far back the relay looks for commits that came late; more than twice "
        "PEYGIR_MONGO_SECONDS.",
    )
    walk_seconds: float = Field(60, gt=0, description="Pause between checks against the journals.")
    walk_away_seconds: float = Field(
        1.5, gt=0, description="The same while the broker is away or silent."
    )
    retry_seconds: Annotated[tuple[float, ...], NoDecode] = Field(
        (1, 5, 30, 120, 600, 1800),
        description="Pauses before an event that failed is tried again; then it is stuck.",
    )
    drain_seconds: float = Field(25, gt=0, description="Longest time to finish work at SIGTERM.")
    log_level: str = Field("INFO", description="Least level that is logged.")
    otlp_url: str = Field(
        "",
        alias="OTEL_EXPORTER_OTLP_ENDPOINT",
        description="Where traces are sent by OTLP over HTTP, such as http://collector:4318; "
        "empty: there are none.",
    )
    trace_share: float = Field(
        1, ge=0, le=1, description="Part of the requests that are traced; the gateway decides."
    )
    demo: bool = Field(False, description="Fill an empty installation with the demo organisation.")

    @field_validator("roles", "retry_seconds", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return [part.strip() for part in value.split(",")] if isinstance(value, str) else value

    @field_validator("roles")
    @classmethod
    def _known_roles(cls, value: frozenset[str]) -> frozenset[str]:
        if not value or value - {"calls", "events"}:
            raise ValueError("roles are calls, events or both")
        return value

    @property
    def keys(self) -> list[str]:
        """The call keys, the signing one first."""
        return [key.strip() for key in self.call_keys.get_secret_value().split(",") if key.strip()]

    def addresses(self, service: str) -> list[str]:
        """Give where a service takes calls: one address per replica that is known."""
        value: str = getattr(self, f"{service}_url")
        return [address.strip().rstrip("/") for address in value.split(",") if address.strip()]

    def database(self, service: str) -> str:
        """Give the name of a service's database."""
        return self.database_prefix + service
