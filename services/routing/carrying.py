"""Carrying what befell one ticket to those that belong to it: each exactly once.

What is still to be carried stands in the ticket's state, so a process that dies leaves it to the
next one. A ticket that was reached before has the passage among its causes, and is passed over.
"""

from collections.abc import Iterator, Sequence

from chassis.calls.call import Call, own_call
from chassis.errors import Permanent
from chassis.journal import Aggregates
from chassis.logging import get_logger
from chassis.runtime import Runtime
from services.routing.domain.ticket import Ticket
from services.routing.domain.ties import Passage
from services.routing.handlers.carried import Carried, receive
from services.routing.handlers.joining import Conclude, conclude
from services.routing.starting import Starting

log = get_logger()

#: So many tickets are decided about together, and so many sources are looked for at once.
_TOGETHER = 250
_SOURCES = 50


class Carrying:
    """Carries passages, for one process."""

    def __init__(self, tickets: Aggregates[Ticket], starting: Starting, runtime: Runtime) -> None:
        self._tickets = tickets
        self._starting = starting
        self._runtime = runtime

    def carry_all(self) -> None:
        """Carry whatever is still on its way; what fails is tried again the next time."""
        for found in self._tickets.find({"passing": True}, limit=_SOURCES):
            for start in found.state.pending.starts:
                self._starting.start(found.stream, start)
            for passage in found.state.ties.passages:
                if not self._carry(found.stream, found.state, passage):
                    break

    def _carry(self, source: str, state: Ticket, passage: Passage) -> bool:
        """Carry one passage; gives whether it has reached everybody."""
        carried = Carried(source=source, requester=state.requester, passage=passage)
        left: dict[str, int] = {}
        reached = 0
        for codes in _parts(state.ties.reach(passage)):
            outcomes = self._tickets.execute_all(
                codes, receive, carried, self._call(f"{source}:{passage.id}")
            )
            for code, outcome in outcomes.items():
                if outcome.error is None:
                    reached += 1
                elif isinstance(outcome.error, Permanent):
                    left[outcome.error.code] = left.get(outcome.error.code, 0) + 1
                else:
                    log.info("not_carried", code=code, reason=outcome.error.code)
                    return False
        done = Conclude(passage=passage.id, reached=reached, left=left)
        self._tickets.execute(source, conclude, done, self._call(f"{source}:{passage.id}:end"))
        return True

    def _call(self, key: str) -> Call:
        """Give the call under which a passage is carried: the same whoever carries it, and when."""
        return own_call(self._runtime, "carry", key)


def _parts(codes: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(codes), _TOGETHER):
        yield codes[start : start + _TOGETHER]
