"""What there is to choose from in the form of an action: people, units, times, words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Final, NamedTuple

from contracts.calls.routing import PartnerName
from gateway.desk.action_forms import RELATIONS, UNTIL, WORK_GROUPS, until_of
from gateway.desk.screen import Screen
from gateway.filled import worded
from gateway.pages.display import code_shown, instant_shown
from gateway.texts import text

#: Words of the catalogue to choose from, by the kind of question.
_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "priority": ("1", "2", "3", "4", "5"),
    "relation": RELATIONS,
    "work_group": WORK_GROUPS,
}

Choice = tuple[str, str]


class Group(NamedTuple):
    """Choices under a heading, or under none."""

    title: str
    choices: list[Choice]


class Chooser(NamedTuple):
    """Knows the choices of each kind of question about one ticket."""

    screen: Screen
    language: str
    zone: str
    partners: list[PartnerName]

    def groups(self, kind: str) -> list[Group]:
        """Give the choices of a kind of question."""
        if kind == "person":
            return self._people()
        ways: dict[str, Callable[[], list[Choice]]] = {
            "unit": self._units,
            "subject": self._subjects,
            "until": self._times,
            "task": self._tasks,
            "question": self._questions,
            "linked": self._linked,
            "partner": self._partners,
        }
        found = ways[kind]() if kind in ways else self._worded(kind, _WORDS[kind])
        return [Group("", found)]

    def _people(self) -> list[Group]:
        names = self.screen.names
        by_unit: dict[str, list[Choice]] = {}
        for person in names.colleagues():
            by_unit.setdefault(person.unit, []).append((person.id, person.name))
        near = self.screen.view.unit
        order = sorted(by_unit, key=lambda unit: (unit != near, names.unit(unit)))
        return [Group(names.unit(unit), by_unit[unit]) for unit in order]

    def _units(self) -> list[Choice]:
        names = self.screen.names
        return [(unit.id, names.unit(unit.id)) for unit in names.open_units()]

    def _subjects(self) -> list[Choice]:
        names = self.screen.names
        return [(one.id, names.subject(one.id)) for one in names.subjects.values() if one.active]

    def _times(self) -> list[Choice]:
        now = datetime.now(UTC)
        found = []
        for choice in UNTIL:
            at = until_of(choice, now, self.zone) or now
            shown = instant_shown(at, self.language, self.zone)
            found.append((choice, text(self.language, f"ticket.until.{choice}", at=shown)))
        return found

    def _tasks(self) -> list[Choice]:
        open_ones = [task for task in self.screen.view.tasks if task.outcome == "open"]
        return [(task.id, worded(task.title, self.language)) for task in open_ones]

    def _questions(self) -> list[Choice]:
        return [(each.id, each.text or each.unit) for each in self.screen.questions]

    def _linked(self) -> list[Choice]:
        related = self.screen.related
        return [(each.code, code_shown(each.code)) for each in (related.tickets if related else ())]

    def _partners(self) -> list[Choice]:
        return [(each.id, worded(each.title, self.language)) for each in self.partners]

    def _worded(self, group: str, names: Iterable[str]) -> list[Choice]:
        return [(name, text(self.language, f"ticket.{group}.{name}")) for name in names]
