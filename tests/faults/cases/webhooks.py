"""Test 15: receivers of webhooks misbehave in every way, while notify and mongod are killed."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from tests.faults import plan
from tests.faults.api import wait_for
from tests.faults.cases.table import case
from tests.faults.course import Course
from tests.faults.plan import MONGOD
from tests.faults.receivers import GONE, TAKEN, Receivers, heard, troubled

_REPLICAS = ("notify-1", "notify-2")
_KILLS = 6
#: Posts of one webhook that are under way when a process is killed.
_WIDTH = 8
#: In trouble: one in order per ticket and one not. Gone: one that says so after a while.
_ORDERED, _LOOSE, _GONE = "ordered", "loose", "gone"
_TROUBLED_POSTS, _UNTIL_GONE = 400, 25
_SETTLED_SECONDS = 240.0


@case("15", "webhook receivers fail in every way; notify and mongod are killed")
def receivers_misbehave(course: Course) -> None:
    """Every event is taken in the end, under one id, signed, in its ticket's order where asked."""
    course.open(
        replicas={"notify": len(_REPLICAS)},
        environment={
            "PEYGIR_WEBHOOK_INSIDE": "127.0.0.1",
            "PEYGIR_WEBHOOK_SECONDS": "2",
            "PEYGIR_WEBHOOK_RETRY_SECONDS": "1,1,2,2,3,3,5,5,5,5,10,10,10,10,20,20",
        },
    )
    receivers: Receivers = course.enter(Receivers())
    elsewhere = receivers.address("followed")
    for name in (_ORDERED, _LOOSE):
        receivers.script(name, troubled(course.chance, _TROUBLED_POSTS, elsewhere))
    fine: list[tuple[int, dict[str, str]]] = [(TAKEN, {})]
    receivers.script(_GONE, [*fine * _UNTIL_GONE, (GONE, {})])
    secrets = {
        name: _define(course, receivers, name, ordered=name == _ORDERED)["secret"]
        for name in (_ORDERED, _LOOSE, _GONE)
    }
    seconds = course.seconds(60)
    targets = [("kill", name, 0.0) for name in (*_REPLICAS, MONGOD)]
    faults = plan.at_random(course.chance, targets, count=_KILLS, until=seconds)
    course.harm(faults, seconds=seconds, rate=min(4.0, course.options.rate))
    course.drain()

    stopped = course.world.admin.get(f"/admin/webhooks/{_GONE}")["stopped"]
    course.expect("gone without being stopped", stopped != "gone", exactly=0)
    before = heard(receivers.got(_GONE), secrets[_GONE])
    course.expect("posts after the answer 410, most", before.after_gone, most=_WIDTH)
    receivers.script(_GONE, fine)
    _define(course, receivers, _GONE, ordered=False)

    for name, secret in secrets.items():
        _wait_until_settled(course, receivers, name, secret)
        came = heard(receivers.got(name), secret)
        missing = course.log.told - came.taken.keys()
        course.expect(f"{name}: events not taken", len(missing), exactly=0)
        course.expect(f"{name}: events under two ids", came.renamed, exactly=0)
        course.expect(f"{name}: posts not signed", came.unsigned, exactly=0)
        course.expect(f"{name}: taken again", came.repeated, most=_KILLS * _WIDTH)
        course.expect(f"{name}: sooner than asked for", came.hasty, most=_KILLS * _WIDTH)
        if name == _ORDERED:
            course.expect(f"{name}: out of a ticket's order", came.disordered, exactly=0)
    course.expect("redirects followed", len(receivers.got("followed")), exactly=0)
    course.tell("events", len(course.log.told))


def _define(course: Course, receivers: Receivers, name: str, *, ordered: bool) -> Any:
    body = {"title": {"en": name}, "address": receivers.address(name), "ordered": ordered}
    return course.world.admin.request("PUT", f"/admin/webhooks/{name}", body)


def _wait_until_settled(course: Course, receivers: Receivers, name: str, secret: str) -> None:
    """Wait until a receiver has every event; what was given up is posted again by hand."""

    def is_settled() -> bool:
        for post in course.world.admin.get(f"/admin/webhooks/{name}/posts?state=failed&limit=200"):
            path = f"/admin/webhooks/{name}/posts/{quote(post['id'])}/retry"
            course.world.admin.request("POST", path)
        course.log.read_on()
        return not course.log.told - heard(receivers.got(name), secret).taken.keys()

    wait_for(f"{name} to have every event", is_settled, _SETTLED_SECONDS, pause=2)
