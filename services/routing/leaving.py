"""What people leave behind who leave, for good or for long: others get it in batches."""

from datetime import datetime, timedelta

from chassis.logging import get_logger
from contracts.rights import scope_of
from services.routing.distribution import Distribution
from services.routing.domain.organisation import Organisation, Person
from services.routing.handlers import PassOn, pass_on
from services.routing.reference import Grounding

log = get_logger()

_BATCH = 100
#: How many batches of one person's are passed on before others get their turn.
_BATCHES = 10


class Leaving:
    """Passes on what those have who have left."""

    def __init__(
        self, distribution: Distribution, grounding: Grounding, long_leave: timedelta
    ) -> None:
        self._distribution = distribution
        self._lookup = grounding.lookup
        self._store = grounding.store
        self._clock = grounding.runtime.clock
        self._long_leave = long_leave

    def pass_on(self) -> None:
        """Pass on the work and the tickets of everybody who has left and has any."""
        organisation = self._lookup.organisation
        left = [
            person.id
            for person in organisation.people.values()
            if has_left(person, organisation, self._clock.now(), self._long_leave)
        ]
        loads = self._store.loads.of(left) if left else {}
        for name, load in loads.items():
            if load.points or load.owned:
                self._pass_on_all_of(name)

    def _pass_on_all_of(self, person: str) -> None:
        queues, passed_on = self._store.queues, 0
        for _batch in range(_BATCHES):
            codes = (
                queues.at_work_of(person, _BATCH)
                or [work.partition("#")[0] for work in queues.held_by(person)][:_BATCH]
                or queues.open_of(person, _BATCH)
            )
            outcomes = self._distribution.decide(codes, pass_on, PassOn(person))
            done = sum(1 for outcome in outcomes.values() if outcome.events)
            passed_on += done
            if not done:
                break
        if passed_on:
            log.info("passed_on", person=person, tickets=passed_on)


def has_left(
    person: Person, organisation: Organisation, now: datetime, long_leave: timedelta
) -> bool:
    """Tell whether somebody is gone for good, works no tickets any more, or is on a long leave."""
    if not person.active or scope_of(person.role, "ticket.work") is None:
        return True
    leave = organisation.times_of(person.id).leave_at(now)
    return leave is not None and leave.end - leave.start >= long_leave
