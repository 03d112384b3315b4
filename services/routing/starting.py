"""Starting the tickets that workflows ask for: intake registers each exactly once.

What is to be started stands in the ticket's state until it is known what became of it. The key is
made of the ticket and the start, so whoever asks again, after whatever crash, hears the same code.
"""

from __future__ import annotations

import msgspec

from chassis.calls.call import own_call
from chassis.calls.client import Caller
from chassis.decisions import Context
from chassis.errors import DomainError, Permanent
from chassis.journal import Aggregates
from chassis.logging import get_logger
from chassis.runtime import Runtime
from contracts.calls.intake import Registered, StartTicket
from contracts.envelope import Event
from contracts.routing import TicketEffectRefused, TicketStarted
from services.routing.domain.pending import Start
from services.routing.domain.ticket import Ticket
from services.routing.handlers.case import Grounds

log = get_logger()


class Became(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a start: a ticket, or a refusal with its reason."""

    start: str
    ticket: str | None = None
    refused: str = ""


def conclude_start(
    state: Ticket, became: Became, _context: Context, _grounds: Grounds
) -> list[Event]:
    """Record what became of a start; once."""
    known = next((start for start in state.pending.starts if start.id == became.start), None)
    if known is None:
        return []
    if became.ticket is None:
        return [
            TicketEffectRefused(
                effect="start", name=known.subject, reason=became.refused, start=known.id
            )
        ]
    return [TicketStarted(start=known.id, ticket=became.ticket, subject=known.subject)]


class Starting:
    """Starts tickets, for one process."""

    def __init__(self, tickets: Aggregates[Ticket], intake: Caller, runtime: Runtime) -> None:
        self._tickets = tickets
        self._intake = intake
        self._runtime = runtime

    def start(self, code: str, start: Start) -> None:
        """Start one ticket and record it; while intake is away it stays to be done."""
        key = f"{code}:{start.id}"
        request = StartTicket(
            code=code,
            subject=start.subject,
            title=start.title,
            description=start.description,
            workflow=start.workflow,
            answers=dict(start.answers),
            generation=start.generation,
        )
        try:
            answer: Registered = self._intake.command("start_ticket", request, Registered, key=key)
            became = Became(start=start.id, ticket=answer.code)
        except Permanent as error:
            became = Became(start=start.id, refused=error.code)
        except DomainError as error:
            log.info("not_started", code=code, reason=error.code)
            return
        call = own_call(self._runtime, "start", key)
        self._tickets.execute(code, conclude_start, became, call)
