"""Who gets the next ticket: of those who have room for it, by the strategy of its queue."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import msgspec

from services.routing.domain.organisation import Person


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be given away, as far as it matters to whom."""

    weight: int = 1
    strategy: str = "least_loaded"
    skill: str | None = None
    language: str = ""
    #: Who had this requester's work last.
    last_agent: str | None = None


class Burden(NamedTuple):
    """What somebody has already: points of work, and when it was his turn last."""

    points: int = 0
    #: Counts up over all who take turns; 0 before the first.
    turn: int = 0
    #: Those of the points that decisions under way may still not give him.
    open: int = 0


Burdens = Mapping[str, Burden]
_NONE = Burden()


def choose(people: Iterable[Person], job: Job, burdens: Burdens) -> Person | None:
    """Give who gets it, or None when nobody has room."""
    free = [person for person in people if has_room(person, job, burdens)]
    rank = _RANKS.get(job.strategy, _by_load)
    return min(free, key=lambda person: (*rank(person, job, burdens), person.id), default=None)


def has_room(person: Person, job: Job, burdens: Burdens) -> bool:
    """Tell whether it fits into somebody's capacity; what is heavier than that fills it."""
    points = burdens.get(person.id, _NONE).points
    return points + person.points(job.weight) <= person.capacity


def stays_even(chosen: Person, people: Iterable[Person], job: Job, burdens: Burdens) -> bool:
    """Tell whether he has no more than any other even if nobody else gets what is under way."""
    has = burdens.get(chosen.id, _NONE).points / chosen.capacity
    return all(
        has <= _certain(other, burdens)
        for other in people
        if other.id != chosen.id and has_room(other, job, burdens)
    )


def fewest_owned(agents: Iterable[Person], owned: Mapping[str, int]) -> Person | None:
    """Give the desk agent who owns the fewest open tickets; owning knows no limit."""
    return min(agents, key=lambda p: (owned.get(p.id, 0), p.id), default=None)


def _by_load(person: Person, _job: Job, burdens: Burdens) -> tuple[Any, ...]:
    """Most room in proportion to his capacity; of equals who may turn out to have more."""
    has = burdens.get(person.id, _NONE).points / person.capacity
    return (has, _certain(person, burdens))


def _certain(person: Person, burdens: Burdens) -> float:
    """Give what somebody has at least, in proportion to his capacity."""
    burden = burdens.get(person.id, _NONE)
    return (burden.points - burden.open) / person.capacity


def _by_turn(person: Person, _job: Job, burdens: Burdens) -> tuple[Any, ...]:
    return (burdens.get(person.id, _NONE).turn,)


def _by_acquaintance(person: Person, job: Job, burdens: Burdens) -> tuple[Any, ...]:
    return (person.id != job.last_agent, *_by_load(person, job, burdens))


def _by_skill(person: Person, job: Job, burdens: Burdens) -> tuple[Any, ...]:
    level = person.level(job.skill) if job.skill else 0
    speaks = job.language in person.languages
    return (-level, not speaks, *_by_load(person, job, burdens))


_RANKS: Mapping[str, Callable[[Person, Job, Burdens], tuple[Any, ...]]] = {
    "least_loaded": _by_load,
    "round_robin": _by_turn,
    "sticky": _by_acquaintance,
    "best_skill": _by_skill,
}
