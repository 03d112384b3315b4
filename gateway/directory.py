"""Who is who: names of people, units and subjects, as they stood half a minute ago at most.

One copy in each process, read when somebody needs it; while a service is away the last one stays,
and what was never read is shown by its id.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Protocol, TypeVar

import msgspec

from chassis.errors import DomainError
from contracts.calls.base import Nothing
from contracts.calls.intake import Subject
from contracts.calls.routing import StaffMember, Unit

_FRESH_SECONDS: Final = 30.0
#: Commands that change names, or who has one.
NAMING: Final = frozenset({"define_person", "define_unit", "define_subject"})
#: So long nobody asks again whom no service answered.
_REST_SECONDS: Final = 5.0
_PERSON: Final = "person:"

T = TypeVar("T")


def title_of(named: Subject | Unit, language: str) -> str:
    """Give a title in the language, or in one that there is."""
    return named.title.get(language) or next(iter(named.title.values()), named.id)


class Asking(Protocol):
    """What the directory needs of a caller."""

    async def optional(
        self, service: str, method: str, request: Any, answer: type[T]
    ) -> T | None: ...


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """A staff member as colleagues know him."""

    id: str
    name: str
    role: str
    unit: str
    tier: int
    active: bool


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """The names at one time, in the language of whom they are read to."""

    language: str
    people: Mapping[str, Person] = {}
    units: Mapping[str, Unit] = {}
    subjects: Mapping[str, Subject] = {}

    def person(self, name: str | None) -> str:
        """Give somebody's name; his id where nobody knows it, nothing for nobody."""
        bare = (name or "").removeprefix(_PERSON)
        known = self.people.get(bare)
        return known.name if known else bare

    def unit(self, name: str | None) -> str:
        """Give a unit's title; its id where nobody knows it."""
        return self._title(self.units, name)

    def subject(self, name: str | None) -> str:
        """Give a subject's title; its id where nobody knows it."""
        return self._title(self.subjects, name)

    def colleagues(self, units: Iterable[str] | None = None) -> list[Person]:
        """Give who works here, by name; of these units alone where some are named."""
        wanted = None if units is None else set(units)
        found = [
            person
            for person in self.people.values()
            if person.active and (wanted is None or person.unit in wanted)
        ]
        return sorted(found, key=lambda person: (person.name, person.id))

    def open_units(self) -> list[Unit]:
        """Give the units that are in use, by title."""
        active = [unit for unit in self.units.values() if unit.active]
        return sorted(active, key=lambda unit: self.unit(unit.id))

    def _title(self, group: Mapping[str, Unit] | Mapping[str, Subject], name: str | None) -> str:
        known = group.get(name or "")
        return title_of(known, self.language) if known else name or ""


class Directory:
    """Keeps the names that services know."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._people: dict[str, Person] = {}
        self._units: dict[str, Unit] = {}
        self._subjects: dict[str, Subject] = {}
        self._good_until = float("-inf")
        self._reading = asyncio.Lock()

    async def names(self, caller: Asking, language: str) -> Names:
        """Give the names as they are known; whoever may read tickets may ask."""
        # While one request reads, the others make do with what there is.
        if self._clock() >= self._good_until and not (self._reading.locked() and self._people):
            async with self._reading:
                if self._clock() >= self._good_until:
                    await self._read(caller)
        return Names(
            language=language, people=self._people, units=self._units, subjects=self._subjects
        )

    def forget(self) -> None:
        """Read anew when somebody asks next."""
        self._good_until = float("-inf")

    async def _read(self, caller: Asking) -> None:
        people, units, subjects = await asyncio.gather(
            _asked(caller, "routing", "staff", list[StaffMember]),
            _asked(caller, "routing", "units", list[Unit]),
            _asked(caller, "intake", "subjects", list[Subject]),
        )
        if people is not None:
            self._people = {each.id: _person(each) for each in people}
        if units is not None:
            self._units = {each.id: each for each in units}
        if subjects is not None:
            self._subjects = {each.id: each for each in subjects}
        is_whole = None not in (people, units, subjects)
        self._good_until = self._clock() + (_FRESH_SECONDS if is_whole else _REST_SECONDS)


async def _asked(caller: Asking, service: str, method: str, answer: type[T]) -> T | None:
    """Ask a service; None where it does not answer, or not this caller."""
    try:
        return await caller.optional(service, method, Nothing(), answer)
    except DomainError:
        return None


def _person(member: StaffMember) -> Person:
    return Person(
        id=member.id,
        name=member.name,
        role=member.role,
        unit=member.unit,
        tier=member.tier,
        active=member.active,
    )
