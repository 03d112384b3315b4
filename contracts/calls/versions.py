"""What sla can be asked about versions of what it publishes, and about a draft of one."""

from datetime import datetime
from typing import Any, Literal

from contracts.calls.base import Answer, Request, Slug

#: What is published in versions.
Published = Literal["agreement", "calendar", "holidays"]


class GetVersions(Request):
    """Query `versions`: every version of one thing, newest first. Answers [`Version`]."""

    kind: Published
    id: Slug


class Version(Answer):
    """A version as it was published."""

    id: str
    version: int
    definition: dict[str, Any]
    by: str
    at: datetime


class CheckDraft(Request):
    """Query `check_draft`: whether a draft could be published. Answers true.

    Refused with `definition_invalid` and every fault, as publishing it would be.
    """

    kind: Published
    id: Slug
    definition: dict[str, Any]
