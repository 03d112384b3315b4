"""The subject catalogue in use: kept in memory, read again every few seconds, changed by command.

It is what decisions about subjects look up, so it is the service's reference.
"""

import time
from collections.abc import Mapping, Sequence

from chassis.calls.call import Call
from chassis.decisions import Occasion
from chassis.errors import FieldFault, Invalid, NotFound
from chassis.journal import Aggregates, Reference
from chassis.journal.intents import Intent
from chassis.late import late
from chassis.runtime import Runtime
from contracts.calls.forms import GetForm, PublishedForm
from contracts.calls.intake import DefineSubject, Subject
from contracts.forms.telling import Told, figures, routable
from services.intake import demo, handlers
from services.intake.domain.answers import Answers
from services.intake.domain.subject import SUBJECTS, SubjectState, in_tree_order, is_open, stream
from services.intake.forms import Forms, published
from services.intake.repository.subjects import Subjects
from services.intake.words import WordGroups

_FRESH_SECONDS = 5.0
#: An unknown subject may have been defined a moment ago by another replica.
_MISS_SECONDS = 1.0


class Catalogue(Reference):
    """The catalogue's lines and their streams."""

    runtime = Runtime()
    forms = Forms()
    words = WordGroups()
    streams: Aggregates[SubjectState] = Aggregates(
        SUBJECTS, collection="subject_states", streams=("subject:",)
    )

    def __init__(self) -> None:
        self._lines: Mapping[str, Subject] = {}
        self._read_at = float("-inf")

    def prepare(self, occasions: Sequence[Occasion]) -> Mapping[str, Subject]:  # noqa: ARG002
        """Give the lines by id."""
        return self.lines()

    def lines(self, *, oldest: float = _FRESH_SECONDS) -> Mapping[str, Subject]:
        """Give the lines by id, `oldest` seconds old at most."""
        now = time.monotonic()
        if now - self._read_at > oldest:
            self._lines = {line.id: line for line in self._subjects.all()}
            self._read_at = now
        return self._lines

    def tree(self) -> list[Subject]:
        """Give all lines, each below its parent."""
        return in_tree_order(self.lines())

    def open_subject(self, subject: str) -> Subject:
        """Give a line that tickets may be registered for; raises Invalid."""
        lines = self.lines()
        if not is_open(lines, subject):
            lines = self.lines(oldest=_MISS_SECONDS)
        if not is_open(lines, subject):
            code = "subject_closed" if subject in lines else "subject_unknown"
            raise Invalid("request_invalid", fields=[FieldFault(pointer="/subject", code=code)])
        return lines[subject]

    def form(self, request: GetForm, call: Call) -> PublishedForm:
        """Give a form; for anybody the one as it is now, where an active subject asks for it.

        Raises NotFound.
        """
        asked = {line.form for line in self.lines().values() if line.active}
        is_open = request.version is None and request.id in asked
        if not is_open and call.identity.scope("ticket.read") is None:
            raise NotFound("form_not_found")
        if request.version is None:
            return published(self.forms.newest(request.id))
        return published(self.forms.edition(request.id, request.version))

    def routable(self, answers: Answers) -> dict[str, Told]:
        """Give the answers that routing may decide by."""
        return routable(self.forms.ready(answers.form, answers.version).form, answers.values)

    def figures(self, answers: Answers) -> dict[str, Told]:
        """Give what reports count of the answers."""
        return figures(self.forms.ready(answers.form, answers.version).form, answers.values)

    def define(self, request: DefineSubject, call: Call) -> Subject:
        """Make or change a line; a repeat of the key completes what the first try began."""
        self.lines(oldest=0)
        self.forms.require(request.form)
        outcome = self.streams.execute(stream(request.id), handlers.define_subject, request, call)
        return self._save(request, outcome.version)

    def fill_in_demo(self) -> None:
        """Define the demo's subjects, where wanted, each once in the life of the database."""
        if not self.runtime.settings.demo:
            return
        self.forms.fill_in_demo()
        now = self.runtime.clock.now()
        for request in demo.SUBJECTS:
            intent = Intent(
                handlers.define_subject, request, demo.CAUSE, now, demo.ACTOR, request=demo.CAUSE
            )
            outcome = self.streams.settle({stream(request.id): [intent]})[stream(request.id)]
            if outcome.error is not None:
                raise outcome.error
            self._save(request, outcome.version)

    @late
    def _subjects(self) -> Subjects:
        return Subjects(self.runtime.database["subjects"])

    def _save(self, request: DefineSubject, version: int) -> Subject:
        line = Subject(
            id=request.id,
            parent=request.parent,
            kind=request.kind,
            title={str(language): title for language, title in request.title.items()},
            active=request.active,
            form=request.form,
        )
        self._subjects.save(line, version)
        self._read_at = float("-inf")
        return line
