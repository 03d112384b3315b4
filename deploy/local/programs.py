"""What a supervised program is, whoever wrote it, and where it is found."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


class ProgramMissing(Exception):
    """Raised when a program that an installation needs is not on this machine."""


@dataclass(frozen=True)
class Program:
    """One program that the supervisor starts, restarts and stops."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    stop_seconds: int = 10  # how long it may take after SIGTERM, before SIGKILL


def find_program(name: str, *, package: str) -> str:
    """The program's path; otherwise the error names the Debian package that has it."""
    path = shutil.which(name)
    if path is None:
        message = f"{name} is missing: install the package {package}, or run `make setup`"
        raise ProgramMissing(message)
    return path
