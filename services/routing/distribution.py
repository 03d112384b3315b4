"""Handing queued work to people who have become free, and mending what loads were counted wrong."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from chassis.calls.call import Call
from chassis.errors import DomainError
from chassis.journal import Aggregates, Outcome
from chassis.journal.aggregates import Decide
from chassis.logging import get_logger
from contracts.routing import TicketMoved, TicketTaskOpened
from services.routing.domain.life import TICKETS
from services.routing.domain.ticket import Ticket
from services.routing.handlers import AssignNext, AssignTask, assign_next, assign_task
from services.routing.reference import Grounding
from services.routing.repository.queues import Queue

log = get_logger()

#: How many tickets of one queue are given away in one go.
_TOGETHER = 100
_NEXT = AssignNext()


class Distribution:
    """Gives queued work away."""

    def __init__(self, tickets: Aggregates[Ticket], grounding: Grounding) -> None:
        self._tickets = tickets
        self._grounding = grounding
        self._store = grounding.store
        self._runtime = grounding.runtime

    def serve_freed(self) -> None:
        """Give those who have just become free their next ticket; what fails is tried later."""
        freed, self._grounding.places.freed = self._grounding.places.freed, set()
        people = self._grounding.lookup.organisation.people
        next_for = self._store.queues.next_for
        codes = [
            next_for(people[name]) for name in freed if name in people and people[name].may_work
        ]
        self._give([code for code in codes if code is not None])

    def serve_all(self) -> None:
        """Give away what every queue has, as far as there are free people."""
        for queue in self._store.queues.all():
            room = self._room(queue)
            if room:
                self._give(self._store.queues.waiting(queue, min(room, _TOGETHER)))

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
        for person in self._grounding.lookup.organisation.people.values():
            self._sweep_person(person.id, before)

    def _room(self, queue: Queue) -> int:
        """Give how many tickets of a queue there may be takers for."""
        organisation = self._grounding.lookup.organisation
        if queue.unit is None or queue.tier is None:
            return _TOGETHER if organisation.rules else 0
        one = organisation.people.get(queue.for_person or "")
        fitting = organisation.pool(queue.unit, queue.tier, queue.skill)
        pool = [one] if one and one.may_work else fitting
        loads = self._store.loads.of(person.id for person in pool)
        held = {name: load.tickets for name, load in loads.items()}
        return sum(max(0, person.capacity - held.get(person.id, 0)) for person in pool)

    def _give(
        self,
        codes: Sequence[str],
        decide: Decide = assign_next,
        message: AssignNext | AssignTask = _NEXT,
    ) -> None:
        if not codes:
            return
        call = Call(
            method="assign_next",
            identity=self._runtime.identity,
            key=secrets.token_hex(8),
            now=self._runtime.clock.now(),
        )
        try:
            outcomes = self._tickets.execute_all(codes, decide, message, call)
        except DomainError as error:
            log.info("not_handed_out", tickets=len(codes), reason=error.code)
            return
        for code, outcome in outcomes.items():
            if outcome.error is not None:
                log.info("not_handed_out", code=code, reason=outcome.error.code)

    def _sweep_person(self, person: str, before: datetime) -> None:
        load = self._store.loads.whole(person)
        if load is None:
            return
        has = self._store.queues.held_by(person)
        old = [held for held in load.held.values() if held.at < before and held.code not in has]
        lost = [held for held in old if not self._has_really(person, held.code)]
        self._store.loads.release((person, held.code, held.cause) for held in lost)
        missed = has - load.held.keys()
        self._store.loads.adopt(person, self._settled(missed, before), before)
        self._store.loads.set_owned(person, self._store.queues.owned_by(person))
        if lost or missed:
            log.info("loads_mended", person=person, freed=len(lost), counted=len(missed))

    def _has_really(self, person: str, code: str) -> bool:
        """Ask the journal, which is never behind."""
        stream, part = _parted(code)
        steps = ((step.event, step.at) for step in self._tickets.history(stream))
        return TICKETS.fold(steps).places.get(part) == person

    def _settled(self, codes: Iterable[str], before: datetime) -> list[str]:
        """Give those tickets and tasks whose last change is long enough ago to be counted."""
        wanted = {code: _parted(code)[0] for code in codes}
        query = {"_id": {"$in": sorted(set(wanted.values()))}}
        found = self._tickets.find(query, limit=10_000) if wanted else []
        old = {item.stream for item in found if item.updated_at < before}
        return [code for code, stream in wanted.items() if stream in old]


def _parted(work: str) -> tuple[str, str]:
    """Give the ticket of what somebody has to do, and which part of it: `#task`, or all of it."""
    code, hash_sign, task = work.partition("#")
    return code, hash_sign + task
