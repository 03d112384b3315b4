"""The course of every test: begin, load, do harm, let the system drain, compare."""

from __future__ import annotations

import contextlib
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from tests.faults import audit, notices
from tests.faults.api import wait_for
from tests.faults.commands import Request, requests
from tests.faults.event_log import EventLog
from tests.faults.injection import Happened, Injector
from tests.faults.ledger import Ledger
from tests.faults.load import Load
from tests.faults.plan import Fault
from tests.faults.result import Figure, Result, series_of
from tests.faults.world import World

_DRAIN_SECONDS = 240.0


@dataclass(frozen=True)
class Options:
    """What a run was asked to be."""

    seed: int = 1
    #: Requests a second.
    rate: float = 12.0
    #: Makes every test shorter or longer.
    scale: float = 1.0
    soak_minutes: float = 3.0


class Course:
    """One run of one test on a world of its own."""

    def __init__(self, test: str, title: str, folder: Path, options: Options) -> None:
        self.test = test
        self.title = title
        self.options = options
        self.chance = random.Random(f"{test}/{options.seed}")
        self.folder = folder
        self.ledger = Ledger(folder / f"{test}-{options.seed}.ledger")
        self.figures: list[Figure] = []
        self._broken: list[str] = []
        self.began = time.time()
        self._open = contextlib.ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()
        self.ledger.close()

    def open(self, **wanted: Any) -> World:
        """Start a world, as `World` takes it; it ends with the course."""
        self.world = self._open.enter_context(World(self.folder / "world", **wanted))
        self.injector = Injector(self.world)
        self.log = EventLog(self.world.admin)
        self.began = time.time()
        return self.world

    def enter(self, context: Any) -> Any:
        """Enter something that is to be left when the course ends."""
        return self._open.enter_context(context)

    @contextlib.contextmanager
    def load(
        self, *, rate: float | None = None, followed: float = 0.3, channel: str = "phone"
    ) -> Iterator[Load]:
        """Have people bring requests as long as the block runs, and wait for the last answer."""
        maker = requests(self.options.seed, followed=followed, channel=channel)
        url = self.world.addresses.gateway
        rate = rate or self.options.rate
        with Load(url, self.world.token, self.ledger, maker, rate=rate) as load:
            yield load

    def bring(self, request: Request) -> str:
        """Register one request now; gives its code."""
        command = request.registering()
        self.ledger.attempt(command)
        started = time.monotonic()
        headers = {"Idempotency-Key": command.key}
        answer = self.world.api(command.who).request("POST", command.path, command.body, headers)
        self.ledger.acknowledge(command, answer["code"], time.monotonic() - started)
        return str(answer["code"])

    def seconds(self, usual: float) -> float:
        """Give a length of time as long as this run wants it."""
        return usual * self.options.scale

    def harm(self, plan: list[Fault], *, seconds: float, **load: Any) -> None:
        """Carry out a list of faults under load that lasts so long at least."""
        with self.load(**load) as running:
            self.injector.carry_out(plan, running.started)
            time.sleep(max(0.0, running.started + seconds - time.monotonic()))

    def note(self, fault: str, harm: Callable[[], object]) -> None:
        """Do harm that no list has, and keep a record of it."""
        self.say(fault)
        happened = Happened(fault, time.time(), time.time())
        self.injector.happened.append(happened)
        harm()
        happened.until = time.time()

    def expect(
        self,
        name: str,
        value: float,
        *,
        exactly: float | None = None,
        most: float | None = None,
        least: float | None = None,
    ) -> None:
        """Note a figure of this test and what it must be."""
        if exactly is not None:
            wanted, met = f"{exactly:g}", value == exactly
        elif most is not None:
            wanted, met = f"at most {most:g}", value <= most
        else:
            wanted, met = f"at least {least:g}", value >= (least or 0)
        self.figures.append(Figure(name, value, wanted, met))

    def tell(self, name: str, value: float) -> None:
        """Note a figure that is told and not judged."""
        self.figures.append(Figure(name, round(value, 3), "told", met=True))

    def fail(self, why: str) -> None:
        """Note that something did not come that had to."""
        self._broken.append(why)

    def drain(self) -> float:
        """Wait until everything that follows from the load is done; gives the seconds it took."""
        started = time.monotonic()
        try:
            wait_for("drain", self._is_drained, _DRAIN_SECONDS, pause=0.5)
        except TimeoutError as error:
            self.fail(str(error))
        return time.monotonic() - started

    def finish(self) -> Result:
        """Let the system drain and compare; everything that was to be tried has been tried."""
        drained = self.drain()
        addresses = self.world.addresses
        codes = list(self.ledger.codes.values())
        told = notices.count(addresses.sms_provider, addresses.mail_sink, codes)
        findings = audit.compare(self.world.admin, self.log, self.ledger)
        return Result(
            test=self.test,
            title=self.title,
            seed=self.options.seed,
            findings=findings,
            notices=told,
            p99_seconds=self.ledger.percentile(0.99),
            drain_seconds=drained,
            began=self.began,
            lasted=time.time() - self.began,
            given_up=self.ledger.given_up,
            figures=self.figures,
            happened=self.injector.happened,
            refusals=dict(Counter(status for _at, status in self.ledger.refusals)),
            series=series_of(self.ledger, self.began),
            broken=self._broken,
        )

    def say(self, text: str) -> None:
        """Tell whoever watches how far it is."""
        print(f"    {text}", file=sys.stderr)

    def _is_drained(self) -> bool:
        return audit.is_drained(self.log, self.ledger)


def without_figures(course: Course, *, skipped: str = "", broken: str = "") -> Result:
    """Give the result of a test that this machine does not allow, or that came to no end."""
    return Result(
        test=course.test,
        title=course.title,
        seed=course.options.seed,
        findings=audit.Findings(),
        notices=notices.Notices(),
        p99_seconds=0.0,
        drain_seconds=0.0,
        began=course.began,
        lasted=0.0,
        given_up=0,
        figures=course.figures,
        happened=[],
        refusals={},
        series=[],
        skipped=skipped,
        broken=[broken] if broken else [],
    )
