"""The options that routing reads beside the chassis's own."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, field_validator

from chassis.settings import Settings


class RoutingSettings(Settings):
    """How places are kept, how passwords are checked, who signs in to the demo, which day it is."""

    reservation: timedelta = Field(
        timedelta(minutes=1),
        description="How long a place that no ticket holds is kept before the sweep frees it "
        "(ISO 8601); longer than any decision takes.",
    )
    long_leave: timedelta = Field(
        timedelta(days=3),
        description="From how long a leave on one's work and tickets go to others when it begins "
        "(ISO 8601).",
    )
    capacity_every: timedelta = Field(
        timedelta(minutes=1),
        description="How long after a look at how full units are the next one comes at the "
        "earliest (ISO 8601); it comes later where looking takes much time.",
    )
    password_checks: int = Field(
        2, ge=1, le=32, description="Passwords checked at the same time; each takes a core."
    )
    demo_password: SecretStr | None = Field(
        None, description="Password of the demo's accounts; absent: a random one, printed once."
    )
    zone: str = Field(
        "Asia/Tehran",
        description="Time zone of the days and hours that routing rules name, and of today in "
        "forms.",
    )

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        ZoneInfo(value)
        return value
