"""The subject catalogue: a tree whose lines are streams `subject:{id}`; titles are kept apart."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from chassis.decisions import Evolution
from contracts.calls.intake import Subject
from contracts.intake import SubjectDefined


class SubjectState(msgspec.Struct, frozen=True, kw_only=True):
    """The fold of a subject's stream."""

    kind: str = ""
    parent: str | None = None
    active: bool = True
    form: str | None = None


SUBJECTS = Evolution(SubjectState)


@SUBJECTS.on(SubjectDefined)
def defined(_state: SubjectState, event: SubjectDefined, _at: datetime) -> SubjectState:
    """Take over the new definition."""
    return SubjectState(kind=event.kind, parent=event.parent, active=event.active, form=event.form)


def stream(subject: str) -> str:
    """Give the stream of a subject."""
    return f"subject:{subject}"


def is_open(catalogue: Mapping[str, Subject], subject: str) -> bool:
    """Tell whether tickets may be registered for it: it and all above it are active."""
    line = catalogue.get(subject)
    while line is not None and line.active:
        if line.parent is None:
            return True
        line = catalogue.get(line.parent)
    return False


def is_below(catalogue: Mapping[str, Subject], subject: str | None, above: str) -> bool:
    """Tell whether the subject is `above` itself or hangs somewhere below it."""
    while subject is not None:
        if subject == above:
            return True
        line = catalogue.get(subject)
        subject = line.parent if line else None
    return False


def in_tree_order(catalogue: Mapping[str, Subject]) -> list[Subject]:
    """Give the lines so that each follows its parent, neighbours by id."""
    below: dict[str | None, list[Subject]] = {}
    for line in sorted(catalogue.values(), key=lambda line: line.id):
        parent = line.parent if line.parent in catalogue else None
        below.setdefault(parent, []).append(line)
    ordered: list[Subject] = []
    waiting = below.get(None, [])[::-1]
    while waiting:
        line = waiting.pop()
        ordered.append(line)
        waiting.extend(below.get(line.id, [])[::-1])
    return ordered
