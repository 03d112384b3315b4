"""The options that only reporting reads."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from pydantic import Field, field_validator

from chassis.settings import Settings


class ReportingSettings(Settings):
    """Options of reporting."""

    zone: str = Field(
        "Asia/Tehran",
        description="Zone in which a day begins in reports; a change takes effect for tickets "
        "that change, for all of them with `peygir rebuild reporting`.",
    )
    rebuild_page: int = Field(
        1000, ge=1, le=5000, description="Commits read from a journal at a time while rebuilding."
    )
    rebuild_slice_seconds: float = Field(
        5,
        gt=0,
        description="How long a rebuild goes on before another replica may take it over.",
    )

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        ZoneInfo(value)
        return value
