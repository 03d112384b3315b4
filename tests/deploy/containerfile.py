"""A Containerfile read into its stages and instructions."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILE = ROOT / "deploy" / "image" / "Containerfile"


@dataclass(frozen=True)
class Stage:
    """One `FROM` and what follows it."""

    base: str
    name: str
    instructions: list[tuple[str, str]] = field(default_factory=list)

    def all(self, instruction: str) -> list[str]:
        return [text for kind, text in self.instructions if kind == instruction]

    def last(self, instruction: str) -> str:
        return self.all(instruction)[-1]

    @property
    def environment(self) -> dict[str, str]:
        words = " ".join(self.all("ENV")).split()
        return {name: value for name, _, value in (word.partition("=") for word in words)}


def read(text: str) -> list[Stage]:
    """Give the stages; arguments before the first one are filled in where they are used."""
    arguments: dict[str, str] = {}
    stages: list[Stage] = []
    for kind, rest in _instructions(text):
        if kind == "ARG" and not stages:
            name, _, value = rest.partition("=")
            arguments[name] = value
        elif kind == "FROM":
            base, _, name = rest.partition(" AS ")
            stages.append(Stage(arguments.get(base.strip("${}"), base), name))
        else:
            stages[-1].instructions.append((kind, rest))
    return stages


def _instructions(text: str) -> Iterator[tuple[str, str]]:
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        kind, _, rest = line.partition(" ")
        yield kind, " ".join(rest.split())
