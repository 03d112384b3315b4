"""The process of one trial: `python -m services.sla.trial NAME`, started by the service.

A process of its own, and a patient one, so that no alarm waits for it. It ends with the service
that started it, whose end of the pipe it listens to, and has a bounded life.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from zoneinfo import ZoneInfo

from chassis import logging
from chassis.garbage import look_less_often
from chassis.mongo import DURABLE, connect
from chassis.settings import ChassisSettings
from services.sla import publishing
from services.sla.domain.book import Book
from services.sla.domain.tally import Side, Tally
from services.sla.domain.trying import Eras, Outcome, Past
from services.sla.repository import Job, Pasts, Publications, Trials

log = logging.get_logger()
#: Ahead of nobody.
_NICENESS = 10
#: Then it has failed: `trial_too_long`.
LIFE_SECONDS = 1800


class Comparison:
    """A trial's two books, and what they make of tickets."""

    def __init__(self, job: Job, book: Book) -> None:
        self._as_it_was = Eras.of(book)
        drafted = publishing.with_draft(book, job.kind, job.draft, job.definition)
        self._as_drafted = Eras.of(drafted)
        self._zone = ZoneInfo(job.zone)
        #: Later than that nothing is looked at.
        self._until = job.asked_at
        self.tally = Tally()

    def add(self, code: str, past: Past) -> None:
        """Compare one ticket, or name it as not comparable."""
        left_out = past.left_out()
        if left_out is None:
            before = Outcome(self._as_it_was, self._zone).follow(past.course, self._until)
            if before.is_recorded(past, self._until):
                after = Outcome(self._as_drafted, self._zone).follow(past.course, self._until)
                self.tally.compare(code, self._side(before), self._side(after))
                return
        self.tally.leave_out(code, left_out or "otherwise")

    def _side(self, outcome: Outcome) -> Side:
        return Side(outcome.runs(self._until), outcome.messages)


def run(job: Job, trials: Trials, pasts: Pasts, published: Publications) -> bool:
    """Do the trial and store its answer; False when it was cancelled or taken over meanwhile."""
    publications = publishing.followed({}, published.after(0))
    comparison = Comparison(job, publishing.bound(Book(), publications))
    pasts.list_older()
    total = pasts.count(job.since, job.until)
    for batch in pasts.registered(job.since, job.until):
        if not trials.progress(job, total, comparison.tally.looked_at):
            return False
        for code, past in batch:
            comparison.add(code, past)
    trials.answer(job, comparison.tally.answer())
    return True


def _end_with_service(job: Job, trials: Trials) -> None:
    sys.stdin.buffer.read()
    try:
        trials.put_back(job)
    finally:
        os._exit(0)


def main() -> None:
    """Do the trial that is named on the command line."""
    # What ends the service ends the trial, by the pipe, and not before it.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    signal.alarm(LIFE_SECONDS)
    os.nice(_NICENESS)
    settings = ChassisSettings.load()
    logging.configure("sla", settings.log_level)
    client = connect(settings.mongo_uri.get_secret_value(), seconds=settings.mongo_seconds)
    database = client.get_database(settings.database("sla"), write_concern=DURABLE)
    trials = Trials(database)
    job = trials.find(sys.argv[1])
    if job is None or job.state != "running":
        return
    threading.Thread(target=_end_with_service, args=(job, trials), daemon=True).start()
    look_less_often()
    done = run(job, trials, Pasts(database), Publications(database))
    log.info("trial_ended", trial=job.name, done=done)


if __name__ == "__main__":
    main()
