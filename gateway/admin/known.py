"""What editors let people choose from: units, subjects, workflows, forms, people's skills.

A service that is away leaves its list empty: a field then takes what is typed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import partial
from typing import Any

import msgspec

from contracts.calls.base import Nothing
from contracts.calls.forms import FormView
from contracts.calls.intake import Subject
from contracts.calls.routing import PartnerName, StaffMember, Unit, WorkflowView
from gateway.admin.conditions import Words
from gateway.admin.editing import said
from gateway.caller import Caller
from gateway.texts import digits, has, text

#: Facts whose values have words of their own in the catalogue.
_VOCABULARIES = {
    "kind": "agreement.kind",
    "channel": "agreement.channel",
    "weekday": "admin.weekday",
    "language": "admin.language",
}


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """Titles by id, in the reader's language."""

    language: str
    units: dict[str, str]
    subjects: dict[str, str]
    workflows: dict[str, str]
    forms: dict[str, str]
    people: dict[str, str]
    skills: list[str]
    partners: dict[str, str]
    unavailable: list[str]

    def words(self) -> Words:
        """Give how sentences name things."""
        return Words(self._fact, self.value, partial(text, self.language))

    def person(self, subject: str) -> str:
        """Name who did something: `person:sara`, or the system itself."""
        kind, _, name = subject.partition(":")
        return (
            text(self.language, "role.service") if kind == "system" else self.people.get(name, name)
        )

    def value(self, fact: str, value: Any) -> str:
        """Name a value of a fact."""
        name = fact.removeprefix("ticket.")
        vocabulary = _VOCABULARIES.get(name)
        if vocabulary and has(f"{vocabulary}.{value}"):
            return text(self.language, f"{vocabulary}.{value}")
        if isinstance(value, bool):
            return text(self.language, "admin.yes" if value else "admin.no")
        if isinstance(value, (int, float)):
            return digits(value, self.language)
        titles = {
            "subject": self.subjects,
            "subjects": self.subjects,
            "unit": self.units,
            "registered_in": self.units,
            "workflow": self.workflows,
        }.get(name, {})
        return titles.get(str(value), str(value))

    def _fact(self, fact: str) -> str:
        name = fact.removeprefix("ticket.")
        if has(f"admin.fact.{name}"):
            return text(self.language, f"admin.fact.{name}")
        return text(self.language, "admin.fact.answer", name=name.removeprefix("answers."))


async def known_to(caller: Caller) -> Known:
    """Ask for all that there is to choose from."""
    units, subjects, workflows, forms, people, partners = await asyncio.gather(
        caller.optional("routing", "units", Nothing(), list[Unit]),
        caller.optional("intake", "subjects", Nothing(), list[Subject]),
        caller.optional("routing", "workflows", Nothing(), list[WorkflowView]),
        caller.optional("intake", "form_definitions", Nothing(), list[FormView]),
        caller.optional("routing", "staff", Nothing(), list[StaffMember]),
        caller.optional("routing", "partner_names", Nothing(), list[PartnerName]),
    )
    language = caller.language
    away = {"routing": units is None or workflows is None, "intake": subjects is None}
    return Known(
        language=language,
        units={unit.id: said(unit.title, language, unit.id) for unit in units or ()},
        subjects={each.id: said(each.title, language, each.id) for each in subjects or ()},
        workflows={each.id: _title(each, language) for each in workflows or ()},
        forms={each.id: _title(each, language) for each in forms or ()},
        people={person.id: person.name for person in people or () if person.active},
        skills=_skills(people or ()),
        partners={each.id: said(each.title, language, each.id) for each in partners or ()},
        unavailable=[service for service, is_away in away.items() if is_away],
    )


def _title(defined: WorkflowView | FormView, language: str) -> str:
    key = f"admin.workflow.called.{defined.id}"
    otherwise = text(language, key) if has(key) else defined.id
    return said(defined.definition.get("title"), language, otherwise)


def _skills(people: Iterable[StaffMember]) -> list[str]:
    return sorted({skill for person in people for skill in person.skills})
