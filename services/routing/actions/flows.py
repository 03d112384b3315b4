"""What actions take that a workflow brings with it: its own, those of tasks and of approvals."""

# msgspec hands `frozen` down to subclasses, which mypy's view of dataclasses does not.
# mypy: disable-error-code="misc"

from __future__ import annotations

from collections.abc import Mapping

from contracts.calls.base import Slug, Text
from services.routing.actions.base import Arguments


class Move(Arguments):
    """An action of the workflow's own."""

    texts = ("comment",)
    comment: Text | None = None
    #: What came of it, where it leads to the end.
    result: Slug = "solved"


class TakeTask(Arguments):
    """Take a task from the team's queue."""

    task: Slug


class GiveTask(Arguments):
    """Give a task to a person of its unit."""

    task: Slug
    person: Slug


class FinishTask(Arguments):
    """The task is done."""

    texts = ("comment",)
    task: Slug
    comment: Text | None = None


class RefuseTask(Arguments):
    """The task cannot be done, or its outcome is a no."""

    texts = ("reason",)
    task: Slug
    reason: Text


class Refuse(Arguments):
    """Not consent; must say why."""

    texts = ("reason",)
    reason: Text


#: By action.
ARGUMENTS: Mapping[str, type[Arguments]] = {
    "take-task": TakeTask,
    "give-task": GiveTask,
    "finish-task": FinishTask,
    "refuse-task": RefuseTask,
    "refuse": Refuse,
}
