"""How far an installation's set-up is: seen from what there is, nothing else is remembered."""

from __future__ import annotations

import asyncio
from typing import Final

import msgspec

from contracts.calls.base import Nothing
from contracts.calls.intake import Subject
from contracts.calls.notify import SendingTrial
from contracts.calls.routing import ListTickets, StaffMember, TicketPage, Unit
from contracts.calls.sla import AgreementView
from gateway.caller import Caller

#: In the order in which one needs the other.
STEPS: Final = ("organisation", "desk", "subject", "form", "agreement", "messages", "ticket")
_AT_THE_DESK: Final = "agent"


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What an installation has; None where the service that knows is away."""

    units: list[Unit] | None = None
    people: list[StaffMember] | None = None
    subjects: list[Subject] | None = None
    agreements: list[AgreementView] | None = None
    trials: list[SendingTrial] | None = None
    tickets: TicketPage | None = None

    @property
    def open_subjects(self) -> list[Subject]:
        """What can be asked for."""
        return [subject for subject in self.subjects or () if subject.active]

    @property
    def first_code(self) -> str | None:
        """The newest ticket's code; None while there is none."""
        items = self.tickets.items if self.tickets else []
        return items[0].code if items else None

    def done(self) -> dict[str, bool]:
        """Tell of each step whether what it makes is there."""
        return {
            "organisation": bool(self.units),
            "desk": any(each.active and each.role == _AT_THE_DESK for each in self.people or ()),
            "subject": bool(self.open_subjects),
            "form": any(subject.form for subject in self.open_subjects),
            "agreement": bool(self.agreements),
            "messages": any(trial.refused is None for trial in self.trials or ()),
            "ticket": self.first_code is not None,
        }

    def away(self) -> list[str]:
        """Give the services that did not answer."""
        said = {
            "routing": self.units is None or self.people is None or self.tickets is None,
            "intake": self.subjects is None,
            "sla": self.agreements is None,
            "notify": self.trials is None,
        }
        return [service for service, is_away in said.items() if is_away]


def next_step(done: dict[str, bool]) -> str | None:
    """Give the first step that is not done; None after the last."""
    return next((step for step in STEPS if not done[step]), None)


async def standing_of(caller: Caller) -> Standing:
    """Ask for everything that the steps make."""
    units, people, tickets, subjects, agreements, trials = await asyncio.gather(
        caller.optional("routing", "units", Nothing(), list[Unit]),
        caller.optional("routing", "staff", Nothing(), list[StaffMember]),
        caller.optional("routing", "tickets", ListTickets(limit=1), TicketPage),
        caller.optional("intake", "subjects", Nothing(), list[Subject]),
        caller.optional("sla", "agreements", Nothing(), list[AgreementView]),
        caller.optional("notify", "sending_trials", Nothing(), list[SendingTrial]),
    )
    return Standing(
        units=units,
        people=people,
        subjects=subjects,
        agreements=agreements,
        trials=trials,
        tickets=tickets,
    )


async def is_to_be_set_up(caller: Caller) -> bool:
    """Tell whether an administrator is led to the set-up: as long as nothing can be asked for.

    Once there is something, it is not asked again.
    """
    gateway = caller.gateway
    if gateway.is_set_up or caller.identity.scope("admin.change") is None:
        return False
    subjects = await caller.optional("intake", "subjects", Nothing(), list[Subject])
    gateway.is_set_up = bool(subjects)
    return subjects == []
