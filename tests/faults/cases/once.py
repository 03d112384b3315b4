"""Beyond the numbered tests: 2,000 requests while everything dies once, or the broker forgets."""

from __future__ import annotations

from tests.faults.cases.table import case
from tests.faults.course import Course
from tests.faults.plan import BROKER, MONGOD, SERVICES, Fault

_REQUESTS = 2000
_HEALED_SECONDS = 120.0


@case("once", "2,000 requests; kill -9 of every service, the broker and mongod, once each")
def everything_once(course: Course) -> None:
    """A death leaves nothing behind but time."""
    seconds = _length(course)
    services = list(SERVICES)
    course.chance.shuffle(services)
    targets = [*services, BROKER, MONGOD]
    step = seconds / (len(targets) + 1)
    plan = [Fault(step * number, "kill", name) for number, name in enumerate(targets, 1)]
    course.open()
    course.harm(plan, seconds=seconds)


@case("emptied", "2,000 requests; the broker's whole data folder is deleted midway")
def emptied(course: Course) -> None:
    """What the broker had not delivered is read from the journals."""
    seconds = _length(course)
    course.open()
    course.harm([Fault(seconds / 2, "empty", BROKER)], seconds=seconds)
    course.expect("seconds until healed", course.drain(), most=_HEALED_SECONDS)


def _length(course: Course) -> float:
    return course.seconds(_REQUESTS / course.options.rate)
