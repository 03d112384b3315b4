"""How tickets are put together: the case from routing, the rest from whom it belongs to."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar

import msgspec

from chassis.errors import Unavailable
from contracts.calls.intake import DescribeTickets, TicketContent
from contracts.calls.notify import DeliveryView, GetDeliveries
from contracts.calls.routing import GetTicket, TicketView
from contracts.calls.sla import GetTimes, TicketTimes
from gateway.answers import Ticket, TicketLine
from gateway.caller import Caller
from gateway.filled import told_form

R = TypeVar("R")


async def with_titles(
    caller: Caller, views: Sequence[TicketView]
) -> tuple[list[TicketLine], list[str]]:
    """Give tickets as lists show them, and which parts did not answer."""
    contents: dict[str, TicketContent] | None = {}
    if views:
        request = DescribeTickets(codes=[view.code for view in views])
        contents = await caller.optional(
            "intake", "describe_tickets", request, dict[str, TicketContent]
        )
    known = contents or {}
    lines = [_line(view, known.get(view.code)) for view in views]
    return lines, ["intake"] if contents is None else []


def _line(view: TicketView, content: TicketContent | None) -> TicketLine:
    return TicketLine(
        **_fields(view),
        title=content.title if content else None,
        requester_name=content.requester.name if content else None,
    )


class Gathered(NamedTuple):
    """What each service knows of a ticket; None for a part that does not answer now."""

    view: TicketView
    content: TicketContent | None
    times: dict[str, TicketTimes] | None
    deliveries: list[DeliveryView] | None
    #: Intake does not answer; else a missing content is one that it does not know.
    is_without_texts: bool


async def gathered(caller: Caller, code: str) -> Gathered:
    """Ask all services of a ticket at once; raises what routing refuses with."""
    described = DescribeTickets(codes=[code], forms=True)
    case, contents, times, deliveries = await asyncio.gather(
        caller.query("routing", "ticket", GetTicket(code=code), TicketView),
        caller.query("intake", "describe_tickets", described, dict[str, TicketContent]),
        caller.optional("sla", "times", GetTimes(codes=[code]), dict[str, TicketTimes]),
        caller.optional("notify", "deliveries", GetDeliveries(code=code), list[DeliveryView]),
        return_exceptions=True,
    )
    # Routing comes first: it alone knows whether the caller may see this ticket.
    view = needed(case)
    is_away = isinstance(contents, Unavailable)
    return Gathered(
        view,
        None if is_away else needed(contents).get(code),
        needed(times),
        needed(deliveries),
        is_without_texts=is_away,
    )


def whole(
    view: TicketView,
    content: TicketContent,
    *,
    times: dict[str, TicketTimes] | None,
    deliveries: list[DeliveryView] | None,
    language: str,
) -> Ticket:
    """Give a ticket of its parts, its form in the language; those that did not answer are named."""
    parts = {"sla": times, "notify": deliveries}
    own = (times or {}).get(view.code, TicketTimes(clocks=[]))
    return Ticket(
        **_fields(view),
        title=content.title,
        description=content.description,
        registered_by=content.registered_by,
        requester_data=content.requester,
        messages=content.messages,
        form=told_form(content.form, language) if content.form else None,
        clocks=own.clocks,
        deliveries=deliveries or [],
        unavailable=[name for name, part in parts.items() if part is None],
        expected=own.expected,
        timers=own.timers,
    )


def _fields(view: TicketView) -> dict[str, Any]:
    return msgspec.structs.asdict(view)


def needed(result: R | BaseException) -> R:
    """Give a part that was gathered; raises what came instead of it."""
    if isinstance(result, BaseException):
        raise result
    return result
