"""What was asked of the system and what it acknowledged, written down outside of it."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from pathlib import Path

from tests.faults.commands import REGISTERED, Command


@dataclass(frozen=True)
class Answered:
    """One command that was acknowledged: when, and how long it took with its repeats."""

    at: float
    seconds: float
    kind: str


class Ledger:
    """A file that is written through at once: it must survive whatever happens to the system."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8", buffering=1)
        self.attempted: dict[str, Command] = {}
        #: What each acknowledged command must have led to, by its key.
        self.acknowledged: dict[str, str] = {}
        #: Codes of the tickets, by the key of the command that registered them.
        self.codes: dict[str, str] = {}
        #: Keys whose repeats were answered differently.
        self.contradicted: set[str] = set()
        self.given_up = 0
        self.answers: list[Answered] = []
        #: When an answer said that it was not done, and its status; 0 stands for none at all.
        self.refusals: list[tuple[float, int]] = []
        self.longest_attempt = 0.0

    def attempt(self, command: Command) -> None:
        """Note a command before it is sent."""
        self.attempted[command.key] = command
        self._write({"attempt": command.key, "effect": command.effect})

    def acknowledge(self, command: Command, code: str, seconds: float) -> None:
        """Note an answer that says it is done; from here on losing it is a fault."""
        if command.kind == REGISTERED and self.codes.setdefault(command.key, code) != code:
            self.contradicted.add(command.key)
        if command.key not in self.acknowledged:
            self.answers.append(Answered(time.time(), seconds, command.kind))
        self.acknowledged[command.key] = command.effect
        self._write({"acknowledged": command.key, "code": code})

    def contradict(self, key: str) -> None:
        """Note that a repeat was answered with something else than the first time."""
        self.contradicted.add(key)
        self._write({"contradicted": key})

    def refuse(self, status: int) -> None:
        """Note an answer that says it is not done."""
        self.refusals.append((time.time(), status))

    def took(self, seconds: float) -> None:
        """Note how long one attempt took, whatever came of it."""
        self.longest_attempt = max(self.longest_attempt, seconds)

    def give_up(self, key: str) -> None:
        """Note a command that was refused for so long that nobody asks any more."""
        self.given_up += 1
        self._write({"given_up": key})

    def percentile(self, share: float) -> float:
        """Give a percentile of the times to register, repeats included, in seconds."""
        ordered = sorted(answer.seconds for answer in self.answers if answer.kind == REGISTERED)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0

    def close(self) -> None:
        """Have it on the disk."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def _write(self, entry: dict[str, str]) -> None:
        self._file.write(json.dumps({"t": round(time.time(), 3), **entry}) + "\n")
