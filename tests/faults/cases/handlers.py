"""Test 11: a handler that fails a few times, always, or never ends."""

from __future__ import annotations

from collections import Counter

from tests.faults.api import wait_for
from tests.faults.cases.table import case
from tests.faults.commands import Request
from tests.faults.course import Course

_SCHEDULE = (1.0, 1.0, 2.0)
#: Whose tickets the hook makes fail twice, always, and hang.
_BAD = ("hr.training", "hr.pension", "info.general")
_EACH = 4


@case("11", "a handler fails twice, always, or hangs; then it is mended")
def handler_fails(course: Course) -> None:
    """Who fails is tried by the schedule and no oftener, and keeps nobody else from going on."""
    world = course.open(
        hooks=["handler_fails"],
        environment={
            "PEYGIR_RETRY_SECONDS": ",".join(map(str, _SCHEDULE)),
            "PEYGIR_HANDLER_SECONDS": "2",
        },
    )
    with course.load(followed=0.2):
        bad = {subject: _bring(course, subject) for subject in _BAD}
        always = {*bad["hr.pension"], *bad["info.general"]}
        wait_for("them to be stuck", lambda: len(_stuck(course)) >= len(always), 150, pause=1)
    rows = _stuck(course)
    course.expect("stuck", len(rows), exactly=len(always))
    course.expect("stuck without being bad", len(set(rows) - always), exactly=0)
    course.expect("attempts of each, most", max(rows.values()), exactly=len(_SCHEDULE) + 1)
    course.expect("attempts of each, least", min(rows.values()), exactly=len(_SCHEDULE) + 1)
    _mend(course)
    tries = Counter((world.strikes / "tries").read_text().split()[1::2])
    course.tell("times that the handler was called for the worst", max(tries.values()))


def _bring(course: Course, subject: str) -> list[str]:
    """Register a few requests that sla's handler cannot take; gives their codes."""
    return [
        course.bring(Request(f"faults-{subject}-{number}", number, subject, followed=False))
        for number in range(_EACH)
    ]


def _stuck(course: Course) -> dict[str, int]:
    """Give what is stuck in sla, by ticket, with the number of attempts."""
    rows = course.world.admin.get("/admin/stuck?service=sla")["stuck"].get("sla", [])
    return {row["stream"]: row["attempts"] for row in rows}


def _mend(course: Course) -> None:
    """Do what an operator does: mend the cause, then have everything tried again."""
    (course.world.strikes / "mended").touch()
    admin = course.world.admin
    for row in admin.get("/admin/stuck?service=sla")["stuck"]["sla"]:
        name = row["id"].replace("|", "%7C")
        admin.request("POST", f"/admin/stuck/sla/{name}/retry")
    wait_for("nothing to be stuck", lambda: not _stuck(course), 60, pause=1)
