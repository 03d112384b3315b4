"""Administration without code: pages for whoever may change definitions."""

from fastapi import APIRouter

from gateway.admin import entrance
from gateway.admin.workflows import history
from gateway.admin.workflows import pages as workflows

ROUTERS: tuple[APIRouter, ...] = (
    entrance.router,
    workflows.router,
    history.router,
)
