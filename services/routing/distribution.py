"""Handing queued work to people who have become free, and mending what loads were counted wrong."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from chassis.calls.call import own_call
from chassis.errors import DomainError
from chassis.journal import Aggregates, Outcome
from chassis.journal.intents import Decide
from chassis.logging import get_logger
from contracts.routing import TicketMoved, TicketTaskOpened
from services.routing.domain.organisation import Person
from services.routing.domain.ticket import Ticket
from services.routing.handlers import AssignNext, AssignTask, assign_next, assign_task
from services.routing.holding import parted, really_has
from services.routing.reference import Grounding
from services.routing.repository.loads import Freed
from services.routing.repository.queues import Queue

log = get_logger()

#: How many tickets of one queue are given away in one go, and how many are looked at at least.
_TOGETHER = 100
_LOOK_AHEAD = 10
_NEXT = AssignNext()


class Distribution:
    """Gives queued work away."""

    def __init__(self, tickets: Aggregates[Ticket], grounding: Grounding) -> None:
        self._tickets = tickets
        self._grounding = grounding
        self._store = grounding.store
        self._runtime = grounding.runtime

    def serve_person(self, person: str) -> None:
        """Give somebody who has come back his next ticket."""
        self._grounding.places.freed.add(person)
        self.serve_freed()

    def serve_freed(self) -> None:
        """Give those who have just become free their next ticket; what fails is tried later."""
        freed, self._grounding.places.freed = self._grounding.places.freed, set()
        organisation = self._grounding.lookup.organisation
        people = [organisation.people[name] for name in freed if name in organisation.people]
        next_for = self._store.queues.next_for
        codes = [next_for(person) for person in people if organisation.is_there(person)]
        self._give([code for code in codes if code is not None])

    def serve_all(self) -> None:
        """Give away what every queue has, as far as there are free people."""
        for queue in self._store.queues.all():
            room = self._room(queue)
            if room:
                points = sum(room.values())
                # A heavy one at the head that fits nobody must not hold up those behind it.
                limit = min(max(points, _LOOK_AHEAD), _TOGETHER)
                only = next(iter(room)) if len(room) == 1 else None
                self._give(self._store.queues.waiting(queue, limit, only or None))

    def serve_tasks(self, codes: Iterable[str] | None = None) -> None:
        """Give away the tasks that wait for somebody, as far as there are free people."""
        if codes is None:
            codes = self._store.queues.with_waiting_tasks(_TOGETHER)
        for code, ticket in self._tickets.states(list(codes)).items():
            for task in ticket.tasks:
                queue = Queue(task.unit, task.tier, task.skill)
                if task.is_open and task.assignee is None and self._room(queue):
                    self._give([code], assign_task, AssignTask(task.id))

    def serve(self, code: str, outcome: Outcome) -> None:
        """Give away at once what an action of a workflow's own has brought into queues."""
        if any(isinstance(event, TicketTaskOpened) for event in outcome.events):
            self.serve_tasks([code])
        if any(isinstance(event, TicketMoved) for event in outcome.events):
            self._give([code] if outcome.state.is_queued else [])

    def sweep(self, keep: timedelta) -> None:
        """Make loads equal to what tickets say, leaving alone what is younger than `keep`."""
        before = self._runtime.clock.now() - keep
        self._grounding.places.end_what_died(before)
        for person in self._grounding.lookup.organisation.people.values():
            self._sweep_person(person, before)

    def _room(self, queue: Queue) -> dict[str, int]:
        """Give who may take work of a queue now, and how many points of it."""
        organisation = self._grounding.lookup.organisation
        if queue.unit is None or queue.tier is None:
            return {"": _TOGETHER} if organisation.rules else {}
        awaited = organisation.awaited(queue.for_person)
        if awaited is not None:
            pool = [awaited] if organisation.is_there(awaited) else []
        else:
            pool = organisation.pool(queue.unit, queue.tier, queue.skill)
        loads = self._store.loads.of(person.id for person in pool)
        rooms = {
            person.id: person.capacity - (loads[person.id].points if person.id in loads else 0)
            for person in pool
        }
        return {name: room for name, room in rooms.items() if room > 0}

    def _give(
        self,
        codes: Sequence[str],
        decide: Decide = assign_next,
        message: AssignNext | AssignTask = _NEXT,
    ) -> None:
        self.decide(codes, decide, message)

    def decide(self, codes: Sequence[str], decide: Decide, message: Any) -> dict[str, Outcome]:
        """Have something decided about tickets; what fails is tried later."""
        name = decide.__name__
        if not codes:
            return {}
        call = own_call(self._runtime, name)
        try:
            outcomes = self._tickets.execute_all(codes, decide, message, call)
        except DomainError as error:
            log.info("not_handed_out", method=name, tickets=len(codes), reason=error.code)
            return {}
        for code, outcome in outcomes.items():
            if outcome.error is not None:
                log.info("not_handed_out", method=name, code=code, reason=outcome.error.code)
        return outcomes

    def _sweep_person(self, person: Person, before: datetime) -> None:
        load = self._store.loads.whole(person.id)
        if load is None:
            return
        has = self._store.queues.held_by(person.id)
        old = [held for held in load.held.values() if held.at < before and held.code not in has]
        lost = [held for held in old if not really_has(self._tickets, person.id, held.code)]
        self._store.loads.release(
            Freed(person.id, held.code, held.cause, held.points) for held in lost
        )
        missed = has.keys() - load.held.keys()
        settled = {code: person.points(has[code]) for code in self._settled(missed, before)}
        self._store.loads.adopt(person.id, settled, before)
        self._store.loads.set_owned(person.id, self._store.queues.owned_by(person.id))
        if lost or missed:
            log.info("loads_mended", person=person.id, freed=len(lost), counted=len(missed))

    def _settled(self, codes: Iterable[str], before: datetime) -> list[str]:
        """Give those tickets and tasks whose last change is long enough ago to be counted."""
        wanted = {code: parted(code)[0] for code in codes}
        query = {"_id": {"$in": sorted(set(wanted.values()))}}
        found = self._tickets.find(query, limit=10_000) if wanted else []
        old = {item.stream for item in found if item.updated_at < before}
        return [code for code, stream in wanted.items() if stream in old]
