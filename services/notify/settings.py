"""The options that notify reads beside those of every process."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import NoDecode

from chassis.settings import Settings


class NotifySettings(Settings):
    """How and through whom messages are sent."""

    smtp_url: SecretStr = Field(
        SecretStr("smtp://127.0.0.1:2525"),
        description="Mail server: smtp://, smtp+starttls:// or smtps://, user:password@ if needed.",
    )
    mail_from: str = Field(
        "Peygir <no-reply@peygir.example>", description="Sender of e-mail, with a name if wanted."
    )
    smtp_connections: int = Field(2, ge=1, le=50, description="Connections to the mail server.")
    smtp_seconds: float = Field(20, gt=0, description="Longest wait for the mail server.")
    kavenegar_url: str = Field(
        "http://127.0.0.1:8190", description="Address of the SMS provider's API."
    )
    kavenegar_key: SecretStr = Field(
        SecretStr("local"), description="Key of the account at the SMS provider."
    )
    kavenegar_sender: str = Field(
        "", description="Number that SMS are sent from; empty takes the account's own."
    )
    kavenegar_connections: int = Field(
        8, ge=1, le=100, description="Connections to the SMS provider."
    )
    kavenegar_seconds: float = Field(10, gt=0, description="Longest wait for the SMS provider.")
    push_key: SecretStr = Field(
        SecretStr(""),
        description="Private P-256 key of web push, 32 bytes in base64; empty: nothing is pushed.",
    )
    push_contact: str = Field(
        "mailto:operators@peygir.example",
        description="Whom a push service writes to about us: mailto: or https://.",
    )
    push_connections: int = Field(8, ge=1, le=100, description="Messages pushed at once.")
    push_seconds: float = Field(10, gt=0, description="Longest wait for a push service.")
    push_lives_seconds: int = Field(
        4 * 3600, ge=0, description="How long a push service keeps what a device cannot get yet."
    )
    push_inside: str = Field(
        "",
        description="The one origin that may be pushed to without TLS or inside of our network: "
        "a sink for demonstrations and tests.",
    )
    partner_inside: str = Field(
        "",
        description="Hosts, comma separated, at which partners may be reached without TLS, at any "
        "port and inside of our network; all others only by https at public addresses.",
    )
    partner_connections: int = Field(8, ge=1, le=100, description="Messages to partners at once.")
    partner_seconds: float = Field(10, gt=0, description="Longest wait for a partner.")
    partner_retry_seconds: Annotated[tuple[float, ...], NoDecode] = Field(
        (5, 30, 120, 600, 3600, 7200, 14400, 28800, 43200, 86400, 86400),
        description="Pauses before a message to a partner is tried again; then it is given up.",
    )
    webhook_inside: str = Field(
        "",
        description="Hosts, comma separated, at which webhooks may be reached without TLS, at any "
        "port and inside of our network; all others only by https at public addresses.",
    )
    webhook_hosts: str = Field(
        "",
        description="The only hosts, comma separated, that webhooks may post to; `.example.org` is "
        "all below it; empty: all.",
    )
    webhook_seconds: float = Field(10, gt=0, description="Longest wait for a webhook's receiver.")
    webhook_retry_seconds: Annotated[tuple[float, ...], NoDecode] = Field(
        (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400, 86400, 73495),
        description="Pauses before an event is posted to a webhook again; then it is given up. "
        "Five days in all.",
    )
    webhook_kept_days: float = Field(
        7, gt=0, description="How long a webhook's delivery log keeps a message that is settled."
    )
    public_url: str = Field(
        "http://127.0.0.1:8080", description="Address of the portal, for links in messages."
    )
    zone: str = Field("Asia/Tehran", description="Time zone of times in messages.")
    notice_retry_seconds: Annotated[tuple[float, ...], NoDecode] = Field(
        (5, 30, 120, 600, 3600, 3600, 10800, 21600, 43200),
        description="Pauses before a message that failed is tried again; then it is given up.",
    )

    @field_validator(
        "notice_retry_seconds", "partner_retry_seconds", "webhook_retry_seconds", mode="before"
    )
    @classmethod
    def _split(cls, value: Any) -> Any:
        return [part.strip() for part in value.split(",")] if isinstance(value, str) else value
