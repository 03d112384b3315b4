"""The subject catalogue in use: kept in memory, read again every few seconds, changed by command.

It is what decisions about subjects look up, so it is the service's reference.
"""

import time
from collections.abc import Mapping, Sequence
from functools import cached_property

import eventlet
from pymongo.errors import PyMongoError

from chassis.calls.call import Call
from chassis.decisions import Occasion
from chassis.errors import FieldFault, Invalid, Unavailable
from chassis.journal import Aggregates, Reference
from chassis.journal.aggregates import Intent
from chassis.runtime import Runtime
from contracts.calls.intake import DefineSubject, Subject
from services.intake import demo, handlers
from services.intake.domain.subject import SUBJECTS, SubjectState, in_tree_order, is_open, stream
from services.intake.repository.subjects import Subjects

_FRESH_SECONDS = 5.0
_RETRY_SECONDS = 0.5


class Catalogue(Reference):
    """The catalogue's lines and their streams."""

    runtime = Runtime()
    streams: Aggregates[SubjectState] = Aggregates(SUBJECTS, collection="subject_streams", streams=("subject:",))

    def setup(self) -> None:
        """Be ready only with the demo's subjects, where these are wanted."""
        self._lines: dict[str, Subject] = {}
        self._read_at = float("-inf")
        self._filled = not self.runtime.settings.demo
        self.runtime.ready_when("catalogue", lambda: self._filled)

    def start(self) -> None:
        """Fill in the demo's subjects, where these are wanted."""
        if not self._filled:
            self.container.spawn_managed_thread(self._fill_in_demo)

    def prepare(self, occasions: Sequence[Occasion]) -> Mapping[str, Subject]:  # noqa: ARG002
        """Give the lines by id."""
        return self.lines()

    def lines(self) -> Mapping[str, Subject]:
        """Give the lines by id, some seconds old at most."""
        now = time.monotonic()
        if now - self._read_at > _FRESH_SECONDS:
            before, self._read_at = self._read_at, now
            try:
                self._lines = {line.id: line for line in self._subjects.all()}
            except BaseException:
                self._read_at = before
                raise
        return self._lines

    def tree(self) -> list[Subject]:
        """Give all lines, each below its parent."""
        return in_tree_order(self.lines())

    def open_subject(self, subject: str) -> Subject:
        """Give a line that tickets may be registered for; raises Invalid."""
        for _attempt in range(2):
            lines = self.lines()
            if is_open(lines, subject):
                return lines[subject]
            # It may have been defined a moment ago, by another replica.
            self._read_at = min(self._read_at, time.monotonic() - _FRESH_SECONDS + 1)
        code = "subject_closed" if subject in lines else "subject_unknown"
        raise Invalid("request_invalid", fields=[FieldFault(pointer="/subject", code=code)])

    def define(self, request: DefineSubject, call: Call) -> Subject:
        """Make or change a line; a repeat of the key completes what the first try began."""
        self._read_at = float("-inf")
        name = stream(request.id)
        outcome = self.streams.execute(name, handlers.define_subject, request, call)
        return self._save(request, outcome.version)

    @cached_property
    def _subjects(self) -> Subjects:
        return Subjects(self.runtime.database["subjects"])

    def _save(self, request: DefineSubject, version: int) -> Subject:
        line = Subject(
            id=request.id,
            parent=request.parent,
            kind=request.kind,
            title={str(language): title for language, title in request.title.items()},
            active=request.active,
        )
        self._subjects.save(line, version)
        self._read_at = float("-inf")
        return line

    def _fill_in_demo(self) -> None:
        self.runtime.wait_ready()
        for request in demo.SUBJECTS:
            while not self._filled_in(request):
                eventlet.sleep(_RETRY_SECONDS)
        self._filled = True

    def _filled_in(self, request: DefineSubject) -> bool:
        """Define a line of the demo once in the life of the database; False to try again."""
        name, now = stream(request.id), self.runtime.clock.now()
        intent = Intent(
            handlers.define_subject, request, demo.CAUSE, now, demo.ACTOR, request=demo.CAUSE
        )
        try:
            self._read_at = float("-inf")
            outcome = self.streams.settle({name: [intent]})[name]
            if outcome.error is None:
                self._save(request, outcome.version)
        except (PyMongoError, Unavailable):
            return False
        return not isinstance(outcome.error, Unavailable)
