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
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_seconds: int = 10  # how long it may take after SIGTERM, before SIGKILL
    niceness: int = 0  # 0 to 19: the more, the sooner others go first


def find_program(name: str, *, package: str) -> str:
    """The program's path; otherwise the error names the Debian package that has it."""
    path = shutil.which(name)
    if path is None:
        raise ProgramMissing(f"{name} is missing: install {package}, or run `make setup`")
    return path


def made_nice(command: Sequence[str], niceness: int) -> list[str]:
    """The command so that others go first where processors are short."""
    if not niceness:
        return [*command]
    return [find_program("nice", package="coreutils"), "-n", str(niceness), *command]


def dying_with_parent(command: Sequence[str]) -> list[str]:
    """The command as a child that gets SIGTERM from the kernel when its parent dies."""
    setpriv = find_program("setpriv", package="util-linux")
    return [setpriv, "--pdeathsig", "TERM", "--", *command]
