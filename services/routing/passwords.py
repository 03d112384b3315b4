"""Passwords: argon2 in native threads, a few at a time, so that signing in starves nobody.

New ones are refused that anybody guesses first: common ones, rows of keys, one's own names.
"""

import importlib
from collections.abc import Sequence
from typing import Any

import argon2
import eventlet.semaphore
import eventlet.tpool
from argon2.exceptions import InvalidHashError, VerificationError

from chassis.errors import FieldFault, Invalid, Unavailable
from chassis.late import late
from chassis.provider import Provider
from services.routing.settings import RoutingSettings

#: Those who may wait for their turn; more are sent away.
_MOST_WAITING = 100
#: Of five, from 0: fewer than a million guesses are too few.
_LEAST_SCORE = 2
#: Looking at more takes ever longer, and more than this nobody guesses.
_LOOKED_AT = 40


class Passwords(Provider):
    """Hashes and checks passwords."""

    def __init__(self) -> None:
        self._hasher = argon2.PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
        self._waiting = 0

    @late
    def _turns(self) -> Any:
        checks = RoutingSettings.load().password_checks
        # Each native thread keeps the memory of its last hash: no more threads than turns.
        eventlet.tpool.set_num_threads(checks)
        return eventlet.semaphore.Semaphore(checks)

    @late
    def _nobodys(self) -> str:
        """A hash that no password fits: checking it takes as long as checking a real one."""
        return self.hash("nobody's password")

    def hash(self, password: str) -> str:
        """Give the hash to keep of a password."""
        return str(self._in_turn(self._hasher.hash, password))

    def fits(self, password: str, kept: str | None) -> bool:
        """Tell whether a password is the right one; takes the same time where none is kept."""
        try:
            self._in_turn(self._hasher.verify, kept or self._nobodys, password)
        except (VerificationError, InvalidHashError):
            return False
        return kept is not None

    def refuse_guessable(self, password: str, field: str, names: Sequence[str | None]) -> None:
        """Raise Invalid, at a field, for what is guessed first by who knows the person's names."""
        known = [name for name in names if name]
        if self._in_turn(_score, password[:_LOOKED_AT], known) < _LEAST_SCORE:
            fault = FieldFault(pointer=f"/{field}", code="password_common")
            raise Invalid("request_invalid", fields=[fault])

    def _in_turn(self, function: Any, *arguments: Any) -> Any:
        if self._waiting >= _MOST_WAITING:
            raise Unavailable("sign_in_busy", retry_after=2)
        self._waiting += 1
        try:
            with self._turns:
                return eventlet.tpool.execute(function, *arguments)
        finally:
            self._waiting -= 1


def _score(password: str, names: Sequence[str]) -> int:
    # Its lists take 15 MB and most of a second: only where a password is given.
    guessing = importlib.import_module("zxcvbn")
    return int(guessing.zxcvbn(password, user_inputs=list(names))["score"])
