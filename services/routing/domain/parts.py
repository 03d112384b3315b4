"""What a ticket's step has open beside the work itself: tasks for others, seats of an approval."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from services.routing.domain.organisation import Organisation
from services.routing.domain.workflow.who import named


class Task(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A piece of work beside the ticket's own."""

    id: str
    unit: str
    tier: int
    skill: str | None = None
    assignee: str | None = None
    outcome: Literal["open", "done", "refused"] = "open"

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done."""
        return self.outcome == "open"


class Verdict(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What somebody said in a seat."""

    seat: int
    by: str
    approved: bool
    instead_of: str | None = None


class Consent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An approval that is waited for."""

    seats: tuple[str, ...]
    needs: int
    in_order: bool = False
    doer: str | None = None
    verdicts: tuple[Verdict, ...] = ()

    def free(self) -> Iterator[tuple[int, str]]:
        """Give the seats that may be taken now, with whom each is for."""
        taken = {verdict.seat for verdict in self.verdicts}
        for number, who in enumerate(self.seats):
            if number not in taken:
                yield number, who
                if self.in_order:
                    return

    def told(self, unit: str | None, organisation: Organisation) -> list[str]:
        """Give whose turn it is, as far as a seat means single people."""
        found = (_meant(who, unit, organisation) for _number, who in self.free())
        names = {person for people in found for person in people if self.may_speak(person)}
        return sorted(names)

    def may_speak(self, person: str | None) -> bool:
        """Tell whether a person may say anything: not about his own deed, and once."""
        spoken = {name for each in self.verdicts for name in (each.by, each.instead_of)}
        return person is not None and person != self.doer and person not in spoken

    @property
    def is_settled(self) -> bool | None:
        """Whether enough have approved; None while that is open, False once it cannot be."""
        return settled(
            sum(verdict.approved for verdict in self.verdicts),
            len(self.seats) - len(self.verdicts),
            self.needs,
        )


def _meant(who: str, unit: str | None, organisation: Organisation) -> list[str]:
    """Give whom a seat is for; of a whole unit nobody in particular."""
    if who.startswith("supervisor@"):
        return organisation.holders("supervisor", who.partition("@")[2])
    meant = named(who)
    if meant is None:
        return []
    if meant.person is not None:
        return [meant.person]
    return organisation.holders(meant.role, meant.unit or unit) if meant.role else []


def settled(good: int, still_open: int, needs: int) -> bool | None:
    """Tell whether enough are good; None while it is open, False once it cannot be."""
    if good >= needs:
        return True
    return False if good + still_open < needs else None
