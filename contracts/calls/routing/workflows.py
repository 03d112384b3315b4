"""What routing can be asked about workflows."""

from typing import Annotated, Any

from msgspec import Meta

from contracts.calls.base import Answer, Code, Line, Request, Slug


class DefineWorkflow(Request):
    """Command `define_workflow`: publish a new version. Answers `WorkflowView`.

    The definition's language is `docs/workflows.md`.
    """

    id: Slug
    definition: dict[str, Any]


class CheckWorkflow(DefineWorkflow):
    """Query `check_workflow`: the version that would be published; refused with every fault."""


class WorkflowView(Answer):
    """A workflow as published; query `workflows` (no parameter) answers the newest versions.

    Query `workflow_examples` (no parameter) answers definitions to begin with, as version 0.
    """

    id: str
    version: int
    definition: dict[str, Any]


class NameWorkflow(Request):
    """Query `workflow_versions`: answers [WorkflowView], the newest first."""

    id: Slug


class MigrateWorkflow(Request):
    """Command `migrate_workflow`: bring open tickets to the newest version. Answers `Migration`."""

    id: Slug
    from_version: Annotated[int, Meta(ge=1, le=2**31)]
    #: New steps by old ones; a step that is not named keeps its name.
    steps: dict[Line, Line] = {}
    #: Only say what would become of each.
    dry_run: bool = False
    #: How many tickets are looked at, of whatever workflow.
    limit: Annotated[int, Meta(ge=1, le=1000)] = 500
    #: The last `next`.
    after: Code | None = None


class LeftBehind(Answer):
    """A ticket that stays on its version, and why.

    `step_gone`: the new version has no such step; `state_differs`: that step has another state;
    `waits_for_others`: tasks or approvals of its step are open.
    """

    code: str
    step: str
    reason: str


class Migration(Answer):
    """What became of the tickets looked at."""

    to_version: int
    moved: list[str]
    left: list[LeftBehind]
    #: Where to go on; absent when all have been looked at.
    next: str | None
