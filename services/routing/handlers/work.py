"""What is done on a ticket while it stays where it is: logs, notes, priority."""

from __future__ import annotations

from collections.abc import Mapping

from contracts.envelope import Event
from contracts.routing import TicketNoted, TicketPrioritised, TicketWorkLogged
from services.routing.domain.work import cost_of
from services.routing.handlers.attention import mentions
from services.routing.handlers.case import Action, Case


def log_work(case: Case) -> list[Event]:
    """Record work; person, unit, tier and cost are stamped from the directory.

    An hour costs what it did on the day of the log, however long ago that was.
    """
    seconds, person = case.arguments.seconds, case.doer
    day = case.grounds.organisation.times_of(case.by).day_of(case.context.at)
    return [
        TicketWorkLogged(
            person=case.by,
            unit=(person.unit if person else case.ticket.unit) or "",
            tier=person.tier if person else case.ticket.tier or 1,
            work_group=case.arguments.work_group,
            touch_seconds=seconds,
            cost=cost_of(person.rate_on(day), seconds) if person else 0,
            note=case.text("note"),
        )
    ]


def note(case: Case) -> list[Event]:
    """Record a note that the requester does not see, and whom it names."""
    text = case.deed.texts["text"]
    return [TicketNoted(by=case.by, note=text), *mentions(case, text, case.arguments.mentioned)]


def prioritise(case: Case) -> list[Event]:
    """Set the priority; nothing when it is that already."""
    if case.arguments.priority == case.ticket.priority:
        return []
    return [TicketPrioritised(priority=case.arguments.priority)]


#: By name.
ACTIONS: Mapping[str, Action] = {
    "log-work": Action(log_work),
    "note": Action(note),
    "prioritise": Action(prioritise),
}
