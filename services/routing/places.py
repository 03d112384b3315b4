"""Places: who gets the work of a batch, taken before it is decided and freed where not used.

Decisions stay pure, and nobody gets more than his capacity however many replicas decide.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from chassis.errors import Unavailable
from chassis.journal import Outcome
from services.routing.domain.balance import Burden, Job, choose, fewest_owned
from services.routing.domain.organisation import Person
from services.routing.domain.ticket import Ticket
from services.routing.handlers.case import Place
from services.routing.repository.acquaintance import Acquaintance
from services.routing.repository.loads import NOTHING, Freed, Load, Loads, Wanted

#: As long as somebody else takes places of the same people meanwhile, it is chosen anew.
_ROUNDS = 8


class Want(NamedTuple):
    """One decision that will give work away."""

    code: str
    cause: str
    #: Who may get it, and who may become the owner.
    pool: Sequence[Person]
    owners: Sequence[Person]
    #: Who has it now: he needs no second place.
    holder: str | None
    job: Job = Job()
    requester: str = ""
    #: `#task` for work beside the ticket's own, which takes a place of its own.
    part: str = ""

    @property
    def work(self) -> str:
        """What the place is taken for."""
        return self.code + self.part


class Places:
    """Takes and frees places for the decisions of one process."""

    def __init__(self, loads: Loads, acquaintance: Acquaintance) -> None:
        self._loads = loads
        self._acquaintance = acquaintance
        #: Places taken by decisions under way: {(code, cause): (person, part, points)}.
        self._taken: dict[tuple[str, str], tuple[str, str, int]] = {}
        #: Who has become free; whoever hands work out empties it.
        self.freed: set[str] = set()

    def take(self, wants: Sequence[Want], at: datetime) -> dict[tuple[str, str], Place]:
        """Give every decision its place: with whom the strategy chooses of its pool."""
        found: dict[tuple[str, str], str] = {}
        left = self._acquainted(wants)
        loads: dict[str, Load] = {}
        for number in range(_ROUNDS):
            if not left:
                break
            loads |= self._load(left)
            left = self._take_round(left, loads, found, at, last=number == _ROUNDS - 1)
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
        frees: list[Freed] = []
        owned: dict[str, int] = defaultdict(int)
        agents: dict[str, str] = {}
        for code, cause in causes:
            frees += self._unused(code, cause, outcomes.get(code))
        for code, ticket in before.items():
            after = _committed(outcomes.get(code))
            if after is None:
                continue
            has = after.places
            for part, person in ticket.places.items():
                if has.get(part) != person:
                    frees.append(self._left(person, code + part, 1 if part else ticket.weight))
                    self.freed.add(person)
            if after.strategy == "sticky" and after.holder not in (None, ticket.holder):
                agents[after.requester] = after.holder or ""
            if ticket.speaker != after.speaker:
                owned[ticket.speaker or ""] -= 1
                owned[after.speaker or ""] += 1
        owned.pop("", None)
        self._loads.release(frees)
        self._loads.count_owned(owned)
        self._acquaintance.remember(agents)

    def _acquainted(self, wants: Sequence[Want]) -> list[Want]:
        """Tell those wants that ask for it who had the requester's work last."""
        asking = [want.requester for want in wants if want.job.strategy == "sticky"]
        agents = self._acquaintance.of(asking) if asking else {}
        return [
            want._replace(job=msgspec.structs.replace(want.job, last_agent=agents[want.requester]))
            if want.requester in agents
            else want
            for want in wants
        ]

    def _load(self, wants: Sequence[Want]) -> dict[str, Load]:
        """Read the loads of everybody who may be chosen; a new person begins with none."""
        people = {person.id for want in wants for person in (*want.pool, *want.owners)}
        loads = self._loads.of(people, [want.work for want in wants])
        for person in people - loads.keys():
            self._loads.enter(person)
            loads[person] = NOTHING
        return loads

    def _take_round(
        self,
        wants: Sequence[Want],
        loads: Mapping[str, Load],
        found: dict[tuple[str, str], str],
        at: datetime,
        *,
        last: bool,
    ) -> list[Want]:
        """Choose for all, take per person at once; gives those whose place somebody else took.

        A place is taken only from who has no more than when he was chosen; the last time, from
        whoever has room still.
        """
        burdens = {person: Burden(load.points, load.turn) for person, load in loads.items()}
        chosen: dict[str, dict[str, Wanted]] = defaultdict(dict)
        people: dict[str, Person] = {}
        by_work: dict[tuple[str, str], Want] = {}
        for want in wants:
            if (has := _has_already(want, loads)) is not None:
                found[want.code, want.cause] = has
            elif (person := choose(want.pool, want.job, burdens)) is not None:
                place = _place_with(person, want, burdens)
                burdens[person.id] = Burden(
                    burdens[person.id].points + place.points, place.turn or burdens[person.id].turn
                )
                people[person.id] = person
                chosen[person.id][want.work] = place
                by_work[person.id, want.work] = want
        left: list[Want] = []
        for name, mine in chosen.items():
            room = people[name].capacity - sum(place.points for place in mine.values())
            most = room if last else min(room, loads[name].points)
            taken = self._loads.take(name, mine, most=most, at=at)
            for work, place in mine.items():
                want = by_work[name, work]
                if work not in taken:
                    left.append(want)
                    continue
                found[want.code, want.cause] = name
                if taken[work]:
                    self._taken[want.code, want.cause] = name, want.part, place.points
        return left

    def _left(self, person: str, work: str, weight: int) -> Freed:
        """Tell what place somebody gives up; only that of a heavier ticket has to be looked up."""
        points = 1
        if weight != 1:
            load = self._loads.of([person], [work]).get(person, NOTHING)
            points = load.held[work].points if work in load.held else weight
        return Freed(person, work, None, points)

    def _unused(self, code: str, cause: str, outcome: Outcome | None) -> list[Freed]:
        taken = self._taken.pop((code, cause), None)
        if taken is None:
            return []
        person, part, points = taken
        after = _committed(outcome)
        if after is None and outcome is not None and isinstance(outcome.error, Unavailable):
            # Perhaps it was stored after all: the sweep will know.
            return []
        used = after is not None and after.places.get(part) == person
        return [] if used else [Freed(person, code + part, cause, points)]


def _place_with(person: Person, want: Want, burdens: Mapping[str, Burden]) -> Wanted:
    turn = 0
    if want.job.strategy == "round_robin":
        turn = max(burdens[each.id].turn for each in want.pool) + 1
    return Wanted(want.cause, person.points(want.job.weight), turn)


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
