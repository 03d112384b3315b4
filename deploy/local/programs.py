"""What a supervised program is, whoever wrote it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Program:
    """One program that the supervisor starts, restarts and stops."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    stop_seconds: int = 10  # how long it may take after SIGTERM, before SIGKILL
