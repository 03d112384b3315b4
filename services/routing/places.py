"""Places: who gets the work of a batch, taken before it is decided and freed where not used.

Decisions stay pure, and nobody gets more than his capacity however many replicas decide.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from chassis.errors import Unavailable
from chassis.journal import Outcome
from services.routing.domain.balance import fewest_owned, least_loaded
from services.routing.domain.organisation import Person
from services.routing.domain.ticket import Ticket
from services.routing.handlers.case import Place
from services.routing.repository.loads import Load, Loads

_ROUNDS = 4


class Want(NamedTuple):
    """One decision that will give work away."""

    code: str
    cause: str
    #: Who may get it, and who may become the owner.
    pool: Sequence[Person]
    owners: Sequence[Person]
    #: Who has it now: he needs no second place.
    holder: str | None
    #: `#task` for work beside the ticket's own, which takes a place of its own.
    part: str = ""

    @property
    def work(self) -> str:
        """What the place is taken for."""
        return self.code + self.part


class Places:
    """Takes and frees places for the decisions of one process."""

    def __init__(self, loads: Loads) -> None:
        self._loads = loads
        #: Places taken by decisions under way: {(code, cause): (person, part)}.
        self._taken: dict[tuple[str, str], tuple[str, str]] = {}
        #: Who has become free; whoever hands work out empties it.
        self.freed: set[str] = set()

    def take(self, wants: Sequence[Want], at: datetime) -> dict[tuple[str, str], Place]:
        """Give every decision its place: with the least loaded of its pool who is not full."""
        found: dict[tuple[str, str], str] = {}
        left = list(wants)
        loads: dict[str, Load] = {}
        for _round in range(_ROUNDS):
            if not left:
                break
            loads = self._load(left)
            left = self._take_round(left, loads, found, at)
        owners = _spread_owners(wants, loads or self._load(wants))
        keys = [(want.code, want.cause) for want in wants]
        return {key: Place(assignee=found.get(key), owner=owners.get(key)) for key in keys}

    def settle(
        self,
        causes: Sequence[tuple[str, str]],
        before: Mapping[str, Ticket],
        outcomes: Mapping[str, Outcome],
    ) -> None:
        """Free what was not used, and what was left; count who owns how many open tickets."""
        frees: list[tuple[str, str, str | None]] = []
        owned: dict[str, int] = defaultdict(int)
        for code, cause in causes:
            frees += self._unused(code, cause, outcomes.get(code))
        for code, ticket in before.items():
            after = _committed(outcomes.get(code))
            if after is None:
                continue
            has = after.places
            for part, person in ticket.places.items():
                if has.get(part) != person:
                    frees.append((person, code + part, None))
                    self.freed.add(person)
            if ticket.speaker != after.speaker:
                owned[ticket.speaker or ""] -= 1
                owned[after.speaker or ""] += 1
        owned.pop("", None)
        self._loads.release(frees)
        self._loads.count_owned(owned)

    def _load(self, wants: Sequence[Want]) -> dict[str, Load]:
        """Read the loads of everybody who may be chosen; a new person begins with none."""
        people = {person.id for want in wants for person in (*want.pool, *want.owners)}
        loads = self._loads.of(people, [want.work for want in wants])
        for person in people - loads.keys():
            self._loads.enter(person)
            loads[person] = Load(tickets=0, owned=0, held={})
        return loads

    def _take_round(
        self,
        wants: Sequence[Want],
        loads: Mapping[str, Load],
        found: dict[tuple[str, str], str],
        at: datetime,
    ) -> list[Want]:
        """Choose for all, take per person at once; gives those whose place somebody else took."""
        counts = {person: load.tickets for person, load in loads.items()}
        chosen: dict[str, dict[str, Want]] = defaultdict(dict)
        people: dict[str, Person] = {}
        for want in wants:
            if (has := _has_already(want, loads)) is not None:
                found[want.code, want.cause] = has
            elif (person := least_loaded(want.pool, counts)) is not None:
                counts[person.id] += 1
                people[person.id] = person
                chosen[person.id][want.work] = want
        left: list[Want] = []
        for name, mine in chosen.items():
            causes = {work: want.cause for work, want in mine.items()}
            taken = self._loads.take(name, people[name].capacity, causes, at)
            for work, want in mine.items():
                if work not in taken:
                    left.append(want)
                    continue
                found[want.code, want.cause] = name
                if taken[work]:
                    self._taken[want.code, want.cause] = name, want.part
        return left

    def _unused(
        self, code: str, cause: str, outcome: Outcome | None
    ) -> list[tuple[str, str, str | None]]:
        taken = self._taken.pop((code, cause), None)
        if taken is None:
            return []
        person, part = taken
        after = _committed(outcome)
        if after is None and outcome is not None and isinstance(outcome.error, Unavailable):
            # Perhaps it was stored after all: the sweep will know.
            return []
        used = after is not None and after.places.get(part) == person
        return [] if used else [(person, code + part, cause)]


def _committed(outcome: Outcome | None) -> Ticket | None:
    """Give the state that a decision has led to just now, if it has."""
    if outcome is None or outcome.repeated or not outcome.events:
        return None
    return outcome.state if isinstance(outcome.state, Ticket) else None


def _has_already(want: Want, loads: Mapping[str, Load]) -> str | None:
    """Give who has a place for this decision from an earlier try, or the work itself."""
    for person in want.pool:
        held = loads[person.id].held.get(want.work)
        if person.id == want.holder or (held is not None and held.cause == want.cause):
            return person.id
    return None


def _spread_owners(wants: Sequence[Want], loads: Mapping[str, Load]) -> dict[tuple[str, str], str]:
    owned = {person: load.owned for person, load in loads.items()}
    owners = {}
    for want in wants:
        owner = fewest_owned(want.owners, owned)
        if owner is not None:
            owned[owner.id] = owned.get(owner.id, 0) + 1
            owners[want.code, want.cause] = owner.id
    return owners
