"""What routing, sla and notify can be asked about changes of what administrators define."""

from datetime import datetime
from typing import Any

from contracts.calls.base import Answer, Limit, Line, Request


class GetAudit(Request):
    """Query `audit`: the last changes, newest first. Answers [`AuditEntry`]."""

    #: Only what was recorded earlier.
    before: datetime | None = None
    #: Only the changes of this subject, such as `person:admin`.
    by: Line | None = None
    limit: Limit = 50


class AuditEntry(Answer):
    """One change."""

    at: datetime
    by: str
    #: `person`, `unit`, `partner`, `key`, `rules`, `agreement`, `calendar`, `holidays`, `webhook`.
    kind: str
    id: str
    version: int | None = None
    #: What of it is another now, where its content is not for the record: names of fields, of rows.
    fields: list[str] = []
    #: The definition before and after, where versions are kept; nothing before the first.
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
