"""The table of tests: what each is called and what runs it."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.faults.course import Course, Options, without_figures
from tests.faults.quota import MountingRefused
from tests.faults.result import Result

#: Does the harm on a course; what is compared afterwards is the same for all.
Harm = Callable[[Course], None]


class NotHere(Exception):
    """Raised when this machine has not what a test needs."""


@dataclass(frozen=True)
class Case:
    """One test."""

    number: str
    title: str
    harm: Harm

    def run(self, folder: Path, options: Options) -> Result:
        """Run it in a folder of its own."""
        folder.mkdir(parents=True)
        with Course(self.number, self.title, folder, options) as course:
            try:
                return self._run(course)
            except (NotHere, MountingRefused) as reason:
                return without_figures(course, skipped=str(reason))
            except Exception as error:  # noqa: BLE001 - the other tests are to run all the same
                traceback.print_exc()
                return without_figures(course, broken=f"{type(error).__name__}: {error}")

    def _run(self, course: Course) -> Result:
        try:
            self.harm(course)
        except TimeoutError as overdue:
            course.fail(str(overdue))
        return course.finish()


#: Every test by its number.
TABLE: dict[str, Case] = {}


def case(number: str, title: str) -> Callable[[Harm], Harm]:
    """Enter a function in the table."""

    def enter(harm: Harm) -> Harm:
        TABLE[number] = Case(number, title, harm)
        return harm

    return enter
