"""Test 7: a broker of three nodes, of which one dies and another is cut off."""

from __future__ import annotations

import time

from tests.faults import bystander
from tests.faults.api import wait_for
from tests.faults.broker_cluster import NODES, BrokerCluster
from tests.faults.cases.table import case
from tests.faults.course import Course
from tests.faults.plan import BROKER

_BETWEEN_SECONDS = 8.0
_ATTACHED_SECONDS = 60.0
_CONSUMES = {
    "routing": ("intake", "sla"),
    "sla": ("intake", "routing"),
    "notify": ("intake", "routing", "sla"),
    "reporting": ("intake", "routing", "sla", "notify"),
}
_PARTITIONS = 2


@case("7", "three-node broker: one node killed, then another cut off")
def node_lost(course: Course) -> None:
    """Two of three nodes are the broker; who comes back joins them."""
    brokers: BrokerCluster = course.enter(BrokerCluster(course.folder / "brokers"))
    course.open(proxied=[BROKER], brokers=brokers.uris)
    first, second = course.chance.sample(NODES, 2)
    with course.load():
        time.sleep(_BETWEEN_SECONDS)
        course.note(f"kill {first}", lambda: brokers.kill(first))
        time.sleep(_BETWEEN_SECONDS)
        course.note(f"cut off {second}", lambda: brokers.cut_off(second))
        time.sleep(_BETWEEN_SECONDS)
    attached = wait_for(
        "a consumer at every queue",
        lambda: not _without_consumer(brokers.uris[0]),
        _ATTACHED_SECONDS,
        pause=1,
    )
    course.expect("seconds until every queue had its consumer", attached, most=_ATTACHED_SECONDS)


def _without_consumer(uri: str) -> list[str]:
    wanted = [
        f"{source}--{consumer}.{number}.v1"
        for consumer, sources in _CONSUMES.items()
        for source in sources
        for number in range(_PARTITIONS)
    ]
    found = bystander.queues(uri, wanted)
    return [name for name in wanted if not found.get(name, (0, 0))[1]]
