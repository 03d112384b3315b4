"""Test 17: a replica whose clock jumps, and one that dies, while deadlines come."""

from __future__ import annotations

import shutil
import subprocess
import time
from functools import partial
from pathlib import Path

from tests.agreements import QUICK
from tests.faults.api import wait_for
from tests.faults.cases.table import NotHere, case
from tests.faults.course import Course
from tests.faults.plan import Fault

_SOURCE = Path(__file__).parents[1] / "hooks" / "wrong_clock.c"
_REPLICAS = 3
_MARKS_PER_TICKET = 2
#: As well as the quick clock, the slow one that every ticket must have.
_AGREEMENT = QUICK | {
    "targets": [
        *QUICK["targets"],
        {"clock": "resolution", "within": "PT24H", "calendar": "tehran-office", "marks": []},
    ]
}


#: When the clock jumps, and by how much it is wrong from then on.
_JUMPS = ((5, "+3600"), (15, "-3600"), (25, "+0"))


@case("17", "the clock of one replica of sla jumps by an hour, another one is killed")
def clock_jumps(course: Course) -> None:
    """Every mark of every clock rings once, at the database's time."""
    clocks = course.folder / "clocks"
    clocks.mkdir()
    world = course.open(
        environment={"LD_PRELOAD": _wrong_clock(clocks), "WRONG_CLOCK_FOLDER": str(clocks)},
        replicas={"sla": _REPLICAS},
    )
    world.admin.request("PUT", "/admin/agreements/quick", {"definition": _AGREEMENT})
    port = world.addresses.metrics["sla-1"].rpartition(":")[2]
    clock = clocks / f"clock.{port}"
    with course.load(followed=0.0, channel="api") as running:
        for at, jump in _JUMPS:
            course.injector.carry_out([Fault(at - 1, "kill", _victim(course))], running.started)
            course.note(f"clock of sla-1 {jump} s", partial(clock.write_text, jump))
        time.sleep(course.seconds(20))
    marks = _MARKS_PER_TICKET * len(course.ledger.codes)

    def all_rang() -> bool:
        return course.log.read_on() and len(course.log.marks) >= marks

    wait_for("the marks", all_rang, 60, pause=1)
    course.expect("marks", len(course.log.marks), exactly=marks)
    course.expect("rings of one mark, most", max(course.log.marks.values()), exactly=1)
    course.expect("rung more than a minute early or late", course.log.misrung, exactly=0)


def _victim(course: Course) -> str:
    return course.chance.choice(["sla-2", "sla-3"])


def _wrong_clock(folder: Path) -> str:
    """Build the library that gives each process a clock of its own."""
    compiler = shutil.which("cc")
    if compiler is None:
        raise NotHere("there is no C compiler (Debian: gcc and libc6-dev)")
    library = folder / "wrong_clock.so"
    options = ["-O2", "-shared", "-fPIC", "-o", str(library)]
    subprocess.run([compiler, *options, str(_SOURCE), "-ldl"], check=True)
    return str(library)
