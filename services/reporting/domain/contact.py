"""Resolved at first contact: by the desk, in the one interaction that the requester had with it.

After MetricNet's "First Contact Resolution Rate": what needs a callback or is escalated does not
count, and of e-mails those solved in one go do. Here a ticket counts when

- the first line alone had it, and its owner did the work himself,
- nobody was referred to, asked or waited for, and nothing was sent back,
- the requester did not have to write again, and was written to once at most,
- a call was done with within an hour: later it was a callback,
- it was not reopened within seven days of its end.

The verdict is made at the first end; a later reopening after the seven days is a new contact.
"""

from __future__ import annotations

from datetime import timedelta

from services.reporting.domain.case import Case
from services.reporting.domain.request import Request

_CALL = timedelta(hours=1)


def at_first_contact(case: Case, request: Request) -> bool:
    """Tell whether a finished ticket was resolved at first contact."""
    if not case.at_once or case.solved_at is None or request.registered_at is None:
        return False
    wrote_at = request.first_message_at
    if wrote_at is not None and wrote_at <= case.solved_at:
        return False
    return request.channel != "phone" or case.solved_at - request.registered_at <= _CALL
