"""What routing can be asked about workflows."""

from typing import Any

from contracts.calls.base import Answer, Request, Slug


class DefineWorkflow(Request):
    """Command `define_workflow`: publish a new version. Answers `WorkflowView`.

    The definition's shape is `services/routing/domain/workflow.py`.
    """

    id: Slug
    definition: dict[str, Any]


class WorkflowView(Answer):
    """A workflow as published; query `workflows` (no parameter) answers the newest versions."""

    id: str
    version: int
    definition: dict[str, Any]
