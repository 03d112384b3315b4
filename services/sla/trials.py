"""Trials as the service sees them: asked for, watched while their process runs, cancelled."""

from __future__ import annotations

import hashlib
import signal
import subprocess
import sys
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

import eventlet

from chassis.calls.call import Call
from chassis.errors import Conflict, FieldFault, Invalid, KeyReused, NotFound, TooMany
from chassis.lease import Lease
from chassis.logging import get_logger
from contracts.calls.trials import NameTrial, StartTrial
from services.sla import publishing
from services.sla.repository import Job, Trials

if TYPE_CHECKING:
    from services.sla.reference import Agreements

log = get_logger()
_MOST_WAITING = 20
_LOOK_SECONDS = 0.2
#: How long a process may take to put its trial back.
_END_SECONDS = 5.0


class Trier:
    """Takes trials in, and runs them one after the other in processes of their own."""

    def __init__(self, trials: Trials, reference: Agreements) -> None:
        self.trials = trials
        self.reference = reference

    def start(self, request: StartTrial, call: Call) -> Job:
        """Take a trial in; the same command again gives the same trial.

        Raises Invalid for what could not be published, TooMany, or KeyReused.
        """
        job = Job(
            name=hashlib.blake2b(call.cause.encode(), digest_size=8).hexdigest(),
            kind=request.kind,
            draft=request.id,
            definition=request.definition,
            since=request.since,
            until=request.until or call.now,
            zone=request.zone,
            asked_at=call.now,
            asked_by=call.identity.subject,
            cause=call.cause,
            request=call.digest,
        )
        known = self.trials.find(job.name)
        if known is None:
            self._check(request, job)
            if self.trials.waiting() >= _MOST_WAITING:
                raise TooMany("too_many_trials", retry_after=60)
            known = self.trials.add(job)
        if known.request != job.request:
            raise KeyReused
        call.repeated = known is not job
        return known

    def one(self, request: NameTrial) -> Job:
        """Give a trial; raises NotFound."""
        job = self.trials.find(request.trial)
        if job is None:
            raise NotFound("trial_not_found")
        return job

    def cancel(self, request: NameTrial) -> Job:
        """End a trial without an answer; raises Conflict where it has come to another end."""
        cancelled = self.trials.cancel(request.trial)
        job = self.one(request)
        if not cancelled and job.state != "cancelled":
            raise Conflict("trial_has_ended")
        return job

    def run(self, lease: Lease) -> None:
        """Run what waits, as long as the lease is held."""
        while lease.acquire() and (job := self.trials.take()) is not None:
            self._run(job, lease)

    def _run(self, job: Job, lease: Lease) -> None:
        command = [sys.executable, "-m", "services.sla.trial", job.name]
        process = subprocess.Popen(command, stdin=subprocess.PIPE)
        log.info("trial_begins", trial=job.name, attempt=job.attempt, pid=process.pid)
        try:
            while process.poll() is None:
                if not lease.acquire():
                    return
                eventlet.sleep(_LOOK_SECONDS)
        finally:
            _end(process)
        if process.returncode == -signal.SIGALRM:
            self.trials.fail(job, "trial_too_long")
        elif process.returncode:
            log.warning("trial_broke", trial=job.name, status=process.returncode)
            self.trials.broke(job)

    def _check(self, request: StartTrial, job: Job) -> None:
        self.reference.refresh()
        publishing.check(request.kind, request.definition, self.reference.book, name=request.id)
        fault = None
        if job.since >= job.until:
            fault = FieldFault(pointer="/until", code="period_ends_before_it_begins")
        elif request.zone not in available_timezones():
            fault = FieldFault(pointer="/zone", code="zone_unknown")
        if fault is not None:
            raise Invalid("request_invalid", fields=[fault])


def _end(process: subprocess.Popen[bytes]) -> None:
    """Let a process that still runs put its trial back, and end it if it does not go."""
    if process.stdin is not None:
        process.stdin.close()
    with eventlet.Timeout(_END_SECONDS, False):
        while process.poll() is None:
            eventlet.sleep(_LOOK_SECONDS)
    if process.poll() is None:
        process.kill()
        process.wait()
