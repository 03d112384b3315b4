"""Splitting: a part of a request becomes a request of its own, by the same requester."""

from chassis.calls.call import Call
from contracts.calls.intake import Registered, SplitTicket
from services.intake.registration import Means
from services.intake.same_requester import first_of, register_another


def split(request: SplitTicket, call: Call, means: Means) -> Registered:
    """Register the part once per idempotency key; raises what `same_requester` raises."""
    whole = first_of(request.code, means)
    part = {
        "subject": request.subject or whole.ticket.subject,
        "title": request.title,
        "description": request.description,
        "answers": request.answers,
    }
    return register_another(whole, part, call, means, split_from=request.code)
