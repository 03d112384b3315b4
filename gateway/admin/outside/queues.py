"""A system's queue at the broker: what its operator runs, and what the system connects with.

The broker's operator makes queues; no part of ours that runs may administer the broker (ADR 33).
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Final

from fastapi import APIRouter, Request, Response

from contracts.subscribing import NAME, queue_of, user_of
from gateway.admin.outside.subscription import GROUPS
from gateway.admin.sections import Admin, admin_page
from gateway.pages.staff import StaffRoute
from gateway.texts import text

router = APIRouter(prefix="/admin/keys/queue", include_in_schema=False, route_class=StaffRoute)

_MOST_TYPES: Final = 50


@router.get("")
async def show(request: Request, caller: Admin) -> Response:
    """Show the form, and what makes and opens the queue that it names."""
    query = request.query_params
    names = {name: query.get(name, "").strip().lower() for name in ("system", "queue")}
    types = [each for each in query.getlist("types") if each in GROUPS][:_MOST_TYPES]
    wrong = {
        name: text(caller.language, "outside.queue.name_hint")
        for name, value in names.items()
        if name in query and not NAME.fullmatch(value)
    }
    is_named = all(names.values()) and not wrong
    return admin_page(
        request,
        caller,
        "admin/queue.html",
        status=422 if wrong else 200,
        asked=names,
        types=types,
        groups=GROUPS,
        typed=wrong,
        command=_command(names["system"], names["queue"], types) if is_named else "",
        lines=_lines(names["system"], names["queue"], caller.gateway.settings.broker_outside)
        if is_named
        else {},
        is_known=bool(caller.gateway.settings.broker_outside),
    )


def _command(system: str, queue: str, types: Sequence[str]) -> str:
    wanted = [part for each in types for part in ("--type", each)]
    return shlex.join(["peygir", "subscriber", "make", system, queue, *wanted])


def _lines(system: str, queue: str, broker: str) -> dict[str, str]:
    """Give what the programs of docs/subscribing.md take from their environment."""
    return {
        "PEYGIR_AMQP": broker or "rabbitmq.example.org:5672//",
        "PEYGIR_USER": user_of(system),
        "PEYGIR_PASSWORD": "...",
        "PEYGIR_QUEUE": queue_of(system, queue),
    }
