"""What decisions look up: the policy in force, and before a ladder's step how its clock stands."""

from __future__ import annotations

import time
from collections.abc import Sequence

from chassis.calls.client import Caller
from chassis.decisions import Due, Occasion
from chassis.errors import DomainError
from chassis.journal import Reference
from chassis.late import late
from chassis.logging import get_logger
from chassis.runtime import Runtime
from contracts.calls.sla import ClockView, GetClocks
from contracts.sla import SlaBreached, SlaForetold, SlaOverdue, SlaWarned
from services.notify.domain.ladders import Grounds
from services.notify.domain.policy import Policy
from services.notify.repository.policies import Policies, read

log = get_logger()

#: How old the policy may be that a mark's notices go by; where it was published, it is new at once.
_FRESH_SECONDS = 1.0
_ASKING_SECONDS = 2.0
#: A service that has just failed to answer is let alone: ladders go on without it, not late.
_SILENCE_SECONDS = 3.0
_MANY = 200


class Circumstances(Reference):
    """The grounds of decisions, as a dependency; `sla` is the name under which it is asked."""

    runtime = Runtime()

    def __init__(self, *, sla: str) -> None:
        self.sla = sla
        self._policy = Policy()
        self._looked_at = float("-inf")
        self._ask_again_at = float("-inf")

    @late
    def policies(self) -> Policies:
        """Where versions of the policy are stored."""
        return Policies(self.runtime.database)

    def setup(self) -> None:
        """Have the index made before the process is ready."""
        self.runtime.before_ready(self._prepare)

    def _prepare(self) -> None:
        self.policies.make_indexes()

    def prepare(self, occasions: Sequence[Occasion]) -> Grounds:
        """Give the policy where marks came, and clocks where ladders go on; else nothing."""
        ringing = [item.context.stream for item in occasions if isinstance(item.message, Due)]
        if not ringing and not any(
            isinstance(item.message, SlaWarned | SlaBreached | SlaOverdue | SlaForetold)
            for item in occasions
        ):
            return Grounds()
        return Grounds(self.policy(), self.clocks(ringing))

    def policy(self) -> Policy:
        """Give the policy in force, at most a second old."""
        now = time.monotonic()
        if now - self._looked_at >= _FRESH_SECONDS:
            self._looked_at = now
            try:
                self._policy = read(self.policies.newest().definition)
            except DomainError as error:
                log.warning("policy_not_read", error=error.code)
        return self._policy

    def forget(self) -> None:
        """Look again: a new version has been published here."""
        self._looked_at = float("-inf")

    def clocks(self, codes: Sequence[str]) -> dict[str, Sequence[ClockView]]:
        """Give the clocks of tickets; those that sla does not tell of now are absent."""
        found: dict[str, Sequence[ClockView]] = {}
        if not codes or time.monotonic() < self._ask_again_at:
            return found
        caller: Caller = next(
            item for item in self.container.dependencies if item.attr_name == self.sla
        ).caller
        try:
            for start in range(0, len(codes), _MANY):
                request = GetClocks(codes=list(codes[start : start + _MANY]))
                answer = dict[str, list[ClockView]]
                found |= caller.query("clocks", request, answer, seconds=_ASKING_SECONDS)
        except DomainError as error:
            log.warning("question_unanswered", error=error.code)
            self._ask_again_at = time.monotonic() + _SILENCE_SECONDS
        return found
