"""The pages on which promises in time are made: agreements, calendars, trials of either."""

from fastapi import APIRouter

from gateway.clockwork import agreements, calendars, trials

ROUTERS: tuple[APIRouter, ...] = (
    agreements.router,
    calendars.router,
    trials.router,
)
