"""Who really has what work: asked of the journal, which is never behind."""

from chassis.journal import Aggregates
from services.routing.domain.life import TICKETS
from services.routing.domain.ticket import Ticket


def really_has(tickets: Aggregates[Ticket], person: str, work: str) -> bool:
    """Tell whether somebody has a ticket's work, or that of a task of it: `code#task`."""
    stream, part = parted(work)
    steps = ((step.event, step.at) for step in tickets.history(stream))
    return TICKETS.fold(steps).places.get(part) == person


def parted(work: str) -> tuple[str, str]:
    """Give the ticket of what somebody has to do, and which part of it: `#task`, or all of it."""
    code, hash_sign, task = work.partition("#")
    return code, hash_sign + task
