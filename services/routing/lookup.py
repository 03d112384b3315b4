"""What decisions look up, kept in memory: organisation, workflows, subject catalogue.

A second old at most where the directory changed; the catalogue is asked of intake when a subject
turns up that is not known yet, and now and then.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

import msgspec

from chassis.calls.client import Caller
from chassis.errors import Unavailable
from contracts.calls.base import Nothing
from contracts.calls.intake import Subject, WordGroup
from services.routing.domain.attendance import Roster
from services.routing.domain.organisation import Organisation
from services.routing.domain.rules import Table
from services.routing.domain.workflow import Workflow, load
from services.routing.repository.directory import Directory
from services.routing.shadowing import Beside
from services.routing.workflows import shipped

_DIRECTORY_SECONDS = 1.0
_SUBJECTS_SECONDS = 30.0
#: An unknown subject is asked for at most so often.
_UNKNOWN_SECONDS = 2.0


Versions = Mapping[tuple[str, int], Workflow]


class Lookup:
    """The copy that one process keeps."""

    def __init__(self, directory: Directory, intake: Caller, now: Callable[[], datetime]) -> None:
        self._directory = directory
        self._intake = intake
        self._now = now
        self._organisation = Organisation()
        self._roster = Roster({}, now())
        self._names: Mapping[str, str] = {}
        self._workflows: Versions = {}
        self._beside: Beside | None = None
        self._subjects: Mapping[str, str | None] = {}
        self._revision = -1
        self._looked_at = float("-inf")
        self._asked_at = float("-inf")

    def forget(self) -> None:
        """Look again at the next use: something has just been changed here."""
        self._looked_at = float("-inf")

    @property
    def organisation(self) -> Organisation:
        """Everybody, every unit, every rule; and who is there at this moment."""
        self._refresh()
        if self._roster.advance(self._now()):
            self._call_the_roll()
        return self._organisation

    @property
    def names(self) -> Mapping[str, str]:
        """What people are called, by id."""
        self._refresh()
        return self._names

    @property
    def workflows(self) -> Versions:
        """Every version of every workflow; the newest also as version 0."""
        self._refresh()
        return self._workflows

    @property
    def beside(self) -> Beside | None:
        """The draft that decides beside the rules, if there is one."""
        self._refresh()
        return self._beside

    @property
    def known_subjects(self) -> Mapping[str, str | None]:
        """The parents of subjects as far as they were asked for."""
        return self._subjects

    def workflows_with(self, wanted: Iterable[str]) -> Versions:
        """Give the same; looks again where a wanted one may have been published a moment ago."""
        if any((workflow, 0) not in self.workflows for workflow in wanted):
            self.forget()
        return self.workflows

    def subjects(self, wanted: Iterable[str]) -> Mapping[str, str | None]:
        """Give the parents of subjects; raises Unavailable when a wanted one cannot be asked for.

        What is unknown to intake too has no parent.
        """
        unknown = any(subject not in self._subjects for subject in wanted)
        age = time.monotonic() - self._asked_at
        if age > _SUBJECTS_SECONDS or (unknown and age > _UNKNOWN_SECONDS):
            self._ask_for_subjects(needed=unknown)
        return self._subjects

    def open_subjects(self) -> set[str]:
        """Give the subjects that requests are registered for; raises Unavailable."""
        lines: list[Subject] = self._intake.query("subjects", Nothing(), list[Subject])
        return {line.id for line in lines if line.active}

    def word_groups(self) -> set[str]:
        """Give the groups of words that there are; raises Unavailable."""
        groups: list[WordGroup] = self._intake.query("word_groups", Nothing(), list[WordGroup])
        return {group.id for group in groups}

    def _ask_for_subjects(self, *, needed: bool) -> None:
        try:
            lines: list[Subject] = self._intake.query("subjects", Nothing(), list[Subject])
        except Unavailable:
            if needed:
                raise
            return
        self._subjects = {line.id: line.parent for line in lines}
        self._asked_at = time.monotonic()

    def _refresh(self) -> None:
        now = time.monotonic()
        if now - self._looked_at < _DIRECTORY_SECONDS:
            return
        revision = self._directory.revision()
        if revision != self._revision:
            organisation, workflows = self._directory.organisation(), self._all_workflows()
            self._names = self._directory.names()
            draft = self._directory.rules.shadow()
            self._beside = Beside(draft.id, Table(draft.rows)) if draft else None
            self._organisation, self._workflows = organisation, workflows
            self._roster = Roster(organisation.times, self._now())
            self._call_the_roll()
            self._revision = revision
        self._looked_at = now

    def _call_the_roll(self) -> None:
        roster = self._roster
        self._organisation = msgspec.structs.replace(
            self._organisation, off=roster.off, stand_ins=roster.stand_ins
        )

    def _all_workflows(self) -> Versions:
        published = [load(view.definition) for view in self._directory.workflows()]
        everything = {(flow.id, flow.version): flow for flow in [*shipped().values(), *published]}
        newest = sorted(everything.values(), key=lambda flow: flow.version)
        return _Versions(everything | {(flow.id, 0): flow for flow in newest}, self._all_workflows)


class _Versions(dict[tuple[str, int], Workflow]):
    """Workflows by version, which look again for one that nobody here has heard of yet.

    Another process may have published it a moment ago, and opened a ticket by it.
    """

    def __init__(self, known: Versions, look_again: Callable[[], Versions]) -> None:
        super().__init__(known)
        self._look_again = look_again

    def __missing__(self, key: tuple[str, int]) -> Workflow:
        self.update(self._look_again())
        if key not in self:
            raise KeyError(key)
        return self[key]
