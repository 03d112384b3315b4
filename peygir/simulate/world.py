"""The organisation as the simulation sees it: what can be asked for, and who works where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from contracts.calls.intake import Subject
from contracts.calls.routing import Rule, StaffMember
from peygir.client import Client

#: How often each subject is asked for; one that is not named here, as often as `_OTHER`.
WEIGHTS = {
    "it.software": 18, "it.hardware": 11, "it.network": 10, "it.account": 14,
    "finance.payroll": 9, "finance.invoice": 6, "hr.leave": 8, "hr.training": 4, "hr.pension": 3,
    "complaint.service": 4, "complaint.staff": 2, "suggestion": 3, "info.general": 12,
}  # fmt: skip
_OTHER = 2


class World(msgspec.Struct, frozen=True, kw_only=True):
    """Subjects that have none below them, rules in their order, and people who work."""

    subjects: list[Subject]
    rules: list[Rule]
    people: list[StaffMember]

    def weights(self) -> list[int]:
        """Give how often each of the subjects is asked for."""
        return [WEIGHTS.get(subject.id, _OTHER) for subject in self.subjects]

    def rule_for(self, subject: Subject, channel: str) -> Rule | None:
        """Give the first rule that fits; a rule's subject stands for those below it."""
        for rule in self.rules:
            above = rule.subject is None or f"{subject.id}.".startswith(f"{rule.subject}.")
            if above and rule.kind in (None, subject.kind) and rule.channel in (None, channel):
                return rule
        return None

    def agents(self) -> list[StaffMember]:
        """Give those who take requests and speak to requesters."""
        return self._with("agent")

    def experts(self, unit: str | None = None) -> list[StaffMember]:
        """Give those who solve, in a unit or anywhere."""
        return [person for person in self._with("expert") if unit in (None, person.unit)]

    def approver(self, unit: str) -> StaffMember | None:
        """Give who approves a unit's work: its supervisor, else a manager."""
        here = [person for person in self._with("supervisor") if person.unit == unit]
        return next(iter([*here, *self._with("manager"), *self._with("supervisor")]), None)

    def _with(self, role: str) -> list[StaffMember]:
        return [person for person in self.people if person.role == role]


async def read_world(client: Client) -> World:
    """Read the organisation as it is now; needs an administrator's session."""
    subjects = await client.get("/api/v1/admin/subjects", list[Subject])
    rules = await client.get("/api/v1/admin/rules", list[Rule])
    people = await client.get("/api/v1/admin/people", list[StaffMember])
    return world_of(subjects, rules, people)


def world_of(
    subjects: Sequence[Subject], rules: Sequence[Rule], people: Sequence[StaffMember]
) -> World:
    """Make a world of what the catalogue and the directory say; in the order of ids."""
    parents: set[Any] = {subject.parent for subject in subjects}
    return World(
        subjects=sorted(
            (item for item in subjects if item.active and item.id not in parents),
            key=lambda item: item.id,
        ),
        rules=sorted((rule for rule in rules if rule.active), key=lambda rule: rule.order),
        people=sorted((one for one in people if one.active), key=lambda one: one.id),
    )
