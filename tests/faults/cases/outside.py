"""Test 16: the mail server is away, then takes nothing for now, then refuses for good."""

from __future__ import annotations

import json
import time
import urllib.request

from tests.faults.api import fetch, wait_for
from tests.faults.cases.table import case
from tests.faults.course import Course
from tests.faults.plan import Fault
from tests.faults.world import SMTP

_BUSY, _REFUSED = 451, 550
_GIVEN_UP_SECONDS = 120.0


@case("16", "the mail server is away, then answers 4xx, then 5xx")
def mail_away(course: Course) -> None:
    """Every mail is sent, or stands as failed where an operator can have it sent again."""
    world = course.open(proxied=[SMTP])
    sink = world.addresses.mail_sink
    with course.load(followed=0.2) as running:
        course.injector.carry_out([Fault(5, "refuse", SMTP, course.seconds(60))], running.started)
        _behave(sink, {"status": _BUSY})
        time.sleep(course.seconds(15))
        _behave(sink, {"status": _REFUSED, "times": 40})
        time.sleep(course.seconds(15))
        _behave(sink, {})
    wait_for("the fate of every mail", lambda: _is_settled(course), _GIVEN_UP_SECONDS, pause=1)
    failed = dict(course.log.failed)
    course.tell("mails given up and shown as failed", len(failed))
    shown = sum(_is_shown(course, code, delivery) for delivery, code in failed.items())
    course.expect("of these not shown as failed", len(failed) - shown, exactly=0)
    for delivery, code in failed.items():
        world.admin.request("POST", f"/admin/deliveries/{code}/{delivery}/retry")
    wait_for("the mails of the retry", lambda: _is_settled(course), _GIVEN_UP_SECONDS, pause=1)
    course.expect("mails failed after a retry", len(course.log.failed), exactly=0)
    course.expect("mails that nobody got", _silent(course), exactly=0)


def _behave(sink: str, behaviour: dict[str, int]) -> None:
    request = urllib.request.Request(  # noqa: S310 - one of ours
        f"{sink}/behaviour", method="PUT", data=json.dumps(behaviour).encode()
    )
    urllib.request.urlopen(request, timeout=10).close()  # noqa: S310


def _is_settled(course: Course) -> bool:
    return course.log.read_on() and not course.log.owed


def _is_shown(course: Course, code: str, delivery: str) -> bool:
    deliveries = course.world.admin.get(f"/tickets/{code}")["deliveries"]
    return any(item["id"] == delivery and item["state"] == "failed" for item in deliveries)


def _silent(course: Course) -> int:
    """Count mails that stand as sent and are not at the mail server."""
    arrived = {
        message_id.strip("<>").partition("@")[0]
        for message_id in fetch(f"{course.world.addresses.mail_sink}/message-ids")
    }
    return len(course.log.mails_sent - arrived)
