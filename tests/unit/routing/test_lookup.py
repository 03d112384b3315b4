"""What one process keeps in memory of the organisation, and how it hears of what is new."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from contracts.calls.routing import WorkflowView
from services.routing.domain.organisation import Organisation
from services.routing.lookup import Lookup
from services.routing.workflows import definitions
from tests.unit.routing.world import NOON


class Directory:
    """A directory in which others publish."""

    def __init__(self) -> None:
        self.published: list[WorkflowView] = []
        self.reads = 0
        self.rules = SimpleNamespace(shadow=lambda: None)

    def revision(self) -> int:
        return len(self.published)

    def organisation(self) -> Organisation:
        return Organisation()

    def names(self) -> dict[str, str]:
        return {}

    def workflows(self) -> list[WorkflowView]:
        self.reads += 1
        return self.published


def looking(directory: Directory) -> Lookup:
    intake: Any = SimpleNamespace()
    return Lookup(directory, intake, lambda: NOON)  # type: ignore[arg-type]


def test_a_version_that_another_process_published_a_moment_ago_is_found() -> None:
    directory = Directory()
    versions = looking(directory).workflows
    definition = definitions()["default"] | {"id": "new", "version": 1}
    directory.published.append(WorkflowView(id="new", version=1, definition=definition))

    assert versions["new", 1].version == 1
    assert ("new", 0) in versions
    assert directory.reads == 2


def test_a_version_that_there_is_not_is_none() -> None:
    with pytest.raises(KeyError):
        looking(Directory()).workflows["never", 1]
