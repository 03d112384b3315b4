"""The options that the gateway reads, beside those of every process."""

from __future__ import annotations

from pydantic import Field, SecretStr, field_validator

from chassis.settings import ChassisSettings
from gateway.oidc.providers import Providers


class GatewaySettings(ChassisSettings):
    """What the gateway reads."""

    gateway_host: str = Field("127.0.0.1", description="Address to listen on for people.")
    gateway_port: int = Field(8100, description="Port for people and programs.")
    public_url: str = Field(
        "http://127.0.0.1:8100", description="Address under which people reach the gateway."
    )
    broker_outside: str = Field(
        "",
        description="Where other systems reach the broker, as `host:port/virtual host`: "
        "administrators are shown it with a queue's name. Empty: an example in its place.",
    )
    session_keys: SecretStr = Field(
        ..., description="Keys that sign staff sessions, comma separated, new first."
    )
    session_seconds: int = Field(900, ge=60, description="How long a session's token is good for.")
    refresh_seconds: int = Field(
        12 * 3600, ge=300, description="How long a session goes on at most."
    )
    idle_seconds: int = Field(
        2 * 3600, ge=300, description="How long a session that is not refreshed can still be."
    )
    trusted_proxies: str = Field(
        "",
        description="Addresses of proxies whose X-Forwarded-For is believed, comma separated.",
    )
    zone: str = Field("Asia/Tehran", description="Time zone of the times that pages show.")
    body_bytes: int = Field(262_144, ge=1024, description="Longest request body that is read.")
    head_seconds: float = Field(
        10, gt=0, description="How long a request's line and headers may take to arrive."
    )
    body_seconds: float = Field(
        30, gt=0, description="How long a request's body may take to arrive."
    )
    streams: int = Field(200, ge=1, description="Most event streams open at once in one process.")
    live_pages: int = Field(1000, ge=1, description="Most pages kept live at once in one process.")
    kavenegar_receipt_secret: SecretStr | None = Field(
        None,
        description="Last part of the address that takes Kavenegar's receipts; none: not taken.",
    )
    oidc_providers: SecretStr = Field(
        SecretStr("[]"),
        description="Identity providers that staff sign in by, as a JSON list (docs/sign-in.md).",
    )
    limit_register: str = Field(
        "120/minute;2000/day", description="Anonymous registrations per address."
    )
    limit_track: str = Field(
        "120/minute;2000/day", description="Attempts to follow a ticket per address."
    )
    limit_track_code: str = Field(
        "20/minute;120/hour", description="Attempts to follow one ticket, from anywhere."
    )
    limit_partner: str = Field(
        "1200/minute", description="Messages of partners outside per address, signed or not."
    )
    limit_key: str = Field(
        "600/minute", description="Looks for what a system's key opens, per address."
    )
    limit_code: str = Field("20/minute;100/day", description="One-time codes asked per address.")
    limit_code_try: str = Field(
        "30/minute;200/hour", description="One-time codes tried per address, right or wrong."
    )
    limit_code_claim: str = Field(
        "5/hour;10/day", description="Contacts that a requester has codes sent to, to prove them."
    )
    limit_sign_in: str = Field("60/minute;600/hour", description="Sign-ins per address.")
    limit_sign_in_name: str = Field(
        "10/minute;60/hour", description="Sign-ins under one user name from one address."
    )

    @field_validator("oidc_providers")
    @classmethod
    def _known_providers(cls, value: SecretStr) -> SecretStr:
        Providers.read(value.get_secret_value())
        return value

    @property
    def is_secure(self) -> bool:
        """Whether people reach the gateway over TLS."""
        return self.public_url.startswith("https:")

    @property
    def signing_keys(self) -> list[str]:
        """The session keys, the signing one first."""
        keys = self.session_keys.get_secret_value().split(",")
        return [key.strip() for key in keys if key.strip()]
