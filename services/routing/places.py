"""Places: who gets the work of a batch, taken before it is decided and freed where not used.

Decisions stay pure, and nobody gets more than his capacity however many replicas decide.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import eventlet
import msgspec
from eventlet.semaphore import Semaphore

from chassis.errors import Unavailable
from chassis.journal import Outcome
from chassis.logging import get_logger
from services.routing.domain.balance import fewest_owned
from services.routing.domain.ticket import Ticket
from services.routing.handlers.case import Place
from services.routing.picking import Picks, Want
from services.routing.repository.acquaintance import Acquaintance
from services.routing.repository.loads import NOTHING, Ended, Freed, Giving, Load, Loads, Standing

log = get_logger()

#: As long as somebody else gives work of the same units meanwhile, it is chosen anew.
_ROUNDS = 20
#: Between two looks at whether what is in the way has ended.
_PAUSE_SECONDS = 0.004
#: What is in the way for longer may be left behind by a process that has ended.
_DOUBTFUL = timedelta(seconds=0.25)


class _Taken(NamedTuple):
    """What a decision under way may give away."""

    person: str
    unit: str
    part: str
    points: int
    #: Whether an earlier try took it.
    again: bool


class Places:
    """Takes and frees places for the decisions of one process."""

    def __init__(
        self,
        loads: Loads,
        acquaintance: Acquaintance,
        *,
        patience: float,
        has_really: Callable[[str, str], bool],
    ) -> None:
        """Use these loads; after `patience` seconds what was not stored by then never will be.

        `has_really` asks the journal whether somebody has some work.
        """
        self._loads = loads
        self._acquaintance = acquaintance
        self._patience = patience
        self._has_really = has_really
        #: Whose turn it is to take places, of those who decide in this process.
        self._turn = Semaphore()
        #: Places of decisions under way, by code and cause; and the work that they are for.
        self._taken: dict[tuple[str, str], _Taken] = {}
        self._under_way: set[str] = set()
        #: Who has become free; whoever hands work out empties it.
        self.freed: set[str] = set()

    def take(self, wants: Sequence[Want], at: datetime) -> dict[tuple[str, str], Place]:
        """Give every decision its place: with whom the strategy chooses of its pool."""
        wants = self._acquainted(wants)
        began, found, loads = time.monotonic(), dict[tuple[str, str], str](), dict[str, Load]()
        rounds = 0
        while rounds < _ROUNDS:
            waited = time.monotonic() - began
            with self._turn:
                standing = self._standing(wants)
                loads = standing.loads
                picks = Picks(wants, standing, evenly=waited < self._patience)
                if not picks.awaited and self._took(picks, standing, at):
                    found = self._note(wants, picks)
                    break
            rounds += not picks.awaited
            self._await(picks.awaited, at + timedelta(seconds=waited))
        owners = _spread_owners(wants, loads)
        return {
            want.key: Place(assignee=found.get(want.key), owner=owners.get(want.key))
            for want in wants
        }

    def end_what_died(self, before: datetime) -> None:
        """End what decisions that began before an instant were giving, whatever they gave."""
        for unit, team in self._loads.giving().items():
            old = [(unit, giving) for giving in team.giving.values() if giving.at < before]
            self._resolve(old, before + timedelta(seconds=self._patience))

    def settle(
        self,
        causes: Sequence[tuple[str, str]],
        before: Mapping[str, Ticket],
        outcomes: Mapping[str, Outcome],
    ) -> None:
        """Free what was not used, and what was left; count who owns how many open tickets."""
        frees: list[Freed] = []
        ended: list[Ended] = []
        owned: dict[str, int] = defaultdict(int)
        agents: dict[str, str] = {}
        for code, cause in causes:
            unused, over = self._end((code, cause), outcomes.get(code))
            frees += unused
            ended += over
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
        self._loads.settle(frees, ended, owned)
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

    def _standing(self, wants: Sequence[Want]) -> Standing:
        """Read what everybody has who may be chosen; a new person begins with nothing."""
        people = {person.id for want in wants for person in (*want.pool, *want.owners)}
        units = {person.unit for want in wants for person in want.pool}
        standing = self._loads.standing(people, [want.work for want in wants], units)
        for person in people - standing.loads.keys():
            self._loads.enter(person)
            standing.loads[person] = NOTHING
        return standing

    def _took(self, picks: Picks, standing: Standing, at: datetime) -> bool:
        takings = picks.takings
        return not takings or self._loads.take(takings, standing.teams, at)

    def _note(self, wants: Sequence[Want], picks: Picks) -> dict[tuple[str, str], str]:
        """Remember what the decisions may give away; gives with whom, by decision."""
        for want in wants:
            again = want.key in picks.had
            person = picks.had.get(want.key) or picks.chosen.get(want.key)
            if person is not None and person.id != want.holder:
                points = 0 if again else picks.place_of(want).points
                taken = _Taken(person.id, person.unit, want.part, points, again)
                self._taken[want.key] = taken
                self._under_way.add(want.work)
        return {key: person.id for key, person in (picks.had | picks.chosen).items()}

    def _await(self, awaited: Sequence[tuple[str, Giving]], now: datetime) -> None:
        """Give those a moment who decide about what is in the way; end what nobody does."""
        self._resolve([each for each in awaited if now - each[1].at > _DOUBTFUL], now)
        eventlet.sleep(_PAUSE_SECONDS)

    def _resolve(self, doubtful: Sequence[tuple[str, Giving]], now: datetime) -> None:
        """End what was given by now, and what can be given no more."""
        frees: list[Freed] = []
        ended: list[Ended] = []
        for unit, giving in doubtful:
            is_over = (now - giving.at).total_seconds() > self._patience
            if giving.work in self._under_way and not is_over:
                continue
            given = self._has_really(giving.person, giving.work)
            if given or is_over:
                ended.append(Ended(unit, giving.work))
                place = Freed(giving.person, giving.work, giving.cause, giving.points)
                frees += [] if given else [place]
        if ended:
            log.info("giving_ended", given=len(ended) - len(frees), freed=len(frees))
        self._loads.settle(frees, ended, {})

    def _left(self, person: str, work: str, weight: int) -> Freed:
        """Tell what place somebody gives up; only that of a heavier ticket has to be looked up."""
        points = 1
        if weight != 1:
            load = self._loads.of([person], [work]).get(person, NOTHING)
            points = load.held[work].points if work in load.held else weight
        return Freed(person, work, None, points)

    def _end(
        self, key: tuple[str, str], outcome: Outcome | None
    ) -> tuple[list[Freed], list[Ended]]:
        """Tell what a decision leaves to be freed and ended, now that it is over."""
        taken = self._taken.pop(key, None)
        if taken is None:
            return [], []
        work = key[0] + taken.part
        self._under_way.discard(work)
        after = _committed(outcome)
        used = after is not None and after.places.get(taken.part) == taken.person
        unknown = after is None and outcome is not None and isinstance(outcome.error, Unavailable)
        if unknown or (taken.again and not used):
            # Perhaps it was stored after all: the journal will tell.
            return [], []
        unused = [] if used else [Freed(taken.person, work, key[1], taken.points)]
        return unused, [Ended(taken.unit, work)]


def _committed(outcome: Outcome | None) -> Ticket | None:
    """Give the state that a decision has led to just now, if it has."""
    if outcome is None or outcome.repeated or not outcome.events:
        return None
    return outcome.state if isinstance(outcome.state, Ticket) else None


def _spread_owners(wants: Sequence[Want], loads: Mapping[str, Load]) -> dict[tuple[str, str], str]:
    owned = {person: load.owned for person, load in loads.items()}
    owners = {}
    for want in wants:
        owner = fewest_owned(want.owners, owned)
        if owner is not None:
            owned[owner.id] = owned.get(owner.id, 0) + 1
            owners[want.key] = owner.id
    return owners
