"""The pages on which promises in time are made: agreements, calendars, holidays, trials."""

from fastapi import APIRouter

from gateway.clockwork import agreements, calendars, holidays, trials

ROUTERS: tuple[APIRouter, ...] = (
    agreements.router,
    calendars.router,
    holidays.router,
    trials.router,
)
