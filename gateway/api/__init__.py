"""The HTTP API under `/api/v1`: one module per resource, each with its `router`."""

from fastapi import APIRouter

from gateway.api import (
    admin,
    clocks,
    desk,
    devices,
    events,
    expectations,
    forms,
    holidays,
    inbox,
    joining,
    notices,
    operation,
    people,
    providers,
    reports,
    sessions,
    subjects,
    tickets,
    track,
    trials,
    workflows,
)

#: In the order of the OpenAPI document; those asked most come first in matching too.
ROUTERS: tuple[APIRouter, ...] = (
    tickets.router,
    joining.router,
    desk.router,
    clocks.router,
    clocks.unit_router,
    clocks.admin_router,
    track.router,
    subjects.router,
    forms.router,
    sessions.router,
    devices.router,
    people.router,
    inbox.router,
    reports.router,
    expectations.router,
    events.router,
    providers.router,
    admin.router,
    holidays.router,
    notices.router,
    trials.router,
    workflows.router,
    operation.router,
)
