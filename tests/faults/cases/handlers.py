"""Test 11: a handler that fails a few times, always, or never ends."""

from __future__ import annotations

from collections import Counter

from tests.faults.api import wait_for
from tests.faults.cases.table import case
from tests.faults.course import Course

_SCHEDULE = (1.0, 1.0, 2.0)
_BAD = {"hr.training": "fails twice", "hr.pension": "always fails", "info.general": "hangs"}
_EACH = 4


@case("11", "a handler fails twice, always, or hangs; then it is mended")
def handler_fails(course: Course) -> None:
    """Who fails is tried by the schedule and no oftener, and keeps nobody else from going on."""
    world = course.open(
        hooks=["handler_fails"],
        environment={
            "PEYGIR_RETRY_SECONDS": ",".join(map(str, _SCHEDULE)),
            "PEYGIR_HANDLER_SECONDS": "1",
        },
    )
    with course.load(followed=0.2):
        bad = {subject: [_register(course, subject) for _ in range(_EACH)] for subject in _BAD}
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


def _register(course: Course, subject: str) -> str:
    body = {
        "subject": subject,
        "title": f"{subject} {_BAD[subject]}",
        "description": "A handler of another service cannot take this.",
        "channel": "phone",
        "requester": {"name": "A", "mobile": "09121112233"},
    }
    registered: str = course.world.api("desk").request("POST", "/tickets", body)["code"]
    return registered


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
