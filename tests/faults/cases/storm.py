"""Beyond the numbered tests: everything at once, as the seed will have it."""

from __future__ import annotations

from tests.faults import plan
from tests.faults.cases.table import case
from tests.faults.course import Course
from tests.faults.plan import BROKER, GATEWAY, MONGOD, REDIS, SERVICES

_FAULTS = [
    *(("kill", name, 0.0) for name in (*SERVICES, GATEWAY, BROKER, MONGOD, REDIS)),
    *(("end", name, 0.0) for name in SERVICES),
    *(("suspend", name, 5.0) for name in (*SERVICES, MONGOD, BROKER)),
    *(
        (kind, server, seconds)
        for server in (MONGOD, BROKER, REDIS)
        for kind, seconds in (
            ("cut", 0.0),
            ("half-close", 0.0),
            ("freeze", 6.0),
            ("refuse", 4.0),
            ("slow", 6.0),
        )
    ),
    ("flush", REDIS, 0.0),
    ("empty", BROKER, 0.0),
]
_EVERY_SECONDS = 4.0


@case("storm", "faults of every kind, in a random order")
def storm(course: Course) -> None:
    """What holds for each fault alone holds for all of them together."""
    course.open(proxied=[MONGOD, BROKER, REDIS], replicas={"routing": 2})
    seconds = course.seconds(len(_FAULTS) * _EVERY_SECONDS)
    count = int(seconds / _EVERY_SECONDS)
    faults = plan.at_random(course.chance, _FAULTS, count=count, until=seconds)
    course.harm([_named(fault) for fault in faults], seconds=seconds)


def _named(fault: plan.Fault) -> plan.Fault:
    """Of two replicas of routing, the first one has the trouble."""
    if fault.target != "routing":
        return fault
    return plan.Fault(fault.at, fault.kind, "routing-1", fault.seconds)
